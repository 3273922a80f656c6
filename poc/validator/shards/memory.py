"""The validator's memory inside one epoch, by row of the hotspot: `poc.validator.memory` without sorting any report.

A hotspot sends a few beacons an epoch. Between two of them only the newest of its valid witness reports can ever be
asked for, so one slot for each gap holds all that any later question needs, however many reports there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from poc.table import Array, Table
from poc.validator.memory import earlier_times
from poc.validator.state import LAST_TIMES, NEVER_NS

ADMITTED, PASSED, RECIPROCAL = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was remembered before the epoch [ns], by row; one entry for all rows where nothing was."""

    beacon_ns: Array
    reciprocal_ns: Array
    witness_ns: Array
    earlier_reciprocal_ns: Array

    @staticmethod
    def of(last_times: Table, hotspot: Array) -> Remembered:
        if not len(last_times):
            return Remembered(*(np.broadcast_to(np.int64(NEVER_NS), (len(hotspot),)) for _ in range(4)))
        row = last_times.rows_of(hotspot)
        return Remembered(*(np.append(last_times[name], NEVER_NS)[row] for name in LAST_TIMES.names[1:]))


@dataclass(frozen=True, slots=True)
class OwnBeacons:
    """All beacons of the epoch by hotspot: those of row r are `start[r] <= c < start[r + 1]`, in processing order.

    `rank` is the place of a beacon in the processing order of the whole epoch, `flags` which stages it passed.
    `place` gives the entry c of each beacon in the order in which they were handed in. `slot_rank` and `slot_ns` hold
    the newest valid witness report before each own beacon and, one slot more, after the last (rank −1: none).
    """

    start: Array
    received_ns: Array
    rank: Array
    flags: Array
    place: Array
    slot_rank: Array
    slot_ns: Array

    def row_of_entry(self) -> Array:
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int32), np.diff(self.start))


def own_beacons(row: Array, received_ns: Array, flags: Array, n_sites: int, beacon: Callable[[], Array]) -> OwnBeacons:
    """The beacons handed in as those of each hotspot; `beacon` tells their ids, which settle ties alone."""
    n = len(row)
    processing = np.argsort(received_ns)
    if _n_ties(received_ns, processing):
        processing = np.lexsort((beacon(), received_ns))
    rank = np.empty(n, np.int32)
    _number(processing, rank)
    del processing
    entry = np.empty(n, np.int32)
    start = np.zeros(n_sites + 1, np.int32)
    _count_and_place(row, rank, start, entry)
    place = np.empty(n, np.int32)
    _number(entry, place)
    n_slots = n + n_sites
    return OwnBeacons(
        start, received_ns[entry], rank[entry], flags[entry], place,
        np.full(n_slots, -1, np.int32), np.zeros(n_slots, np.int64),
    )  # fmt: skip


def last_beacons_before(row: Array, received_ns: Array, admitted: Array, before_ns: Array) -> Array:
    """The arrival of the admitted beacon before each beacon of the same row; rows stand side by side, in order.

    >>> last_beacons_before(np.array([3, 3]), np.array([10, 20]), np.array([True, True]), np.full(4, 7)).tolist()
    [7, 10]
    """
    last_ns = np.empty(len(row), np.int64)
    _walk(row, received_ns, admitted, before_ns, last_ns)
    return last_ns


def witnessed(own: OwnBeacons, entry: Array, begin: Array, end: Array, witness: Array, received_ns: Array) -> None:
    """Write down valid witness reports, `begin[k] <= i < end[k]` on the beacon `entry[k]`. Not thread-safe."""
    _write(own.start, own.rank, own.slot_rank, own.slot_ns, entry, begin, end, witness, received_ns)


def last_witness_before(own: OwnBeacons, entry: Array, row: Array, before_ns: Array) -> Array:
    """When the sender of each beacon last witnessed validly, seen from that beacon (which counts itself)."""
    last_ns = np.empty(len(entry), np.int64)
    _last_witness(own.start, own.slot_rank, own.slot_ns, entry, row, before_ns, last_ns)
    return last_ns


