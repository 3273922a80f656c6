"""HIP-15 reward units: what one beacon is worth to its sender and to each rewarded witness.

Source: oracles-iot `runner.rs` (`poc_beaconer_reward_unit`, `poc_per_witness_reward_unit`), `spec/helium-iot.md` §8.
Units are whole numbers of 1e-4, rounded half to even; only selected witnesses count.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
_FEW = 32  # up to here every count is worked out, asked for or not


def beaconer_units_e4(n_witnesses: Counts, limits: Any) -> Counts:
    """Unit of the beaconer by number of selected witnesses: w/N up to N of them, then towards the cap.

    >>> from types import SimpleNamespace
    >>> hip_15 = SimpleNamespace(witness_redundancy=4, reward_decay=0.8, reward_unit_cap=2.0)
    >>> beaconer_units_e4(np.array([0, 1, 4, 14]), hip_15).tolist()
    [0, 2500, 10000, 18926]
    """
    return _by_count(n_witnesses, _beaconer_unit, limits)


def witness_units_e4(n_witnesses: Counts, limits: Any) -> Counts:
    """Unit of each selected witness: 1 up to N of them, then less and less.

    >>> from types import SimpleNamespace
    >>> hip_15 = SimpleNamespace(witness_redundancy=4, reward_decay=0.8, reward_unit_cap=2.0)
    >>> witness_units_e4(np.array([0, 1, 4, 14]), hip_15).tolist()
    [0, 10000, 10000, 2220]
    """
    return _by_count(n_witnesses, _witness_unit, limits)


def _by_count(n_witnesses: Counts, unit: Any, limits: Any) -> Counts:
    few = len(n_witnesses) > 0 and n_witnesses.min() >= 0 and n_witnesses.max() <= _FEW
    counts, place = (
        (np.arange(int(n_witnesses.max()) + 1), n_witnesses) if few else np.unique(n_witnesses, return_inverse=True)
    )
    redundancy, decay = limits.witness_redundancy, Decimal(repr(limits.reward_decay))
    cap = Decimal(repr(limits.reward_unit_cap))
    units = [unit(count, redundancy, decay, cap) for count in counts.tolist()]
    return np.asarray(units, np.int64)[place]


@lru_cache(maxsize=4096)
def _beaconer_unit(n: int, redundancy: int, decay: Decimal, cap: Decimal) -> int:
    if n <= redundancy:
        return _e4(Decimal(n) / redundancy)
    return _e4(min(cap, 2 - decay ** (n - redundancy)))


@lru_cache(maxsize=4096)
def _witness_unit(n: int, redundancy: int, decay: Decimal, cap: Decimal) -> int:
    if n <= redundancy:
        return _e4(Decimal(1 if n else 0))
    return _e4(min(cap, (redundancy - (1 - decay ** (n - redundancy))) / n))


def _e4(unit: Decimal) -> int:
    return int((unit * 10_000).quantize(Decimal(1), ROUND_HALF_EVEN))
