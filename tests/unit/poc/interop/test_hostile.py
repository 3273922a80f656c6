"""Every kind of hostile input, one by one: it is counted with a cause, and the good report beside it is judged."""

import gzip
import resource
import struct
import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from poc.interop.rejections import Rejections
from poc.interop.rows import LONGEST_TEXT, read_rows
from poc.interop.verify import Files
from poc.interop.verify_folder import verify_to_folder
from poc.interop.wire import encode
from poc.ledger.address import address_from_public_key
from poc.profiles import PROFILES
from tests.unit.poc.interop.conftest import LOC0, LOC4, NOON, PAYLOAD, beacon, hotspot, witness, write

MINIMAL = PROFILES["minimal"]
KEYS = [bytes([1]) + bytes([i] * 32) for i in (1, 2)]
ANN, BOB = (address_from_public_key(key) for key in KEYS)
PENTAGON = "8f0800000000000"  # resolution 15, over base cell 4
MEGABYTE = "i" * 1_000_000
WITNESSES = [*witness("", ""), "payload"]


def judged(tmp_path, hotspots, beacons, witnesses):
    """Verdicts of the good pair, and the causes by table; every report is accounted for."""
    summary = verify_to_folder(Files(hotspots, beacons, witnesses), MINIMAL, tmp_path / "out", force=True)
    rows = pq.read_table(tmp_path / "out" / "verdicts.parquet").to_pylist()
    for name, kind in (("beacons", "beacon"), ("witnesses", "witness")):
        counts = summary["counts"].get(name, {"received": 0, "accepted": 0, "rejected": 0})
        assert counts["accepted"] + counts["rejected"] == counts["received"]
        assert counts["accepted"] == sum(row["kind"] == kind for row in rows)
    good = {(r["kind"], r["hotspot"]): r["reason"] for r in rows if r["hotspot"] in (ANN, BOB)}
    return good, {name: counts["causes"] for name, counts in summary["counts"].items()}, rows


def tables(tmp_path, suffix, hotspots=(), beacons=(), witnesses=()):
    """The good pair, and more rows behind it."""
    return (
        write(tmp_path / f"h{suffix}", [hotspot(ANN, LOC0), hotspot(BOB, LOC4), *hotspots]),
        write(tmp_path / f"b{suffix}", [beacon("good", ANN), *beacons]),
        write(tmp_path / f"w{suffix}", [witness("good", BOB), *witnesses], WITNESSES),
    )


GOOD = {("beacon", ANN): "reason_none", ("witness", BOB): "reason_none"}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
@pytest.mark.parametrize(
    ("table", "row", "cause"),
    [
        ("hotspots", hotspot("x", "8c1234567890aff"), "cell does not exist"),
        ("hotspots", hotspot("x", "ffffffffffffffff"), "cell does not exist"),
        ("hotspots", hotspot("x", "88261b5ac7fffff"), "cell is coarser than resolution 11"),
        ("hotspots", hotspot(ANN, LOC4), "duplicate hotspot"),
        ("hotspots", hotspot(MEGABYTE, LOC0), "hotspot is too long"),
        ("hotspots", hotspot("a\x00b", LOC0), "hotspot has control characters"),
        ("hotspots", hotspot("x", LOC0, gain_dbi="1e400"), "gain_dbi is out of range"),
        ("hotspots", hotspot("x", LOC0, region="MARS868"), "region is unknown"),
        ("beacons", beacon("b", ANN, received_ns=-1), "received_ns is out of range"),
        ("beacons", beacon("b", ANN, received_ns=2**63), "received_ns is out of range"),
        ("beacons", beacon("b", ANN, received_ns="1" * 400), "received_ns is out of range"),
        ("beacons", beacon("b", ANN, frequency_hz=-867_900_000), "frequency_hz is out of range"),
        ("beacons", beacon("b", ANN, frequency_hz=2**70), "frequency_hz is out of range"),
        ("beacons", beacon("b", ANN, tx_power_dbm=10**6), "tx_power_dbm is out of range"),
        ("beacons", beacon("b", ANN, data_rate="SF99BW1"), "data_rate is unknown"),
        ("beacons", beacon("b", ANN, payload="0x" + "f" * 9999), "payload is too long"),
        ("beacons", beacon("b", ANN, local_entropy="ff"), "local_entropy has another size"),
        ("beacons", beacon("b", ANN, entropy_timestamp_s=-5), "entropy_timestamp_s is out of range"),
        ("beacons", beacon("good", BOB, received_ns=NOON + 1), "duplicate beacon"),
        ("witnesses", witness("good", MEGABYTE), "witness is too long"),
        ("witnesses", witness("good", "x", rssi_dbm="nan"), "rssi_dbm is no number"),
        ("witnesses", witness("good", "x", rssi_dbm=-(10**300)), "rssi_dbm is out of range"),
        ("witnesses", witness("good", "x", snr_db="=SUM(A1)"), "snr_db is no number"),
        ("witnesses", witness("nothing", "x"), "beacon not found"),
    ],
)
def test_a_bad_row_spoils_itself_only(tmp_path, suffix, table, row, cause):
    good, causes, _ = judged(tmp_path, *tables(tmp_path, suffix, **{table: [row]}))
    assert good == GOOD
    assert causes[table] == {cause: 1}


