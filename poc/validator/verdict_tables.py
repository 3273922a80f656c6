"""The two tables of verdicts from what the checks found, written once for whole epochs and for shards of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.schema import BEACON_VERDICTS, WITNESS_VERDICTS
from poc.table import Array, Gathered, Table, looked_up
from poc.validator.findings import Findings


def beacon_verdicts_of(
    beacons: Table, findings: Findings, n_valid: Array, n_selected: Array, scale_e4: Array, limits: Any
) -> Table:
    """BEACON_VERDICTS of JOINED_BEACONS; counts and scale by row of these."""
    return BEACON_VERDICTS.table(
        beacon=beacons["beacon"],
        hotspot=beacons["beaconer"],
        received_ns=beacons["received_ns"],
        reason=findings.reason,
        fired=findings.fired,
        n_reports=beacons["n_reports"],
        n_valid=n_valid,
        n_selected=n_selected,
        hex_scale_e4=scale_e4,
        reward_unit_e4=beaconer_units_e4(n_selected, limits),
    )


def witness_verdicts_of(
    receptions: Table,
    beacon_row: Array,
    findings: Findings,
    selected: Array,
    n_selected: Array,
    scale_e4: Array,
    limits: Any,
) -> Table:
    """WITNESS_VERDICTS of gathered RECEPTIONS, looked up where they can be; `beacon_row` leads to counts and scale."""
    found = {
        "reason": findings.reason,
        "side": findings.side,
        "fired": findings.fired,
        "selected": selected,
        "hex_scale_e4": np.where(findings.valid, looked_up(scale_e4, beacon_row), 0),
        "reward_unit_e4": np.where(selected, looked_up(witness_units_e4(n_selected, limits), beacon_row), 0),
    }
    columns = receptions.columns
    assert isinstance(columns, Gathered)
    parts = {name: (found[name], None) if name in found else columns.part(name) for name in WITNESS_VERDICTS.names}
    return Table(WITNESS_VERDICTS, Gathered(parts))
