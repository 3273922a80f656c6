"""Judging as in mid-2023: denied reports never reached the verifier, and only a valid beacon used up its interval.

Source: helium/oracles at ad055dba (2023-06-30) `loader.rs` `check_valid_gateway`, `runner.rs` `handle_valid_poc`. Here
a memory depends on its own answers, so the beacons of each hotspot are walked through one by one; the rest is `judge`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from poc.reasons import Reason
from poc.table import Table
from poc.validator.checks.check import Flags, Memory
from poc.validator.checks.elapsed_schedule import TOLERANCE_S, elapsed_schedule
from poc.validator.judge import Rules, judge
from poc.validator.judgement import Judgement
from poc.validator.seeded_shuffle import shuffled_witnesses
from poc.validator.selection import first_arrivals
from poc.validator.state import NEVER_NS, Denylist, ValidatorState


def judge_2023(
    rules: Rules, hotspots: Table, reports: Mapping[str, Table], state: ValidatorState, limits: Any
) -> Judgement:
    """As `judge`, but reports of denied hotspots are not even loaded, and only a valid beacon uses up its interval.

    For rules with `elapsed_schedule` among the beacon checks and without reciprocity. `shuffled_witnesses` is told the
    POC_IDS where `reports` have them.
    """
    if rules.select is shuffled_witnesses:
        rules = replace(rules, select=partial(shuffled_witnesses, poc_ids=reports.get("poc_ids")))
    loaded = {name: _undenied(table, state.denylist) for name, table in reports.items()}
    n_denied = sum(len(reports[name]) - len(table) for name, table in loaded.items())
    beacon = tuple(check for check in rules.beacon if check is not elapsed_schedule)
    anytime = replace(rules, beacon=beacon, select=first_arrivals)  # nobody is drawn in a trial
    trial = judge(anytime, hotspots, loaded, state, limits).verdicts["beacon_verdicts"]
    too_soon = np.sort(trial["beacon"][_too_soon(trial, state, limits)])
    known = replace(elapsed_schedule, fails=_is_one_of(too_soon))
    dated = replace(rules, beacon=tuple(known if check is elapsed_schedule else check for check in rules.beacon))
    judgement = judge(dated, hotspots, loaded, state, limits)
    return replace(judgement, state=_remember_valid(judgement, state), n_dropped=judgement.n_dropped + n_denied)


def _undenied(table: Table, denylist: Denylist) -> Table:
    """The reports that the loader lets in; a public table that names no hotspot stays as it is."""
    if denylist.status == "absent" or "hotspot" not in table.columns:
        return table
    if denylist.status == "unloaded":
        return table.take(np.zeros(len(table), bool))
    return table.take(~np.isin(table["hotspot"], denylist.hotspots))


def _too_soon(trial: Table, state: ValidatorState, limits: Any) -> Flags:
    """Beacons, in processing order, that come too soon after the last valid one of the same hotspot."""
    least_ns = (limits.beacon_interval_s - TOLERANCE_S) * 10**9
    last = dict(zip(*(state.last_times[name].tolist() for name in ("hotspot", "last_beacon_ns")), strict=True))
    columns = (trial[name].tolist() for name in ("hotspot", "received_ns", "reason"))
    flags = []
    for hotspot, received_ns, reason in zip(*columns, strict=True):
        last_ns = last.get(hotspot, NEVER_NS)
        flags.append(last_ns != NEVER_NS and received_ns - last_ns < least_ns)
        if reason == Reason.none and not flags[-1]:
            last[hotspot] = received_ns
    return np.array(flags, np.bool_)


def _is_one_of(beacons: Any) -> Any:
    def fails(rows: Table, limits: Any, memory: Memory) -> Flags:
        return np.isin(rows["beacon"], beacons)

    return fails


def _remember_valid(judgement: Judgement, before: ValidatorState) -> ValidatorState:
    """The memory in which `last_beacon_ns` is that of the last valid beacon."""
    times, verdicts = judgement.state.last_times, judgement.verdicts["beacon_verdicts"]
    last_ns = np.append(before.last_times["last_beacon_ns"], NEVER_NS)[before.last_times.rows_of(times["hotspot"])]
    valid = np.flatnonzero(verdicts["reason"] == Reason.none)
    hotspot, from_the_end = np.unique(verdicts["hotspot"][valid][::-1], return_index=True)
    last_ns[times.rows_of(hotspot)] = verdicts["received_ns"][valid][::-1][from_the_end]
    return replace(judgement.state, last_times=times.replace(last_beacon_ns=last_ns))