@pytest.mark.parametrize(
    ("table", "row", "who", "reason"),
    [
        ("hotspots", hotspot("=HYPERLINK(1)", PENTAGON), "=HYPERLINK(1)", "max_distance_exceeded"),
        ("witnesses", witness("good", "=cmd|' /C calc'!A0"), "=cmd|' /C calc'!A0", "gateway_not_found"),
        ("witnesses", witness("good", BOB, received_ns=NOON + 2 * 10**9), BOB, "duplicate"),
        ("witnesses", witness("good", "x", frequency_hz=2**63 - 1), "x", "gateway_not_found"),
        ("witnesses", witness("good", "x", received_ns=2**63 - 1), "x", "gateway_not_found"),
    ],
)
def test_odd_but_readable_rows_are_judged(tmp_path, table, row, who, reason):
    more = {table: [row]} | ({"witnesses": [witness("good", who)]} if table == "hotspots" else {})
    _, causes, rows = judged(tmp_path, *tables(tmp_path, ".csv", **more))
    assert not causes["witnesses"] and not causes["hotspots"]
    assert reason in [r["reason"] for r in rows if r["hotspot"] == who]


def report(kind, key, **changes):
    fields = {"pub_key": key, "data": bytes.fromhex(PAYLOAD), "frequency": 867_900_000, "timestamp": NOON}
    fields |= {"tx_power": 14, "remote_entropy": bytes(32)} if kind == "beacon" else {"signal": -1080, "snr": 35}
    at = NOON // 10**6 + (0 if kind == "beacon" else 900)
    message = {"received_timestamp": changes.pop("received_timestamp", at), "report": fields | changes}
    return encode(f"lora_{kind}_ingest_report_v1", message)


def framed(*frames):
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


UNKNOWN_FIELDS = bytes.fromhex("f2ff03" + "03616263") + b"\x98\x06\x05"  # numbers 8190 and 99
SECOND = report("witness", KEYS[1])


@pytest.mark.parametrize(
    ("tail", "cause"),
    [
        (struct.pack(">I", 0xFFFFFFFF) + b"4 GB?", "frame too long"),
        (struct.pack(">I", 99) + b"short", "frame cut short"),
        (framed(b"\xff" * 30), "invalid protobuf: overlong number"),
        (framed(b"\x0b\x0c"), "invalid protobuf: field of another wire type"),
        (framed(SECOND[:-5]), "invalid protobuf: cut short"),
        (framed(b""), "report is missing"),
        (framed(SECOND), "duplicate report"),
        (framed(report("witness", b"")), "pub_key has another size"),
        (framed(report("witness", bytes(10**6))), "pub_key has another size"),
        (framed(report("witness", KEYS[1], frequency=2**64 - 1)), "frequency is out of range"),
        (framed(report("witness", KEYS[1], received_timestamp=2**63)), "received_timestamp is out of range"),
        (framed(report("witness", KEYS[1], timestamp=2**64 - 1)), "timestamp is out of range"),
        (framed(report("witness", KEYS[1], datarate=2**31 - 1)), "datarate is unknown"),
        (framed(report("witness", KEYS[1], data=bytes(17))), "beacon not found"),
    ],
)
def test_a_bad_frame_spoils_itself_only(tmp_path, tail, cause):
    paths = _oracle(
        tmp_path, framed(SECOND + UNKNOWN_FIELDS) + tail if cause != "duplicate report" else framed(SECOND) + tail
    )
    good, causes, _ = judged(tmp_path, *paths)
    assert good == GOOD and causes["witnesses"] == {cause: 1}


