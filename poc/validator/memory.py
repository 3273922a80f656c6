"""What the validator remembered at each point of the processing order: the last event of a hotspot before it.

The validator walks beacon by beacon and overwrites one time per hotspot. Here the same answers come from one sort and
one search, since the events that write a memory never depend on that memory's own answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from poc.ordering import order_of
from poc.table import Table
from poc.validator.state import LAST_TIMES, NEVER_NS

Hotspots = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Times = npt.NDArray[np.int64]
RECIPROCAL_COLUMNS = ("last_reciprocal_beacon_ns", "earlier_reciprocal_beacon_ns")


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
    ids = _distinct(events.hotspot)
    rank_of_event = np.searchsorted(ids, events.hotspot)
    order = order_of(rank_of_event)
    first = np.cumsum(np.bincount(rank_of_event)) - np.bincount(rank_of_event)
    rank = np.minimum(np.searchsorted(ids, hotspot), len(ids) - 1)
    # one ascending word for (hotspot, position), so that a single search answers all
    span = int(max(events.position[-1], position.max())) + 2
    word = rank_of_event[order] * span + events.position[order]
    place = np.searchsorted(word, rank * span + position, side="right" if including else "left") - 1
    seen = (ids[rank] == hotspot) & (place >= first[rank])
    return np.where(seen, events.received_ns[order][np.maximum(place, 0)], times)


def last_times_after(last_times: Table, events: dict[str, Events], refresh_ns: int) -> Table:
    """LAST_TIMES after an epoch: for each column the last event written, else what was remembered before.

    `refresh_ns` is how often the density map is renewed.
    """
    hotspots = np.unique(np.concatenate([last_times["hotspot"], *(_distinct(e.hotspot) for e in events.values())]))
    remembered = last_times.rows_of(hotspots)
    columns = {}
    for column, written in events.items():
        times = np.append(last_times[column], NEVER_NS)[remembered]
        times[np.searchsorted(hotspots, written.hotspot)] = written.received_ns  # in order, so the last one stays
        columns[column] = times
    written = events["last_reciprocal_beacon_ns"]
    last, earlier = RECIPROCAL_COLUMNS
    before_ns, earlier_before_ns = (np.append(last_times[name], NEVER_NS)[remembered] for name in RECIPROCAL_COLUMNS)
    row = np.searchsorted(hotspots, written.hotspot)
    columns[earlier] = earlier_times(
        columns[last], row, written.received_ns, before_ns, earlier_before_ns, refresh_ns
    )  # fmt: skip
    return LAST_TIMES.table(hotspot=hotspots, **columns)


def earlier_times(
    last_ns: Times, row: Positions, event_ns: Times, before_ns: Times, earlier_before_ns: Times, refresh_ns: int
) -> Times:
    """Of each hotspot the last event before the density map that its last event `last_ns` falls under.

    `row` and `event_ns` are the events of the epoch in order, `before_ns` and `earlier_before_ns` what was remembered.

    >>> earlier_times(np.array([25]), np.array([0, 0]), np.array([19, 25]), np.array([5]), np.array([3]), 10).tolist()
    [19]
    """
    mark_ns = np.where(last_ns == NEVER_NS, NEVER_NS, last_ns // refresh_ns * refresh_ns)
    earlier_ns = np.where(before_ns < mark_ns, before_ns, earlier_before_ns)
    old = event_ns < mark_ns[row]
    earlier_ns[row[old]] = event_ns[old]  # in order, so the last one stays
    return earlier_ns


def _distinct(ids: Hotspots) -> Hotspots:
    ordered = np.sort(ids)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
