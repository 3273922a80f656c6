"""Every reason by exactly one fault, bad values that must not raise, and what the judge leaves behind."""

import warnings

import numpy as np
import pytest

from maps.grid import parents
from poc.profiles import PROFILES
from poc.profiles.helium_iot_2026 import RULES
from poc.reasons import Reason, Side
from poc.schema import BEACONS, HOTSPOTS, WITNESS_REPORTS
from poc.validator.checks.check import Memory
from poc.validator.state import NEVER_NS, Denylist, ValidatorState
from tests.oracle.events import HOUR, LOC0, LOC1, LOC2, LOC3, LOC4, NOON, US915, Scene

BEACONER, WITNESS, OTHER = 1, 2, 3
RECEIVED = NOON + 60 * 10**9


def _scene(denylist=None):
    """A valid beacon and a valid witness report; both hotspots witnessed and beaconed eight hours ago."""
    scene = Scene().hotspot(BEACONER).hotspot(WITNESS, cell=LOC4).hotspot(OTHER, cell=LOC1)
    scene.reciprocal(BEACONER, WITNESS, OTHER, at_ns=RECEIVED - 8 * HOUR)
    scene.sent = scene.beacon(BEACONER, RECEIVED)
    scene.heard = scene.report(WITNESS, scene.sent)
    scene.state = ValidatorState(scene.state.last_times, denylist or Denylist("loaded"))
    return scene


def _memory(scene, **columns):
    scene.state = ValidatorState(scene.state.last_times.replace(**columns), scene.state.denylist)


def _unknown_beaconer(scene):
    del scene.hotspots[BEACONER]


def _unasserted_beaconer(scene):
    scene.hotspots[BEACONER]["cell"] = 0


def _no_region(scene):
    scene.hotspots[BEACONER]["region"] = 99


def _denied(hotspots, edges=()):
    def fault(scene):
        lists = np.array(hotspots, np.uint64), np.array(edges, np.uint64).reshape(-1, 2)
        scene.state = ValidatorState(scene.state.last_times, Denylist("loaded", *lists))

    return fault


def _old_entropy(scene):
    scene.sent["entropy_start_s"] -= 121
    scene.heard["received_ns"] = scene.sent["received_ns"]


def _changed(what, **columns):
    def fault(scene):
        target = {"sent": scene.sent, "heard": scene.heard}.get(what) or scene.hotspots[what]
        target.update(columns)

    return fault


def _beaconed_in_this_bucket(scene):
    _memory(scene, last_beacon_ns=[RECEIVED - 1, NEVER_NS, NEVER_NS])


def _never_witnessed(scene):
    _memory(scene, last_witness_ns=[NEVER_NS, RECEIVED, RECEIVED])


def _witnessed_48_hours_ago(scene):
    _memory(scene, last_witness_ns=[RECEIVED - 48 * HOUR, RECEIVED, RECEIVED])


def _never_beaconed(scene):
    _memory(scene, last_reciprocal_beacon_ns=[RECEIVED, NEVER_NS, RECEIVED])


def _beaconed_48_hours_ago(scene):
    _memory(scene, last_reciprocal_beacon_ns=[RECEIVED, scene.heard["received_ns"] - 48 * HOUR, RECEIVED])


def _self_witness(scene):
    scene.heard["hotspot"] = BEACONER


def _reported_before(scene):
    scene.report(WITNESS, scene.sent, received_ns=scene.heard["received_ns"] - 1)


