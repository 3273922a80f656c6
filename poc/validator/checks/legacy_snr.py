"""L1, PoC v10 only: is the signal at least as strong as its signal-to-noise ratio suggests?

Source: helium/blockchain-core 0fc794e `include/blockchain_utils.hrl` SNR_CURVE, `spec/helium-iot.md` §12.4. Of the
table's two bounds only the lower was enforced. Between −20 and 16 dB every whole ratio has one; beyond, the bound of
the nearest is multiplied by 1 + distance, which makes it so low that nothing fails.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory

LOWEST_DB, HIGHEST_DB = -20, 16
_BELOW_ZERO = [-123, -123, -123, -123, -123, -124, *[-125] * 7, -123, -124]  # −20 to −6
_AROUND_ZERO = [-125] * 6  # −5 to 0
_ABOVE_ZERO = [-120, -117, -115, -115, -115, -113, -108, -105, -95, *[-90] * 7]  # 1 to 16
LOWER_BOUND_DBM = np.array([*_BELOW_ZERO, *_AROUND_ZERO, *_ABOVE_ZERO], np.float64)


def lower_bound_dbm(snr_db: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The weakest signal [dBm] that goes with a ratio, which is rounded up to whole dB.

    >>> lower_bound_dbm([9.2, 5.0, -3.4, 17.0]).tolist()
    [-90.0, -115.0, -125.0, -180.0]
    """
    key = np.ceil(np.clip(np.nan_to_num(np.asarray(snr_db, np.float64), nan=0.0), -1e6, 1e6))
    nearest = np.clip(key, LOWEST_DB, HIGHEST_DB)
    return np.asarray(LOWER_BOUND_DBM[(nearest - LOWEST_DB).astype(np.int64)] * (1.0 + np.abs(key - nearest)))


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return ~(receptions["rssi_dbm"] >= lower_bound_dbm(receptions["snr_db"]))


snr_bound = Check(
    Reason.bad_rssi,
    Side.witness,
    _fails,
    rule="The signal is at least as strong as its signal-to-noise ratio suggests.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses`, `include/blockchain_utils.hrl` SNR_CURVE, "
    "spec/helium-iot.md §12.4",
    gets_past="Whoever reports a pair of numbers from the table; ratios beyond it are never bounded.",
)
