"""Is the hotspot registered at all? Source: oracles-iot `poc.rs`, `spec/helium-iot.md` §6 and §7, row 0a."""

from __future__ import annotations

from typing import Any

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _beaconer(beacons: Table, limits: Any, memory: Memory) -> Flags:
    return ~beacons["known"]


def _witness(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return ~receptions["witness_known"]


beaconer_known = Check(
    Reason.gateway_not_found,
    Side.beaconer,
    _beaconer,
    rule="The beaconer is registered.",
    source="oracles-iot `poc.rs` `verify_beacon`, spec/helium-iot.md §6 row 0a",
    gets_past="Any registered key: a Sybil costs the fee of onboarding and asserting, nothing else.",
)
witness_known = Check(
    Reason.gateway_not_found,
    Side.witness,
    _witness,
    rule="The witness is registered.",
    source="oracles-iot `poc.rs` `verify_witness`, spec/helium-iot.md §7 row 0a",
    gets_past="Any registered key, with or without a radio.",
    reads="witness",
)
