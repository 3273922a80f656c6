"""Is the signal no stronger than free space allows between the asserted places?

limit = power + trunc(beaconer gain) − FSPL + trunc(witness gain), with FSPL from the rounded distance, the witness's
frequency and c = 2.998e8 m/s. No margin, no lower bound (§14.1, §14.4).
Source: oracles-iot `poc.rs` `calc_expected_rssi`, `calc_fspl`, `verify_witness_rssi`, `spec/helium-iot.md` §7.1.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.free_space import free_space_rssi_dbm


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    # written so that NaN on either side fails
    return ~(receptions["rssi_dbm"] <= free_space_rssi_dbm(receptions, limits.light_speed_m_per_s))


witness_rssi = Check(
    Reason.bad_rssi,
    Side.witness,
    _fails,
    rule="The signal is no stronger than free space allows between the asserted places; gains count in whole "
    "dB, no margin, no lower bound.",
    source="oracles-iot `poc.rs` `verify_witness_rssi`, spec/helium-iot.md §7.1, §14.1, §14.4",
    gets_past="Any number low enough: signal, power and gain are all declared. An attenuator or an editor passes; "
    "claiming more power or gain lifts the bound dB for dB.",
    limits=("light_speed_m_per_s",),
)
