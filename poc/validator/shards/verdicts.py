"""The last step: reciprocity, selection, scales and units of one shard, once the memory of the epoch is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.schema import BEACON_VERDICTS, WITNESS_VERDICTS
from poc.table import Array, Gathered, Table
from poc.validator.checks.check import Memory
from poc.validator.judge import Findings, Rules
from poc.validator.judgement import Judgement
from poc.validator.selection import first_arrivals
from poc.validator.shards.findings import verdicts_of
from poc.validator.shards.joined import ids_of_reports
from poc.validator.shards.memory import OwnBeacons, Remembered, last_reciprocal_before, last_witness_before
from poc.validator.shards.waiting import Reports, Waiting
from poc.validator.state import ValidatorState


@dataclass(frozen=True, slots=True)
class Earned:
    """Rewarded participations by row of the hotspot: who, density scale and reward unit [1e-4 each]."""

    row: Array
    scale_e4: Array
    unit_e4: Array


@dataclass(frozen=True, slots=True)
class ShardVerdicts:
    """Tables of a shard as `judge` would give them, for the reports that were kept; and what was earned, by row."""

    judgement: Judgement
    beaconers: Earned
    witnesses: Earned


def verdicts_of_shard(
    rules: Rules,
    waiting: Waiting,
    own: OwnBeacons,
    entry: Array,
    scale_e4: Array,
    remembered: Remembered,
    state: ValidatorState,
    limits: Any,
    report_root: int,
) -> ShardVerdicts:
    """Verdicts on the beacons and on every report that waited (or on the selected ones, where only they are known).

    `entry` and `scale_e4` are those of the shard's beacons.
    """
    joined, arrays = waiting.joined(), waiting.arrays
    of_beacon = Findings(arrays["reason"].copy(), arrays["side"].copy(), arrays["fired"].copy())
    passed, row = of_beacon.valid, arrays["row"]
    if rules.beacon_reciprocity:
        last_ns = last_witness_before(own, entry, row, remembered.witness_ns)
        memory = Memory(state.denylist, last_witness_ns=last_ns)
        of_beacon.run(rules.beacon_reciprocity, joined, limits, memory)

    reports = waiting.reports()
    beacon_row = reports.beacon_row()
    receptions = waiting.receptions(joined, beacon_row)
    of_report = _findings(waiting, rules, of_beacon, passed, beacon_row)
    if rules.witness_reciprocity:
        last_ns = last_reciprocal_before(
            own, entry, reports.begin, reports.end, reports.witness_row, remembered.reciprocal_ns
        )  # fmt: skip
        memory = Memory(state.denylist, last_reciprocal_beacon_ns=last_ns)
        of_report.run(rules.witness_reciprocity, receptions, limits, memory)
    of_report.spoil_by(~of_beacon.valid, beacon_row, of_beacon)
    selected = _selected(rules, reports, receptions, beacon_row, of_report.valid, limits)

    n_valid = np.bincount(beacon_row[of_report.valid], minlength=len(row))
    n_selected = np.bincount(beacon_row[selected], minlength=len(row))
    scale_e4 = np.where(of_beacon.valid, scale_e4, 0)
    beacon_verdicts = BEACON_VERDICTS.table(
        beacon=joined["beacon"],
        hotspot=joined["beaconer"],
        received_ns=joined["received_ns"],
        reason=of_beacon.reason,
        fired=of_beacon.fired,
        n_reports=joined["n_reports"],
        n_valid=n_valid,
        n_selected=n_selected,
        hex_scale_e4=scale_e4,
        reward_unit_e4=beaconer_units_e4(n_selected, limits),
    )
    ...
