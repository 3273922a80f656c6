"""Leak probes: can somebody who looks at nothing but the bookkeeping of the files tell the liars?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from poc.bench.trivial import BOOKKEEPING, COUNTS, GROUPS, TIMING, chance_band, classifier, ranks
from poc.metrics.ranking import area_under, n_found_at, roc
from poc.table import Array

LEAK, TRACE, CHANCE = "leak", "trace", "chance"
CLASSIFIERS: Mapping[str, tuple[str, ...]] = {
    "all bookkeeping": (BOOKKEEPING,),
    "all counts": (COUNTS,),
    "all timing": (TIMING,),
}


def probe_rows(
    worlds: Sequence[Mapping[str, Array]], lies: Sequence[Array], parties: Sequence[Array]
) -> list[dict[str, Any]]:
    """One row for each trivial number and each classifier over a group of them.

    parties: who belongs together, as ids; colluders who share a receiver share what it tells, so a world shows as many
    independent liars as there are parties.
    worlds: trivial numbers of each; lies: which hotspots lie. Numbers are ranked within their world, and may point
    either way. `outcome` is chance within the band in which the area under the curve of as many unrelated numbers would
    stay; outside, bookkeeping is a leak, anything else a trace.
    """
    names = [*GROUPS, *CLASSIFIERS]
    is_liar = np.concatenate(lies)
    party = np.unique(
        np.concatenate([np.char.add(f"{number} ", part) for number, part in enumerate(parties)]), return_inverse=True
    )[1][is_liar]
    rows = []
    groups: tuple[str, ...]
    for name in names:
        if name in GROUPS:
            groups = (GROUPS[name],)
            score = np.concatenate([ranks(world[name]) for world in worlds])
        else:
            groups = CLASSIFIERS[name]
            members = [member for member, group in GROUPS.items() if group in groups]
            score = np.concatenate([ranks(one) for one in classifier(worlds, lies, members)])
        curves = [roc(score, is_liar)] + ([roc(-score, is_liar)] if name in GROUPS else [])
        area = area_under(curves[0])
        band = chance_band(score[is_liar], score[~is_liar], party, len(names))
        off = abs((area if area is not None else 0.5) - 0.5)
        if name not in GROUPS:
            off = max((area if area is not None else 0.5) - 0.5, 0.0)  # a classifier has chosen its direction already
        outcome = CHANCE if off <= band else LEAK if groups == (BOOKKEEPING,) else TRACE
        found = max(n_found_at(curve, 0.01) for curve in curves)
        rows.append({
            "probe": name, "group": groups[0], "auc": area, "band_low": 0.5 - band, "band_high": 0.5 + band,
            "tpr_at_1_percent_fpr": found / int(is_liar.sum()) if is_liar.any() else None, "outcome": outcome,
        })  # fmt: skip
    return rows
