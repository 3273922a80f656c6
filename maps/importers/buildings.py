"""Heights of buildings and how many people they are taken to house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from maps.importers.osm_tags import DEFAULT_LEVELS, LEVEL_HEIGHT_M, NOT_LIVED_IN, OTHER_LEVELS

#: `City.buildings.kind`: where a height comes from.
HEIGHT_SOURCES = ("height tag", "levels tag", "imputed")
#: So many tagged buildings of a kind let their median stand for the untagged ones.
N_TAGGED_ENOUGH = 10


def heights_m(tags: Sequence[Mapping[str, str]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Height of each building [m] and the row of `HEIGHT_SOURCES` that it comes from.

    Tag `height`, else 3.2 m × `building:levels`, else the median of the buildings of the same kind that have one (ten
    or more), else the kind's default levels.

    >>> height, source = heights_m([{"height": "12 m"}, {"building:levels": "3"}, {"building": "garage"}])
    >>> height.round(1).tolist(), source.tolist()
    ([12.0, 9.6, 3.2], [0, 1, 2])
    """
    height = np.full(len(tags), np.nan)
    source = np.full(len(tags), 2, np.uint8)
    known: dict[str, list[float]] = defaultdict(list)
    for i, tag in enumerate(tags):
        metres, levels = positive_number(tag.get("height", "")), positive_number(tag.get("building:levels", ""))
        if metres is not None:
            height[i], source[i] = metres, 0
        elif levels is not None:
            height[i], source[i] = levels * LEVEL_HEIGHT_M, 1
        if not np.isnan(height[i]):
            known[tag.get("building", "yes")].append(float(height[i]))
    for i in np.flatnonzero(np.isnan(height)).tolist():
        kind = tags[i].get("building", "yes")
        enough = len(known[kind]) >= N_TAGGED_ENOUGH
        height[i] = np.median(known[kind]) if enough else DEFAULT_LEVELS.get(kind, OTHER_LEVELS) * LEVEL_HEIGHT_M
    return height, source


def positive_number(text: str) -> float | None:
    """The number of a tag such as "12", "12.5 m" or "3;4" (the first), if it is positive and below 1000.

    >>> positive_number("12.5 m"), positive_number("three")
    (12.5, None)
    """
    first = text.replace(",", ".").split(";")[0].strip().removesuffix("m").strip()
    try:
        number = float(first)
    except ValueError:
        return None
    return number if 0.0 < number < 1000.0 else None


def lived_in(tags: Mapping[str, str]) -> bool:
    """Whether a building's own tag allows that people live there.

    >>> lived_in({"building": "house"}), lived_in({"building": "church"})
    (True, False)
    """
    return tags.get("building", "yes") not in NOT_LIVED_IN
