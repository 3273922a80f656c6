"""The loops of the channel's fit and of the missing-witness test, compiled: one pass where numpy makes a dozen.

Same sums in the same order as the numpy forms in `biases`, `channel` and `missing_witness`, which are the reference
(tests/unit/poc/detectors/test_fits.py). Cached on disk, without the GIL.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from poc.detectors.censoring import MissTable

_OPTIONS: Any = {"cache": True, "nogil": True, "error_model": "numpy"}
_LOW, _STEPS = MissTable.LOW, float(MissTable.STEPS)
_TOP = _LOW + (MissTable.SIZE - 1) / _STEPS


@numba.njit(forceinline=True, **_OPTIONS)
def _nearest(z):  # type: ignore[no-untyped-def]
    """(grid point of the table of misses, what is left over)."""
    within = min(max(z, _LOW), _TOP)
    index = int((within - _LOW) * _STEPS + 0.5)
    return index, within - (index * (1.0 / _STEPS) + _LOW)


@numba.njit(**_OPTIONS)
def newton_steps(  # type: ignore[no-untyped-def]
    heard, heard_weight, heard_s2, residual_db, missed, missed_weight, missed_s, excess_db, no_news, tail, priors,
    slopes, curvatures, n_rounds, transmit, receive, precision_t, precision_r,
):  # fmt: skip
    """Steps on both biases in turn, overwriting them and their precisions. heard, missed: (beaconer, witness) rows;
    tail: degrees of freedom of receptions; priors: (tt, tr, rr) of the precision of the prior."""
    n, n_missed = len(transmit), 0
    news = np.empty(len(excess_db), np.int32)
    for k in range(len(excess_db)):
        if transmit[missed[0][k]] + receive[missed[1][k]] - excess_db[k] < no_news * missed_s[k]:
            news[n_missed] = k
            n_missed += 1
    gradient, curving, silence, bending = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for _ in range(n_rounds):
        for side in range(2):
            gradient[:], curving[:], silence[:], bending[:] = 0.0, 0.0, 0.0, 0.0
            rows = heard[side]
            for k in range(len(residual_db)):
                left = residual_db[k] - transmit[heard[0][k]] - receive[heard[1][k]]
                precision = heard_weight[k] / heard_s2[k] * ((tail + 1.0) / (tail + left * left / heard_s2[k]))
                gradient[rows[k]] += precision * left
                curving[rows[k]] += precision
            rows = missed[side]
            for place in range(n_missed):
                k = news[place]
                z = (transmit[missed[0][k]] + receive[missed[1][k]] - excess_db[k]) / missed_s[k]
                index, rest = _nearest(z)
                bend = curvatures[index]
                share = missed_weight[k] / missed_s[k]
                silence[rows[k]] += share * (slopes[index] - rest * bend)
                bending[rows[k]] += share / missed_s[k] * max(bend, 0.0)
            bias, other = (transmit, receive) if side == 0 else (receive, transmit)
            prior, found = (priors[0], precision_t) if side == 0 else (priors[2], precision_r)
            for row in range(n):
                found[row] = curving[row] + prior + bending[row]
                slope = gradient[row] + (silence[row] - prior * bias[row] - priors[1] * other[row])
                bias[row] += min(max(slope / found[row], -15.0), 15.0)


@numba.njit(**_OPTIONS)
def binned(x, y, v, weight, first_x, first_y, n_y, to_sums):  # type: ignore[no-untyped-def]
    """Sums of (weight, weight·x, weight·y, weight·v) by bins of 1/16 in x and 1 in y; to_sums has shape (bins, 4)."""
    for k in range(len(x)):
        at = (math.floor(x[k] * 16.0) - first_x) * n_y + math.floor(y[k]) - first_y
        w = weight[k]
        to_sums[at, 0] += w
        to_sums[at, 1] += w * x[k]
        to_sums[at, 2] += w * y[k]
        to_sums[at, 3] += w * v[k]


@numba.njit(**_OPTIONS)
def silences(  # type: ignore[no-untyped-def]
    subject, heard, room, rate, trust, shifts, no_news, log_mistake, tables, to_values, to_near, to_silent
):
    """By subject and by shift of its own bias [spreads of a pair for each unit of rate], the trusted log-likelihood of
    what was heard and missed, and who is near and who of them is silent; tables: (value, slope, curvature)."""
    for k in range(len(subject)):
        if not heard[k] and not room[k] > -no_news:
            continue
        s, weight = subject[k], trust[k]
        for node in range(len(shifts)):
            index, rest = _nearest(shifts[node] * rate[k] - room[k])
            said = (tables[2][index] * rest * -0.5 + tables[1][index]) * rest + tables[0][index]
            if heard[k]:
                said = math.log1p(-min(math.exp(said), 1.0 - 1e-9)) - log_mistake
            to_values[s, node] += weight * said
        if room[k] > 0.0:
            to_near[s] += weight
            if not heard[k]:
                to_silent[s] += weight
