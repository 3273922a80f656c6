"""Did the report arrive while its entropy lived? Whole seconds, both ends included.

A foreign report whose entropy has no timestamp (`NO_TIMESTAMP_S`) cannot be asked and passes.
Source: oracles-iot `poc.rs` `verify_entropy`, `spec/helium-iot.md` §6 row 2, §7 row 4.
"""

from __future__ import annotations

from typing import Any

from poc.beacon.entropy import NO_TIMESTAMP_S
from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, difference


def _fails(rows: Table, limits: Any, memory: Memory) -> Flags:
    start_s = rows["entropy_start_s"]
    age_s = difference(rows["received_ns"] // 10**9, start_s)
    return (start_s != NO_TIMESTAMP_S) & ((age_s < 0) | (age_s > limits.entropy_life_s))


beaconer_entropy = Check(
    Reason.entropy_expired,
    Side.beaconer,
    _fails,
    rule="The report arrived while its remote entropy lived, compared in whole seconds, both ends included.",
    source="oracles-iot `poc.rs` `verify_entropy`, spec/helium-iot.md §6 row 2, §14.3",
    gets_past="Anything made within the life of an entropy: three minutes suffice to compute a payload offline, "
    "grind the local entropy for a channel, or relay it anywhere by Internet.",
    limits=("entropy_life_s",),
)
witness_entropy = Check(
    Reason.entropy_expired,
    Side.witness,
    _fails,
    rule="The report arrived while the beacon's remote entropy lived, compared in whole seconds, both ends included.",
    source="oracles-iot `poc.rs` `verify_entropy`, spec/helium-iot.md §7 row 4",
    gets_past="A relay or a friend's message within that time.",
    limits=("entropy_life_s",),
)
