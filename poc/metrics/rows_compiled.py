"""The row of each of many ids in a sorted list: a table of their leading bits leaves a few candidates to search.

Same answer as `rows_in` in `poc.metrics.columns`, which asks for it when there are millions. No GIL, cached on disk.
"""

from __future__ import annotations

import numba
import numpy as np

from poc.table import Array

_FEW = 4  # ids that are looked through one by one
_REMEMBERED_BITS = 14  # of the number of places for ids that were found lately: in tables of links they come again soon
_REMEMBERED_SHIFT, _SPREAD = np.uint64(64 - _REMEMBERED_BITS), np.uint64(0x9E3779B97F4A7C15)


class Ready:
    """An ascending array of ids (uint64), not empty, with a table of their leading bits.

    >>> Ready(np.array([3, 7], np.uint64)).rows(np.array([7, 4, 7], np.uint64)).tolist()
    [1, -1, 1]
    """

    def __init__(self, sorted_ids: Array) -> None:
        least = sorted_ids[0]
        n_bits = int(sorted_ids[-1] - least).bit_length()
        shift = max(n_bits - max(len(sorted_ids).bit_length(), 1), 0)
        self._ids, self._shift = sorted_ids, np.uint64(shift)
        self._first = np.zeros((1 << (n_bits - shift)) + 1, np.int32)
        _fill(sorted_ids, self._shift, self._first)

    def rows(self, ids: Array) -> Array:
        """Row of each id (uint64); −1 where it is not there."""
        rows = np.empty(len(ids), np.int64)
        lately = np.full(1 << _REMEMBERED_BITS, -1, np.int32)
        _search(self._ids, self._first, self._shift, ids, lately, rows)
        return rows


@numba.njit(cache=True, nogil=True)
def _fill(sorted_ids, shift, first):  # type: ignore[no-untyped-def]
    """Where the ids of each bucket begin: `first[b]` of them lie in buckets before b."""
    bucket, least = 0, sorted_ids[0]
    for row in range(len(sorted_ids)):
        while bucket <= np.int64((sorted_ids[row] - least) >> shift):
            first[bucket] = row
            bucket += 1
    first[bucket:] = len(sorted_ids)


@numba.njit(cache=True, nogil=True)
def _search(sorted_ids, first, shift, ids, lately, rows):  # type: ignore[no-untyped-def]
    least, greatest = sorted_ids[0], sorted_ids[-1]
    ids_lately = np.zeros(len(lately), np.uint64)
    for k in range(len(ids)):
        wanted = ids[k]
        if k > 0 and wanted == ids[k - 1]:
            rows[k] = rows[k - 1]
            continue
        place = np.int64((wanted * _SPREAD) >> _REMEMBERED_SHIFT)
        if ids_lately[place] == wanted and lately[place] >= 0:
            rows[k] = lately[place]
            continue
        rows[k] = -1
        if wanted < least or wanted > greatest:
            continue
        bucket = (wanted - least) >> shift
        low, high = first[bucket], first[bucket + np.uint64(1)]
        while high - low > _FEW:
            middle = (low + high) >> 1
            if sorted_ids[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        while low < high and sorted_ids[low] < wanted:
            low += 1
        if low < len(sorted_ids) and sorted_ids[low] == wanted:
            rows[k] = low
            ids_lately[place], lately[place] = wanted, low
