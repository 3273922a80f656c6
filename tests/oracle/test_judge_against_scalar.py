"""The column judge and the record-by-record verifier say the same of every report, every memory and every scale."""

import math

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.reasons import Reason
from poc.spool import Spool
from poc.table import Table
from poc.validator.free_space import free_space_rssi_dbm
from poc.validator.judgement import Judgement
from poc.validator.shards.judge import ShardJudge
from poc.validator.state import NEVER_NS, Denylist, ValidatorState
from tests.oracle.cutting import shards_of, strangers_in
from tests.oracle.events import HOUR, NOON, OFFSETS_HZ, random_world, rows_of, with_edges
from tests.oracle.scalar_judge import ScalarVerifier, is_cell, metres, rssi_limit

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


def bound_dbm(hotspots, beacon, report):
    """The bound of the last live rules, where both sides can compute it to the last bit; NaN elsewhere."""
    rows = hotspots.rows_of(np.array([beacon["hotspot"], report["hotspot"]], np.uint64))
    a, c = (int(hotspots["cell"][row]) if row >= 0 else 0 for row in rows)
    if not (is_cell(a) and is_cell(c)) or a == c:
        return np.nan
    gains = hotspots["gain_dbi"][rows].tolist()
    product = 4 * np.pi * metres(a, c) * report["frequency_hz"] / 2.998e8
    if product <= 0 or math.log10(product) != float(np.log10(product)):
        return np.nan
    return rssi_limit(beacon["power_dbm"], *gains, metres(a, c), report["frequency_hz"])


def _run(seed, n_beacons, n_reports_each, denylist=("absent", set(), set()), n_epochs=1, judge=judge_tables):
    status, denied, edges = denylist
    pairs = np.array(sorted(sorted(edge) for edge in edges), np.uint64).reshape(-1, 2)
    state = ValidatorState(denylist=Denylist(status, np.array(sorted(denied), np.uint64), pairs))
    verifier, n_events, reasons = None, 0, set()
    for epoch in range(n_epochs):
        world = random_world(
            seed + epoch, n_beacons=n_beacons, n_reports_each=n_reports_each, start_ns=NOON + epoch * 24 * HOUR
        )
        hotspots, beacons, reports = with_edges(*world, bound_dbm)
        asserted = {row["hotspot"]: row for row in rows_of(hotspots)}
        verifier = verifier or ScalarVerifier(asserted, denylist)
        verifier.hotspots, verifier.map_time, verifier.map_active = asserted, None, None  # all is asserted anew
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


def test_the_edges_occur():
    hotspots, beacons, reports = with_edges(*random_world(1, n_beacons=5000, n_reports_each=9), bound_dbm)
    judgement = judge_tables(hotspots, {"beacons": beacons, "witness_reports": reports}, ValidatorState())
    r = judgement.joined["receptions"]
    beacon_first = r["beacon_received_ns"] <= r["first_received_ns"]
    lag_ms = (r["received_ns"] - np.where(beacon_first, r["beacon_received_ns"], r["first_received_ns"])) / 1e6
    age_s = r["received_ns"] // 10**9 - r["entropy_start_s"]
    offset_hz = r["frequency_hz"] - r["beacon_frequency_hz"]
    on_bound = r["rssi_dbm"] == free_space_rssi_dbm(r, 2.998e8)
    for values, edges in (
        (r["distance_m"], (100_999, 101_000)),
        (r["n_cells"], (7, 8)),
        (lag_ms[beacon_first], (4000, 4001)),
        (lag_ms[~beacon_first], (1500, 1501)),
        (age_s, (180, 181)),
        (offset_hz, OFFSETS_HZ),
        (on_bound, (True, False)),
        (r["received_ns"] // (24 * HOUR), (NOON // (24 * HOUR), NOON // (24 * HOUR) + 1)),
    ):
        for edge in edges:
            assert (values == edge).sum() >= 5, edge
    passes = judgement.verdicts["witness_verdicts"]["fired"] >> np.uint32(Reason.bad_rssi) & 1 == 0
    assert on_bound.sum() > 100 and passes[on_bound].all()
