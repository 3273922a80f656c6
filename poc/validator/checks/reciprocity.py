"""Who beacons must have witnessed lately, who witnesses must have beaconed lately (HIP-106), less than 48 h ago.

Source: oracles-iot `runner.rs`, `RECIPROCITY_WINDOW`, `spec/helium-iot.md` §7.2.
"""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, Times, difference
from poc.validator.state import NEVER_NS


def _too_long_ago(now_ns: Times, last_ns: Times, limits: Any) -> Flags:
    window_ns = int(limits.reciprocity_window_h * 3600 * 10**9)
    return (last_ns == NEVER_NS) | (difference(now_ns, last_ns) >= window_ns)


def _beaconer(beacons: Table, limits: Any, memory: Memory) -> Flags:
    return _too_long_ago(beacons["received_ns"], memory.last_witness_ns, limits)


def _witness(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return _too_long_ago(receptions["received_ns"], memory.last_reciprocal_beacon_ns, limits)


beaconer_witnessed_lately = Check(
    Reason.gateway_no_valid_witnesses,
    Side.beaconer,
    _beaconer,
    rule="The beaconer had a witness report pass the checks within the window.",
    source="oracles-iot `runner.rs` `verify_beacon_reciprocity`, HIP-106, spec/helium-iot.md §7.2",
    gets_past="A friend who beacons for it once in the window.",
    limits=("reciprocity_window_h",),
)
witness_beaconed_lately = Check(
    Reason.gateway_no_valid_beacons,
    Side.witness,
    _witness,
    rule="The witness had a valid beacon with at least one report attached within the window.",
    source="oracles-iot `runner.rs` `verify_witness_reciprocity`, HIP-106, spec/helium-iot.md §7.2, §14.10",
    gets_past="A friend's report of any quality, or a report of its own beacon by the hotspot itself.",
    limits=("reciprocity_window_h",),
)
