"""Are both on the same channel? Source: oracles-iot `poc.rs` `verify_witness_freq`, `spec/helium-iot.md` §7 row 8."""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, difference


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    offset_hz = difference(receptions["beacon_frequency_hz"], receptions["frequency_hz"])
    return (offset_hz > limits.max_frequency_offset_hz) | (offset_hz < -limits.max_frequency_offset_hz)


witness_frequency = Check(
    Reason.invalid_frequency,
    Side.witness,
    _fails,
    rule="The witness names the beacon's frequency, to a tolerance.",
    source="oracles-iot `poc.rs` `verify_witness_freq`, spec/helium-iot.md §7 row 8",
    gets_past="A copied number: frequency is declared, not measured.",
    limits=("max_frequency_offset_hz",),
)
