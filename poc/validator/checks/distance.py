"""Are the asserted places near enough? Whole kilometres are compared, so 100 km lets 100,999 m pass (§14.2).

Source: oracles-iot `poc.rs` `verify_witness_distance`, `spec/helium-iot.md` §7 row 11.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    distance_m = receptions["distance_m"]
    return (distance_m < 0) | (distance_m // 1000 > limits.max_distance_km)


witness_distance = Check(
    Reason.max_distance_exceeded,
    Side.witness,
    _fails,
    rule="The asserted places are near enough, in whole kilometres cut off, so that 100,999 m pass a limit of 100 km.",
    source="oracles-iot `poc.rs` `verify_witness_distance`, spec/helium-iot.md §7 row 11, §14.2",
    gets_past="Every false place within the limit, and a relay by Internet over such a distance.",
    limits=("max_distance_km",),
)
