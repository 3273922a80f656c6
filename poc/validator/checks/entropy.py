"""Did the report arrive while its entropy lived? Whole seconds, both ends included.

Source: oracles-iot `poc.rs` `verify_entropy`, `spec/helium-iot.md` §6 row 2, §7 row 4.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, difference


def _fails(rows: Table, limits: Any, memory: Memory) -> Flags:
    age_s = difference(rows["received_ns"] // 10**9, rows["entropy_start_s"])
    return (age_s < 0) | (age_s > limits.entropy_life_s)


beaconer_entropy = Check(Reason.entropy_expired, Side.beaconer, _fails)
witness_entropy = Check(Reason.entropy_expired, Side.witness, _fails)