def last_reciprocal_before(
    own: OwnBeacons, entry: Array, begin: Array, end: Array, witness: Array, before_ns: Array
) -> Array:
    """When the witness of each report last beaconed reciprocally, seen from the beacon that it reports."""
    last_ns = np.empty(len(witness), np.int64)
    _last_reciprocal(own.start, own.rank, own.flags, own.received_ns, entry, begin, end, witness, before_ns, last_ns)
    return last_ns


def witnesses_decided(
    own: OwnBeacons,
    entry: Array,
    reports: tuple[Array, Array, Array, Array],
    valid: Array,
    before_ns: Array,
    window_ns: int,
    most: int,
) -> tuple[Array, Array, Array]:
    """Valid and selected witnesses of each beacon, and the selected reports; `window_ns` < 0 asks for no reciprocity.

    What `witness_beaconed_lately` and `first_arrivals` say of reports that passed all else: begin and end by beacon,
    witness row and arrival, in order. `valid` are the beacons' own verdicts.
    """
    n_valid, n_selected = np.zeros((2, len(entry)), np.int64)
    rows = np.empty(len(entry) * most if most < 100 else len(reports[2]), np.int64)
    n = _decide(
        own.start, own.rank, own.flags, own.received_ns, entry, *reports, valid, before_ns, window_ns, most,
        n_valid, n_selected, rows,
    )  # fmt: skip
    return n_valid, n_selected, rows[:n]


def last_times_after(
    own: OwnBeacons, remembered: Remembered, last_times: Table, hotspot: Array, refresh_ns: int
) -> Table:
    """LAST_TIMES after the epoch, of all who had an event in it or were remembered before."""
    before = remembered
    columns = np.array(before.beacon_ns), np.array(before.reciprocal_ns), np.array(before.witness_ns)
    touched = np.zeros(len(hotspot), bool)
    _update(
        own.start, own.received_ns, own.flags, own.slot_rank, own.slot_ns, columns[0], columns[1], columns[2], touched
    )
    if len(last_times):
        touched |= np.isin(hotspot, last_times["hotspot"])
    reciprocal = np.flatnonzero(own.flags & RECIPROCAL)
    earlier_ns = earlier_times(
        columns[1], own.row_of_entry()[reciprocal], own.received_ns[reciprocal], np.array(before.reciprocal_ns),
        before.earlier_reciprocal_ns, refresh_ns,
    )  # fmt: skip
    rows = np.flatnonzero(touched)
    rows = rows[np.argsort(hotspot[rows], kind="stable")]
    table = LAST_TIMES.table(
        hotspot=hotspot[rows], **{n: c[rows] for n, c in zip(LAST_TIMES.names[1:], (*columns, earlier_ns), strict=True)}
    )
    gone = ~np.isin(last_times["hotspot"], hotspot)
    return table if not gone.any() else Table.concat([table, last_times.take(gone)]).sort("hotspot")


@numba.njit(cache=True, nogil=True)
def _n_ties(received_ns: Any, order: Any) -> int:
    n = 0
    for k in range(1, len(order)):
        n += received_ns[order[k]] == received_ns[order[k - 1]]
    return n


@numba.njit(cache=True, nogil=True)
def _number(order: Any, place: Any) -> None:
    """The place of each row in the order."""
    for k in range(len(order)):
        place[order[k]] = k


@numba.njit(cache=True, nogil=True)
def _count_and_place(row: Any, rank: Any, start: Any, entry: Any) -> None:
    for k in range(len(row)):
        start[row[k] + 1] += 1
    for r in range(1, len(start)):
        start[r] += start[r - 1]
    filled = start[:-1].copy()
    for k in range(len(row)):
        at = filled[row[k]]
        filled[row[k]] += 1
        while at > start[row[k]] and rank[entry[at - 1]] > rank[k]:  # few beacons each, nearly in order
            entry[at] = entry[at - 1]
            at -= 1
        entry[at] = k


