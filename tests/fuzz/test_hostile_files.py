"""Noise and damaged files: `verify` never crashes, and accepted + rejected = received.

Bounded here; `POC_FUZZ_EXAMPLES=20000 pytest tests/fuzz` goes on for longer.
"""

import gzip
import json
import os
import struct

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poc.errors import PocError
from poc.interop.messages import FILE_TYPES
from poc.interop.oracle_files import flat, legible, read_messages
from poc.interop.rejections import Rejections
from poc.interop.verify import Files
from poc.interop.verify_folder import verify_to_folder
from poc.interop.wire import encode
from poc.profiles import PROFILES
from tests.unit.poc.interop.conftest import LOC0, LOC4, NOON, PAYLOAD, beacon, hotspot, witness, write
from tests.unit.poc.interop.test_oracle_files import MESSAGES

PROFILE = PROFILES["helium-iot-2026"]
N_EXAMPLES = int(os.environ.get("POC_FUZZ_EXAMPLES", "40"))
fuzzed = settings(
    max_examples=N_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
KEYS = [bytes([1]) + bytes([i] * 32) for i in range(3)]
ODD = st.one_of(
    st.sampled_from(
        ["", "nan", "-inf", "1e308", "=1+1", "\x00", "0", "-1", str(2**63), str(2**64), "8001fffffffffff", LOC0, LOC4,
         "ann", "bob", "b", "true", "'", '"', "SF12BW125", "US915", "99"]
    ),
    st.integers(-(2**70), 2**70).map(str),
    st.text(max_size=8),
    st.floats().map(repr),
)  # fmt: skip


def judge(tmp_path, hotspots, beacons, witnesses, **more):
    """Verify; check that every accepted report has its verdict and every rejected one its cause."""
    try:
        summary = verify_to_folder(Files(hotspots, beacons, witnesses, **more), PROFILE, tmp_path / "out", force=True)
    except PocError as error:
        assert "\n" not in str(error) or len(str(error)) < 500
        return None
    for counts in summary["counts"].values():
        assert counts["accepted"] + counts["rejected"] == counts["received"]
        assert counts["accepted"] >= 0 and sum(counts["causes"].values()) == counts["rejected"]
    rows = pq.read_table(tmp_path / "out" / "verdicts.parquet").to_pylist()
    for kind, name in (("beacon", "beacons"), ("witness", "witnesses")):
        n = summary["counts"].get(name, {"accepted": 0})["accepted"]
        assert sum(row["kind"] == kind for row in rows) == n, name
    return summary


@fuzzed
@given(st.data())
def test_odd_values_in_tables(tmp_path, data):
    def spoil(row):
        names = data.draw(st.lists(st.sampled_from(sorted(row)), max_size=2))
        return row | {name: data.draw(ODD) for name in names}

    def rows(make, n):
        return [spoil(make(i)) for i in range(data.draw(st.integers(1, n)))]

    suffix = data.draw(st.sampled_from([".csv", ".jsonl"]))
    signed = {"signature": "00" * 64, "timestamp_ns": NOON, "tmst": 7, "payload": PAYLOAD}
    keys = [{"public_key": key.hex()} for key in KEYS]
    judge(
        tmp_path,
        write(
            tmp_path / f"h{suffix}",
            rows(lambda i: hotspot(["ann", "bob", "eve"][i], [LOC0, LOC4, ""][i]) | keys[i], 3),
        ),
        write(tmp_path / f"b{suffix}", rows(lambda i: beacon(f"b{i}", "ann", NOON + i) | signed, 3)),
        write(tmp_path / f"w{suffix}", rows(lambda i: witness(f"b{i % 3}", "bob", NOON + 10**9 * i) | signed, 5)),
    )


@fuzzed
@given(st.data())
def test_damaged_bytes_of_tables(tmp_path, data):
    paths = [
        write(tmp_path / "h.csv", [hotspot("ann", LOC0), hotspot("bob", LOC4)]),
        write(tmp_path / "b.csv", [beacon("b", "ann")]),
        write(tmp_path / "w.csv", [witness("b", "bob"), witness("b", "ann")]),
    ]
    path = data.draw(st.sampled_from(paths))
    path.write_bytes(damaged(path.read_bytes(), data))
    judge(tmp_path, *paths)


@fuzzed
@given(st.data())
def test_damaged_bytes_of_parquet(tmp_path, data):
    paths = [
        write(tmp_path / "h.csv", [hotspot("ann", LOC0), hotspot("bob", LOC4)]),
        write(tmp_path / "b.csv", [beacon("b", "ann")]),
        write(tmp_path / "w.parquet", [witness("b", "bob") | {"payload": ""}, witness("b", "ann") | {"payload": ""}]),
    ]
    paths[2].write_bytes(damaged(paths[2].read_bytes(), data))
    judge(tmp_path, *paths)


def damaged(content, data):
    content = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 1, 2, 10, 10**6]))
        content[at : at + length] = data.draw(st.binary(max_size=4))
    return bytes(content)


