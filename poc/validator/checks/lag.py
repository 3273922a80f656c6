"""Did the report come soon enough after the beacon's, or after the first witness's where that came earlier?

The first witness report counts even if it is invalid, denied or the beaconer's own (§14.5).
Source: oracles-iot `poc.rs` `verify_witness_lag`, `spec/helium-iot.md` §7 row 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, difference


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    beacon_ns, first_ns = receptions["beacon_received_ns"], receptions["first_received_ns"]
    beacon_came_first = beacon_ns <= first_ns
    lag_ns = difference(receptions["received_ns"], np.where(beacon_came_first, beacon_ns, first_ns))
    allowed_ms = np.where(beacon_came_first, limits.max_lag_after_beacon_ms, limits.max_lag_after_first_witness_ms)
    return lag_ns > allowed_ms * 10**6


witness_lag = Check(
    Reason.too_late,
    Side.witness,
    _fails,
    rule="The report came soon enough after the beacon's, or after the first witness's where that came earlier.",
    source="oracles-iot `poc.rs` `verify_witness_lag`, spec/helium-iot.md §7 row 5, §14.5",
    gets_past="Relays faster than the limit. Any hotspot's junk report that comes before the beacon's starts the "
    "shorter clock and makes honest witnesses late.",
    limits=(
        "max_lag_after_beacon_ms",
        "max_lag_after_first_witness_ms",
    ),
)
