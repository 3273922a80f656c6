"""The scan of scan.py as one compiled serial loop: sixteen candidates at a time in single precision, without the GIL.

Same numbers as the numpy version to about 1e-3 nat near the best place (tests/unit/poc/detectors/test_scan.py; why
single precision does: docs/adr/0017). Lengths are in kilometres from the subject's first counterpart, and losses from
the law's at 1 km, so that single precision is spent on what differs. Cached on disk; delete the cache after an edit of
`lanes_compiled`.
"""

# mypy: disable-error-code="no-untyped-call, no-untyped-def, untyped-decorator"

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from poc.detectors.censoring import MissTable
from poc.detectors.lanes_compiled import WIDTH, lanes, larger, load, log2, looked_up, nearest, smaller, store
from poc.table import Array

_INNER: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
_LOW, _TOP = np.float32(MissTable.LOW), np.float32(MissTable.LOW + (MissTable.SIZE - 1) / MissTable.STEPS)
_STEPS, _STEP = np.float32(MissTable.STEPS), np.float32(1.0 / MissTable.STEPS)
_ZERO, _HALF, _ONE, _MOST_NAT, _MOST_DB = (np.float32(x) for x in (0.0, 0.5, 1.0, 5.0, 20.0))
_LN_2 = np.float32(math.log(2.0))
#: Numbers of each pair side by side: place (3), law's loss at 1 km less level, 1 / spread, weight.
_EACH = 6


@numba.njit(forceinline=True, **_INNER)
def _lines(points, pairs, n_pairs, n_heard, half_slope_db, softening_km2, nowhere_km2, prior_precision, lines):
    """Fill `lines` with (law − level) / spread of each pair; the bias that the receptions alone would ask for."""
    x, y, z = load(points, 0), load(points, WIDTH), load(points, 2 * WIDTH)
    bias, precision, farthest = lanes(_ZERO), prior_precision, lanes(nowhere_km2)
    for k in range(n_pairs):
        at = k * _EACH
        dx, dy, dz, rate = x - pairs[at], y - pairs[at + 1], z - pairs[at + 2], pairs[at + 4]
        square = smaller(dx * dx + dy * dy + dz * dz + softening_km2, farthest)
        line = (log2(square) * half_slope_db + pairs[at + 3]) * rate
        store(lines, k * WIDTH, line)
        if k < n_heard:
            share = pairs[at + 5] * rate
            precision += share * rate
            bias = bias - line * share
    return bias * (_ONE / precision)


@numba.njit(forceinline=True, **_INNER)
def _miss(line, bias, rate):
    """(place in the table of misses, what is left over)."""
    u = (smaller(larger(line + bias * rate, lanes(_LOW)), lanes(_TOP)) - _LOW) * _STEPS
    place = nearest(u)
    return place, (u - place) * _STEP


@numba.njit(forceinline=True, **_INNER)
def _bent(bias, lines, pairs, n_pairs, n_heard, freedom, prior_precision, slopes, curvatures):
    """(gradient, curvature) of the log-likelihood over the bias."""
    one, zero = lanes(_ONE), lanes(_ZERO)
    inverse, common = _ONE / freedom, (freedom + _ONE) / freedom
    prior = one / (bias * bias * (prior_precision * inverse) + _ONE) * (common * prior_precision)
    gradient, curving = zero - bias * prior, prior
    for k in range(n_heard):
        rate = pairs[k * _EACH + 4]
        share = common * (pairs[k * _EACH + 5] * rate)
        u = load(lines, k * WIDTH) + bias * rate
        q = one / (u * u * inverse + _ONE)
        gradient = gradient - u * q * share
        curving = curving + q * (share * rate)
    for k in range(n_heard, n_pairs):
        rate = pairs[k * _EACH + 4]
        share = pairs[k * _EACH + 5] * rate
        place, rest = _miss(load(lines, k * WIDTH), bias, rate)
        bend = looked_up(curvatures, place)
        gradient = gradient + (looked_up(slopes, place) - bend * rest) * share
        curving = curving + larger(bend, zero) * (share * rate)
    return gradient, curving


