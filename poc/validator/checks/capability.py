"""Is the hotspot a full one? Data-only hotspots take no part.

Source: oracles-iot `poc.rs` `verify_gw_capability`, `spec/helium-iot.md` §6 row 3, §7 row 7.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _beaconer(beacons: Table, limits: Any, memory: Memory) -> Flags:
    return ~beacons["full"]


def _witness(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return ~receptions["witness_full"]


beaconer_capability = Check(
    Reason.invalid_capability,
    Side.beaconer,
    _beaconer,
    rule="The beaconer is a full hotspot.",
    source="oracles-iot `poc.rs` `verify_gw_capability`, spec/helium-iot.md §6 row 3",
    gets_past="Every full hotspot; the capability is paid for, not measured.",
)
witness_capability = Check(
    Reason.invalid_capability,
    Side.witness,
    _witness,
    rule="The witness is a full hotspot.",
    source="oracles-iot `poc.rs` `verify_gw_capability`, spec/helium-iot.md §7 row 7",
    gets_past="Every full hotspot; the capability is paid for, not measured.",
    reads="witness",
)
