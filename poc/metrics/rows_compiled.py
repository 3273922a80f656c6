"""The row of each of many ids in a sorted list: a table of their leading bits leaves a few candidates to search.

Same answer as `rows_in` in `poc.metrics.columns`, which asks for it when there are millions. No GIL, cached on disk.
"""

from __future__ import annotations

import numba
import numpy as np

from poc.table import Array


def rows_of_ids(sorted_ids: Array, ids: Array) -> Array:
    """Row of each id (uint64) in an ascending array of ids; −1 where it is not there.

    >>> rows_of_ids(np.array([3, 7], np.uint64), np.array([7, 4, 7], np.uint64)).tolist()
    [1, -1, 1]
    """
    least = sorted_ids[0]
    n_bits = int(sorted_ids[-1] - least).bit_length()
    shift = max(n_bits - max(len(sorted_ids).bit_length(), 1), 0)
    first = np.searchsorted((sorted_ids - least) >> np.uint64(shift), np.arange((1 << (n_bits - shift)) + 1))
    rows = np.empty(len(ids), np.int64)
    _search(sorted_ids, first.astype(np.int32), np.uint64(shift), ids, rows)
    return rows


@numba.njit(cache=True, nogil=True)
def _search(sorted_ids, first, shift, ids, rows):  # type: ignore[no-untyped-def]
    least, greatest = sorted_ids[0], sorted_ids[-1]
    for k in range(len(ids)):
        wanted = ids[k]
        if k > 0 and wanted == ids[k - 1]:
            rows[k] = rows[k - 1]
            continue
        rows[k] = -1
        if wanted < least or wanted > greatest:
            continue
        bucket = (wanted - least) >> shift
        low, high = first[bucket], first[bucket + np.uint64(1)]
        while low < high:
            middle = (low + high) >> 1
            if sorted_ids[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        if low < len(sorted_ids) and sorted_ids[low] == wanted:
            rows[k] = low