def _oracle(tmp_path, witnesses, compress=gzip.compress):
    paths = [tmp_path / f"iot_{kind}_ingest_report.1677163710000.gz" for kind in ("beacon", "witness")]
    paths[0].write_bytes(gzip.compress(framed(report("beacon", KEYS[0]))))
    paths[1].write_bytes(compress(witnesses))
    return write(tmp_path / "h.csv", [hotspot(ANN, LOC0), hotspot(BOB, LOC4)]), *paths


def test_a_truncated_gzip_gives_what_stood_before(tmp_path):
    more = framed(SECOND) + framed(*(report("witness", KEYS[1], timestamp=i) for i in range(400)))
    paths = _oracle(tmp_path, more, lambda data: gzip.compress(data, 0)[:30_000])
    _, causes, rows = judged(tmp_path, *paths)
    assert causes["witnesses"]["damaged gzip"] == 1 and "reason_none" in [r["reason"] for r in rows]


def test_one_long_word_in_many_rows_of_parquet_takes_little_memory(tmp_path):
    n = 8_000
    words = pa.array([MEGABYTE, BOB]).dictionary_encode().dictionary
    who = pa.DictionaryArray.from_arrays(pa.array(np.append(np.zeros(n - 1, np.int32), 1)), words)
    rows = [witness("good", BOB)] * n
    table = pa.table({name: [row[name] for row in rows] for name in rows[0] if name != "witness"})
    pq.write_table(table.append_column("witness", who), tmp_path / "w.parquet", compression="zstd")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    counts = Rejections()
    n_long = sum(
        len(row["witness"]) == LONGEST_TEXT + 1 for row in read_rows(tmp_path / "w.parquet", ("witness",), counts)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_long == n - 1 and counts.n_received == n and peak < 200_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB
    h, b, _ = tables(tmp_path, ".csv")
    good, causes, _ = judged(tmp_path, h, b, tmp_path / "w.parquet")
    assert good == GOOD and causes["witnesses"] == {"witness is too long": n - 1}


def test_bombs_in_parquet_are_counted_and_left_alone(tmp_path):
    h, b, w = tables(tmp_path, ".csv")
    zeros = {name: pa.array([0], pa.int64()).take(pa.array(np.zeros(1_100_000, np.int32))) for name in witness("", "")}
    pq.write_table(pa.table(zeros), tmp_path / "rows.parquet", compression="zstd")
    good, causes, _ = judged(tmp_path, h, b, tmp_path / "rows.parquet")
    assert good == {("beacon", ANN): "reason_none"}
    assert causes["witnesses"] == {"swells too much when unpacked": 1_100_000}
    swollen = pa.table({"beacon": [f"{i:07}" + "x" * 100_000 for i in range(1000)]})
    for name in ("witness", "received_ns", "rssi_dbm", "snr_db", "frequency_hz"):
        swollen = swollen.append_column(name, pa.array([1] * 1000))
    pq.write_table(swollen, tmp_path / "words.parquet", compression="zstd", use_dictionary=False)
    assert judged(tmp_path, h, b, tmp_path / "words.parquet")[1]["witnesses"] == {"swells too much when unpacked": 1000}
    assert judged(tmp_path, h, b, w)[0] == GOOD
