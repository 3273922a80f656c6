"""HIP-94: did the report come within the extended window after the first one? Source: HIP-94 (closed)."""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, difference


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    lag_ns = difference(receptions["received_ns"], receptions["first_received_ns"])
    return lag_ns > limits.extended_window_ms * 10**6


response_window = Check(
    Reason.too_late,
    Side.witness,
    _fails,
    rule="The report came within the extended window after the first witness's.",
    source="HIP-94, spec/helium-iot.md §13",
    gets_past="Colluders who know the payload beforehand still report first, and close the window on everybody else.",
    limits=("extended_window_ms",),
)
