"""Source: helium/oracles-iot at 5b063b7^, `iot_verifier/tests/integrations/runner_tests.rs`, restated in
`spec/helium-iot-vectors.md` §8. Reasons and sides by Helium's names; times in seconds unless marked.
"""

import pytest

from poc.beacon.entropy import ENTROPIES
from poc.interop.frames import write_frames
from poc.interop.verify import Files, verify
from poc.interop.wire import encode
from poc.ledger.address import public_key_from_address
from poc.profiles import PROFILES
from poc.reasons import Reason, Side
from tests.oracle.events import LOC0, LOC4, NOON, Scene

NOW = NOON + 60 * 10**9
EIGHT_HOURS_AGO = NOW - 8 * 3600 * 10**9
B1, B2, B3, B4, B5, W1, W2, NO_METADATA, UNKNOWN = range(1, 10)


def _fixture(*reciprocal, **overrides):
    scene = Scene(overrides={"max_witnesses": 16, **overrides})
    for hotspot in (B1, B2, B3, B4, W2):
        scene.hotspot(hotspot, cell=LOC0)
    for hotspot in (B5, W1):
        scene.hotspot(hotspot, cell=LOC4)
    scene.hotspot(NO_METADATA, cell=0, region=99)
    return scene.reciprocal(*reciprocal, at_ns=EIGHT_HOURS_AGO) if reciprocal else scene


def _play(scene, *events, together=False):
    """Each event (beaconer, witness or None, second): what the verifier says of both, in words."""
    said, judgements, rows = [], [], []
    for beaconer, witness, second in events:
        beacon = scene.beacon(beaconer, NOW + second * 10**9)
        report = scene.report(witness, beacon) if witness else None
        rows.append((beacon, report))
        if not together:
            judgements.append(scene.judge())
    if together:
        judgements = [scene.judge()] * len(rows)
    for judgement, (beacon, report) in zip(judgements, rows, strict=True):
        verdicts, reports = judgement.verdicts["beacon_verdicts"], judgement.verdicts["witness_verdicts"]
        said.append(Reason(verdicts["reason"][verdicts.rows_of([beacon["beacon"]])[0]]).name)
        if report:
            row = reports.rows_of([report["report"]])[0]
            said.append(
                (Reason(reports["reason"][row]).name, Side(reports["side"][row]).name, bool(reports["selected"][row]))
            )
    return said


SELECTED = ("none", "none", True)


def _blamed(reason, side):
    return (reason, side, False)


def test_case_1_valid():
    assert _play(_fixture(B1, W1), (B1, W1, 0)) == ["none", SELECTED]


def test_case_2_unknown_beaconer():
    said = _play(_fixture(W1), (UNKNOWN, W1, 0))
    assert said == ["gateway_not_found", _blamed("gateway_not_found", "beaconer")]


def test_case_3_unknown_beaconer_alone():
    assert _play(_fixture(), (UNKNOWN, None, 0)) == ["gateway_not_found"]


def test_case_4_unknown_witness():
    assert _play(_fixture(B2), (B2, UNKNOWN, 0)) == ["none", _blamed("gateway_not_found", "witness")]


def test_case_5_witness_without_metadata():
    said = _play(_fixture(B3, NO_METADATA), (B3, NO_METADATA, 0))
    assert said == ["none", _blamed("not_asserted", "witness")]


@pytest.mark.parametrize("together", [False, True])
def test_case_6_same_bucket_again(together):
    said = _play(_fixture(B1, W1), (B1, W1, 0), (B1, W1, 10), together=together)
    assert said == ["none", SELECTED, "irregular_interval", _blamed("irregular_interval", "beaconer")]


@pytest.mark.parametrize("together", [False, True])
def test_case_7_same_bucket_without_witness(together):
    assert _play(_fixture(B1), (B1, None, 0), (B1, None, 10), together=together) == ["none", "irregular_interval"]


