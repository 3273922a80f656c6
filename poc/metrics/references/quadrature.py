"""The integral of likelihood.py as one compiled loop over places."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from poc.detectors.censoring import MissTable
from poc.table import Array

_LOW, _STEPS, _TOP = MissTable.LOW, float(MissTable.STEPS), MissTable.SIZE - 1
_SOFTENING_M2 = 25.0


@nb.njit(nogil=True, cache=True, fastmath=False, error_model="numpy")
def integrate(
    points_m: Array,
    heard_m: Array,
    level_db: Array,
    precision: Array,
    silent_m: Array,
    edge_db: Array,
    pull: Array,
    spread_db: Array,
    loss_db: Array,
    log_step: float,
    own_log_density: Array,
    own: tuple[float, float, float, float],
    value_table: Array,
    slope_table: Array,
    curvature_table: Array,
    nodes: Array,
    log_weights: Array,
) -> Array:
    """Log-likelihood of each place; own: first value and step of the grid of own losses, prior mean and precision."""
    n_heard, n_silent = len(level_db), len(edge_db)
    own_first, own_step, prior_mean, prior_precision = own
    result = np.empty(len(points_m))
    left, base, rate = np.empty(n_heard), np.empty(n_silent), np.empty(n_silent)
    q2 = 0.0
    for h in range(n_heard):
        for k in range(n_heard):
            q2 += precision[h, k]
    for m in range(n_silent):
        follow = 0.0
        for h in range(n_heard):
            follow += pull[m, h]
        rate[m] = (1.0 - follow) / spread_db[m]
    for point in range(len(points_m)):
        x, y, z = points_m[point, 0], points_m[point, 1], points_m[point, 2]
        nowhere = x * x + y * y + z * z < 1.0
        q0, q1 = 0.0, 0.0
        for h in range(n_heard):
            median = 400.0
            if not nowhere:
                median = _median(x - heard_m[h, 0], y - heard_m[h, 1], z - heard_m[h, 2], loss_db, log_step)
            left[h] = level_db[h] - median
        for h in range(n_heard):
            total = 0.0
            for k in range(n_heard):
                total += precision[h, k] * left[k]
            q0 += total * left[h]
            q1 += total
        for m in range(n_silent):
            median = 400.0
            if not nowhere:
                median = _median(x - silent_m[m, 0], y - silent_m[m, 1], z - silent_m[m, 2], loss_db, log_step)
            room = edge_db[m] - median
            for h in range(n_heard):
                room -= pull[m, h] * left[h]
            base[m] = -room / spread_db[m]
        bias = (q1 + prior_mean * prior_precision) / (q2 + prior_precision)
        bend = q2 + prior_precision
        for step in range(3):
            gradient = q1 - q2 * bias + (prior_mean - bias) * prior_precision
            bend = q2 + prior_precision
            for m in range(n_silent):
                u = min(max(base[m] + bias * rate[m], _LOW), _LOW + _TOP / _STEPS)
                index = int((u - _LOW) * _STEPS + 0.5)
                curve = curvature_table[index]
                gradient += (slope_table[index] - curve * (u - _LOW - index / _STEPS)) * rate[m]
                bend += max(curve, 0.0) * rate[m] * rate[m]
            if step < 2:
                bias += min(max(gradient / bend, -15.0), 15.0)
        width = 1.0 / math.sqrt(bend)
        highest, total = -math.inf, 0.0
        for node in range(len(nodes)):
            b = bias + width * nodes[node]
            place = min(max((b - own_first) / own_step, 0.0), len(own_log_density) - 1.000001)
            cell = int(place)
            value = own_log_density[cell] + (place - cell) * (own_log_density[cell + 1] - own_log_density[cell])
            value += log_weights[node] - 0.5 * (q0 - 2.0 * b * q1 + b * b * q2)
            for m in range(n_silent):
                u = min(max(base[m] + b * rate[m], _LOW), _LOW + _TOP / _STEPS)
                index = int((u - _LOW) * _STEPS + 0.5)
                rest = u - _LOW - index / _STEPS
                value += value_table[index] + (slope_table[index] - 0.5 * curvature_table[index] * rest) * rest
            if value > highest:
                total = total * math.exp(highest - value) + 1.0
                highest = value
            else:
                total += math.exp(value - highest)
        result[point] = highest + math.log(total) + math.log(width)
    return result


@nb.njit(nogil=True, cache=True, fastmath=False, error_model="numpy")
def inverse(covariance: Array) -> Array:
    """Inverse of a small positive definite matrix by Cholesky's factor; BLAS would spend its time on waking threads."""
    n = len(covariance)
    root = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            total = covariance[i, j]
            for k in range(j):
                total -= root[i, k] * root[j, k]
            root[i, j] = math.sqrt(total) if i == j else total / root[j, j]
    back = np.zeros((n, n))  # inverse of the factor
    for j in range(n):
        back[j, j] = 1.0 / root[j, j]
        for i in range(j + 1, n):
            total = 0.0
            for k in range(j, i):
                total -= root[i, k] * back[k, j]
            back[i, j] = total / root[i, i]
    result = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, n):
                total += back[k, i] * back[k, j]
            result[i, j] = result[j, i] = total
    return result


@nb.njit(nogil=True, cache=True, inline="always")
def _median(dx: float, dy: float, dz: float, loss_db: Array, log_step: float) -> float:
    """Median loss over a gap [m], between the two nearest entries of the table."""
    place = 0.5 * math.log(dx * dx + dy * dy + dz * dz + _SOFTENING_M2) / log_step
    cell = min(int(place), len(loss_db) - 2)
    return loss_db[cell] + (place - cell) * (loss_db[cell + 1] - loss_db[cell])
