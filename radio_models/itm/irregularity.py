"""Terrain irregularity Δh: the spread between the 10 % and 90 % heights of the ground about its trend. Compiled.

Source: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, sections 6.22 to 6.26, as NTIA's
public code (repository NTIA/itm) samples the profile: 35 to 245 points, resampled at equal steps.
"""

from __future__ import annotations

import math

import numpy as np

from radio_models.vector_choices import greater, lesser

from .compiled import compiled, inlined
from .reductions import sums_about

MAX_SAMPLES = 245
N_BUCKETS = 128
_INDEX_BITS = 8
_LAST = 255  # an index that no sample has

# Below this the square roots further on magnify rounding, and only NTIA's own order of operations agrees with NTIA.
NEARLY_FLAT_M = 0.01


@compiled
def resample(ground_m, last, start, step, n_samples, heights_m, buckets):  # type: ignore[no-untyped-def]
    """Linear interpolation at `start + j·step` [points]; split in two so that the arithmetic is done in vectors."""
    offsets, lefts = heights_m[:n_samples], buckets[:n_samples]
    for j in range(n_samples):
        position = start + j * step
        left = min(np.int32(position), np.int32(last - 1))
        lefts[j] = left
        offsets[j] = position - left - 1.0
    for j in range(n_samples):
        index = np.uint32(lefts[j])  # unsigned: no test for negative indices
        height = ground_m[index + np.uint32(1)]
        offsets[j] = height + (height - ground_m[index]) * offsets[j]


@compiled
def trend_of(heights_m, n_samples):  # type: ignore[no-untyped-def]
    """The trapezoid-weighted least-squares line: its height at the first sample, and its rise from one to the next."""
    length = np.float64(n_samples - 1)
    middle = 0.5 * length
    total, moment = sums_about(heights_m, np.int64(0), n_samples)
    first, final = heights_m[0], heights_m[n_samples - 1]
    total -= 0.5 * (first + final)
    moment += 0.5 * middle * (first - final)
    slope = moment * 12.0 / ((length * length + 2.0) * length)
    return total / length - slope * middle, slope


@inlined
def detrend(heights_m, n_samples):  # type: ignore[no-untyped-def]
    """Subtract the trend in place; returns the smallest and largest residual."""
    at_start, slope = trend_of(heights_m, n_samples)
    low, high = math.inf, -math.inf
    for j in range(n_samples):
        residual = heights_m[j] - (at_start + slope * j)
        heights_m[j] = residual
        low, high = lesser(low, residual), greater(high, residual)
    return low, high


