"""The dated profiles and their record-by-record forms say the same of 100,000 random events each."""

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.reasons import Reason
from poc.validator.state import NEVER_NS, Denylist, ValidatorState
from tests.oracle.events import HOUR, NOON, random_world, rows_of, with_edges
from tests.oracle.scalar_dated import Scalar2023, ScalarV10, ScalarV11
from tests.oracle.test_judge_against_scalar import bound_dbm

SCALAR = {"helium-iot-2023-06": Scalar2023, "helium-l1-pocv11": ScalarV11, "helium-l1-pocv10": ScalarV10}
COMMON = {
    "none", "not_asserted", "invalid_capability", "gateway_not_found", "bad_rssi", "max_distance_exceeded",
    "invalid_frequency", "self_witness", "below_min_distance", "duplicate",
}  # fmt: skip
ALL = {
    "helium-iot-2023-06": COMMON | {"entropy_expired", "irregular_interval", "invalid_region"},
    "helium-l1-pocv11": COMMON | {"invalid_region"},
    "helium-l1-pocv10": COMMON,
}


def _world(profile, seed, start_ns, n_beacons):
    hotspots, beacons, reports = with_edges(
        *random_world(seed, n_beacons=n_beacons, n_reports_each=9, start_ns=start_ns), bound_dbm
    )
    if profile == "helium-iot-2023-06":
        return hotspots, beacons, reports
    rng = np.random.default_rng(seed)
    n = len(reports)
    row = beacons.rows_of(reports["payload"], "payload")
    offset_hz = rng.choice([0, 32, 1000, 1001, -1000, -1001, 99_999, 100_000, 200_000], n, p=[0.6, *[0.05] * 8])
    frequency_hz = np.where(rng.random(n) < 0.01, 0, beacons["frequency_hz"][row] + offset_hz)
    snr_db = rng.choice([-21.0, -20.0, -3.4, 0.0, 1.0, 2.5, 5.0, 9.2, 16.0, 17.0], n)
    rssi_dbm = np.where(rng.random(n) < 0.3, rng.choice([-90.0, -95.0, -115.0, -120.0, -125.0], n), reports["rssi_dbm"])
    owner = np.where(rng.random(len(hotspots)) < 0.5, rng.integers(1, 30, len(hotspots)), 0)
    power_dbm = rng.choice([0, 14, 27], len(beacons))
    return (
        hotspots.replace(owner=owner),
        beacons.replace(power_dbm=power_dbm),
        reports.replace(frequency_hz=frequency_hz, snr_db=snr_db, rssi_dbm=rssi_dbm),
    )


def _run(profile, seed, n_beacons, n_epochs, denylist):
    status, denied, _ = denylist
    state = ValidatorState(denylist=Denylist(status, np.array(sorted(denied), np.uint64)))
    verifier, n_events, reasons = None, 0, set()
    for epoch in range(n_epochs):
        hotspots, beacons, reports = _world(profile, seed + epoch, NOON + epoch * 24 * HOUR, n_beacons)
        asserted = {row["hotspot"]: row for row in rows_of(hotspots)}
        verifier = verifier or SCALAR[profile](asserted, denylist)
        verifier.hotspots, verifier.map_time, verifier.map_active = asserted, None, None  # all is asserted anew
        kind, limits = PROFILES[profile].evidence_kinds[0], PROFILES[profile].limits
        judgement = kind.judge(hotspots, {"beacons": beacons, "witness_reports": reports}, state, limits)
        state = judgement.state
        of_beacons, of_reports = verifier.judge(rows_of(beacons), rows_of(reports))
        _compare(judgement.verdicts, of_beacons, of_reports)
        if profile == "helium-iot-2023-06":
            _compare_the_drawn(judgement.verdicts, of_reports)
        last = dict(zip(*(state.last_times[name].tolist() for name in ("hotspot", "last_beacon_ns")), strict=True))
        assert {h: t for h, t in last.items() if t != NEVER_NS} == verifier.last_beacon
        n_events += len(beacons) + len(of_reports)
        reasons |= {Reason(v[0]).name for v in (*of_beacons.values(), *of_reports.values())}
    return n_events, reasons


def _compare(verdicts, of_beacons, of_reports):
    names = ("reason", "fired", "n_reports", "n_valid", "n_selected", "hex_scale_e4", "reward_unit_e4")
    found = {row["beacon"]: tuple(row[name] for name in names) for row in rows_of(verdicts["beacon_verdicts"])}
    assert found == of_beacons
    rows = rows_of(verdicts["witness_verdicts"])
    names = ("reason", "side", "fired", "hex_scale_e4")
    expected = {report: (v[0], v[1], v[2], v[4]) for report, v in of_reports.items()}
    assert {row["report"]: tuple(row[name] for name in names) for row in rows} == expected
    chosen, paid = {}, {}
    for row in rows:  # whom a challenger drew is open, how many and what they get is not
        assert not row["selected"] or row["reason"] == 0
        if row["selected"]:
            chosen[row["beacon"]] = chosen.get(row["beacon"], 0) + 1
            paid.setdefault(row["beacon"], set()).add(row["reward_unit_e4"])
        else:
            assert row["reward_unit_e4"] == 0
    assert chosen == {beacon: v[4] for beacon, v in of_beacons.items() if v[4]}
    units = {}
    for row in rows:
        if of_reports[row["report"]][3]:
            units.setdefault(row["beacon"], set()).add(of_reports[row["report"]][5])
    assert paid == units


def _compare_the_drawn(verdicts, of_reports):
    found = {row["report"]: row["selected"] for row in rows_of(verdicts["witness_verdicts"])}
    assert found == {report: v[3] for report, v in of_reports.items()}


@pytest.mark.parametrize("profile", SCALAR)
def test_a_hundred_thousand_random_events(profile):
    n_events, reasons = _run(profile, 11, 5000, 2, ("absent", set(), set()))
    assert n_events >= 100_000
    assert reasons == ALL[profile]


@pytest.mark.parametrize("status", ["loaded", "unloaded"])
def test_the_loader_of_2023(status):
    denied = set(random_world(7)[0]["hotspot"].tolist()[::9])
    _, reasons = _run("helium-iot-2023-06", 7, 1000, 2, (status, denied, set()))
    assert ("none" in reasons) == (status == "loaded") and "denied" not in reasons
