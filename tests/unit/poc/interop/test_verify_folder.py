import json

import pyarrow.parquet as pq
import pytest

from poc.errors import DataError, ScenarioError, StoreError
from poc.interop.verify import Files
from poc.interop.verify_folder import verify_to_folder
from poc.profiles import PROFILES
from tests.unit.poc.interop.conftest import (
    LOC4,
    MS,
    NOON,
    PAYLOAD,
    REMOTE,
    START_S,
    beacon,
    hotspot,
    witness,
    write,
)

HELIUM = PROFILES["helium-iot-2026"]


@pytest.fixture
def judge(tmp_path):
    """Write the rows, verify them, and give (verdicts by (kind, beacon, hotspot), summary)."""

    def run(
        hotspots, beacons, witnesses, suffix=".csv", denylist=None, entropies=None, out="out", profile=HELIUM, **options
    ):
        files = Files(
            write(tmp_path / f"h{suffix}", hotspots),
            write(tmp_path / f"b{suffix}", beacons, list(beacon("", ""))),
            write(tmp_path / f"w{suffix}", witnesses, [*witness("", ""), "payload"]),
            None if denylist is None else write(tmp_path / "d.csv", denylist, ["hotspot", "other"]),
            None if entropies is None else write(tmp_path / "e.csv", entropies),
        )  # fmt: skip
        summary = verify_to_folder(files, profile, tmp_path / out, **options)
        rows = pq.read_table(tmp_path / out / "verdicts.parquet").to_pylist()
        assert json.loads((tmp_path / out / "summary.json").read_text()) == summary
        return {(r["kind"], r["beacon"], r["hotspot"]): r for r in rows}, summary

    return run


def reasons(verdicts):
    return {key: (row["reason"], row["side"]) for key, row in verdicts.items()}


PRIMED = {
    ("beacon", "b0", "ann"): ("gateway_no_valid_witnesses", "beaconer"),
    ("witness", "b0", "bob"): ("gateway_no_valid_witnesses", "beaconer"),
    ("beacon", "b1", "bob"): ("reason_none", "side_none"),
    ("witness", "b1", "ann"): ("reason_none", "side_none"),
    ("beacon", "b2", "ann"): ("reason_none", "side_none"),
    ("witness", "b2", "bob"): ("reason_none", "side_none"),
}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_two_hotspots_that_hear_each_other(judge, pair, suffix):
    verdicts, summary = judge(*pair, suffix)
    assert reasons(verdicts) == PRIMED
    row = verdicts["witness", "b2", "bob"]
    assert (row["status"], row["selected"], row["hex_scale"], row["reward_unit"]) == ("valid", True, 1.0, 1.0)
    assert summary["verdicts"]["beacon"] == {"gateway_no_valid_witnesses": 1, "reason_none": 2}
    assert summary["counts"]["witnesses"] == {"received": 3, "accepted": 3, "rejected": 0, "causes": {}}


def test_order_of_rows_does_not_matter(judge, pair):
    hotspots, beacons, witnesses = pair
    assert judge(hotspots[::-1], beacons[::-1], witnesses[::-1])[0] == judge(*pair, out="again")[0]


def test_shares_and_amounts(judge, pair, tmp_path):
    _, summary = judge(*pair, emission_bones=100_000_000)
    (day,) = summary["reward_epochs"].values()
    assert day["end_s"] - day["start_s"] == 86_400 and day["unpaid_bones"]["operations"] == 7_000_000
    assert day["bones_per_share"] == {
        "data": "0", "beacons": "53333333.333333333333333", "witnesses": "53333333.333333333333333",
    }  # fmt: skip
    rows = {row["hotspot"]: row for row in pq.read_table(tmp_path / "out" / "rewards.parquet").to_pylist()}
    epoch = NOON // (86_400 * 10**9)
    # bob's cell has no active hotspot yet when he beacons, so that beacon counts with the default scale of 0.2;
    # the beacon pool is 6 % of the emission and a fifth of the unused half, the witness pool 24 % and the rest of it
    assert rows["ann"] == {
        "hotspot": "ann", "epoch": epoch, "beacon_share": 0.25, "witness_share": 0.2,
        "beacon_bones": 16_000_000 * 25 // 30, "witness_bones": 64_000_000 * 2 // 12, "data_bones": 0,
    }  # fmt: skip
    assert rows["bob"] == {
        "hotspot": "bob", "epoch": epoch, "beacon_share": 0.05, "witness_share": 1.0,
        "beacon_bones": 16_000_000 * 5 // 30, "witness_bones": 64_000_000 * 10 // 12, "data_bones": 0,
    }  # fmt: skip


