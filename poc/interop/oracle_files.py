"""Any Helium oracle file as plain rows: ingest reports, PoCs, invalid reports, entropies, reward shares, manifests.

Numbers keep the units of the wire (`messages.py`). Memory is bounded by one block of frames and the longest frame.
Source: helium/proto `poc_lora.proto`, `reward_manifest.proto`, `spec/helium-iot.md` §3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from poc.errors import DataError, StoreError, did_you_mean
from poc.interop.frames import file_type_of, read_frames
from poc.interop.messages import FILE_TYPES
from poc.interop.rejections import Rejections
from poc.interop.wire import WireError, decode
from poc.ledger.address import address_from_public_key

Message = dict[str, Any]
_KEYS = ("pub_key", "hotspot_key")
_LONGEST_KEY = 600  # an RSA key of 4096 bits takes about 550 bytes


def read_messages(path: Path, counts: Rejections) -> Iterator[Message]:
    """The messages of an oracle file one by one, as `poc.interop.wire.decode` gives them.

    A frame that Helium's own decoder would refuse is counted and left out. Raises DataError for a file whose name says
    no known type, or that cannot be opened.
    """
    file_type = file_type_of(path)
    if file_type is None:
        kinds = ", ".join(FILE_TYPES)
        near = did_you_mean(path.name.split(".")[0], FILE_TYPES)
        raise DataError(f"'{path.name}' is not named <type>.<unix ms>.gz with a type of {kinds}: {near}")
    for block in read_frames(path, counts):
        for begin, end in zip(block.begin.tolist(), block.end.tolist(), strict=True):
            try:
                message = decode(FILE_TYPES[file_type], block.data[begin:end])
            except WireError as error:
                counts.reject(f"invalid protobuf: {error}")
            else:
                yield message


def legible(message: Message) -> Message:
    """The message with keys as addresses and other bytes as hex text.

    >>> legible({"data": b"ab", "report": {"signal": -1085}})
    {'data': '6162', 'report': {'signal': -1085}}
    """
    return {name: _legible(name, value) for name, value in message.items()}


def _legible(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return legible(value)
    if isinstance(value, list):
        return [_legible(name, each) for each in value]
    if isinstance(value, bytes):
        is_key = name in _KEYS and 1 < len(value) <= _LONGEST_KEY
        return address_from_public_key(value) if is_key else value.hex()
    return value


def flat(message: Message, path: str = "") -> Message:
    """A legible message in one row: names joined by dots, lists as JSON text.

    >>> flat({"report": {"signal": -1085}, "written_files": ["a"]})
    {'report.signal': -1085, 'written_files': '["a"]'}
    """
    row: Message = {}
    for name, value in message.items():
        full = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            row |= flat(value, full)
        else:
            row[full] = json.dumps(value) if isinstance(value, list) else value
    return row


def write_lines(path: Path, target: Path, counts: Rejections) -> int:
    """Write an oracle file as JSON Lines, whole or not at all, and give the number of lines."""
    half = target.with_name(f".{target.name}.partial")
    n = 0
    try:
        with half.open("w", encoding="utf-8") as file:
            for message in read_messages(path, counts):
                file.write(json.dumps(legible(message), allow_nan=False) + "\n")
                n += 1
        half.replace(target)
    except OSError as error:
        raise StoreError(
            f"'{target}' could not be written ({error.strerror or error}); choose another --out."
        ) from error
    finally:
        half.unlink(missing_ok=True)
    return n
