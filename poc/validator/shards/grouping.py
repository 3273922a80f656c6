"""The directed pairs of a shard, each once, from reports that stand beacon by beacon. Compiled, no GIL."""

from __future__ import annotations

import threading
from typing import Any

import numba
import numpy as np

from poc.table import Array

_LAST_STAMP = 2**31 - 1
_threads = threading.local()


def in_order_of_arrival(begin: Array, end: Array, received_ns: Array) -> bool:
    """Whether the reports of each beacon stand in order of arrival."""
    return bool(_ascending(begin, end, received_ns))


def pairs_of(
    beaconer_row: Array, begin: Array, end: Array, witness_row: Array, n_sites: int
) -> tuple[Array, Array, Array]:
    """Beaconer and witness row of each distinct pair, and the pair of each report.

    Pairs stand by beaconer as they come and then by witness. `beaconer_row` (n_beacons) has equal rows side by side;
    the reports of beacon k are `begin[k] <= i < end[k]`.

    >>> rows, heard = np.array([4, 4], np.int32), np.array([7, 2, 7], np.int32)
    >>> [part.tolist() for part in pairs_of(rows, np.array([0, 2]), np.array([2, 3]), heard, 9)]
    [[4, 4], [2, 7], [1, 0, 1]]
    """
    n = len(witness_row)
    beaconer, witness, pair = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    seen, place, stamp = _remembered(n_sites, len(begin))
    n_pairs = _group(beaconer_row, begin, end, witness_row, stamp, seen, place, beaconer, witness, pair)
    return beaconer[:n_pairs], witness[:n_pairs], pair


def _remembered(n_sites: int, n_beacons: int) -> tuple[Array, Array, int]:
    """Two arrays over all sites that this thread uses again, and the first of so many stamps that it never used."""
    if len(getattr(_threads, "seen", ())) < n_sites or _threads.stamp + n_beacons > _LAST_STAMP:
        _threads.seen, _threads.place = np.full(n_sites, -1, np.int32), np.empty(n_sites, np.int32)
        _threads.stamp = 0
    stamp: int = _threads.stamp
    _threads.stamp += n_beacons
    return _threads.seen, _threads.place, stamp


@numba.njit(cache=True, nogil=True)
def _ascending(begin: Any, end: Any, received_ns: Any) -> bool:
    for k in range(len(begin)):
        for i in range(begin[k] + 1, end[k]):
            if received_ns[i] < received_ns[i - 1]:
                return False
    return True


@numba.njit(cache=True, nogil=True)
def _group(  # type: ignore[no-untyped-def]
    beaconer_row, begin, end, witness_row, stamp, seen, place, beaconer, witness, pair
):
    n, k = 0, 0
    while k < len(begin):
        first, stop = n, k
        while stop < len(begin) and beaconer_row[stop] == beaconer_row[k]:
            for i in range(begin[stop], end[stop]):
                w = witness_row[i]
                if seen[w] != stamp + k:
                    seen[w] = stamp + k
                    witness[n] = w
                    n += 1
            stop += 1
        witness[first:n].sort()
        for j in range(first, n):
            place[witness[j]] = j
            beaconer[j] = beaconer_row[k]
        for m in range(k, stop):
            for i in range(begin[m], end[m]):
                pair[i] = place[witness_row[i]]
        k = stop
    return n
