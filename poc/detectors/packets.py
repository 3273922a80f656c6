"""What the packets of links have in common: how they fade, and how many go astray whatever their signal."""

from __future__ import annotations

import numpy as np

from poc.detectors.censoring import PACKET_LOSS
from poc.table import Array

_FADING_DB = (3.0, 30.0)  # prior value and the packets it counts for
_PACKET_LOSS = (PACKET_LOSS, 100.0)  # the same


def fading_db_of(n_heard: Array, n_sent: Array, var_db2: Array) -> float:
    """Spread over the packets of a link [dB]: the median over links heard nearly always and three times or more (others
    lack their weak packets), with the bias of a median of χ²/ν taken out (Wilson and Hilferty 1931).

    >>> fading_db_of(np.zeros(0), np.zeros(0), np.zeros(0))
    3.0
    """
    freedom = n_heard - 1.0
    rows = (freedom >= 2.0) & (n_heard >= 0.9 * n_sent)
    prior, prior_weight = _FADING_DB
    if not rows.any():
        return prior
    freedom = freedom[rows]
    ratio = var_db2[rows] * (freedom + 1.0) / freedom / (1.0 - 2.0 / (9.0 * freedom)) ** 3
    found, weight = float(np.median(ratio)), float(freedom.sum())
    return float(np.sqrt(max((found * weight + prior**2 * prior_weight) / (weight + prior_weight), 0.25)))


def packet_loss_of(n_heard: Array, n_sent: Array, signal_dbm: Array) -> float:
    """Share of packets that go astray whatever their signal: what the strongest third of the links lacks.

    >>> round(packet_loss_of(np.full(900, 7.0), np.full(900, 10.0), np.arange(900.0)), 2)
    0.29
    """
    value, weight = _PACKET_LOSS
    if not len(n_heard):
        return value
    strong = are_strong(signal_dbm)
    sent, heard = float(n_sent[strong].sum()), float(n_heard[strong].sum())
    return float(np.clip((sent - heard + value * weight) / (sent + weight), 0.001, 0.6))


def are_strong(signal_dbm: Array) -> Array:
    """Which links are among the strongest third.

    >>> are_strong(np.arange(3.0)).tolist()
    [False, False, True]
    """
    return np.asarray(signal_dbm > np.quantile(signal_dbm, 2.0 / 3.0))
