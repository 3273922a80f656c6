"""One-fault completeness: under every profile, for every check that it lists, one fault in a valid event gives exactly
its reason. A profile with a check that has no fault here fails.
"""

import numpy as np
import pytest

from poc.beacon.entropy import entropies
from poc.beacon.payload import digest, payload
from poc.profiles import PROFILES
from poc.reasons import Reason, Side
from poc.validator.checks.archived import entropy_archived
from poc.validator.checks.asserted import beaconer_asserted, witness_asserted
from poc.validator.checks.beacon_payload import beacon_payload
from poc.validator.checks.capability import beaconer_capability, witness_capability
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.check import Memory
from poc.validator.checks.denied_edge import denied_edge
from poc.validator.checks.denylist import beaconer_denylist, witness_denylist
from poc.validator.checks.distance import witness_distance
from poc.validator.checks.duplicate import duplicate
from poc.validator.checks.dynamic_power import dynamic_power
from poc.validator.checks.elapsed_schedule import elapsed_schedule
from poc.validator.checks.entropy import beaconer_entropy, witness_entropy
from poc.validator.checks.frequency import witness_frequency
from poc.validator.checks.heard_payload import heard_payload
from poc.validator.checks.known import beaconer_known, witness_known
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.legacy_channel import another_channel, no_frequency, off_channel
from poc.validator.checks.legacy_distance import legacy_distance
from poc.validator.checks.legacy_rssi import rssi_v10, rssi_v11
from poc.validator.checks.legacy_snr import snr_bound
from poc.validator.checks.possible_arrival import possible_arrival
from poc.validator.checks.reciprocity import beaconer_witnessed_lately, witness_beaconed_lately
from poc.validator.checks.region import witness_region
from poc.validator.checks.response_window import response_window
from poc.validator.checks.rssi import witness_rssi
from poc.validator.checks.same_address import same_address
from poc.validator.checks.schedule import beacon_schedule
from poc.validator.checks.self_witness import self_witness
from poc.validator.state import NEVER_NS, Denylist, ValidatorState
from tests.oracle.events import HOUR, LOC1, LOC2, LOC3, LOC4, NOON, START_S, US915, Scene

BEACONER, WITNESS, OTHER = 1, 2, 3
RECEIVED = NOON + 60 * 10**9
REMOTE, LOCAL = bytes(range(32)), bytes(4)  # of a beacon that falls on 867.9 MHz
ARCHIVE = entropies([REMOTE], [START_S], [0])


def base(profile):
    """A valid beacon and witness report; both hotspots witnessed and beaconed eight hours ago, a list is loaded."""
    scene = Scene(profile, entropies=ARCHIVE).hotspot(BEACONER).hotspot(WITNESS, cell=LOC4).hotspot(OTHER, cell=LOC1)
    scene.reciprocal(BEACONER, WITNESS, OTHER, at_ns=RECEIVED - 8 * HOUR)
    data = payload(REMOTE, START_S, LOCAL)
    channel_hz = 867_100_000 + 200_000 * (int.from_bytes(data[:2], "little") % 8)
    scene.sent = scene.beacon(
        BEACONER, RECEIVED, payload=digest(data), entropy=int(ARCHIVE["entropy"][0]), frequency_hz=channel_hz
    )
    scene.heard = scene.report(WITNESS, scene.sent, frequency_hz=channel_hz + 32)
    scene.state = ValidatorState(scene.state.last_times, Denylist("loaded"))
    return scene


def changed(what, **columns):
    def fault(scene):
        target = {"sent": scene.sent, "heard": scene.heard}.get(what) or scene.hotspots[what]
        target.update(columns)

    return fault


def moved(what, column, by):
    def fault(scene):
        target = {"sent": scene.sent, "heard": scene.heard}[what]
        target[column] += by

    return fault


def remembered(**columns):
    def fault(scene):
        scene.state = ValidatorState(scene.state.last_times.replace(**columns), scene.state.denylist)

    return fault


def denied(hotspots, edges=()):
    def fault(scene):
        lists = np.array(hotspots, np.uint64), np.array(edges, np.uint64).reshape(-1, 2)
        scene.state = ValidatorState(scene.state.last_times, Denylist("loaded", *lists))

    return fault


def unregistered(scene):
    del scene.hotspots[BEACONER]


def old_entropy(scene):
    scene.sent["received_ns"] += 121 * 10**9
    scene.heard["received_ns"] = scene.sent["received_ns"]


