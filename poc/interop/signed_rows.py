"""Signatures in rows of tables: the message that a row stands for, put together again as its hotspot signed it.

A row says what goes over the wire in our units; `timestamp_ns` and `tmst` are the hotspot's own clocks. A row that
lacks payload, time or a data rate of Helium's cannot be put together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from poc.errors import DataError
from poc.interop.reports import LAST_NS, BeaconRow, WitnessRow
from poc.interop.rows import Row, absent, hex_bytes, whole
from poc.interop.signature_check import SignatureCheck
from poc.interop.wire_reports import (
    BEACON_MESSAGE,
    DATA_RATE_NUMBERS,
    WITNESS_MESSAGE,
    signed_bytes,
    wire_beacon,
    wire_witness,
)
from poc.ledger.address import public_key_from_address


def ask_of_row(
    signatures: SignatureCheck, row: Row, parsed: Any, signed: Callable[[Row, Any, bytes], bytes | None]
) -> None:
    """Count, or turn away by Rejected, what a row brings as a signature; `signed` puts its message together."""
    if absent(row, "signature"):
        signatures.found["unsigned"] += 1
        return
    key = key_of(parsed.hotspot) or signatures.keys.get(parsed.hotspot, b"")
    signatures.ask(key, hex_bytes(row, "signature"), lambda: signed(row, parsed, key))


def signed_beacon(row: Row, parsed: BeaconRow, key: bytes) -> bytes | None:
    """The bytes that the hotspot of a beacon row signed, None where the row does not tell them all."""
    if absent(row, "timestamp_ns") or not parsed.has_payload or parsed.spreading_factor not in DATA_RATE_NUMBERS:
        return None
    more = {
        "data": hex_bytes(row, "payload"),
        "local": parsed.local_entropy,
        "remote_entropy": parsed.remote_entropy or b"",
    }
    wired = wire_beacon({**parsed._asdict(), **more, "sent_ns": whole(row, "timestamp_ns", 0, LAST_NS)}, key)
    return signed_bytes(BEACON_MESSAGE, wired | _tmst(row))


def signed_witness(row: Row, parsed: WitnessRow, key: bytes) -> bytes | None:
    """The bytes that the hotspot of a witness row signed, None where the row does not tell them all."""
    data = hex_bytes(row, "payload")
    if absent(row, "timestamp_ns") or not data or parsed.spreading_factor not in DATA_RATE_NUMBERS:
        return None
    more = {"data": data, "heard_ns": whole(row, "timestamp_ns", 0, LAST_NS)}
    return signed_bytes(WITNESS_MESSAGE, wire_witness({**parsed._asdict(), **more}, key) | _tmst(row))


def _tmst(row: Row) -> dict[str, int]:
    """The concentrator's counter where a row tells it; else it follows from the time."""
    return {} if absent(row, "tmst") else {"tmst": whole(row, "tmst", 0, 2**32 - 1)}


@lru_cache(1_000_000)  # the same hotspots report again and again
def key_of(hotspot: str) -> bytes:
    """The tagged public key of a hotspot that goes by its address; empty for another name.

    >>> len(key_of("13ABbtvMrRK8jgYrT3h6Y9Zu44nS6829kzsamiQn9Eefeu3VAZs")), key_of("attic 7")
    (33, b'')
    """
    try:
        return public_key_from_address(hotspot)
    except DataError:
        return b""