def test_data_transfer_is_paid_and_bounded_by_its_half(judge, pair, tmp_path):
    data = write(tmp_path / "data.csv", [{"hotspot": "carl", "epoch": NOON // (86_400 * 10**9), "data_credits": 1000}])
    judge(*pair, emission_bones=100_000_000, price="0.1", data=data)
    rows = {row["hotspot"]: row for row in pq.read_table(tmp_path / "out" / "rewards.parquet").to_pylist()}
    assert rows["carl"]["data_bones"] == 10_000_000  # 1000 × 0.00001 USD at 0.1 USD a token is 0.1 token
    assert rows["ann"]["beacon_bones"] == 14_000_000 * 25 // 30


def test_data_credits_of_the_only_day_need_no_epoch(judge, pair, tmp_path):
    data = write(tmp_path / "data.csv", [{"hotspot": "carl", "num_dcs": 1000}])
    judge(*pair, emission_bones=100_000_000, price="0.1", data=data)
    rows = {row["hotspot"]: row for row in pq.read_table(tmp_path / "out" / "rewards.parquet").to_pylist()}
    assert rows["carl"]["data_bones"] == 10_000_000 and rows["carl"]["epoch"] == NOON // (86_400 * 10**9)
    for row in (*pair[1][2:], *pair[2][2:]):
        row["received_ns"] += 24 * 3600 * 10**9
    pair[1][2]["entropy_timestamp_s"] += 24 * 3600
    with pytest.raises(DataError, match="epoch"):
        judge(*pair, emission_bones=100_000_000, price="0.1", data=data, out="two days")


def test_a_memory_that_is_no_folder(judge, pair, tmp_path):
    (tmp_path / "memory").write_text("something else")
    with pytest.raises(DataError, match="--state"):
        judge(*pair, state=tmp_path / "memory")
    assert not (tmp_path / "out").exists() and (tmp_path / "memory").read_text() == "something else"


def test_memory_carries_on(judge, pair, tmp_path):
    hotspots, beacons, witnesses = pair
    memory = tmp_path / "memory"
    judge(hotspots, beacons[:2], witnesses[:2], state=memory)
    verdicts, _ = judge(hotspots, beacons[2:], witnesses[2:], state=memory, out="second")
    assert reasons(verdicts) == {key: value for key, value in PRIMED.items() if key[1] == "b2"}
    alone, _ = judge(hotspots, beacons[2:], witnesses[2:], out="third")
    assert alone["beacon", "b2", "ann"]["reason"] == "gateway_no_valid_witnesses"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"received_ns": NOON + 5 * 10**9}, "too_late"),
        ({"received_ns": NOON + 200 * 10**9}, "entropy_expired"),
        ({"frequency_hz": 867_100_000}, "invalid_frequency"),
        ({"rssi_dbm": 30.0}, "bad_rssi"),
        ({"witness": "ann"}, "self_witness"),
        ({"witness": "nobody"}, "gateway_not_found"),
        ({"witness": "unasserted"}, "not_asserted"),
        ({"witness": "near"}, "below_min_distance"),
        ({"witness": "far"}, "max_distance_exceeded"),
        ({"witness": "american"}, "invalid_region"),
        ({"witness": "data only"}, "invalid_capability"),
    ],
)
def test_one_fault_of_a_witness(judge, pair, change, reason):
    hotspots, beacons, witnesses = pair
    hotspots += [
        hotspot("unasserted", ""), hotspot("near", format(627111975468974079, "x")),
        hotspot("american", LOC4, region="US915"), hotspot("far", format(631278052025960447, "x")),
        hotspot("data only", LOC4, is_full="false"),
    ]  # fmt: skip
    at = {"received_ns": beacons[2]["received_ns"] + 10**9}
    if "received_ns" in change:
        at["received_ns"] = beacons[2]["received_ns"] + change["received_ns"] - NOON
    witnesses[2] |= change | at
    verdicts, _ = judge(hotspots, beacons, witnesses)
    row = verdicts["witness", "b2", witnesses[2]["witness"]]
    assert (row["reason"], row["side"], row["status"]) == (reason, "witness", "invalid")


def test_a_second_report_is_a_duplicate(judge, pair):
    hotspots, beacons, witnesses = pair
    summary = judge(hotspots, beacons, [*witnesses, witnesses[2]])[1]
    assert summary["verdicts"]["witness"]["duplicate"] == 1


def test_an_unknown_beaconer_is_judged(judge, pair):
    hotspots, beacons, witnesses = pair
    verdicts, _ = judge(hotspots[1:], beacons[:1], witnesses[:1])
    assert set(reasons(verdicts).values()) == {("gateway_not_found", "beaconer")}


