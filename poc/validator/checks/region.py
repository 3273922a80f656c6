"""Are both in the same region plan?

Source: oracles-iot `poc.rs` `verify_witness_region`, `spec/helium-iot.md` §7 row 9.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return receptions["beaconer_region"] != receptions["witness_region"]


witness_region = Check(
    Reason.invalid_region,
    Side.witness,
    _fails,
    rule="Both have asserted cells of the same region.",
    source="oracles-iot `poc.rs` `verify_witness_region`, spec/helium-iot.md §7 row 9",
    gets_past="Every lie within a region; it is about assertions only.",
)
