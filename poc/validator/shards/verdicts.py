"""The last step: reciprocity, selection, scales and units of one shard, once the memory of the epoch is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from poc.reasons import Side
from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.schema import BEACON_VERDICTS, WITNESS_REPORTS, WITNESS_VERDICTS
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
    """Tables of a shard as `judge` would give them, for the reports that were kept; and what was earned, by row.

    `witness_reports` are there where every report was kept and the shard said when it was heard.
    """

    judgement: Judgement
    witness_reports: Table | None
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
    row = arrays["row"]
    reports = waiting.reports()
    beacon_row = reports.beacon_row()
    of_report = _findings(rules, waiting)
    of_report.spoil(~of_beacon.valid[beacon_row], of_beacon.reason[beacon_row], of_beacon.fired[beacon_row])
    if rules.beacon_reciprocity:
        last_ns = last_witness_before(own, entry, row, remembered.witness_ns)
        memory = Memory(state.denylist, last_witness_ns=last_ns)
        of_beacon.run(rules.beacon_reciprocity, joined, limits, memory)
    receptions = waiting.receptions(joined, beacon_row)
    if rules.witness_reciprocity:
        last_ns = last_reciprocal_before(
            own, entry, reports.begin, reports.end, reports.witness_row, remembered.reciprocal_ns
        )  # fmt: skip
        memory = Memory(state.denylist, last_reciprocal_beacon_ns=last_ns)
        of_report.run(rules.witness_reciprocity, receptions, limits, memory)
    of_report.spoil(~of_beacon.valid[beacon_row], of_beacon.reason[beacon_row], of_beacon.fired[beacon_row])
    of_beacon.write_off(arrays["unready"], Side.beaconer)
    of_report.write_off(arrays["unready"][beacon_row], Side.witness)

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
    found = {
        "reason": of_report.reason,
        "side": of_report.side,
        "fired": of_report.fired,
        "selected": selected,
        "hex_scale_e4": np.where(of_report.valid, scale_e4[beacon_row], 0),
        "reward_unit_e4": np.where(selected, witness_units_e4(n_selected, limits)[beacon_row], 0),
    }
    if not waiting.has_every_report:  # of the others nothing is known any more
        rows = np.flatnonzero(selected)
        receptions, beacon_row = receptions.take(rows), beacon_row[rows]
        found = {name: values[rows] for name, values in found.items()}
        witness_row = reports.witness_row[rows]
    else:
        witness_row = reports.witness_row
    looked_up = receptions.columns
    assert isinstance(looked_up, Gathered)
    if "report" not in looked_up:
        ids = ids_of_reports(report_root, receptions["beacon"], receptions["witness"])
        looked_up = Gathered({"report": (ids, None), **{name: looked_up.part(name) for name in looked_up}})
        receptions = Table(receptions.schema, looked_up)
    parts = {name: (found[name], None) if name in found else looked_up.part(name) for name in WITNESS_VERDICTS.names}
    judgement = Judgement(
        verdicts={"beacon_verdicts": beacon_verdicts, "witness_verdicts": Table(WITNESS_VERDICTS, Gathered(parts))},
        joined={"joined_beacons": joined, "receptions": receptions},
        state=state,
    )
    chosen = found["selected"]
    paying = (of_beacon.reason == 0) & (n_selected > 0)
    return ShardVerdicts(
        judgement,
        _witness_reports(looked_up, arrays["heard_ns"]) if "heard_ns" in arrays else None,
        beaconers=Earned(row[paying], scale_e4[paying], beacon_verdicts["reward_unit_e4"][paying]),
        witnesses=Earned(witness_row[chosen], found["hex_scale_e4"][chosen], found["reward_unit_e4"][chosen]),
    )


def _witness_reports(receptions: Gathered, heard_ns: Array) -> Table:
    parts = {name: receptions.part(name) for name in WITNESS_REPORTS.names if name in receptions}
    parts |= {"hotspot": receptions.part("witness"), "heard_ns": (heard_ns, None)}
    return Table(WITNESS_REPORTS, Gathered({name: parts[name] for name in WITNESS_REPORTS.names}))


def _findings(rules: Rules, waiting: Waiting) -> Findings:
    """What the row checks found of each report that waited."""
    if waiting.has_every_report:
        return Findings(*verdicts_of(waiting.arrays["failed"], rules.witness))
    return Findings.clean(len(waiting.arrays["witness_row"]))


def _selected(rules: Rules, reports: Reports, receptions: Table, beacon_row: Array, valid: Array, limits: Any) -> Array:
    if rules.select is not first_arrivals:
        return np.asarray(rules.select(receptions, beacon_row, valid, limits))
    selected = np.zeros(len(valid), np.bool_)
    _first(reports.begin, reports.end, valid, limits.max_witnesses, selected)
    return selected


@numba.njit(cache=True, nogil=True)
def _first(begin: Any, end: Any, valid: Any, most: Any, selected: Any) -> None:
    """`first_arrivals` as a loop that stops at the last one chosen."""
    for k in range(len(begin)):
        n = 0
        for i in range(begin[k], end[k]):
            if n == most:
                break
            if valid[i]:
                selected[i] = True
                n += 1
