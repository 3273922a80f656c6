"""Reports after `spec/helium-iot-vectors.md` §1, §7, written as the files that other people would bring."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

LOCAL, START_S = "e94619b0", 1_677_163_710
REMOTE = "b6aa3f80d9355f139d998626b8d1ff1776cda36ae11a10006a8d516546276b09"
PAYLOAD = "1c99124160e83b92867d630caf4c9ed21cfd923bbbcb7a9231f19c944af6441108d43006983add9eba65253b877e1248f441ae"
LOC0, LOC4 = format(631615575095659519, "x"), format(627111975465463807, "x")  # §3
MINUTE, MS = 60 * 10**9, 10**6
NOON = START_S * 10**9 + 60 * 10**9


def hotspot(name, cell, **changes):
    return {"hotspot": name, "cell": cell, "gain_dbi": 1.2, "region": "EU868", "is_full": "true"} | changes


def beacon(name, beaconer, received_ns=NOON, **changes):
    row = {
        "beacon": name, "beaconer": beaconer, "received_ns": received_ns, "frequency_hz": 867_900_000,
        "data_rate": "SF12BW125", "tx_power_dbm": 14, "payload": PAYLOAD, "local_entropy": LOCAL,
        "remote_entropy": REMOTE, "entropy_timestamp_s": START_S,
    }  # fmt: skip
    return row | changes


def witness(of, name, received_ns=NOON + 10**9, **changes):
    row = {
        "beacon": of, "witness": name, "received_ns": received_ns, "rssi_dbm": -108.0, "snr_db": 3.5,
        "frequency_hz": 867_900_032,
    }  # fmt: skip
    return row | changes


def write(path, rows, names=None):
    """Rows as CSV, JSONL or Parquet by the ending of the path."""
    names = names or list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path)
    return path


@pytest.fixture
def pair():
    """Two hotspots that hear each other, twice: the first round primes reciprocity (48 h), the second is valid."""
    later = 6 * 3600 * 10**9
    hotspots = [hotspot("ann", LOC0), hotspot("bob", LOC4)]
    beacons, witnesses = [], []
    for number, (sender, hearer) in enumerate([("ann", "bob"), ("bob", "ann"), ("ann", "bob")]):
        at = NOON + (number // 2) * later + number * MINUTE
        changes = {"payload": f"{number:02x}" * 51, "remote_entropy": "", "entropy_timestamp_s": at // 10**9 - 30}
        beacons.append(beacon(f"b{number}", sender, at, **changes))
        witnesses.append(witness(f"b{number}", hearer, at + 10**9))
    return hotspots, beacons, witnesses
