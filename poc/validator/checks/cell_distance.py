"""Are the asserted places far enough apart, counted in res-11 cells? Not computable counts as too near.

Source: oracles-iot `poc.rs` `verify_witness_cell_distance`, `spec/helium-iot.md` §7 row 10.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return (receptions["n_cells"] < 0) | (receptions["n_cells"] < limits.min_distance_cells)


witness_cell_distance = Check(
    Reason.below_min_distance,
    Side.witness,
    _fails,
    rule="The asserted places are enough res-11 cells apart; what cannot be computed counts as too near.",
    source="oracles-iot `poc.rs` `verify_witness_cell_distance`, spec/helium-iot.md §7 row 10",
    gets_past="Radios side by side whose asserted places are apart: an attic farm asserts a ring around the house.",
    limits=("min_distance_cells",),
)
