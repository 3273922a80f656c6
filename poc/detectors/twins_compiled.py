"""The comparison of shadowing_twin.py as one compiled loop over pairs: cached on disk, without the GIL.

Same numbers as the numpy version up to rounding (tests/unit/poc/detectors/test_traces.py).
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

_OPTIONS: Any = {"cache": True, "nogil": True, "error_model": "numpy"}


@numba.njit(forceinline=True, **_OPTIONS)
def _lg_distance(place_m, a, b, softening_m):  # type: ignore[no-untyped-def]
    x, y, z = place_m[a, 0] - place_m[b, 0], place_m[a, 1] - place_m[b, 1], place_m[a, 2] - place_m[b, 2]
    return 0.5 * math.log10(x * x + y * y + z * z + softening_m * softening_m)


@numba.njit(forceinline=True, **_OPTIONS)
def _log_normal(sums, offset_db2):  # type: ignore[no-untyped-def]
    """log N(value; offset, variance) of (w, w·value, w·value², weight·ln variance) summed, without the offset."""
    total = -0.5 * (sums[2] - sums[1] * sums[1] / (sums[0] + 1.0 / offset_db2)) - 0.5 * math.log1p(offset_db2 * sums[0])
    return total - 0.5 * sums[3]


@numba.njit(**_OPTIONS)
def compare(  # type: ignore[no-untyped-def]
    one, two, start, other, by_other, sorted_other, level_db, variance_db2, trust, place_m, softening_m, db_per_decade,
    variances_db2, offset_db2, most, to_common, to_trusted, to_ratio,
):  # fmt: skip
    """(counterparts in common, how far they are trusted, log-likelihood ratio "together" against "apart") of each pair.

    Links of a subject are `start[s] <= i < start[s + 1]`, the strongest first; `by_other` has their rows in ascending
    order of the counterpart, `sorted_other` these. variances_db2: what shadowing adds, (together, apart) by pair.
    """
    sums = np.empty((2, 4))
    for pair in range(len(one)):
        a, b = one[pair], two[pair]
        sums[:] = 0.0
        for row in range(start[a], min(start[a] + most, start[a + 1])):
            k = other[row]
            low, high = start[b], start[b + 1]
            while low < high:
                middle = (low + high) // 2
                if sorted_other[middle] < k:
                    low = middle + 1
                else:
                    high = middle
            if low == start[b + 1] or sorted_other[low] != k:
                continue
            mate = by_other[low]
            to_common[pair] += 1
            to_trusted[pair] += trust[k]
            difference = level_db[row] - level_db[mate]
            law = db_per_decade * (_lg_distance(place_m, a, k, softening_m) - _lg_distance(place_m, b, k, softening_m))
            for which in range(2):
                variance = variance_db2[row] + variance_db2[mate] + variances_db2[which, pair]
                value = difference - law if which else difference
                w = trust[k] / variance
                sums[which, 0] += w
                sums[which, 1] += w * value
                sums[which, 2] += w * value * value
                sums[which, 3] += trust[k] * math.log(variance)
        to_ratio[pair] = _log_normal(sums[0], offset_db2) - _log_normal(sums[1], offset_db2)
