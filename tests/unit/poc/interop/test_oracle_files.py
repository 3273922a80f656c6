import gzip
import json
import struct

import pytest

from poc.errors import DataError, StoreError
from poc.interop import wire
from poc.interop.frames import write_frames
from poc.interop.messages import FILE_TYPES
from poc.interop.oracle_files import flat, legible, read_messages, write_lines
from poc.interop.rejections import Rejections
from poc.interop.wire import encode
from poc.ledger.address import public_key_from_address

ADDRESS = "13ABbtvMrRK8jgYrT3h6Y9Zu44nS6829kzsamiQn9Eefeu3VAZs"
REPORT = {"pub_key": public_key_from_address(ADDRESS), "data": bytes(range(51)), "signal": -1085, "snr": -35}
POC = {
    "poc_id": bytes(32),
    "beacon_report": {"location": "631615575095659519", "hex_scale": 10_000, "reward_unit": 18_926},
    "selected_witnesses": [{"report": REPORT, "reward_unit": 2220}, {"report": REPORT, "reward_unit": 2220}],
}
MESSAGES = {
    "iot_poc": POC,
    "iot_invalid_beacon": {"received_timestamp": 5, "reason": 7, "location": "1", "gain": 12},
    "iot_invalid_witness": {"reason": 9, "participant_side": 2, "invalid_details": {"denylist_tag": "17"}},
    "iot_network_reward_shares_v1": {"gateway_reward": {"hotspot_key": REPORT["pub_key"], "beacon_amount": 2**63}},
    "network_reward_manifest_v1": {
        "written_files": ["a", "b"],
        "iot_reward_data": {"poc_bones_per_beacon_reward_share": {"value": "0.5"}, "token": 1},
    },
    "iot_beacon_ingest_report": {"received_timestamp": 5, "report": {"tx_power": -3}},
    "iot_witness_ingest_report": {"received_timestamp": 5, "report": REPORT},
    "entropy_report": {"data": bytes(32), "timestamp": 1_677_163_710},
}


def contains(found, given):
    """Whether all that was written is there again; absent fields are there with their zero values."""
    if isinstance(given, dict):
        return all(contains(found[name], value) for name, value in given.items())
    if isinstance(given, list):
        return len(found) == len(given) and all(map(contains, found, given))
    return found == given


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_every_kind_of_file_comes_back(tmp_path, file_type):
    path = tmp_path / f"{file_type}.1677163710000.gz"
    write_frames(path, [encode(FILE_TYPES[file_type], MESSAGES[file_type])] * 3)
    counts = Rejections()
    found = list(read_messages(path, counts))
    assert len(found) == 3 == counts.n_received and not counts.causes
    assert all(contains(message, MESSAGES[file_type]) for message in found)
    json.dumps([flat(legible(message)) for message in found])


def test_keys_become_addresses_and_rows_are_flat(tmp_path):
    row = flat(legible({"received_timestamp": 5, "report": REPORT}))
    assert row["report.pub_key"] == ADDRESS and row["report.data"] == bytes(range(51)).hex()
    assert json.loads(flat(legible(POC))["selected_witnesses"])[1]["reward_unit"] == 2220
    assert legible({"pub_key": b"x"}) == {"pub_key": "78"}


def test_broken_frames_are_counted_and_the_others_read(tmp_path):
    path = tmp_path / "iot_poc.1.gz"
    whole = encode("lora_poc_v1", POC)
    write_frames(path, [whole, whole[:-3], b"\xff" * 20, whole])
    counts = Rejections()
    assert len(list(read_messages(path, counts))) == 2
    assert counts.n_received == 4 and sum(counts.causes.values()) == 2


def test_a_frame_of_countless_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(wire, "MOST_PARTS", 1000)
    part = b"\x1a\x00"  # an empty selected witness
    path = tmp_path / "iot_poc.1.gz"
    write_frames(path, [part * 1000, part * 1001])
    counts = Rejections()
    assert [len(message["selected_witnesses"]) for message in read_messages(path, counts)] == [1000]
    assert counts.causes == {"invalid protobuf: too many parts": 1}


def test_damaged_files(tmp_path):
    path = tmp_path / "iot_poc.1.gz"
    content = struct.pack(">I", 2**32 - 1) + b"x"
    for data, cause in ((gzip.compress(content), "frame too long"), (gzip.compress(bytes(9))[:-9], "damaged gzip")):
        path.write_bytes(data)
        counts = Rejections()
        list(read_messages(path, counts))
        assert cause in counts.causes


def test_json_lines_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "iot_poc.1.gz"
    write_frames(path, [encode("lora_poc_v1", POC)] * 2)
    assert write_lines(path, tmp_path / "x.jsonl", Rejections()) == 2
    assert [json.loads(line)["poc_id"] for line in (tmp_path / "x.jsonl").read_text().splitlines()] == ["00" * 32] * 2
    with pytest.raises(StoreError, match="--out"):
        write_lines(path, tmp_path / "nowhere" / "x.jsonl", Rejections())
    with pytest.raises(DataError, match="could not be read"):
        write_lines(tmp_path / "iot_poc.2.gz", tmp_path / "y.jsonl", Rejections())
    assert not list(tmp_path.glob("*y.jsonl*"))


def test_a_file_of_another_name(tmp_path):
    with pytest.raises(DataError, match="did you mean 'iot_poc'"):
        list(read_messages(tmp_path / "iot_pox.1.gz", Rejections()))
