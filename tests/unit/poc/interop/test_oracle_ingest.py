import pytest

from poc.beacon.payload import digest
from poc.interop.frames import write_frames
from poc.interop.oracle_ingest import read_oracle_beacons, read_oracle_entropies, read_oracle_witnesses
from poc.interop.rejections import Rejections
from poc.interop.reports import report_id
from poc.interop.wire import encode
from poc.ledger.address import public_key_from_address

ADDRESS = "13ABbtvMrRK8jgYrT3h6Y9Zu44nS6829kzsamiQn9Eefeu3VAZs"
KEY = public_key_from_address(ADDRESS)
BEACON = {
    "pub_key": KEY, "local_entropy": b"abcd", "remote_entropy": bytes(32), "data": bytes(range(51)),
    "frequency": 867_900_000, "datarate": 0, "tx_power": 27, "timestamp": 1_677_163_770_000_000_001, "tmst": 5,
}  # fmt: skip
WITNESS = {
    "pub_key": KEY, "data": bytes(range(51)), "timestamp": 1_677_163_771_000_000_002, "tmst": 6, "signal": -1085,
    "snr": -35, "frequency": 867_900_032, "datarate": 3,
}  # fmt: skip
MS = 1_677_163_770_123


def read(tmp_path, reader, message, *frames):
    counts = Rejections()
    write_frames(tmp_path / "x.gz", [f if isinstance(f, bytes) else encode(message, f) for f in frames])
    rows = reader(tmp_path / "x.gz", counts)
    assert counts.n_received == len(frames) and counts.n_accepted == len(rows)
    return rows, dict(counts.causes)


def beacons(tmp_path, *frames):
    return read(tmp_path, read_oracle_beacons, "lora_beacon_ingest_report_v1", *frames)


def witnesses(tmp_path, *frames):
    return read(tmp_path, read_oracle_witnesses, "lora_witness_ingest_report_v1", *frames)


def test_a_beacon_in_our_units(tmp_path):
    (row,), causes = beacons(tmp_path, {"received_timestamp": MS, "report": BEACON})
    assert not causes
    assert row.hotspot == ADDRESS and row.received_ns == MS * 10**6 and row.sent_ns == BEACON["timestamp"]
    assert (row.payload, row.power_dbm, row.spreading_factor) == (digest(BEACON["data"]), 27, 12)
    assert (row.local_entropy, row.remote_entropy, row.entropy_start_s) == (b"abcd", bytes(32), None)
    assert row.beacon == report_id(BEACON["data"], MS, KEY).hex()


def test_a_witness_in_our_units(tmp_path):
    (row,), _ = witnesses(tmp_path, {"received_timestamp": MS, "report": WITNESS})
    assert (row.rssi_dbm, row.snr_db, row.frequency_hz, row.spreading_factor) == (-108.5, -3.5, 867_900_032, 9)
    assert row.payload == digest(WITNESS["data"]) and row.beacon == ""


def test_the_same_report_again_is_rejected(tmp_path):
    frame = {"received_timestamp": MS, "report": WITNESS}
    rows, causes = witnesses(tmp_path, frame, frame, frame | {"received_timestamp": MS + 1})
    assert len(rows) == 2 and causes == {"duplicate report": 1}


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"pub_key": b""}, "pub_key has another size"),
        ({"pub_key": bytes(10**6)}, "pub_key has another size"),
        ({"frequency": 2**63}, "frequency is out of range"),
        ({"timestamp": 2**64 - 1}, "timestamp is out of range"),
        ({"datarate": 25}, "datarate is unknown"),
        ({"datarate": -1}, "datarate is unknown"),
        ({"tx_power": 2**31 - 1}, "tx_power is out of range"),
        ({"local_entropy": b"abc"}, "local_entropy has another size"),
    ],
)
def test_numbers_that_no_table_holds(tmp_path, change, cause):
    good = {"received_timestamp": MS, "report": BEACON}
    rows, causes = beacons(
        tmp_path, good, {"received_timestamp": MS, "report": BEACON | change}, good | {"received_timestamp": 1}
    )
    assert len(rows) == 2 and causes == {cause: 1}


@pytest.mark.parametrize("received_ms", [2**64 - 1, 9_223_372_036_855])
def test_after_2262(tmp_path, received_ms):
    assert beacons(tmp_path, {"received_timestamp": received_ms, "report": BEACON})[1] == {
        "received_timestamp is out of range": 1
    }


def test_what_is_no_report(tmp_path):
    rows, causes = beacons(
        tmp_path, b"", b"\xff" * 20, encode("lora_beacon_ingest_report_v1", {"received_timestamp": 5})
    )
    assert rows == [] and sum(causes.values()) == 3 and causes["report is missing"] == 2


def test_other_data_rates_have_no_spreading_factor(tmp_path):
    (row,), _ = beacons(tmp_path, {"received_timestamp": MS, "report": BEACON | {"datarate": 24}})
    assert row.spreading_factor == 0


def test_entropies(tmp_path):
    counts = Rejections()
    frames = [
        {"data": b"a" * 32, "timestamp": 60},
        {"data": b"a" * 32, "timestamp": 120},
        {"data": b"b", "timestamp": 2**60, "version": 1},
    ]
    write_frames(tmp_path / "e.gz", [encode("entropy_report_v1", frame) for frame in frames])
    assert read_oracle_entropies(tmp_path / "e.gz", counts) == {b"a" * 32: (60, 0)}
    assert counts.summary() == {"received": 3, "accepted": 2, "rejected": 1, "causes": {"timestamp is out of range": 1}}
