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


beaconer_known = Check(Reason.gateway_not_found, Side.beaconer, _beaconer)
witness_known = Check(Reason.gateway_not_found, Side.witness, _witness)
