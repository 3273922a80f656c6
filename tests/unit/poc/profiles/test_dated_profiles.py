"""What each dated profile does otherwise: helium/oracles ad055dba (2023-06-30) and `spec/helium-iot.md` §12."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from poc.profiles.helium_iot_2023_06 import HELIUM_IOT_2023_06
from poc.profiles.helium_iot_retired import HELIUM_IOT_RETIRED
from poc.profiles.helium_l1_pocv10 import HELIUM_L1_POCV10
from poc.profiles.helium_l1_pocv11 import HELIUM_L1_POCV11
from poc.reasons import Reason
from poc.rewards.amounts import DataTransfer, pay
from poc.schema import SHARES
from poc.validator.state import Denylist, ValidatorState
from tests.oracle.events import LOC4, NOON, US915, Scene

DATED = {p.name: p for p in (HELIUM_IOT_2023_06, HELIUM_IOT_RETIRED, HELIUM_L1_POCV11, HELIUM_L1_POCV10)}
SECOND = 10**9
HOUR = 3600 * SECOND


@pytest.fixture
def scene():
    return lambda profile, **options: Scene(profile, **options).hotspot(1).hotspot(2, cell=LOC4)


def reasons(judgement, table="witness_verdicts"):
    return [Reason(value).name for value in judgement.verdicts[table]["reason"].tolist()]


@pytest.mark.parametrize("profile", DATED.values(), ids=lambda profile: profile.name)
def test_a_page_is_whole(profile):
    shares = sum((pool.emission_share for pool in profile.emission.pools), profile.emission.data_share)
    assert shares + sum(profile.emission.reserved.values()) == 1
    assert profile.sources and profile.simplifications and profile.title and profile.unknown
    assert (profile.valid_from or profile.name == "helium-l1-pocv10") and profile.status.startswith("in force")


def test_2023_a_lone_pair_needs_no_reciprocity_and_no_haste(scene):
    s = scene("helium-iot-2023-06")
    s.report(2, s.beacon(1), received_ns=NOON + 60 * SECOND + 90 * SECOND)
    assert reasons(s.judge()) == ["none"]


@pytest.mark.parametrize(("gap_s", "reason"), [(21_000, "none"), (20_999, "irregular_interval")])
def test_2023_the_interval_counts_from_the_last_valid_beacon(scene, gap_s, reason):
    s = scene("helium-iot-2023-06")
    first = s.beacon(1)
    s.beacon(1, received_ns=first["received_ns"] + gap_s * SECOND)
    assert reasons(s.judge(), "beacon_verdicts") == ["none", reason]


def test_2023_a_failed_beacon_uses_up_nothing(scene):
    s = scene("helium-iot-2023-06")
    at = NOON + 60 * SECOND
    s.beacon(1, received_ns=at, entropy_start_s=at // SECOND - 500)
    s.beacon(1, received_ns=at + HOUR)
    s.beacon(1, received_ns=at + 2 * HOUR)
    s.beacon(1, received_ns=at + HOUR + 21_000 * SECOND)
    expected = ["entropy_expired", "none", "irregular_interval", "none"]
    assert reasons(s.judge(), "beacon_verdicts") == expected
    s.beacon(1, received_ns=at + 2 * HOUR + 21_000 * SECOND)
    s.beacon(1, received_ns=at + HOUR + 42_000 * SECOND)
    assert reasons(s.judge(), "beacon_verdicts") == ["irregular_interval", "none"]  # remembered over epochs


def test_2023_a_beacon_that_nobody_heard_keeps_its_cell_in_the_density_map(scene):
    s = scene("helium-iot-2023-06")
    for hotspot in (1, 2):
        s.beacon(hotspot)
    s.judge()
    s.beacon(1, received_ns=NOON + 6 * HOUR)
    assert s.judge().verdicts["beacon_verdicts"]["hex_scale_e4"].tolist() == [10_000]
    s = scene("helium-iot-2026")
    s.beacon(1)
    s.reciprocal(1, at_ns=NOON - 70 * HOUR)
    s.state = ValidatorState(s.state.last_times.replace(last_witness_ns=[NOON]))
    s.judge()
    s.beacon(1, received_ns=NOON + 6 * HOUR)
    assert s.judge().verdicts["beacon_verdicts"]["hex_scale_e4"].tolist() == [2000]


def test_2023_denied_reports_never_arrive(scene):
    s = scene("helium-iot-2023-06", state=ValidatorState(denylist=Denylist("loaded", np.array([2], np.uint64))))
    s.report(2, s.beacon(1))
    judgement = s.judge()
    assert reasons(judgement) == [] and reasons(judgement, "beacon_verdicts") == ["none"] and judgement.n_dropped == 1
    s.state = ValidatorState(denylist=Denylist("unloaded"))
    s.report(2, s.beacon(1))
    assert s.judge().n_dropped == 2


@pytest.mark.parametrize(
    ("profile", "n_selected"),
    [
        ("helium-iot-2023-06", 14),
        ("helium-l1-pocv11", 10),
        ("helium-l1-pocv10", 20),
    ],
)
def test_witnesses_are_drawn_at_random_not_by_arrival(scene, profile, n_selected):
    positions = np.zeros(20)
    for number in range(30):
        s = scene(profile)
        beacon = s.beacon(1, received_ns=NOON + 60 * SECOND, payload=number + 1, beacon=number + 1)
        for i in range(20):
            s.hotspot(100 + i, cell=LOC4)
            s.report(
                100 + i,
                beacon,
                received_ns=beacon["received_ns"] + i,
                frequency_hz=867_900_000,
                report=1000 * number + i,
            )
        verdicts = s.judge().verdicts["witness_verdicts"]
        assert set(verdicts["reason"].tolist()) == {0} and verdicts["selected"].sum() == n_selected
        positions += verdicts["selected"]
    assert (positions[:10].sum() > 0.75 * positions[10:].sum()) and (positions > 0).all()
    assert positions[:10].sum() < 1.35 * positions[10:].sum()


@pytest.mark.parametrize(
    ("profile", "change", "reason"),
    [
        ("helium-l1-pocv11", {}, "none"),
        ("helium-l1-pocv11", {"received_ns": NOON + HOUR}, "none"),
        ("helium-l1-pocv11", {"frequency_hz": 867_901_001}, "invalid_frequency"),
        ("helium-l1-pocv11", {"frequency_hz": 0}, "invalid_frequency"),
        ("helium-l1-pocv11", {"rssi_dbm": -60.0}, "bad_rssi"),
        ("helium-l1-pocv11", {"rssi_dbm": -140.0}, "none"),
        ("helium-l1-pocv11", {"hotspot": 1}, "self_witness"),
        ("helium-l1-pocv11", {"hotspot": 3}, "invalid_region"),
        ("helium-l1-pocv10", {"rssi_dbm": -117.0}, "none"),
        ("helium-l1-pocv10", {"rssi_dbm": -118.0, "snr_db": 1.5}, "bad_rssi"),
        ("helium-l1-pocv10", {"rssi_dbm": -60.0, "snr_db": -9.0}, "bad_rssi"),
        ("helium-l1-pocv10", {"frequency_hz": 867_999_999}, "none"),
        ("helium-l1-pocv10", {"hotspot": 3}, "none"),
        ("helium-l1-pocv10", {"hotspot": 4}, "not_asserted"),
    ],
)
def test_one_deviation_under_the_chain_s_rules(scene, profile, change, reason):
    s = scene(profile).hotspot(3, cell=LOC4, region=US915).hotspot(4, cell=0)
    s.report(**({"hotspot": 2, "beacon": s.beacon(1), "frequency_hz": 867_900_032, "snr_db": 2.0} | change))
    assert reasons(s.judge()) == [reason]


def test_l1_drops_witnesses_of_the_same_owner(scene):
    for profile, owner, reason in (
        ("helium-l1-pocv11", 7, "self_witness"), ("helium-l1-pocv10", 7, "self_witness"),
        ("helium-l1-pocv11", 0, "none"), ("helium-iot-2023-06", 7, "none"),
    ):  # fmt: skip
        s = scene(profile).hotspot(1, owner=owner).hotspot(2, cell=LOC4, owner=owner)
        s.report(2, s.beacon(1), frequency_hz=867_900_032)
        assert reasons(s.judge()) == [reason]


def test_v10_pays_a_challenger_for_each_valid_beacon(scene):
    s = scene("helium-l1-pocv10").hotspot(3, cell=LOC4).hotspot(4, cell=0)
    for sender in (1, 2, 3, 4):
        s.beacon(sender)
    claims = HELIUM_L1_POCV10.evidence_kinds[0].claims(s.judge(), HELIUM_L1_POCV10.limits)
    asked = claims.take(claims["role"] == "challenger")
    assert sorted(asked["peer"].tolist()) == [1, 2, 3]
    assert set(asked["hotspot"].tolist()) <= {1, 2, 3} and (asked["hotspot"] != asked["peer"]).all()
    shares = HELIUM_L1_POCV10.reward_rule.shares(claims, None, HELIUM_L1_POCV10.limits)
    assert int(shares["shares"][shares["pool"] == "challengers"].sum()) == 3 * 10**8


E_14, E_DAY = 10**14, 89_041_095_890_411


def _paid(emitted, credits, usd_per_bone):
    data = None
    if credits:
        carried = SHARES.table(pool=["data"] * len(credits), hotspot=range(1, len(credits) + 1), shares=credits)
        data = DataTransfer(carried, Decimal(usd_per_bone))
    rewards, unpaid = pay(SHARES.empty(), replace(HELIUM_IOT_RETIRED.emission, bones_per_day=emitted), 1.0, 0, data)
    assert sum(unpaid.values()) + int(rewards["amount_bones"].sum()) == emitted
    return rewards["amount_bones"].tolist(), unpaid


@pytest.mark.parametrize(
    ("credits", "usd_per_bone", "data", "operations"),
    [
        ([1], "1e-20", [50 * 10**12], 37 * 10**12),  # more than the half: capped
        ([4], "1e-18", [40 * 10**12], 47 * 10**12),  # 10e12 unused go to operations
        ([], "", [], 87 * 10**12),
    ],
)
def test_retired_pays_data_and_operations(credits, usd_per_bone, data, operations):
    """Source: helium/oracles-iot 955739e `reward_share.rs` tests, `spec/helium-iot-vectors.md` §11.2."""
    paid, unpaid = _paid(E_14, credits, usd_per_bone)
    assert (paid, unpaid["operations"], unpaid["oracles"]) == (data, operations, 7 * 10**12)


def test_retired_whole_epoch():
    """Vectors §11.2: allocated + underflow = floor(0.5 E); amounts as in §11.1."""
    paid, unpaid = _paid(E_DAY, [1000, 2000], "1e-16")
    assert paid == [14_840_182_648_401, 29_680_365_296_803]
    underflow = unpaid["operations"] - E_DAY * 37 // 100
    assert sum(paid) + underflow == E_DAY // 2 and unpaid["unallocated"] == 0


def test_retired_throws_reports_away(scene):
    s = scene("helium-iot-retired")
    s.report(2, s.beacon(1))
    judgement = s.judge()
    assert judgement.n_dropped == 2 and not any(len(table) for table in judgement.verdicts.values())