def test_a_report_of_no_beacon_is_rejected(judge, pair):
    hotspots, beacons, witnesses = pair
    summary = judge(hotspots, beacons, [*witnesses, witness("b9", "bob")])[1]
    assert summary["counts"]["witnesses"]["causes"] == {"beacon not found": 1}


def test_witnesses_may_name_the_payload_instead(judge, pair):
    hotspots, beacons, witnesses = pair
    for row, sent in zip(witnesses, beacons, strict=True):
        row |= {"beacon": "", "payload": sent["payload"].upper()}
    assert reasons(judge(hotspots, beacons, witnesses)[0]) == PRIMED


def test_a_denied_hotspot(judge, pair):
    verdicts, summary = judge(*pair, denylist=[{"hotspot": "bob"}])
    assert reasons(verdicts) == {
        key: (("denied" if key[1] == "b1" else "gateway_no_valid_witnesses"), "beaconer") for key in PRIMED
    }
    assert not any("no denylist" in note for note in summary["notes"])


def test_an_empty_denylist_denies_everybody(judge, pair):
    verdicts, summary = judge(*pair, denylist=[])
    assert set(reasons(verdicts).values()) == {("denied", "beaconer")}
    assert any("denies everybody" in note for note in summary["notes"])


@pytest.mark.parametrize(
    ("name", "text"), [("d.csv", ""), ("d.csv", "\n\r\n"), ("d.jsonl", ""), ("d.csv", "hotspot\n")]
)
def test_every_way_for_a_denylist_to_be_empty(judge, pair, tmp_path, name, text):
    judge(*pair)
    (tmp_path / name).write_text(text)
    files = Files(*(tmp_path / f"{which}.csv" for which in "hbw"), denylist=tmp_path / name)
    summary = verify_to_folder(files, HELIUM, tmp_path / "denied")
    assert summary["verdicts"]["beacon"] == {"denied": 3} and any("denies everybody" in n for n in summary["notes"])


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_cells_may_be_numbers_where_the_file_has_numbers(judge, pair, suffix):
    hotspots, beacons, witnesses = pair
    for row in hotspots:
        row["cell"] = int(row["cell"], 16)
    assert reasons(judge(hotspots, beacons, witnesses, suffix)[0]) == PRIMED