@numba.njit(cache=True, nogil=True)
def _walk(row: Any, received_ns: Any, admitted: Any, before_ns: Any, last_ns: Any) -> None:
    last = before_ns[row[0]] if len(row) else 0
    for k in range(len(row)):
        if k > 0 and row[k] != row[k - 1]:
            last = before_ns[row[k]]
        last_ns[k] = last
        if admitted[k]:
            last = received_ns[k]


@numba.njit(cache=True, nogil=True)
def _write(  # type: ignore[no-untyped-def]
    start, rank, slot_rank, slot_ns, entry, begin, end, witness, received_ns
):
    for k in range(len(entry)):
        now = rank[entry[k]]
        for i in range(begin[k], end[k]):
            w = witness[i]
            c = start[w]
            while c < start[w + 1] and rank[c] < now:
                c += 1
            if slot_rank[c + w] <= now:  # of two reports on one beacon the later one stays
                slot_rank[c + w] = now
                slot_ns[c + w] = received_ns[i]


@numba.njit(cache=True, nogil=True)
def _last_witness(start, slot_rank, slot_ns, entry, row, before_ns, last_ns):  # type: ignore[no-untyped-def]
    for k in range(len(entry)):
        r = row[k]
        last_ns[k] = before_ns[r]
        for slot in range(entry[k] + r, start[r] + r - 1, -1):
            if slot_rank[slot] >= 0:
                last_ns[k] = slot_ns[slot]
                break


@numba.njit(cache=True, nogil=True)
def _last_reciprocal(  # type: ignore[no-untyped-def]
    start, rank, flags, received_ns, entry, begin, end, witness, before_ns, last_ns
):
    for k in range(len(entry)):
        now = rank[entry[k]]
        for i in range(begin[k], end[k]):
            w = witness[i]
            last = before_ns[w]
            for c in range(start[w + 1] - 1, start[w] - 1, -1):
                if flags[c] & RECIPROCAL and rank[c] <= now:
                    last = received_ns[c]
                    break
            last_ns[i] = last


@numba.njit(cache=True, nogil=True)
def _decide(  # type: ignore[no-untyped-def]
    start, rank, flags, own_ns, entry, begin, end, witness, received_ns, valid, before_ns, window_ns, most,
    n_valid, n_selected, rows,
):  # fmt: skip
    n = 0
    for k in range(len(entry)):
        if not valid[k]:
            continue
        now = rank[entry[k]]
        for i in range(begin[k], end[k]):
            if window_ns >= 0:
                w = witness[i]
                last = before_ns[w]
                for c in range(start[w + 1] - 1, start[w] - 1, -1):
                    if flags[c] & RECIPROCAL and rank[c] <= now:
                        last = own_ns[c]
                        break
                if last == NEVER_NS or received_ns[i] - last >= window_ns:
                    continue
            n_valid[k] += 1
            if n_selected[k] < most:
                n_selected[k] += 1
                rows[n] = i
                n += 1
    return n


@numba.njit(cache=True, nogil=True)
def _update(  # type: ignore[no-untyped-def]
    start, received_ns, flags, slot_rank, slot_ns, beacon_ns, reciprocal_ns, witness_ns, touched
):
    for r in range(len(touched)):
        for c in range(start[r], start[r + 1]):
            if flags[c] & ADMITTED:
                beacon_ns[r] = received_ns[c]
                touched[r] = True
            if flags[c] & RECIPROCAL:
                reciprocal_ns[r] = received_ns[c]
                touched[r] = True
        for slot in range(start[r] + r, start[r + 1] + r + 1):
            if slot_rank[slot] >= 0:
                witness_ns[r] = slot_ns[slot]
                touched[r] = True