def test_case_8_a_failed_beacon_uses_up_the_bucket():
    scene = _fixture(B1, W1)
    early = scene.beacon(B1, NOW - 100 * 10**9, entropy_start_s=NOON // 10**9)
    scene.report(W1, early)
    good = scene.beacon(B1, NOW)
    scene.report(W1, good)
    verdicts = scene.judge().verdicts
    assert [Reason(r).name for r in verdicts["beacon_verdicts"]["reason"]] == ["entropy_expired", "irregular_interval"]
    assert [Reason(r).name for r in verdicts["witness_verdicts"]["reason"]] == ["entropy_expired", "irregular_interval"]
    assert verdicts["witness_verdicts"]["side"].tolist() == [Side.beaconer, Side.beaconer]


def test_case_9_a_beacon_that_cannot_be_decoded(tmp_path):
    """Helium tries it twice, says nothing of it, and leaves its rows to the purger. Here it is refused at the door and
    counted: no verdict either, and the next beacon of the hotspot finds its bucket free."""
    address = "13ABbtvMrRK8jgYrT3h6Y9Zu44nS6829kzsamiQn9Eefeu3VAZs"
    report = {"pub_key": public_key_from_address(address), "data": bytes(51), "frequency": 867_900_000}
    broken = bytes.fromhex("08011202ffff")
    whole = encode("lora_beacon_ingest_report_v1", {"received_timestamp": NOW // 10**6, "report": report})
    heard = encode("lora_witness_ingest_report_v1", {"received_timestamp": NOW // 10**6, "report": report})
    write_frames(tmp_path / "iot_beacon_ingest_report.1.gz", [*[broken] * 5, whole])
    write_frames(tmp_path / "iot_witness_ingest_report.1.gz", [heard])
    (tmp_path / "h.csv").write_text(f"hotspot,cell,gain_dbi,region\n{address},{LOC0:x},1.2,EU868\n")
    files = (tmp_path / name for name in ("h.csv", "iot_beacon_ingest_report.1.gz", "iot_witness_ingest_report.1.gz"))
    verified = verify(Files(*files), PROFILES["helium-iot-2026"])
    counts = verified.counts["beacons"]
    assert (counts.n_received, counts.n_rejected) == (6, 5)
    assert all(cause.startswith("invalid protobuf") for cause in counts.causes)
    assert verified.judgement.verdicts["beacon_verdicts"]["reason"].tolist() == [Reason.gateway_no_valid_witnesses]


def test_case_10_beaconer_never_witnessed():
    said = _play(_fixture(W1), (B1, W1, 0))
    assert said == ["gateway_no_valid_witnesses", _blamed("gateway_no_valid_witnesses", "beaconer")]


def test_case_11_witness_never_beaconed():
    assert _play(_fixture(B1), (B1, W1, 0)) == ["none", _blamed("gateway_no_valid_beacons", "witness")]


@pytest.mark.parametrize("together", [False, True])
def test_case_12_new_hotspot_witnesses_first(together):
    scene = _fixture(B1, B2, beacon_interval_s=5)
    said = _play(scene, (B1, B5, 0), (B5, B1, 10), (B2, B5, 20), together=together)
    assert said == ["none", _blamed("gateway_no_valid_beacons", "witness"), "none", SELECTED, "none", SELECTED]


@pytest.mark.parametrize("together", [False, True])
def test_case_13_new_hotspot_beacons_first(together):
    scene = _fixture(B1, W1, W2, beacon_interval_s=5)
    said = _play(scene, (B5, B1, 0), (B1, B5, 10), (B5, W2, 20), together=together)
    refused = "gateway_no_valid_witnesses"
    assert said == [refused, _blamed(refused, "beaconer"), "none", SELECTED, "none", SELECTED]


@pytest.mark.parametrize("together", [False, True])
def test_case_14_a_beacon_that_nobody_reported_primes_nothing(together):
    said = _play(_fixture(B5), (B1, None, 0), (B5, B1, 10), together=together)
    assert said == ["gateway_no_valid_witnesses", "none", _blamed("gateway_no_valid_beacons", "witness")]


@pytest.mark.parametrize("together", [False, True])
def test_case_15_two_new_hotspots_alone(together):
    scene = _fixture(beacon_interval_s=5)
    said = _play(scene, (B1, W1, 0), (W1, B1, 10), (B1, W1, 20), together=together)
    refused = "gateway_no_valid_witnesses"
    assert said == [refused, _blamed(refused, "beaconer"), "none", SELECTED, "none", SELECTED]


def test_selection_keeps_the_first_fourteen():
    scene = Scene().hotspot(1)
    for witness in range(100, 130):
        scene.hotspot(witness, cell=LOC4)
    scene.reciprocal(1, *range(100, 130), at_ns=EIGHT_HOURS_AGO)
    beacon = scene.beacon(1, NOW)
    for number in range(30):  # reverse order, a millisecond apart
        scene.report(100 + number, beacon, received_ns=NOW + (29 - number) * 10**6)
    verdicts = scene.judge().verdicts
    reports = verdicts["witness_verdicts"]
    assert sorted(((reports["received_ns"] - NOW) // 10**6)[reports["selected"]].tolist()) == list(range(14))
    assert (reports["reason"] == 0).all()
    assert (verdicts["beacon_verdicts"]["n_valid"][0], verdicts["beacon_verdicts"]["n_selected"][0]) == (30, 14)


def test_selection_counts_neither_self_nor_duplicate():
    scene = _fixture(B1, W1)
    beacon = scene.beacon(B1, NOW)
    for witness, lag_ms in ((W1, 100), (B1, 200), (W1, 300)):
        scene.report(witness, beacon, received_ns=NOW + lag_ms * 10**6)
    verdicts = scene.judge().verdicts
    assert [Reason(r).name for r in verdicts["witness_verdicts"]["reason"]] == ["none", "self_witness", "duplicate"]
    assert verdicts["witness_verdicts"]["selected"].tolist() == [True, False, False]
    assert verdicts["beacon_verdicts"]["n_valid"].tolist() == [1]


def test_case_16_the_purger():
    """A beacon whose entropy never came, and its witness, go stale each by itself; nothing is remembered."""
    scene = _fixture(B1, W1)
    scene.entropies = ENTROPIES.empty()
    before = scene.state.last_times
    scene.report(W1, scene.beacon(B1, NOW, entropy=5))
    verdicts = scene.judge().verdicts
    assert [Reason(r).name for r in verdicts["beacon_verdicts"]["reason"]] == ["stale"]
    reports = verdicts["witness_verdicts"]
    assert (Reason(reports["reason"][0]).name, Side(reports["side"][0]).name) == ("stale", "witness")
    assert scene.state.last_times.equals(before)
