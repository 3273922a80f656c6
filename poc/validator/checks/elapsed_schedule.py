"""At most one beacon in six hours, less a tolerance, counted from the beacon before: the rule before fixed buckets.

Source: helium/oracles at ad055dba (2023-06-30) `poc.rs` `verify_beacon_schedule`, `settings.rs` (6 h, 10 min). Then
only a valid beacon was remembered; that is the doing of `poc.validator.judge_2023`.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, Times, difference
from poc.validator.state import NEVER_NS

TOLERANCE_S = 600


def too_soon(received_ns: Times, last_ns: Times, limits: Any) -> Flags:
    """Whether less than interval − tolerance went by since the last beacon.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> limits = SimpleNamespace(beacon_interval_s=21_600)
    >>> too_soon(np.array([21_000, 20_999]) * 10**9, np.array([0, 0]), limits).tolist()
    [False, True]
    """
    least_ns = (limits.beacon_interval_s - TOLERANCE_S) * 10**9
    return (last_ns != NEVER_NS) & (difference(received_ns, last_ns) < least_ns)


def _fails(beacons: Table, limits: Any, memory: Memory) -> Flags:
    return too_soon(beacons["received_ns"], memory.last_beacon_ns, limits)


elapsed_schedule = Check(
    Reason.irregular_interval,
    Side.beaconer,
    _fails,
    rule="At least the interval less ten minutes went by since the beaconer's last valid beacon.",
    source="helium/oracles ad055dba (2023-06-30) `poc.rs` `verify_beacon_schedule`, `settings.rs`",
    gets_past="Nothing about witnessing, which has no limit; a beacon that failed may be sent again at once.",
    limits=("beacon_interval_s",),
)