@numba.njit(forceinline=True, **_INNER)
def _peak(bias, lines, pairs, n_pairs, n_heard, freedom, prior_precision, values, slopes, curvatures):
    """(log-likelihood, its gradient and curvature over the bias), the bias's prior included."""
    one, zero = lanes(_ONE), lanes(_ZERO)
    inverse, common = _ONE / freedom, (freedom + _ONE) / freedom
    half = -_HALF * (freedom + _ONE) * _LN_2
    square = bias * bias * (prior_precision * inverse) + _ONE
    prior = one / square * (common * prior_precision)
    value, gradient, curving = log2(square) * half, zero - bias * prior, prior
    for k in range(n_heard):
        rate, weight = pairs[k * _EACH + 4], pairs[k * _EACH + 5]
        share = common * (weight * rate)
        u = load(lines, k * WIDTH) + bias * rate
        square = u * u * inverse + _ONE
        q = one / square
        value = value + log2(square) * (half * weight)
        gradient = gradient - u * q * share
        curving = curving + q * (share * rate)
    for k in range(n_heard, n_pairs):
        rate, weight = pairs[k * _EACH + 4], pairs[k * _EACH + 5]
        place, rest = _miss(load(lines, k * WIDTH), bias, rate)
        bend, slope = looked_up(curvatures, place), looked_up(slopes, place)
        bent = bend * rest
        value = value + (looked_up(values, place) + (slope - bent * _HALF) * rest) * weight
        gradient = gradient + (slope - bent) * (weight * rate)
        curving = curving + larger(bend, zero) * (weight * rate * rate)
    return value, gradient, curving


@numba.njit(**_INNER)
def _sixteen(
    points, pairs, n_pairs, n_heard, half_slope_db, softening_km2, nowhere_km2, prior_precision, freedom, n_newton,
    values, slopes, curvatures, lines, result,
):  # fmt: skip
    """The log-likelihoods of sixteen candidates of one subject: Newton's steps, then Laplace's approximation."""
    bias = _lines(
        points, pairs, n_pairs, n_heard, half_slope_db, softening_km2, nowhere_km2, prior_precision, lines
    )  # fmt: skip
    for _ in range(n_newton):
        gradient, curving = _bent(
            bias, lines, pairs, n_pairs, n_heard, freedom, prior_precision, slopes, curvatures
        )  # fmt: skip
        bias = bias + larger(smaller(gradient / curving, lanes(_MOST_DB)), lanes(-_MOST_DB))
    value, gradient, curving = _peak(
        bias, lines, pairs, n_pairs, n_heard, freedom, prior_precision, values, slopes, curvatures
    )  # fmt: skip
    value = value + smaller(gradient * gradient / curving * _HALF, lanes(_MOST_NAT))
    store(result, 0, value - log2(curving / prior_precision) * (_HALF * _LN_2))


@numba.njit(nogil=True, cache=True, error_model="numpy")
def scan(
    start: Array,
    n_heard: Array,
    subjects: Array,
    level_db: Array,
    inverse_sd: Array,
    weight: Array,
    place_m: Array,
    prior_db: Array,
    points_m: Array,
    law: tuple[float, float],
    softening_m: float,
    nowhere_m: float,
    freedom: float,
    n_newton: int,
    values: Array,
    slopes: Array,
    curvatures: Array,
    result: Array,
) -> None:
    """Fill result (n_subjects, n_points); arguments as in scan.log_likelihoods, the table of misses in float32."""
    n_points = points_m.shape[1]
    longest = 0
    for row in range(len(subjects)):
        longest = max(longest, start[subjects[row] + 1] - start[subjects[row]])
    lines, pairs = np.empty(longest * WIDTH, np.float32), np.empty(longest * _EACH, np.float32)
    points, sixteen = np.empty(3 * WIDTH, np.float32), np.empty(WIDTH, np.float32)
    half_slope_db = np.float32(0.5 * law[1] * math.log10(2.0))
    softening_km2, nowhere_km2 = np.float32((1e-3 * softening_m) ** 2), np.float32((1e-3 * nowhere_m) ** 2)
    for row in range(len(subjects)):
        subject = subjects[row]
        first, n_pairs = start[subject], start[subject + 1] - start[subject]
        origin_m = place_m[first] if n_pairs > 0 else points_m[row, 0]
        for k in range(n_pairs):
            at, pair = k * _EACH, first + k
            for axis in range(3):
                pairs[at + axis] = 1e-3 * (place_m[pair, axis] - origin_m[axis])
            pairs[at + 3] = law[0] - level_db[pair]
            pairs[at + 4], pairs[at + 5] = inverse_sd[pair], weight[pair]
        prior_precision = np.float32(1.0 / (prior_db[subject] * prior_db[subject]))
        for begin in range(0, n_points, WIDTH):
            for c in range(WIDTH):
                for axis in range(3):
                    point_m = points_m[row, min(begin + c, n_points - 1), axis]
                    points[axis * WIDTH + c] = 1e-3 * (point_m - origin_m[axis])
            _sixteen(
                points, pairs, n_pairs, n_heard[subject], half_slope_db, softening_km2, nowhere_km2, prior_precision,
                np.float32(freedom), n_newton, values, slopes, curvatures, lines, sixteen,
            )  # fmt: skip
            for c in range(min(WIDTH, n_points - begin)):
                result[row, begin + c] = sixteen[c]
