"""A hotspot does not witness itself.

Source: oracles-iot `poc.rs` `verify_self_witness`, `spec/helium-iot.md` §7 row 3.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return receptions["beaconer"] == receptions["witness"]


self_witness = Check(
    Reason.self_witness,
    Side.witness,
    _fails,
    rule="The witness is not the beaconer.",
    source="oracles-iot `poc.rs` `verify_self_witness`, spec/helium-iot.md §7 row 3",
    gets_past="A second key on the same desk; and a self-report still makes the beacon count for reciprocity.",
)