@compiled
def _rank_in(values, n_values, rank):  # type: ignore[no-untyped-def]
    """The `rank`-th smallest (from 0) of a short list, by insertion sort in place."""
    for i in range(1, n_values):
        value = values[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
    return values[rank]


@compiled
def _pick(word, followers, values, picked):  # type: ignore[no-untyped-def]
    """Copy the values of one bucket; its word holds the index of the last one, each follower that of the one before."""
    n_picked = 0
    i = word & _LAST
    while i != _LAST:
        picked[n_picked] = values[i]
        n_picked += 1
        i = followers[i] & _LAST
    return n_picked


@compiled
def spread_between(values, n_values, rank, low, high, scratch):  # type: ignore[no-untyped-def]
    """Difference of the `rank`-th largest and the `rank`-th smallest value (ranks from 0), exact.

    One pass counts and chains the values in equal buckets between `low` and `high`; only the two buckets where the
    ranks fall are then sorted, so nothing is allocated and the values stay in place. A bucket is one word: how many
    values, and the index of the last of them.
    """
    if not high - low > 1e-200:
        return 0.0
    words, picked = scratch.counts, scratch.picked
    scale = (N_BUCKETS - 1) / (high - low)
    for bucket in range(N_BUCKETS):
        words[bucket] = _LAST
    values, followers = values[:n_values], scratch.buckets[:n_values]
    for i in range(n_values):
        followers[i] = np.int32((values[i] - low) * scale)
    for i in range(n_values):
        place = np.uint32(followers[i])  # unsigned: no test for negative indices
        word = words[place]
        followers[i] = word
        words[place] = ((word >> _INDEX_BITS) + 1) << _INDEX_BITS | i

    low_bucket, low_rank = 0, rank
    while low_rank >= words[low_bucket] >> _INDEX_BITS:
        low_rank -= words[low_bucket] >> _INDEX_BITS
        low_bucket += 1
    high_bucket, high_rank = N_BUCKETS - 1, rank
    while high_rank >= words[high_bucket] >> _INDEX_BITS:
        high_rank -= words[high_bucket] >> _INDEX_BITS
        high_bucket -= 1

    n_low = _pick(words[low_bucket], followers, values, picked)
    lowest = _rank_in(picked, n_low, low_rank)
    n_high = _pick(words[high_bucket], followers, values, picked)
    return _rank_in(picked, n_high, n_high - 1 - high_rank) - lowest


@compiled
def _resample_and_detrend_as_ntia(ground_m, last, start, step, n_samples, heights_m):  # type: ignore[no-untyped-def]
    """`resample` and `detrend` with every rounding where NTIA's code has it, for ground that is all but a plane."""
    right = np.int64(start) + 1
    offset = start - right
    for j in range(n_samples):
        while offset > 0.0 and right < last:
            offset -= 1.0
            right += 1
        height = ground_m[right]
        heights_m[j] = height + (height - ground_m[right - 1]) * offset
        offset += step

    length = np.float64(n_samples - 1)
    shifted = -0.5 * length
    middle = length + shifted
    total = 0.5 * (heights_m[0] + heights_m[n_samples - 1])
    moment = 0.5 * (heights_m[0] - heights_m[n_samples - 1]) * shifted
    for j in range(1, n_samples - 1):
        shifted += 1.0
        total += heights_m[j]
        moment += heights_m[j] * shifted
    total = total / length
    moment = moment * 12.0 / ((length * length + 2.0) * length)
    trend = total - moment * middle
    rise = (total + moment * (length - middle) - trend) / length
    low, high = math.inf, -math.inf
    for j in range(n_samples):
        heights_m[j] -= trend
        trend += rise
        low, high = min(low, heights_m[j]), max(high, heights_m[j])
    return low, high


@inlined
def samples_between(start, end):  # type: ignore[no-untyped-def]
    """How many samples stand for so many steps, a tenth of them, and how many steps lie between two."""
    tenth = min(max(4, int(0.1 * (end - start + 8.0))), 25)
    n_samples = 10 * tenth - 5
    return n_samples, tenth, (end - start) / (n_samples - 1)


@inlined
def unbiased_m(spread_m, length_m):  # type: ignore[no-untyped-def]
    """Δh [m] of endless ground, from the spread on a path of this length."""
    return spread_m / (1.0 - 0.8 * math.exp(-length_m / 50e3))


@compiled
def irregularity_m(ground_m, last, step_m, start_m, end_m, scratch):  # type: ignore[no-untyped-def]
    """Δh [m] of the ground between two distances along the profile; 0 when fewer than two steps lie between."""
    start, end = start_m / step_m, end_m / step_m
    if end - start < 2.0:
        return 0.0
    n_samples, tenth, step = samples_between(start, end)
    heights_m = scratch.heights_m
    resample(ground_m, last, start, step, n_samples, heights_m, scratch.buckets)
    first_m, final_m = heights_m[0], heights_m[n_samples - 1]
    low, high = detrend(heights_m, n_samples)
    if first_m == 0.0 and final_m == 0.0 and low == high:  # the open sea, where nothing can round
        return 0.0
    spread_m = spread_between(heights_m, n_samples, tenth - 1, low, high, scratch)
    if spread_m < NEARLY_FLAT_M:
        low, high = _resample_and_detrend_as_ntia(ground_m, last, start, step, n_samples, heights_m)
        spread_m = spread_between(heights_m, n_samples, tenth - 1, low, high, scratch)
    return unbiased_m(spread_m, end_m - start_m)
