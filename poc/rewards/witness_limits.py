"""Fewer rewards for whoever witnesses most: a daily limit (HIP-42) and a decay (HIP-44). Neither took effect.

Witness events of a hotspot are counted within the epoch, in the order in which they were judged.
Source: HIP-42, HIP-44, helium/blockchain-core `blockchain_txn_rewards_v2.erl` (`witness_decay`), `spec/helium-iot.md`
§12.5, §13.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.reasons import Reason
from poc.rewards.claims import beacon_witness_claims
from poc.table import Table
from poc.validator.judgement import Judgement

Counts = npt.NDArray[np.int64]


def decay_weights(n_before: npt.ArrayLike, rate: float, exclusion: int) -> npt.NDArray[np.float64]:
    """What a witness event is worth after so many others: 1 up to the exclusion, then exp(−rate) less with each.

    >>> decay_weights([0, 3, 4, 5], 0.08, 4).round(4).tolist()
    [1.0, 1.0, 1.0, 0.9231]
    """
    beyond = np.maximum(np.asarray(n_before, np.float64) - exclusion, 0.0)
    return np.exp(-rate * beyond)


def daily_limits(n_witnessed_by: npt.ArrayLike, factor: float, least: int) -> npt.NDArray[np.int64]:
    """HIP-42: rewarded witness events a day for hotspots whose witness list of five days is so long.

    >>> daily_limits([360, 0], factor=2.0, least=24).tolist()
    [576, 24]
    """
    per_day = np.asarray(n_witnessed_by, np.float64) * (1440 / 360) / 5 * factor
    return np.maximum(np.floor(per_day), least).astype(np.int64)


def decayed_claims(judgement: Judgement, limits: Any) -> Table:
    """CLAIMS in which the units of witnesses decay with their number, counted from 1 as HIP-44 does."""
    claims = beacon_witness_claims(judgement, limits)
    rows = np.flatnonzero(claims["role"] == "witness")
    weight = decay_weights(_n_before(claims["hotspot"][rows]) + 1, limits.witness_decay_rate, limits.decay_exclusion)
    unit_e4 = claims["reward_unit_e4"].copy()
    unit_e4[rows] = np.rint(unit_e4[rows] * weight).astype(np.int64)
    return claims.replace(reward_unit_e4=unit_e4)


def limited_claims(judgement: Judgement, limits: Any) -> Table:
    """CLAIMS without those of witnesses beyond their daily limit.

    The witness list of five days is five times the valid witnesses of the hotspot's own beacons in this epoch.
    """
    claims = beacon_witness_claims(judgement, limits)
    rows = np.flatnonzero(claims["role"] == "witness")
    hotspot = claims["hotspot"][rows]
    reports = judgement.verdicts["witness_verdicts"]
    heard, n_valid = np.unique(reports["beaconer"][reports["reason"] == Reason.none], return_counts=True)
    place = np.minimum(np.searchsorted(heard, hotspot), max(len(heard) - 1, 0))
    n_list = np.where(heard[place] == hotspot, 5 * n_valid[place], 0) if len(heard) else np.zeros(len(rows))
    most = daily_limits(n_list, limits.compensation_factor, limits.least_daily_witnesses)
    keep = np.ones(len(claims), bool)
    keep[rows] = _n_before(hotspot) < most
    return claims.take(keep)


def _n_before(hotspot: npt.NDArray[np.uint64]) -> Counts:
    """How often each hotspot stood in the rows before."""
    order = np.argsort(hotspot, kind="stable")
    ordered = hotspot[order]
    n_before = np.empty(len(hotspot), np.int64)
    n_before[order] = np.arange(len(hotspot)) - np.searchsorted(ordered, ordered)
    return n_before
