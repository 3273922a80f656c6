"""Has the hotspot said where it is? A cell outside every region counts as not said.

Source: oracles-iot `poc.rs` and `iot_config` `info.rs`, `spec/helium-iot.md` §1, §6 row 0b, §7 rows 0b and 0c.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory

NO_REGION = 99  # helium/proto region.proto, UNKNOWN


def _beaconer(rows: Table, limits: Any, memory: Memory) -> Flags:
    return (rows["beaconer_cell"] == 0) | (rows["beaconer_region"] == NO_REGION)


def _witness(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return (receptions["witness_cell"] == 0) | (receptions["witness_region"] == NO_REGION)


beaconer_asserted = Check(
    Reason.not_asserted,
    Side.beaconer,
    _beaconer,
    rule="The beaconer has asserted a cell that lies in a region.",
    source="oracles-iot `poc.rs`, iot_config `info.rs`, spec/helium-iot.md §6 row 0b, §7 row 0c",
    gets_past="Any assertion: the place asserted is the only one ever used, and nothing checks that the radio "
    "stands there.",
    reads="beaconer",
)
witness_asserted = Check(
    Reason.not_asserted,
    Side.witness,
    _witness,
    rule="The witness has asserted a cell that lies in a region.",
    source="oracles-iot `poc.rs`, iot_config `info.rs`, spec/helium-iot.md §7 row 0b",
    gets_past="Any assertion, however far from the radio.",
    reads="witness",
)
