"""Did the witness hear what the beaconer sent? Source: oracles-iot `poc.rs` `verify_witness_data`, `spec/helium-iot.md`
§7 row 6. Reports are joined on the payload, so this can fail only in tables that were joined otherwise.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return receptions["payload"] != receptions["beacon_payload"]


heard_payload = Check(
    Reason.invalid_packet,
    Side.witness,
    _fails,
    rule="The payload heard is the payload sent.",
    source="oracles-iot `poc.rs` `verify_witness_data`, spec/helium-iot.md §7 row 6",
    gets_past="Everybody to whom the payload was passed on, by whatever way.",
)
