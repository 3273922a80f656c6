"""A beacon or witness report as Helium's message, as it goes over the wire and as it is signed.

Source: helium/proto `poc_lora.proto`, helium/gateway-rs `beaconer.rs`; `spec/helium-iot.md` §3. A hotspot signs the
encoded report with an empty signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poc.interop.messages import SPREADING_FACTORS
from poc.interop.wire import encode

BEACON_MESSAGE, WITNESS_MESSAGE = "lora_beacon_report_req_v1", "lora_witness_report_req_v1"
DATA_RATE_NUMBERS = {factor: number for number, factor in SPREADING_FACTORS.items()}


def wire_beacon(row: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The message of a row of BEACONS with its bytes in `data`, `local` and `remote_entropy`, not signed."""
    return {
        "pub_key": key,
        "local_entropy": row["local"],
        "remote_entropy": row["remote_entropy"],
        "data": row["data"],
        "frequency": row["frequency_hz"],
        "datarate": DATA_RATE_NUMBERS[row["spreading_factor"]],
        "tx_power": row["power_dbm"],
        "timestamp": row["sent_ns"],
        "tmst": _microseconds(row["sent_ns"]),
    }


def wire_witness(row: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The message of a row of WITNESS_REPORTS with its payload in `data`, not signed."""
    return {
        "pub_key": key,
        "data": row["data"],
        "timestamp": row["heard_ns"],
        "tmst": _microseconds(row["heard_ns"]),
        "signal": round(row["rssi_dbm"] * 10),
        "snr": int(row["snr_db"] * 10),  # truncated, as the firmware does
        "frequency": row["frequency_hz"],
        "datarate": DATA_RATE_NUMBERS[row["spreading_factor"]],
    }


def signed_bytes(message: str, report: Mapping[str, Any]) -> bytes:
    """The bytes that a signature is over.

    >>> signed_bytes(BEACON_MESSAGE, {"data": b"a", "signature": b"s"}) == encode(BEACON_MESSAGE, {"data": b"a"})
    True
    """
    return encode(message, {**report, "signature": b""})


def _microseconds(time_ns: int) -> int:
    """The concentrator's counter, which wraps after 71 minutes."""
    return time_ns // 1000 % 2**32