def ingest(kind, n):
    report = {
        "pub_key": KEYS[0], "data": bytes.fromhex(PAYLOAD), "frequency": 867_900_000, "timestamp": NOON,
        "signature": bytes(64),
    }  # fmt: skip
    more = {"tx_power": 14, "remote_entropy": bytes(32)} if kind == "beacon" else {"signal": -1080, "snr": 35}
    frames = [
        encode(
            f"lora_{kind}_ingest_report_v1",
            {"received_timestamp": NOON // 10**6 + i, "report": report | more | {"pub_key": KEYS[i % 3]}},
        )
        for i in range(n)
    ]
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


@pytest.mark.parametrize("layer", ["frames", "gzip"])
@fuzzed
@given(data=st.data())
def test_damaged_oracle_files(tmp_path, layer, data):
    contents = {"beacon": ingest("beacon", 2), "witness": ingest("witness", 5)}
    paths = {}
    for kind, content in contents.items():
        if layer == "frames":
            content = damaged(content, data)
        content = gzip.compress(content, data.draw(st.sampled_from([0, 6])), mtime=0)
        if layer == "gzip":
            content = damaged(content, data)
        paths[kind] = tmp_path / f"iot_{kind}_ingest_report.1677163710000.gz"
        paths[kind].write_bytes(content)
    summary = judge(tmp_path, write(tmp_path / "h.csv", [hotspot("ann", LOC0)]), paths["beacon"], paths["witness"])
    assert summary is not None  # a damaged oracle file is counted, never an error


@fuzzed
@given(data=st.data())
def test_damaged_files_of_every_kind_are_read_as_far_as_they_go(tmp_path, data):
    file_type = data.draw(st.sampled_from(sorted(FILE_TYPES)))
    frames = [encode(FILE_TYPES[file_type], MESSAGES[file_type])] * 3
    content = damaged(b"".join(struct.pack(">I", len(frame)) + frame for frame in frames), data)
    path, counts = tmp_path / f"{file_type}.1.gz", Rejections()
    path.write_bytes(gzip.compress(content, 0, mtime=0))
    rows = [flat(legible(message)) for message in read_messages(path, counts)]
    assert len(rows) == counts.n_accepted and json.dumps(rows)


@fuzzed
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_noise_in_frames(tmp_path, frames):
    content = b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)
    for kind in ("beacon", "witness"):
        (tmp_path / f"iot_{kind}_ingest_report.1.gz").write_bytes(gzip.compress(content))
    (tmp_path / "entropy_report.1.gz").write_bytes(gzip.compress(content))
    summary = judge(
        tmp_path, write(tmp_path / "h.csv", [hotspot("ann", LOC0)]), tmp_path / "iot_beacon_ingest_report.1.gz",
        tmp_path / "iot_witness_ingest_report.1.gz", entropies=tmp_path / "entropy_report.1.gz",
    )  # fmt: skip
    assert summary is not None
    assert summary["counts"].get("beacons", {"received": 0})["received"] == len(frames)
