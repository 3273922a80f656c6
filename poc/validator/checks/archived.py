"""Is the remote entropy of the beacon in the archive? If not, the report waits until the purger writes it off.

Source: oracles-iot `poc_report.rs` (a beacon is ready when its entropy is known), `purger.rs`, `spec/helium-iot.md`
§5.2, §5.3. Such a beacon is never judged: it leaves no memory, and its witnesses are stale by themselves.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(beacons: Table, limits: Any, memory: Memory) -> Flags:
    return ~beacons["archived"]


entropy_archived = Check(
    Reason.stale,
    Side.beaconer,
    _fails,
    rule="The remote entropy that the beacon names is in the archive; else it is never judged and ends in the purger.",
    source="oracles-iot `poc_report.rs` `get_next_beacons`, `purger.rs`, spec/helium-iot.md §5.2, §5.3",
    gets_past="Any entropy of the archive, which is public.",
)
