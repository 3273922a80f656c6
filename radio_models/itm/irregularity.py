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
            height = block[lane]
            sums[lane] += height
            moments[lane] += height * (from_middle + lane)
    return _folded_sum(sums), _folded_sum(moments)


@compiled
def _folded_sum(lanes):  # type: ignore[no-untyped-def]
    """Sum of all lanes in four strands that do not wait for each other."""
    quarter = LANES // 4
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    for lane in range(quarter):
        first += lanes[lane]
        second += lanes[lane + quarter]
        third += lanes[lane + 2 * quarter]
        fourth += lanes[lane + 3 * quarter]
    return (first + second) + (third + fourth)


@compiled
def highest_lane(lanes):  # type: ignore[no-untyped-def]
    """Greatest of all lanes in four strands that do not wait for each other."""
    quarter = LANES // 4
    first, second, third, fourth = lanes[0], lanes[quarter], lanes[2 * quarter], lanes[3 * quarter]
    for lane in range(1, quarter):
        first = max(first, lanes[lane])
        second = max(second, lanes[lane + quarter])
        third = max(third, lanes[lane + 2 * quarter])
        fourth = max(fourth, lanes[lane + 3 * quarter])
    return max(max(first, second), max(third, fourth))


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
def detrend(heights_m, n_samples, lanes):  # type: ignore[no-untyped-def]
    """Subtract the trapezoid-weighted least-squares line in place; returns the smallest and largest residual."""
    length = np.float64(n_samples - 1)
    middle = 0.5 * length
    total, moment = sums_about(heights_m, np.int64(0), n_samples, lanes)
    first, final = heights_m[0], heights_m[n_samples - 1]
    total -= 0.5 * (first + final)
    moment += 0.5 * middle * (first - final)
    slope = moment * 12.0 / ((length * length + 2.0) * length)
    at_start = total / length - slope * middle

    depths, highs = lanes[0], lanes[1]
    for lane in range(LANES):
        depths[lane] = -math.inf
        highs[lane] = -math.inf
    for base in range(0, n_samples, LANES):
        n_lanes = min(LANES, n_samples - base)
        block = heights_m[base : base + n_lanes]
        for lane in range(n_lanes):
            residual = block[lane] - (at_start + slope * (base + lane))
            block[lane] = residual
            depths[lane] = -residual if -residual > depths[lane] else depths[lane]
            highs[lane] = residual if residual > highs[lane] else highs[lane]
    return -highest_lane(depths), highest_lane(highs)


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