BEACON_FAULTS = [
    (Reason.gateway_not_found, _unknown_beaconer),
    (Reason.not_asserted, _unasserted_beaconer),
    (Reason.not_asserted, _no_region),
    (Reason.denied, _denied([BEACONER])),
    (Reason.entropy_expired, _old_entropy),
    (Reason.invalid_capability, _changed(BEACONER, full=False)),
    (Reason.irregular_interval, _beaconed_in_this_bucket),
    (Reason.gateway_no_valid_witnesses, _witnessed_48_hours_ago),
]
WITNESS_FAULTS = [
    (Reason.duplicate, _reported_before),
    (Reason.gateway_not_found, _changed("heard", hotspot=77)),
    (Reason.not_asserted, _changed(WITNESS, cell=0)),
    (Reason.not_asserted, _changed(WITNESS, region=99)),
    (Reason.not_asserted, _changed(WITNESS, cell=2**63)),
    (Reason.denied, _denied([WITNESS])),
    (Reason.denied_edge, _denied([], [(WITNESS, BEACONER)])),
    (Reason.self_witness, _self_witness),
    (Reason.entropy_expired, _changed("sent", entropy_start_s=RECEIVED // 10**9 - 180)),
    (Reason.too_late, _changed("heard", received_ns=RECEIVED + 4_000_000_001)),
    (Reason.invalid_capability, _changed(WITNESS, full=False)),
    (Reason.invalid_frequency, _changed("heard", frequency_hz=868_000_001)),
    (Reason.invalid_region, _changed(WITNESS, region=US915)),
    (Reason.below_min_distance, _changed(WITNESS, cell=LOC3)),
    (Reason.below_min_distance, _changed(WITNESS, cell=int(parents(np.uint64(LOC4), 10)))),
    (Reason.max_distance_exceeded, _changed(WITNESS, cell=LOC2)),
    (Reason.bad_rssi, _changed("heard", rssi_dbm=-70.0)),
    (Reason.bad_rssi, _changed("heard", rssi_dbm=np.nan)),
    (Reason.gateway_no_valid_beacons, _never_beaconed),
    (Reason.gateway_no_valid_beacons, _beaconed_48_hours_ago),
]
NOWHERE = {Reason.below_min_distance, Reason.max_distance_exceeded, Reason.bad_rssi}
IMPLIED = {  # what else goes wrong by the same fault, further down the list
    Reason.not_asserted: {*NOWHERE, Reason.invalid_region},
    Reason.gateway_not_found: {
        *NOWHERE, Reason.not_asserted, Reason.invalid_capability, Reason.invalid_region,
        Reason.gateway_no_valid_beacons,
    },
    Reason.self_witness: {Reason.below_min_distance},
    Reason.max_distance_exceeded: {Reason.bad_rssi},
}  # fmt: skip


def _bits(fired):
    return {reason for reason in Reason if fired >> reason & 1}


def test_the_base_is_valid():
    judgement = _scene().judge()
    verdicts, reports = judgement.verdicts["beacon_verdicts"], judgement.verdicts["witness_verdicts"]
    assert (verdicts["reason"][0], verdicts["fired"][0], verdicts["n_selected"][0]) == (0, 0, 1)
    assert (reports["reason"][0], reports["side"][0], reports["fired"][0], reports["selected"][0]) == (0, 0, 0, True)
    assert reports["reward_unit_e4"].tolist() == [10_000]
    assert verdicts["reward_unit_e4"].tolist() == [2500]


@pytest.mark.parametrize(("reason", "fault"), BEACON_FAULTS)
def test_one_fault_of_a_beacon(reason, fault):
    scene = _scene()
    fault(scene)
    verdicts, reports = scene.judge().verdicts.values()
    assert Reason(verdicts["reason"][0]) == reason
    # spoiled witnesses leave no memory, and who is not registered has not said where it is either
    also = {Reason.gateway_not_found: {Reason.not_asserted, Reason.invalid_capability}}.get(reason, set())
    assert _bits(verdicts["fired"][0]) == {reason} | also
    assert (Reason(reports["reason"][0]), Side(reports["side"][0])) == (reason, Side.beaconer)
    assert reports["fired"].tolist() == verdicts["fired"].tolist()
    assert (verdicts["n_selected"][0], verdicts["hex_scale_e4"][0], reports["hex_scale_e4"][0]) == (0, 0, 0)


@pytest.mark.parametrize(("reason", "fault"), WITNESS_FAULTS)
def test_one_fault_of_a_witness(reason, fault):
    scene = _scene()
    fault(scene)
    verdicts, reports = scene.judge().verdicts.values()
    row = reports.rows_of([scene.heard["report"]])[0]
    assert (Reason(reports["reason"][row]), Side(reports["side"][row])) == (reason, Side.witness)
    assert not reports["selected"][row]
    assert _bits(reports["fired"][row]) - {reason} <= IMPLIED.get(reason, set())
    assert verdicts["reason"].tolist() == [0]


def test_a_beaconer_without_assertion_is_its_own_fault_among_witness_checks():
    reception = _scene().judge().joined["receptions"].replace(beaconer_cell=0)
    limits = PROFILES["helium-iot-2026"].limits
    first = next(check for check in RULES.witness if check.fails(reception, limits, Memory())[0])
    assert (first.reason, first.side) == (Reason.not_asserted, Side.beaconer)


def test_just_inside_the_reciprocity_windows():
    scene = _scene()
    _memory(
        scene,
        last_witness_ns=[RECEIVED - 48 * HOUR + 1, NEVER_NS, NEVER_NS],
        last_reciprocal_beacon_ns=[NEVER_NS, scene.heard["received_ns"] - 48 * HOUR + 1, NEVER_NS],
    )
    verdicts, reports = scene.judge().verdicts.values()
    assert (verdicts["reason"].tolist(), reports["reason"].tolist()) == ([0], [0])


def test_memory_after_a_valid_event():
    scene = _scene()
    scene.judge()
    times = scene.state.last_times
    assert times["hotspot"].tolist() == [BEACONER, WITNESS, OTHER]
    assert times["last_beacon_ns"].tolist() == [RECEIVED, NEVER_NS, NEVER_NS]
    eight_hours_ago = RECEIVED - 8 * HOUR
    assert times["last_witness_ns"].tolist() == [eight_hours_ago, RECEIVED + 10**9, eight_hours_ago]
    assert times["last_reciprocal_beacon_ns"].tolist() == [RECEIVED, eight_hours_ago, eight_hours_ago]


def test_an_older_report_judged_later_moves_the_memory_back():
    scene = _scene()
    scene.judge()
    late = scene.beacon(BEACONER, RECEIVED - 20 * HOUR)
    verdicts = scene.judge().verdicts["beacon_verdicts"]
    assert [Reason(r).name for r in verdicts["reason"]] == ["irregular_interval"]
    assert scene.state.last_times["last_beacon_ns"][0] == late["received_ns"]


def test_an_inadmissible_beacon_leaves_the_bucket_free():
    scene = _scene()
    scene.hotspots[BEACONER]["cell"] = 0
    scene.judge()
    assert NEVER_NS in scene.state.last_times["last_beacon_ns"][:1]


def test_a_beacon_with_only_a_self_report_counts_as_reciprocal():
    scene = _scene()
    scene.heard["hotspot"] = BEACONER
    scene.judge()
    assert scene.state.last_times["last_reciprocal_beacon_ns"][0] == RECEIVED


def test_nothing_reported():
    judgement = Scene().judge()
    assert [len(table) for table in judgement.verdicts.values()] == [0, 0]


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize("seed", range(3))
def test_any_value_whatsoever_gets_a_verdict(profile, seed):
    """Bit patterns drawn from the corners of every column's type, in hotspots and reports alike."""
    rng = np.random.default_rng(seed)
    pools = {
        "uint64": np.array([0, 1, 2, 3, LOC0, LOC4, 2**63, 2**64 - 1], np.uint64),
        "int64": np.array([-(2**63), -(2**63) + 1, -1, 0, 1, NOON, 2**63 - 1], np.int64),
        "float64": np.array([np.nan, np.inf, -np.inf, 0.0, -1e308, 1e308, 1.2]),
        "uint32": np.array([0, 1, 2**32 - 1], np.uint32),
        "int16": np.array([-32768, -1, 0, 1, 99, 32767], np.int16),
        "uint8": np.array([0, 1, 7, 12, 255], np.uint8),
        "bool": np.array([True, False]),
    }

    def junk(schema, n, **columns):
        drawn = {column.name: rng.choice(pools[column.dtype], n) for column in schema.columns}
        return schema.table(**{**drawn, **columns})

    hotspots = junk(HOTSPOTS, 4, hotspot=np.array([0, 1, 2, 2**64 - 1], np.uint64))
    reports = {
        "beacons": junk(BEACONS, 60, beacon=np.arange(60)),
        "witness_reports": junk(WITNESS_REPORTS, 300, report=np.arange(300)),
    }
    state = ValidatorState(denylist=Denylist("loaded", pools["uint64"][-2:], np.array([[1, 2**64 - 1]], np.uint64)))
    kind = PROFILES[profile].evidence_kinds[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            judgement = kind.judge(hotspots, reports, state, PROFILES[profile].limits)
            claims = kind.claims(judgement, PROFILES[profile].limits)
            state = judgement.state
    denied = np.isin(reports["beacons"]["hotspot"], pools["uint64"][-2:])
    if profile == "helium-iot-retired":  # throws all away
        assert judgement.n_dropped == 360
        return
    n_loaded = 60 - int(denied.sum()) if profile == "helium-iot-2023-06" else 60  # its loader drops denied reports
    assert len(judgement.verdicts["beacon_verdicts"]) == n_loaded
    assert np.isfinite(claims["strength_db"]).all()
