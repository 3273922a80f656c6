"""HIP-127: is the signal no stronger than free space allows for the power that was drawn for this beacon?

The power is one of three figures of the region, drawn by the payload. Radios of the emulator do not follow: they send
at full power all the same, so a bound below it is harsher on honest neighbours than the proposal would have been.
Source: HIP-127 (closed); the proposal left open how to draw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.free_space import free_space_rssi_dbm
from radio_models.lora.region_plans import REGION_NUMBERS

#: EIRP [dBm] to draw from, by region; elsewhere the claimed power counts.
_GROUP_A, _LOW, _CHINA = (30, 22, 16), (16, 13, 13), (19, 15, 15)
EIRP_DBM: dict[str, tuple[int, int, int]] = {
    **dict.fromkeys(("AU915", "US915", "AS923-1C", "IN865"), _GROUP_A),
    **dict.fromkeys(("AS923-1", "AS923-1B", "RU864", "EU868"), _LOW),
    "KR920": (14, 11, 11),
    "CN470": _CHINA,
}


def drawn_power_dbm(receptions: Table) -> npt.NDArray[np.float64]:
    """Conducted power [dBm] of the beacon of each reception: what was drawn less the gain, at most what was claimed."""
    power_dbm = receptions["power_dbm"].astype(np.float64)
    for region, eirp_dbm in EIRP_DBM.items():
        rows = np.flatnonzero(receptions["beaconer_region"] == REGION_NUMBERS[region])
        lot = (receptions["beacon_payload"][rows] % np.uint64(3)).astype(np.int64)
        drawn = np.array(eirp_dbm)[lot] - receptions["beaconer_gain_dbi"][rows]
        power_dbm[rows] = np.fmin(power_dbm[rows], drawn)
    return power_dbm


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    with np.errstate(invalid="ignore", over="ignore"):
        less_db = receptions["power_dbm"] - drawn_power_dbm(receptions)
        return ~(receptions["rssi_dbm"] <= free_space_rssi_dbm(receptions, limits.light_speed_m_per_s) - less_db)


dynamic_power = Check(
    Reason.bad_rssi,
    Side.witness,
    _fails,
    rule="The signal is no stronger than free space allows for the power drawn for this beacon.",
    source="HIP-127, spec/helium-iot.md §13",
    gets_past="Whoever reports weak signals always, or learns the drawn power from the payload before reporting.",
    limits=("light_speed_m_per_s",),
)