def test_two_beacons_of_one_payload(judge, pair):
    """A witness that names its beacon belongs to it; one that tells the payload alone, to the first."""
    hotspots, beacons, witnesses = pair
    hotspots += [hotspot("carl", LOC4), hotspot("dora", format(631615576056478207, "x"))]
    at = beacons[2]["received_ns"]
    twin = {"payload": beacons[2]["payload"], "remote_entropy": "", "entropy_timestamp_s": at // 10**9 - 30}
    beacons.append(beacon("b3", "dora", at + MS, **twin))
    witnesses += [witness("b3", "carl", at + 10**9), witness("b3", "bob", at + 10**9)]
    verdicts, summary = judge(hotspots, beacons, witnesses)
    refused = ("gateway_no_valid_witnesses", "beaconer")
    named = {("beacon", "b3", "dora"), ("witness", "b3", "carl"), ("witness", "b3", "bob")}
    assert reasons(verdicts) == PRIMED | dict.fromkeys(named, refused)
    assert judge(hotspots, beacons[::-1], witnesses[::-1], out="again")[0] == verdicts
    assert summary["counts"]["witnesses"]["accepted"] == 5
    for row in witnesses[3:]:
        row |= {"beacon": "", "payload": twin["payload"]}
    verdicts, _ = judge(hotspots, beacons, witnesses, out="by payload")
    assert verdicts["witness", "b2", "carl"]["reason"] == "gateway_no_valid_beacons"
    assert verdicts["beacon", "b3", "dora"]["reason"] == "gateway_no_valid_witnesses"


def test_a_witness_that_names_a_stale_twin_is_stale(judge, pair):
    hotspots, beacons, witnesses = pair
    hotspots.append(hotspot("dora", LOC4))
    for row in beacons:
        row |= {"remote_entropy": "", "entropy_timestamp_s": row["received_ns"] // 10**9 - 30}
    at = beacons[2]["received_ns"]
    unknown = {"payload": beacons[2]["payload"], "remote_entropy": "00" * 32, "entropy_timestamp_s": ""}
    beacons.append(beacon("b3", "dora", at - MS, **unknown))
    witnesses.append(witness("b3", "dora", at + 10**9))
    entropies = [{"data": REMOTE, "timestamp": START_S}]  # by Helium's names
    verdicts, _ = judge(hotspots, beacons, witnesses, entropies=entropies)
    assert verdicts["witness", "b3", "dora"]["reason"] == "stale"
    assert {key: value for key, value in reasons(verdicts).items() if key in PRIMED} == PRIMED


def test_a_denied_edge(judge, pair):
    hotspots, beacons, witnesses = pair
    hotspots.append(hotspot("carl", LOC4))
    witnesses.append(witness("b1", "carl", beacons[1]["received_ns"] + 10**9))
    witnesses.append(witness("b0", "carl", beacons[0]["received_ns"] + 10**9))
    verdicts, _ = judge(hotspots, beacons, witnesses, denylist=[{"hotspot": "carl", "other": "bob"}])
    del verdicts["witness", "b0", "carl"]
    assert reasons(verdicts) == PRIMED | {("witness", "b1", "carl"): ("denied_edge", "witness")}


def test_without_entropy_the_check_is_skipped_and_said(judge, pair):
    hotspots, beacons, witnesses = pair
    for row in beacons:
        row["entropy_timestamp_s"] = ""
    verdicts, summary = judge(hotspots, beacons, witnesses)
    assert reasons(verdicts) == PRIMED
    assert any("entropy_expired" in note for note in summary["notes"])


def test_without_entropy_a_late_report_is_late_and_not_expired(judge, pair):
    hotspots, beacons, witnesses = pair
    for row in beacons:
        row["entropy_timestamp_s"] = ""
    witnesses[2]["received_ns"] += 400 * 10**9
    verdicts, _ = judge(hotspots, beacons, witnesses)
    assert reasons(verdicts) == PRIMED | {("witness", "b2", "bob"): ("too_late", "witness")}


@pytest.mark.parametrize(("payload", "reason"), [("02" * 51, "reason_none"), ("02" * 17, "invalid_packet")])
def test_a_witness_that_names_a_beacon_but_heard_something_else(judge, pair, payload, reason):
    hotspots, beacons, witnesses = pair
    witnesses[2]["payload"] = payload
    verdicts, summary = judge(hotspots, beacons, witnesses)
    assert verdicts["witness", "b2", "bob"]["reason"] == reason
    assert summary["counts"]["witnesses"]["accepted"] == 3


def test_a_payload_heard_is_not_compared_with_a_beacon_that_brings_none(judge, pair):
    hotspots, beacons, witnesses = pair
    beacons[2]["payload"], witnesses[2]["payload"] = "", "02" * 51
    assert reasons(judge(hotspots, beacons, witnesses)[0]) == PRIMED


def test_a_file_that_says_nothing_of_the_capability(judge, pair):
    hotspots, beacons, witnesses = pair
    for row in hotspots:
        del row["is_full"]
    verdicts, summary = judge(hotspots, beacons, witnesses)
    assert reasons(verdicts) == PRIMED
    assert any(note.startswith("skipped: invalid_capability: 2 hotspots") for note in summary["notes"])


def test_regions_by_country_by_coast_and_from_nowhere(judge, pair):
    hotspots, beacons, witnesses = pair
    for row in hotspots:
        row["region"] = ""
    place = {"cell": "", "gain_dbi": 1, "is_full": "true", "region": ""}
    for name, latitude, longitude in (("off Malta", 35.75, 14.45), ("Pacific", 0.0, -140.0), ("Kabul", 34.5, 69.2)):
        hotspots.append({"hotspot": name, "latitude_deg": latitude, "longitude_deg": longitude} | place)
    verdicts, summary = judge(hotspots, beacons, [*witnesses, witness("b2", "Pacific", witnesses[2]["received_ns"])])
    assert {key: value for key, value in reasons(verdicts).items() if key in PRIMED} == PRIMED
    assert verdicts["witness", "b2", "Pacific"]["reason"] == "not_asserted"
    notes = " ".join(summary["notes"])
    assert "the region of 2 hotspots comes from the country" in notes
    assert (
        "of 1 hotspots comes from the nearest country within 50 km" in notes
        and "of 2 hotspots comes from nowhere" in notes
    )


def test_each_is_paid_on_the_day_of_its_own_report(judge, pair, tmp_path):
    hotspots, beacons, witnesses = pair
    day_ns = 86_400 * 10**9
    shift = (NOON // day_ns + 2) * day_ns - beacons[2]["received_ns"]  # b2 comes at midnight sharp, its witness after
    for row in (*beacons, *witnesses):
        row["received_ns"] += shift
        if "entropy_timestamp_s" in row:
            row["entropy_timestamp_s"] += shift // 10**9
    verdicts, _ = judge(hotspots, beacons, witnesses)
    assert reasons(verdicts) == PRIMED
    rows = pq.read_table(tmp_path / "out" / "rewards.parquet").to_pylist()
    day = beacons[2]["received_ns"] // day_ns
    assert {(r["hotspot"], r["epoch"] - day) for r in rows if r["beacon_share"]} == {("ann", -1), ("bob", -1)}
    assert {(r["hotspot"], r["epoch"] - day) for r in rows if r["witness_share"]} == {("ann", -1), ("bob", 0)}


def test_what_a_profile_does_not_look_at_is_counted(judge, pair):
    denied = [{"hotspot": "bob"}]
    verdicts, summary = judge(*pair, denylist=denied, profile=PROFILES["helium-iot-2023-06"])
    assert set(verdicts) == {("beacon", "b0", "ann"), ("beacon", "b2", "ann")}
    assert summary["counts"]["beacons"]["causes"] == {"left out by the profile before judging": 1}
    assert summary["counts"]["witnesses"] == {
        "received": 3, "accepted": 0, "rejected": 3, "causes": {"left out by the profile before judging": 3},
    }  # fmt: skip


@pytest.mark.parametrize("stamp", ["", START_S])
def test_an_entropy_that_the_archive_lacks_makes_stale(judge, pair, stamp):
    hotspots, beacons, witnesses = pair
    for row in beacons:
        row |= {"remote_entropy": REMOTE, "entropy_timestamp_s": ""}
    beacons[2] |= {"remote_entropy": "00" * 32, "entropy_timestamp_s": stamp}
    entropies = [{"remote_entropy": REMOTE, "entropy_timestamp_s": START_S}]
    verdicts, _ = judge(hotspots, beacons, witnesses, entropies=entropies)
    assert verdicts["beacon", "b2", "ann"]["reason"] == "stale"
    assert (verdicts["witness", "b2", "bob"]["reason"], verdicts["witness", "b2", "bob"]["side"]) == (
        "stale",
        "witness",
    )
    assert verdicts["beacon", "b0", "ann"]["reason"] != "stale"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "gateway_no_valid_witnesses"),
        ({"tx_power_dbm": 20}, "gateway_no_valid_witnesses"),
        ({"payload": PAYLOAD[:34]}, "invalid_packet"),
        ({"data_rate": "SF9BW125"}, "invalid_packet"),
        ({"local_entropy": "e94619b1"}, "invalid_packet"),
    ],
)
def test_payload_is_rebuilt(judge, pair, change, reason):
    verdicts, _ = judge(pair[0], [beacon("b", "ann", **change)], [witness("b", "bob")])
    assert verdicts["beacon", "b", "ann"]["reason"] == reason


