"""Terrain irregularity Δh: the spread between the 10 % and 90 % heights of the ground about its trend. Compiled.

Source: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, sections 6.22 to 6.26, as NTIA's
public code (repository NTIA/itm) samples the profile: 35 to 245 points, resampled at equal steps.
"""

from __future__ import annotations

import math

import numpy as np

from .compiled import compiled

MAX_SAMPLES = 245
N_BUCKETS = 128
_INDEX_BITS = 8
_LAST = 255  # an index that no sample has
LANES = 32  # partial sums and maxima kept apart, so that strict arithmetic still uses the vector unit

# Below this the square roots further on magnify rounding, and only NTIA's own order of operations agrees with NTIA.
_NEARLY_FLAT_M = 0.01


@compiled
def sums_about(heights_m, first, n_heights, lanes):  # type: ignore[no-untyped-def]
    """Σ height and Σ height · (index − middle index) of `n_heights` values from `first` on."""
    sums, moments = lanes[0], lanes[1]
    for lane in range(LANES):
        sums[lane] = 0.0
        moments[lane] = 0.0
    for base in range(0, n_heights, LANES):
        n_lanes = min(LANES, n_heights - base)
        block = heights_m[first + base : first + base + n_lanes]
        from_middle = base - 0.5 * (n_heights - 1)
        for lane in range(n_lanes):
            height = np.float64(block[lane])
            sums[lane] += height
            moments[lane] += height * (from_middle + lane)
    total, moment = 0.0, 0.0
    for lane in range(LANES):
        total += sums[lane]
        moment += moments[lane]
    return total, moment


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
        height = np.float64(ground_m[index + np.uint32(1)])
        offsets[j] = height + (height - np.float64(ground_m[index])) * offsets[j]


@compiled
def extremes(values):  # type: ignore[no-untyped-def]
    """Smallest and largest of at least four values, in four chains that the processor follows side by side."""
    low_0, low_1, low_2, low_3 = values[0], values[1], values[2], values[3]
    high_0, high_1, high_2, high_3 = low_0, low_1, low_2, low_3
    n_values = values.size
    for i in range(4, n_values - 3, 4):
        value_0, value_1, value_2, value_3 = values[i], values[i + 1], values[i + 2], values[i + 3]
        low_0 = value_0 if value_0 < low_0 else low_0
        low_1 = value_1 if value_1 < low_1 else low_1
        low_2 = value_2 if value_2 < low_2 else low_2
        low_3 = value_3 if value_3 < low_3 else low_3
        high_0 = value_0 if value_0 > high_0 else high_0
        high_1 = value_1 if value_1 > high_1 else high_1
        high_2 = value_2 if value_2 > high_2 else high_2
        high_3 = value_3 if value_3 > high_3 else high_3
    for i in range(n_values // 4 * 4, n_values):
        low_0 = values[i] if values[i] < low_0 else low_0
        high_0 = values[i] if values[i] > high_0 else high_0
    return min(min(low_0, low_1), min(low_2, low_3)), max(max(high_0, high_1), max(high_2, high_3))


@compiled
def detrend(heights_m, n_samples, lanes):  # type: ignore[no-untyped-def]
    """Subtract the trapezoid-weighted least-squares line in place; returns the smallest and largest residual."""
    length = np.float64(n_samples - 1)
    middle = 0.5 * length
    total, moment = sums_about(heights_m, 0, n_samples, lanes)
    first, final = heights_m[0], heights_m[n_samples - 1]
    total -= 0.5 * (first + final)
    moment += 0.5 * middle * (first - final)
    slope = moment * 12.0 / ((length * length + 2.0) * length)
    at_start = total / length - slope * middle

    residuals_m = heights_m[:n_samples]
    for j in range(n_samples):
        residuals_m[j] = residuals_m[j] - (at_start + slope * j)

    return extremes(residuals_m)


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
        height = np.float64(ground_m[right])
        heights_m[j] = height + (height - np.float64(ground_m[right - 1])) * offset
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


@compiled
def irregularity_m(ground_m, last, step_m, start_m, end_m, scratch):  # type: ignore[no-untyped-def]
    """Δh [m] of the ground between two distances along the profile; 0 when fewer than two steps lie between."""
    start, end = start_m / step_m, end_m / step_m
    if end - start < 2.0:
        return 0.0
    tenth = min(max(4, int(0.1 * (end - start + 8.0))), 25)
    n_samples = 10 * tenth - 5
    step = (end - start) / (n_samples - 1)
    heights_m = scratch.heights_m
    resample(ground_m, last, start, step, n_samples, heights_m, scratch.buckets)
    first_m, final_m = heights_m[0], heights_m[n_samples - 1]
    low, high = detrend(heights_m, n_samples, scratch.lanes)
    if first_m == 0.0 and final_m == 0.0 and low == high:  # the open sea, where nothing can round
        return 0.0
    spread_m = spread_between(heights_m, n_samples, tenth - 1, low, high, scratch)
    if spread_m < _NEARLY_FLAT_M:
        low, high = _resample_and_detrend_as_ntia(ground_m, last, start, step, n_samples, heights_m)
        spread_m = spread_between(heights_m, n_samples, tenth - 1, low, high, scratch)
    return spread_m / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50e3))
