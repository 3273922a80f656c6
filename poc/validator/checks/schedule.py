"""One beacon in each 6 h bucket of UTC: the bucket must be later than that of the beacon before.

Source: oracles-iot `poc.rs` `verify_beacon_schedule`, `spec/helium-iot.md` §6 row 4. A beacon that failed has used up
its bucket all the same (§14.8); that is the judge's doing.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.state import NEVER_NS


def _fails(beacons: Table, limits: Any, memory: Memory) -> Flags:
    bucket_ns = limits.beacon_interval_s * 10**9
    last_ns = memory.last_beacon_ns
    return (last_ns != NEVER_NS) & (beacons["received_ns"] // bucket_ns <= last_ns // bucket_ns)


beacon_schedule = Check(
    Reason.irregular_interval,
    Side.beaconer,
    _fails,
    rule="The beacon falls into a later bucket of UTC than the beaconer's beacon before.",
    source="oracles-iot `poc.rs` `verify_beacon_schedule`, spec/helium-iot.md §6 row 4, §14.8, §14.9",
    gets_past="Nothing about witnessing, which has no limit; two beacons one second apart on either side of a "
    "bucket's edge.",
    limits=("beacon_interval_s",),
)
