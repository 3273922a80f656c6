"""The scan of scan.py as one compiled serial loop: strict floating point, no GIL, cached on disk.

Same numbers as the numpy version up to the order of summation (tests/unit/poc/detectors/test_scan.py).
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from poc.detectors.censoring import MissTable
from poc.table import Array

_LOW, _STEPS, _SIZE = MissTable.LOW, float(MissTable.STEPS), MissTable.SIZE


@nb.njit(nogil=True, cache=True, fastmath=False, error_model="numpy")
def log_in_place(values: Array, mantissa: Array) -> None:
    """Natural logarithm of normal positive numbers, overwriting them; mantissa is scratch of the same length.

    Exponent by bits, mantissa m by 2 artanh((m − 1) / (m + 1)) to t¹⁹: good to 1e-10, and, unlike a call of the C
    library for each number, a loop that the compiler vectorises.
    """
    bits, mantissa_bits = values.view(np.int64), mantissa.view(np.int64)
    for c in range(len(values)):
        mantissa_bits[c] = (bits[c] & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000
    for c in range(len(values)):
        exponent = np.float64((bits[c] >> 52) - 1023)
        t = (mantissa[c] - 1.0) / (mantissa[c] + 1.0)
        q = t * t
        series = 1.0 / 15.0 + q * (1.0 / 17.0 + q * (1.0 / 19.0))
        series = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * series)))
        series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * series))
        values[c] = 0.6931471805599453 * exponent + 2.0 * t * series


@nb.njit(nogil=True, cache=True, fastmath=False, error_model="numpy")
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
    value_table: Array,
    slope_table: Array,
    curvature_table: Array,
    result: Array,
) -> None:
    """Fill result (n_subjects, n_points); arguments as in scan.log_likelihoods. Candidates are the inner loop: their
    sums are independent, so the loop is vectorised without reordering a single addition."""
    n_points = points_m.shape[1]
    longest = 0
    for row in range(len(subjects)):
        longest = max(longest, start[subjects[row] + 1] - start[subjects[row]])
    off = np.empty((longest, n_points))
    scratch = np.empty(n_points)
    x, y, z = np.empty(n_points), np.empty(n_points), np.empty(n_points)
    bias, gradient, curving = np.empty(n_points), np.empty(n_points), np.empty(n_points)
    common = (freedom + 1.0) / freedom
    top = _LOW + (_SIZE - 1) / _STEPS
    base_db, half_slope_db = law[0] - 3.0 * law[1], 0.5 * law[1] / math.log(10.0)
    for row in range(len(subjects)):
        subject = subjects[row]
        first, last = start[subject], start[subject + 1]
        heard_end = first + n_heard[subject]
        prior_precision = 1.0 / (prior_db[subject] * prior_db[subject])
        for c in range(n_points):
            x[c], y[c], z[c] = points_m[row, c, 0], points_m[row, c, 1], points_m[row, c, 2]
            bias[c] = 0.0
        total_precision = prior_precision
        for k in range(first, last):
            p, level, line = inverse_sd[k], base_db - level_db[k], off[k - first]
            px, py, pz = place_m[k, 0], place_m[k, 1], place_m[k, 2]
            for c in range(n_points):
                dx, dy, dz = x[c] - px, y[c] - py, z[c] - pz
                line[c] = min(softening_m * softening_m + dx * dx + dy * dy + dz * dz, nowhere_m * nowhere_m)
            log_in_place(line, scratch)
            for c in range(n_points):
                line[c] = (level + half_slope_db * line[c]) * p
            if k < heard_end:
                share = weight[k] * p
                total_precision += share * p
                for c in range(n_points):
                    bias[c] -= line[c] * share
        for c in range(n_points):
            bias[c] /= total_precision
        for step in range(n_newton + 1):
            for c in range(n_points):
                gradient[c], curving[c] = 0.0, 0.0
            for k in range(first, heard_end):
                p, line = inverse_sd[k], off[k - first]
                slope_share, curvature_share = common * (weight[k] * p), common * (weight[k] * p * p)
                for c in range(n_points):
                    u = line[c] + bias[c] * p
                    q = 1.0 / (1.0 + u * u * (1.0 / freedom))
                    gradient[c] -= u * q * slope_share
                    curving[c] += q * curvature_share
            for k in range(heard_end, last):
                p, line = inverse_sd[k], off[k - first]
                slope_share, curvature_share = weight[k] * p, weight[k] * p * p
                for c in range(n_points):
                    u = min(max(line[c] + bias[c] * p, _LOW), top)
                    index = np.uint32((u - _LOW) * _STEPS + 0.5)
                    bend = curvature_table[index]
                    rest = u - (index * (1.0 / _STEPS) + _LOW)
                    gradient[c] += (slope_table[index] - bend * rest) * slope_share
                    curving[c] += max(bend, 0.0) * curvature_share
            for c in range(n_points):
                prior = 1.0 / (1.0 + bias[c] * bias[c] * prior_precision / freedom)
                gradient[c] -= common * bias[c] * prior * prior_precision
                curving[c] += common * prior * prior_precision
                if step < n_newton:
                    bias[c] += min(max(gradient[c] / curving[c], -20.0), 20.0)
        total = result[row]
        for c in range(n_points):
            prior = 1.0 / (1.0 + bias[c] * bias[c] * prior_precision / freedom)
            half_step = min(0.5 * gradient[c] * gradient[c] / curving[c], 5.0)
            total[c] = (
                half_step - 0.5 * math.log(curving[c] / prior_precision) + 0.5 * (freedom + 1.0) * math.log(prior)
            )
        for k in range(first, heard_end):
            p, line, share = inverse_sd[k], off[k - first], 0.5 * (freedom + 1.0) * weight[k]
            for c in range(n_points):
                u = line[c] + bias[c] * p
                line[c] = 1.0 + u * u * (1.0 / freedom)
            log_in_place(line, scratch)
            for c in range(n_points):
                total[c] -= line[c] * share
        for k in range(heard_end, last):
            p, line, share = inverse_sd[k], off[k - first], weight[k]
            for c in range(n_points):
                u = min(max(line[c] + bias[c] * p, _LOW), top)
                index = np.uint32((u - _LOW) * _STEPS + 0.5)
                rest = u - (index * (1.0 / _STEPS) + _LOW)
                bent = curvature_table[index] * rest
                total[c] += (value_table[index] + (slope_table[index] - 0.5 * bent) * rest) * share