def heard_too_late_for_the_entropy(scene):
    scene.sent["received_ns"] = scene.heard["received_ns"] = NOON + 180 * 10**9
    scene.heard["received_ns"] += 10**9


def reported_twice(scene):
    first = {name: value for name, value in scene.heard.items() if name not in ("report", "hotspot")}
    scene.report(WITNESS, scene.sent, **first)
    scene.heard["received_ns"] += 1


def heard_something_else(scene):
    scene.heard["payload"] = 17
    scene.named[scene.heard["report"]] = scene.sent["beacon"]


def same_owner(scene):
    scene.hotspots[BEACONER]["owner"] = scene.hotspots[WITNESS]["owner"] = 5


def a_second_late(scene):
    scene.report(
        OTHER, scene.sent, received_ns=scene.heard["received_ns"] - 10**9, frequency_hz=scene.heard["frequency_hz"]
    )


def a_friend_on_another_channel(scene):
    scene.heard["frequency_hz"] = scene.sent["frequency_hz"] + 100_001


FAULTS = {
    entropy_archived: changed("sent", entropy=99),
    beaconer_known: unregistered,
    beaconer_asserted: changed(BEACONER, cell=0),
    beaconer_denylist: denied([BEACONER]),
    beaconer_entropy: old_entropy,
    beaconer_capability: changed(BEACONER, full=False),
    beacon_schedule: remembered(last_beacon_ns=[RECEIVED - 1, NEVER_NS, NEVER_NS]),
    elapsed_schedule: remembered(last_beacon_ns=[RECEIVED - 5 * HOUR, NEVER_NS, NEVER_NS]),
    beacon_payload: changed("sent", spreading_factor=9),
    duplicate: reported_twice,
    witness_known: changed("heard", hotspot=77),
    witness_asserted: changed(WITNESS, cell=0),
    witness_denylist: denied([WITNESS]),
    denied_edge: denied([], [(WITNESS, BEACONER)]),
    self_witness: changed("heard", hotspot=BEACONER),
    witness_entropy: heard_too_late_for_the_entropy,
    witness_lag: changed("heard", received_ns=RECEIVED + 4_001_000_000),
    possible_arrival: changed("heard", received_ns=RECEIVED + 400_000_000),
    heard_payload: heard_something_else,
    witness_capability: changed(WITNESS, full=False),
    witness_frequency: a_friend_on_another_channel,
    witness_region: changed(WITNESS, region=US915),
    witness_cell_distance: changed(WITNESS, cell=LOC3),
    witness_distance: changed(WITNESS, cell=LOC2),
    witness_rssi: changed("heard", rssi_dbm=-70.0),
    beaconer_witnessed_lately: remembered(last_witness_ns=[RECEIVED - 48 * HOUR, RECEIVED, RECEIVED]),
    witness_beaconed_lately: remembered(last_reciprocal_beacon_ns=[RECEIVED, NEVER_NS, RECEIVED]),
    no_frequency: changed("heard", frequency_hz=0),
    off_channel: moved("heard", "frequency_hz", 969),
    legacy_distance: changed(WITNESS, cell=LOC2),
    rssi_v10: changed("heard", rssi_dbm=-60.0, snr_db=17.0),
    rssi_v11: changed("heard", rssi_dbm=-60.0),
    same_address: same_owner,
    another_channel: moved("heard", "frequency_hz", 200_000 - 32),
    response_window: a_second_late,
    dynamic_power: changed("heard", rssi_dbm=-77.0),
    snr_bound: changed("heard", rssi_dbm=-118.0, snr_db=1.5),
}
NOWHERE = {"below_min_distance", "max_distance_exceeded", "bad_rssi", "invalid_region", "invalid_frequency"}
#: What else one fault breaks further down the list.
ALSO = {
    "not_asserted": NOWHERE,
    "gateway_not_found": NOWHERE | {"not_asserted", "invalid_capability", "gateway_no_valid_beacons", "invalid_packet"},
    "self_witness": {"below_min_distance", "max_distance_exceeded", "bad_rssi"},
    "max_distance_exceeded": {"bad_rssi", "below_min_distance"},
    "invalid_frequency": {"bad_rssi"},
    "invalid_region": {"invalid_frequency"},
}  # fmt: skip
CASES = [
    pytest.param(name, stage, check, id=f"{name}-{stage}-{check.reason.name}-{number}")
    for name, profile in PROFILES.items()
    for kind in profile.evidence_kinds
    for stage, checks in kind.checks.items()
    for number, check in enumerate(checks)
]


