"""The column judge and the record-by-record verifier say the same of every report, every memory and every scale."""

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.reasons import Reason
from poc.spool import Spool
from poc.table import Table
from poc.validator.judgement import Judgement
from poc.validator.shards.cutting import shards_of, strangers_in
from poc.validator.shards.judge import ShardJudge
from poc.validator.state import NEVER_NS, Denylist, ValidatorState
from tests.oracle.events import HOUR, NOON, random_world, rows_of
from tests.oracle.scalar_judge import ScalarVerifier

PROFILE = PROFILES["helium-iot-2026"]
ALL_REASONS = {
    "none", "not_asserted", "entropy_expired", "invalid_capability", "irregular_interval", "gateway_not_found",
    "denied", "bad_rssi", "invalid_region", "max_distance_exceeded", "invalid_frequency", "self_witness",
    "below_min_distance", "duplicate", "denied_edge", "too_late", "gateway_no_valid_beacons",
    "gateway_no_valid_witnesses",
}  # fmt: skip


def judge_tables(hotspots, reports, state):
    return PROFILE.evidence_kinds[0].judge(hotspots, reports, state, PROFILE.limits)


def judge_shards(hotspots, reports, state):
    """The same, beaconer by beaconer."""
    judge = ShardJudge(
        PROFILE.evidence_kinds[0].rules, hotspots, state, PROFILE.limits, None, Spool(None), every_report=True,
        with_signal=True, strangers=strangers_in(hotspots, reports),
    )  # fmt: skip
    shards = shards_of(hotspots, reports, n_beaconers=7)
    for number, shard in enumerate(shards):
        judge.check(number, shard)
    settled = judge.settle()
    parts = [judge.verdicts(number, settled).judgement.verdicts for number in range(len(shards))]
    names = ("beacon_verdicts", "witness_verdicts")
    verdicts = {name: Table.concat([part[name] for part in parts]) for name in names}
    return Judgement(verdicts, {}, judge.state_after(settled))


def _run(seed, n_beacons, n_reports_each, denylist=("absent", set(), set()), n_epochs=1, judge=judge_tables):
    status, denied, edges = denylist
    pairs = np.array(sorted(sorted(edge) for edge in edges), np.uint64).reshape(-1, 2)
    state = ValidatorState(denylist=Denylist(status, np.array(sorted(denied), np.uint64), pairs))
    verifier, n_events, reasons = None, 0, set()
    for epoch in range(n_epochs):
        hotspots, beacons, reports = random_world(
            seed + epoch, n_beacons=n_beacons, n_reports_each=n_reports_each, start_ns=NOON + epoch * 24 * HOUR
        )
        asserted = {row["hotspot"]: row for row in rows_of(hotspots)}
        verifier = verifier or ScalarVerifier(asserted, denylist)
        verifier.hotspots, verifier.map_active = asserted, None  # a new world re-asserts everything
        judgement = judge(hotspots, {"beacons": beacons, "witness_reports": reports}, state)
        state = judgement.state
        expected = verifier.judge(rows_of(beacons), rows_of(reports))
        _compare(judgement.verdicts, *expected)
        _compare_memory(state, verifier)
        n_events += len(beacons) + len(judgement.verdicts["witness_verdicts"])
        reasons |= {Reason(v[0]).name for verdicts in expected for v in verdicts.values()}
    return n_events, reasons


def _compare(verdicts, of_beacons, of_reports):
    names = ("reason", "fired", "n_reports", "n_valid", "n_selected", "hex_scale_e4", "reward_unit_e4")
    found = {row["beacon"]: tuple(row[name] for name in names) for row in rows_of(verdicts["beacon_verdicts"])}
    assert found == of_beacons
    names = ("reason", "side", "fired", "selected", "hex_scale_e4", "reward_unit_e4")
    found = {row["report"]: tuple(row[name] for name in names) for row in rows_of(verdicts["witness_verdicts"])}
    assert found == of_reports


def _compare_memory(state, verifier):
    for name, memory in (
        ("last_beacon_ns", verifier.last_beacon),
        ("last_reciprocal_beacon_ns", verifier.last_reciprocal),
        ("last_witness_ns", verifier.last_witness),
    ):
        times = zip(state.last_times["hotspot"].tolist(), state.last_times[name].tolist(), strict=True)
        assert {hotspot: time for hotspot, time in times if time != NEVER_NS} == memory


@pytest.mark.parametrize("judge", [judge_tables, judge_shards])
def test_a_hundred_thousand_random_events(judge):
    n_events, reasons = _run(seed=1, n_beacons=5000, n_reports_each=9, n_epochs=2, judge=judge)
    assert n_events >= 100_000
    assert reasons == ALL_REASONS - {"denied", "denied_edge"}


@pytest.mark.parametrize("judge", [judge_tables, judge_shards])
@pytest.mark.parametrize("status", ["loaded", "unloaded"])
def test_with_a_denylist(status, judge):
    ids = random_world(7)[0]["hotspot"].tolist()
    edges = {frozenset((a, b)) for a in ids[:40] for b in ids[40:80]}
    denylist = (status, set(ids[::9]), edges)
    _, reasons = _run(seed=7, n_beacons=1000, n_reports_each=5, denylist=denylist, judge=judge)
    assert reasons == (ALL_REASONS if status == "loaded" else {"denied", "gateway_not_found", "not_asserted"})