@pytest.mark.parametrize("missing", ["hotspot", "cell", "gain_dbi"])
def test_a_missing_column_is_an_error(judge, pair, missing):
    for row in pair[0]:
        del row[missing]
    with pytest.raises(DataError, match=missing):
        judge(*pair)


def test_a_wrong_kind_of_file_is_an_error(judge, pair, tmp_path):
    judge(*pair)
    files = Files(tmp_path / "h.csv", tmp_path / "iot_poc.1.gz", tmp_path / "w.csv")
    with pytest.raises(DataError, match="iot_beacon_ingest_report"):
        verify_to_folder(files, HELIUM, tmp_path / "new")
    with pytest.raises(DataError, match="could not be read"):
        verify_to_folder(Files(tmp_path / "h.csv", tmp_path / "none.csv", tmp_path / "w.csv"), HELIUM, tmp_path / "new")
    with pytest.raises(StoreError, match="already there"):
        judge(*pair)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "options", [{"price": "3"}, {"emission_bones": 5, "price": "free"}, {"emission_bones": 5, "price": "-1"}]
)
def test_money_that_makes_no_sense(judge, pair, options):
    with pytest.raises(ScenarioError):
        judge(*pair, **options)


def test_times_are_floored_to_milliseconds(judge, pair):
    hotspots, beacons, witnesses = pair
    beacons[2]["received_ns"] += 999_999
    witnesses[2]["received_ns"] = beacons[2]["received_ns"] // 10**6 * 10**6 + 4_000_999_999
    assert judge(hotspots, beacons, witnesses)[0]["witness", "b2", "bob"]["reason"] == "reason_none"
    witnesses[2]["received_ns"] += 1
    assert judge(hotspots, beacons, witnesses, out="late")[0]["witness", "b2", "bob"]["reason"] == "too_late"


def test_an_empty_world(judge):
    verdicts, summary = judge([hotspot("ann", LOC4)], [], [])
    assert verdicts == {} and summary["verdicts"] == {"beacon": {}, "witness": {}}
