"""The last step: reciprocity, selection, scales and units of one shard, once the memory of the epoch is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.reasons import Side
from poc.schema import WITNESS_REPORTS
from poc.table import Array, Gathered, Table, looked_up
from poc.validator.checks.check import Memory
from poc.validator.checks.reciprocity import witness_beaconed_lately
from poc.validator.findings import Findings
from poc.validator.judge import Rules
from poc.validator.judgement import Judgement
from poc.validator.selection import first_arrivals
from poc.validator.shards.findings import verdicts_of
from poc.validator.shards.memory import (
    OwnBeacons,
    Remembered,
    last_reciprocal_before,
    last_witness_before,
    witnesses_decided,
)
from poc.validator.shards.report_ids import ids_by_row
from poc.validator.shards.waiting import Waiting
from poc.validator.state import ValidatorState
from poc.validator.verdict_tables import beacon_verdicts_of, witness_verdicts_of


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
    passed = of_beacon.valid, of_beacon.reason.copy(), of_beacon.fired.copy()
    if rules.beacon_reciprocity:
        last_ns = last_witness_before(own, entry, row, remembered.witness_ns)
        memory = Memory(state.denylist, last_witness_ns=last_ns)
        of_beacon.run(rules.beacon_reciprocity, joined, limits, memory)
    of_beacon.write_off(arrays["unready"], Side.beaconer)
    decide = _all_compiled(rules) and not waiting.has_every_report
    decided = (_decided_at_once if decide else _decided)(
        rules, waiting, joined, own, entry, of_beacon, passed, remembered, state, limits
    )
    n_valid, n_selected, beacon_row, selected = (
        decided.n_valid, decided.n_selected, decided.beacon_row, decided.selected
    )  # fmt: skip

    scale_e4 = np.where(of_beacon.valid, scale_e4, np.int64(0))
    beacon_verdicts = beacon_verdicts_of(joined, of_beacon, n_valid, n_selected, scale_e4, limits)
    receptions = decided.receptions
    columns = receptions.columns
    assert isinstance(columns, Gathered)
    if "report" not in columns:
        ids = ids_by_row(
            report_root, arrays["beacon"], beacon_row, waiting.sites.hotspots["hotspot"], decided.witness_row
        )
        columns = Gathered({"report": (ids, None), **{name: columns.part(name) for name in columns}})
        receptions = Table(receptions.schema, columns)
    witness_verdicts = witness_verdicts_of(
        receptions, beacon_row, decided.findings, selected, n_selected, scale_e4, limits
    )
    judgement = Judgement(
        verdicts={"beacon_verdicts": beacon_verdicts, "witness_verdicts": witness_verdicts},
        joined={"joined_beacons": joined, "receptions": receptions},
        state=state,
    )
    paying = (of_beacon.reason == 0) & (n_selected > 0)
    return ShardVerdicts(
        judgement,
        _witness_reports(columns, arrays["heard_ns"]) if "heard_ns" in arrays else None,
        beaconers=Earned(row[paying], scale_e4[paying], beacon_verdicts["reward_unit_e4"][paying]),
        witnesses=Earned(
            decided.witness_row[selected],
            witness_verdicts["hex_scale_e4"][selected],
            witness_verdicts["reward_unit_e4"][selected],
        ),
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """Reports with a verdict: all that waited, or the selected ones alone; and counts by beacon."""

    findings: Findings
    selected: Array
    beacon_row: Array
    witness_row: Array
    receptions: Table
    n_valid: Array
    n_selected: Array


def _all_compiled(rules: Rules) -> bool:
    return rules.select is first_arrivals and rules.witness_reciprocity in ((), (witness_beaconed_lately,))


def _decided_at_once(
    rules: Rules, waiting: Waiting, joined: Table, own: OwnBeacons, entry: Array, of_beacon: Findings,
    passed: tuple[Array, Array, Array], remembered: Remembered, state: ValidatorState, limits: Any,
) -> _Decided:  # fmt: skip
    """Reciprocity and selection in one pass over reports that passed the row checks; only selected ones are kept."""
    reports = waiting.reports()
    window_ns = int(limits.reciprocity_window_h * 3600 * 10**9) if rules.witness_reciprocity else -1
    n_valid, n_selected, rows = witnesses_decided(
        own, entry, (reports.begin, reports.end, reports.witness_row, reports.received_ns), of_beacon.valid,
        remembered.reciprocal_ns, window_ns, limits.max_witnesses,
    )  # fmt: skip
    beacon_row = np.repeat(np.arange(len(entry)), n_selected)
    return _Decided(
        Findings.clean(len(rows)), np.ones(len(rows), bool), beacon_row, looked_up(reports.witness_row, rows),
        waiting.receptions(joined, beacon_row, rows), n_valid, n_selected,
    )  # fmt: skip


def _decided(
    rules: Rules, waiting: Waiting, joined: Table, own: OwnBeacons, entry: Array, of_beacon: Findings,
    passed: tuple[Array, Array, Array], remembered: Remembered, state: ValidatorState, limits: Any,
) -> _Decided:  # fmt: skip
    """The same by the checks' own functions, for any rules and for every report."""
    reports = waiting.reports()
    beacon_row = reports.beacon_row()
    receptions = waiting.receptions(joined, beacon_row)
    findings = _findings(rules, waiting)
    was_valid, reason, fired = passed
    findings.spoil(~was_valid[beacon_row], reason[beacon_row], fired[beacon_row])
    if rules.witness_reciprocity:
        last_ns = last_reciprocal_before(
            own, entry, reports.begin, reports.end, reports.witness_row, remembered.reciprocal_ns
        )  # fmt: skip
        memory = Memory(state.denylist, last_reciprocal_beacon_ns=last_ns)
        findings.run(rules.witness_reciprocity, receptions, limits, memory)
    findings.spoil(~of_beacon.valid[beacon_row], of_beacon.reason[beacon_row], of_beacon.fired[beacon_row])
    findings.write_off(waiting.arrays["unready"][beacon_row], Side.witness)
    selected = np.asarray(rules.select(receptions, beacon_row, findings.valid, limits))
    n_valid, n_selected = (
        np.bincount(beacon_row[rows], minlength=len(entry)) for rows in (findings.valid, selected)
    )  # fmt: skip
    witness_row = reports.witness_row
    if not waiting.has_every_report:  # of the others nothing is known any more
        rows = np.flatnonzero(selected)
        findings = Findings(findings.reason[rows], findings.side[rows], findings.fired[rows])
        selected, beacon_row, witness_row = selected[rows], beacon_row[rows], witness_row[rows]
        receptions = receptions.take(rows)
    return _Decided(findings, selected, beacon_row, witness_row, receptions, n_valid, n_selected)


def _witness_reports(receptions: Gathered, heard_ns: Array) -> Table:
    parts = {name: receptions.part(name) for name in WITNESS_REPORTS.names if name in receptions}
    parts |= {"hotspot": receptions.part("witness"), "heard_ns": (heard_ns, None)}
    return Table(WITNESS_REPORTS, Gathered({name: parts[name] for name in WITNESS_REPORTS.names}))


def _findings(rules: Rules, waiting: Waiting) -> Findings:
    """What the row checks found of each report that waited."""
    if waiting.has_every_report:
        return Findings(*verdicts_of(waiting.arrays["failed"], rules.witness))
    return Findings.clean(len(waiting.arrays["witness_row"]))