def names(fired):
    return {reason.name for reason in Reason if reason and int(fired) >> reason & 1}


@pytest.mark.parametrize(
    "name", [name for name, profile in PROFILES.items() if any(k.checks for k in profile.evidence_kinds)]
)
def test_the_base_is_valid(name):
    verdicts, reports = base(name).judge().verdicts.values()
    assert (verdicts["reason"].tolist(), verdicts["fired"].tolist(), verdicts["n_selected"].tolist()) == ([0], [0], [1])
    assert (reports["reason"].tolist(), reports["side"].tolist(), reports["fired"].tolist()) == ([0], [0], [0])


@pytest.mark.parametrize(("name", "stage", "check"), CASES)
def test_one_fault(name, stage, check):
    assert check in FAULTS, f"the check {check.rule!r} of profile {name} has no fault in this test; add one"
    scene = base(name)
    if stage == "witness" and check.side == Side.beaconer:
        # the beacon falls before its witnesses are asked, so the check is shown by itself
        reception = scene.judge().joined["receptions"].replace(beaconer_cell=0)
        assert check.fails(reception, PROFILES[name].limits, Memory()).tolist() == [True]
        return
    FAULTS[check](scene)
    beacons, reports = scene.judge().verdicts.values()
    row = reports.rows_of([scene.heard["report"]])[0]
    reason, side = Reason(reports["reason"][row]), Side(reports["side"][row])
    expected_side = Side.witness if check.reason == Reason.stale else check.side
    assert (reason, side) == (check.reason, expected_side)
    assert not reports["selected"][row]
    others = names(reports["fired"][row]) - {check.reason.name}
    assert others <= ALSO.get(check.reason.name, set())
    if stage in ("witness", "witness reciprocity"):
        assert beacons["reason"].tolist() == [0]
    else:
        assert beacons["reason"].tolist() == [check.reason]
        assert beacons["fired"].tolist() == [reports["fired"][row]]


def test_v_produces_nineteen_reasons():
    checks = PROFILES["helium-iot-2026"].evidence_kinds[0].checks.values()
    assert len({check.reason for stage in checks for check in stage}) == 19


@pytest.mark.parametrize("check", dict.fromkeys(case.values[2] for case in CASES), ids=lambda check: check.reason.name)
def test_every_check_says_what_it_is(check):
    assert check.rule.endswith(".") and check.source and check.gets_past.endswith(".")


def test_a_stale_beacon_leaves_no_memory_and_takes_no_report_from_a_twin():
    scene = base("helium-iot-2026")
    scene.sent["received_ns"] += 10**6
    liar = scene.beacon(OTHER, RECEIVED, payload=scene.sent["payload"], entropy=99)
    judgement = scene.judge()
    beacons = judgement.verdicts["beacon_verdicts"]
    row = beacons.rows_of([liar["beacon"], scene.sent["beacon"]])
    assert [Reason(r).name for r in beacons["reason"][row]] == ["stale", "none"]
    assert beacons["n_reports"][row].tolist() == [0, 1]
    times = scene.state.last_times
    assert times["last_beacon_ns"][times.rows_of([OTHER])[0]] == NEVER_NS


@pytest.mark.parametrize(
    ("after_beacon_ns", "reason"),
    [
        (-1_000_000_000, Reason.too_late),
        (460_000_000, Reason.too_late),  # SF12 lasts 2.466 s; 2 s of it are allowed to the beacon's own way
        (470_000_000, Reason.none),
        (4_000_000_000, Reason.none),
        (4_000_000_001, Reason.too_late),
    ],
)
def test_guarded_refuses_reports_that_no_receiver_can_have_made_yet(after_beacon_ns, reason):
    scene = base("guarded")
    scene.heard["received_ns"] = RECEIVED + after_beacon_ns
    assert scene.judge().verdicts["witness_verdicts"]["reason"].tolist() == [reason]


def test_under_guarded_junk_before_the_beacon_makes_nobody_late():
    scene = base("guarded")
    early = scene.report(OTHER, scene.sent, received_ns=RECEIVED - 10**9, frequency_hz=scene.heard["frequency_hz"])
    scene.heard["received_ns"] = RECEIVED + 2_600_000_000
    verdicts = scene.judge().verdicts["witness_verdicts"]
    rows = verdicts.rows_of([early["report"], scene.heard["report"]])
    assert [Reason(r) for r in verdicts["reason"][rows]] == [Reason.too_late, Reason.none]
