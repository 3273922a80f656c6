"""What the validator remembered at each point of the processing order: the last event of a hotspot before it.

The validator walks beacon by beacon and overwrites one time per hotspot. Here the same answers come from one sort and
one search, since the events that write a memory never depend on that memory's own answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from poc.table import Table
from poc.validator.state import LAST_TIMES, NEVER_NS

Hotspots = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Events:
    """Times that the validator writes down, in the order in which it writes them.

    `position` is the row of the beacon under processing and never decreases.
    """

    hotspot: Hotspots
    position: Positions
    received_ns: Times


def last_times_before(
    events: Events, last_times: Table, column: str, hotspot: Hotspots, position: Positions, *, including: bool
) -> Times:
    """The time remembered for each hotspot when the beacon at `position` is processed; NEVER_NS where there is none.

    `column` of `last_times` says what was remembered before the epoch. With `including`, events at the very position
    count as well (they happened earlier in the processing of the same beacon).
    """
    remembered = last_times.rows_of(hotspot)
    times = np.append(last_times[column], NEVER_NS)[remembered]
    if not len(events.hotspot) or not len(hotspot):
        return times
    order = np.argsort(events.hotspot, kind="stable")
    ids, first = np.unique(events.hotspot[order], return_index=True)
    rank = np.minimum(np.searchsorted(ids, hotspot), len(ids) - 1)
    # one ascending word for (hotspot, position), so that a single search answers all
    span = int(max(events.position[-1], position.max())) + 2
    word = np.repeat(np.arange(len(ids)), np.diff(np.append(first, len(order)))) * span + events.position[order]
    place = np.searchsorted(word, rank * span + position, side="right" if including else "left") - 1
    seen = (ids[rank] == hotspot) & (place >= first[rank])
    return np.where(seen, events.received_ns[order][np.maximum(place, 0)], times)


def last_times_after(last_times: Table, events: dict[str, Events]) -> Table:
    """LAST_TIMES after an epoch: for each column the last event written, else what was remembered before."""
    hotspots = np.unique(np.concatenate([last_times["hotspot"], *(_distinct(e.hotspot) for e in events.values())]))
    remembered = last_times.rows_of(hotspots)
    columns = {}
    for column, written in events.items():
        times = np.append(last_times[column], NEVER_NS)[remembered]
        times[np.searchsorted(hotspots, written.hotspot)] = written.received_ns  # in order, so the last one stays
        columns[column] = times
    return LAST_TIMES.table(hotspot=hotspots, **columns)


def _distinct(ids: Hotspots) -> Hotspots:
    ordered = np.sort(ids)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
