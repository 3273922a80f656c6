"""The many pairs of a network in compiled serial loops: how far apart, which are known, who should have been heard.

What numpy does in many passes over arrays of millions is one pass here; the numpy forms beside the callers are the
reference (tests/unit/poc/detectors/test_pairs.py). Cached on disk, without the GIL.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

_OPTIONS: Any = {"cache": True, "nogil": True, "error_model": "numpy"}


@numba.njit(**_OPTIONS)
def distances(place_m, rows_a, rows_b, softening_m, to_m):  # type: ignore[no-untyped-def]
    """√(distance² + softening²) between the places of two columns of rows."""
    for k in range(len(rows_a)):
        a, b = rows_a[k], rows_b[k]
        x = place_m[a, 0] - place_m[b, 0]
        y = place_m[a, 1] - place_m[b, 1]
        z = place_m[a, 2] - place_m[b, 2]
        to_m[k] = math.sqrt(x * x + y * y + z * z + softening_m * softening_m)


@numba.njit(**_OPTIONS)
def places_of(sorted_keys, keys, to_place):  # type: ignore[no-untyped-def]
    """Place of each key in a sorted list, −1 where it is not there. Soonest where keys come nearly in order."""
    n, at = len(sorted_keys), 0
    for k in range(len(keys)):
        key = keys[k]
        # gallop from the last place to a span that holds the key
        if at < n and sorted_keys[at] < key:
            low, step = at, 1
            while low + step < n and sorted_keys[low + step] < key:
                low, step = low + step, 2 * step
            high = min(low + step, n)
        else:
            high, step = at, 1
            while high - step >= 0 and sorted_keys[high - step] >= key:
                high, step = high - step, 2 * step
            low = max(high - step, -1)
        while high - low > 1:  # the key is above low and not above high
            middle = (low + high) // 2
            if sorted_keys[middle] < key:
                low = middle
            else:
                high = middle
        at = high
        to_place[k] = at if at < n and sorted_keys[at] == key else -1


@numba.njit(**_OPTIONS)
def on_smooth_curves(place, step, first, second, to_first, to_second):  # type: ignore[no-untyped-def]
    """Linear interpolation of two curves given at 0, step, 2·step, …; beyond their ends the last value."""
    last = len(first) - 1
    for k in range(len(place)):
        x = min(max(place[k] / step, 0.0), float(last))
        i = min(int(x), last - 1)
        to_first[k] = first[i] + (x - i) * (first[i + 1] - first[i])
        to_second[k] = second[i] + (x - i) * (second[i + 1] - second[i])


@numba.njit(**_OPTIONS)
def unheard(asked, start, other, hub, sends, beacons, heard_start, heard_other, to_start, to_other):  # type: ignore[no-untyped-def]
    """Of each subject asked for those in reach of its asserted place or of its hub without a link with it, ascending.

    start, other: who is in reach of whom; heard_*: links of subjects; both ascending. A subject that does not send can
    only have missed whoever sent. `to_other` may be empty: then only `to_start` is filled, with where each begins.
    """
    n_subjects, n, fill = len(start) - 1, 0, len(to_other) > 0
    for s in range(n_subjects):
        to_start[s] = n
        if not asked[s]:
            continue
        i, i_end = start[s], start[s + 1]
        j, j_end = 0, 0
        if hub[s] >= 0:
            j, j_end = start[hub[s]], start[hub[s] + 1]
        h, h_end = heard_start[s], heard_start[s + 1]
        while i < i_end or j < j_end:
            o = other[i] if j >= j_end or (i < i_end and other[i] <= other[j]) else other[j]
            if i < i_end and other[i] == o:
                i += 1
            if j < j_end and other[j] == o:
                j += 1
            while h < h_end and heard_other[h] < o:
                h += 1
            if o != s and (sends[s] or beacons[o]) and not (h < h_end and heard_other[h] == o):
                if fill:
                    to_other[n] = o
                n += 1
    to_start[n_subjects] = n


@numba.njit(**_OPTIONS)
def nearest_first(heard_start, missed_start, distance_m, level_db, to_order):  # type: ignore[no-untyped-def]
    """Of each subject the rows of its heard pairs, then those of its missed ones, each in ascending order of distance,
    then of level, then as they are; rows of missed pairs follow those of all heard ones."""
    n_heard, begin = heard_start[-1], 0
    for s in range(len(heard_start) - 1):
        for part in range(2):
            first = heard_start[s] if part == 0 else n_heard + missed_start[s]
            last = heard_start[s + 1] if part == 0 else n_heard + missed_start[s + 1]
            order = np.argsort(distance_m[first:last], kind="mergesort")
            for k in range(len(order)):
                row, at = first + order[k], begin + k
                while (
                    at > begin
                    and distance_m[to_order[at - 1]] == distance_m[row]
                    and level_db[to_order[at - 1]] > level_db[row]
                ):
                    to_order[at] = to_order[at - 1]
                    at -= 1
                to_order[at] = row
            begin += len(order)
