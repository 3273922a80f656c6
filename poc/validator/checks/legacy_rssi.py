"""L1: is the signal weaker than free space allows? Strictly: a signal on the bound is too strong.

PoC v10 took 28 dBm and 1.8 dBi on either side for everybody. v11 takes the power of the beacon, or where it says none
the EIRP of the channel, and the witness's asserted gain to a tenth. Source: helium/blockchain-core 0fc794e
`blockchain_utils.erl`, `blockchain_txn_poc_receipts_v1.erl`, `spec/helium-iot.md` §12.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.legacy_distance import legacy_distance_km
from poc.validator.nearest_channel import nearest_channel
from radio_models.lora.region_plans import REGION_PLANS

Floats = npt.NDArray[np.float64]
LIGHT_SPEED_M_PER_S = 299_792_458.0
V10_POWER_DBM, V10_GAIN_DBI, V10_FREQUENCY_HZ = 28.0, 1.8, 915e6


def limit_v10_dbm(distance_km: npt.ArrayLike, frequency_hz: npt.ArrayLike) -> Floats:
    """The bound of v10 [dBm]; a report without frequency counts as 915 MHz and without gains.

    >>> limit_v10_dbm([1.0], [915_200_000]).round(4).tolist()
    [-60.0781]
    """
    frequency_hz = np.asarray(frequency_hz, np.float64)
    loss_db = _free_space_db(distance_km, np.where(frequency_hz > 0, frequency_hz, V10_FREQUENCY_HZ))
    return V10_POWER_DBM - (loss_db - np.where(frequency_hz > 0, 2 * V10_GAIN_DBI, 0.0))


def limit_v11_dbm(
    distance_km: npt.ArrayLike, frequency_hz: npt.ArrayLike, power_dbm: npt.ArrayLike, witness_gain_dbi: npt.ArrayLike
) -> Floats:
    """The bound of v11 [dBm].

    >>> limit_v11_dbm([1.0], [915_200_000], [36.0], [1.2]).round(4).tolist()
    [-54.4781]
    """
    loss_db = _free_space_db(distance_km, np.asarray(frequency_hz, np.float64))
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(power_dbm, np.float64) - (loss_db - np.asarray(witness_gain_dbi, np.float64))


def _free_space_db(distance_km: npt.ArrayLike, frequency_hz: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        metres = 1000.0 * np.asarray(distance_km, np.float64)
        return np.asarray(20.0 * np.log10(4.0 * np.pi * frequency_hz * metres / LIGHT_SPEED_M_PER_S))


def _power_dbm(receptions: Table) -> Floats:
    """Power of the beacon; where it is 0 the EIRP of the channel of the region that is nearest to the frequency."""
    power_dbm = receptions["power_dbm"].astype(np.float64)
    for plan in REGION_PLANS.values():
        rows = np.flatnonzero((power_dbm == 0) & (receptions["beaconer_region"] == plan.number))
        channel = nearest_channel(receptions["frequency_hz"][rows], plan.channels_hz)
        power_dbm[rows] = np.full(len(plan.channels_hz), plan.max_eirp_dbm)[channel]
    return power_dbm


def _fails_v10(receptions: Table, limits: Any, memory: Memory) -> Flags:
    distance_km = legacy_distance_km(receptions["beaconer_cell"], receptions["witness_cell"])
    return ~(receptions["rssi_dbm"] < limit_v10_dbm(distance_km, receptions["frequency_hz"]))


def _fails_v11(receptions: Table, limits: Any, memory: Memory) -> Flags:
    distance_km = legacy_distance_km(receptions["beaconer_cell"], receptions["witness_cell"])
    limit_dbm = limit_v11_dbm(
        distance_km, receptions["frequency_hz"], _power_dbm(receptions), receptions["witness_gain_dbi"]
    )
    return ~(receptions["rssi_dbm"] < limit_dbm)


rssi_v10 = Check(
    Reason.bad_rssi,
    Side.witness,
    _fails_v10,
    rule="The signal is weaker than free space allows for 28 dBm and 1.8 dBi on either side; on the bound is "
    "too strong.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses`, `blockchain_utils.erl` `min_rcv_sig`, "
    "spec/helium-iot.md §12.4",
    gets_past="Any number low enough, and real antennas of high gain are taken for liars.",
)
rssi_v11 = Check(
    Reason.bad_rssi,
    Side.witness,
    _fails_v11,
    rule="The signal is weaker than free space allows for the claimed power and the witness's gain; on the "
    "bound is too strong.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses`, `blockchain_txn_poc_receipts_v1.erl`, "
    "spec/helium-iot.md §12.4",
    gets_past="Any number low enough; power and gain are declared.",
)
