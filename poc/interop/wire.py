"""Protobuf's wire format, one message at a time: encode and decode by the field tables of `messages.py`.

Source: protobuf encoding guide, https://protobuf.dev/programming-guides/encoding; as strict as the Rust library
prost, which Helium uses: a known field of another wire type and an overlong varint are errors; groups, which no message
of Helium has, are errors too. The last value of a field wins, parts of a message that comes twice are merged, zero and
empty values are not written.
`wire_compiled.py` reads many frames at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from poc.interop.messages import MESSAGES, SCALARS

MOST_PARTS = 65_536  # of a repeated field; real PoCs have some hundred, and each empty one takes two bytes of a bomb
VARINT, EIGHT_BYTES, COUNTED, FOUR_BYTES = 0, 1, 2, 5
_MASK_32, _MASK_64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


class WireError(ValueError):
    """Bytes that are not the message they are said to be; the message is the cause, in a few words."""


def encode(message: str, values: Mapping[str, Any]) -> bytes:
    """The bytes of a message: numbers, bytes and text by field name, dicts for messages, lists where repeated.

    >>> encode("entropy_report_v1", {"data": b"ab", "timestamp": 300}).hex()
    '0a02616210ac02'
    """
    out = bytearray()
    for number, (name, kind) in MESSAGES[message].items():
        value = values.get(name)
        repeated = kind.startswith("*")
        for item in value or () if repeated else (value,):
            _encode_field(out, number, kind.lstrip("*"), item, always=repeated)
    return bytes(out)


def _encode_field(out: bytearray, number: int, kind: str, value: Any, always: bool) -> None:
    if value is None or (not value and kind in SCALARS and not always):
        return
    if kind in ("bytes", "string") or kind not in SCALARS:
        data = encode(kind, value) if kind not in SCALARS else value.encode() if kind == "string" else bytes(value)
        out += _varint(number << 3 | COUNTED) + _varint(len(data)) + data
        return
    if kind == "sint32":
        value = (value << 1) ^ (value >> 31)
    out += _varint(number << 3 | VARINT) + _varint(value & _MASK_64)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode(message: str, data: bytes) -> dict[str, Any]:
    """The fields of a message; scalars that are absent are 0 or empty, absent messages are not there.

    Raises WireError.

    >>> decode("entropy_report_v1", bytes.fromhex("0a02616210ac02"))
    {'data': b'ab', 'timestamp': 300, 'version': 0}
    """
    values = _empty(message)
    _decode_into(values, message, data)
    return values


def _decode_into(values: dict[str, Any], message: str, data: bytes) -> None:
    fields, at = MESSAGES[message], 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if not number or tag > _MASK_32:
            raise WireError("impossible field number")
        name, kind = fields.get(number, ("", ""))
        start, at = _span(data, at, wire_type)
        if not name:
            continue
        if wire_type != (VARINT if kind in _VARINTS else COUNTED):
            raise WireError(f"field {name} of another wire type")
        if kind in _VARINTS:
            values[name] = _VARINTS[kind](_read_varint(data, start)[0])
            continue
        _keep_counted(values, name, kind, data[start:at])


def _keep_counted(values: dict[str, Any], name: str, kind: str, part: bytes) -> None:
    item = kind.lstrip("*")
    if item != kind and len(values[name]) >= MOST_PARTS:
        raise WireError("too many parts")
    if item == "bytes":
        values[name] = part
    elif item == "string":
        try:
            text = part.decode()
        except UnicodeDecodeError as error:
            raise WireError(f"field {name} is not UTF-8") from error
        if item == kind:
            values[name] = text
        else:
            values[name].append(text)
    elif item == kind:
        _decode_into(values.setdefault(name, _empty(item)), item, part)
    else:
        values[name].append(decode(item, part))


def _empty(message: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, kind in MESSAGES[message].values():
        if kind.startswith("*"):
            values[name] = []
        elif kind in SCALARS:
            values[name] = b"" if kind == "bytes" else "" if kind == "string" else 0
    return values


def _span(data: bytes, at: int, wire_type: int) -> tuple[int, int]:
    """Where the value of a field begins and ends."""
    if wire_type == VARINT:
        return at, _read_varint(data, at)[1]
    if wire_type == COUNTED:
        length, at = _read_varint(data, at)
    elif wire_type in (EIGHT_BYTES, FOUR_BYTES):
        length = 8 if wire_type == EIGHT_BYTES else 4
    else:
        raise WireError("unknown wire type")
    if length > len(data) - at:
        raise WireError("cut short")
    return at, at + length


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value > _MASK_64:
                raise WireError("overlong number")
            return value, at
        shift += 7
        if shift > 63:
            raise WireError("overlong number")
    raise WireError("cut short")


def _int32(value: int) -> int:
    value &= _MASK_32
    return value - (1 << 32) if value >> 31 else value


_VARINTS: dict[str, Callable[[int], int]] = {
    "uint64": lambda value: value,
    "uint32": lambda value: value & _MASK_32,
    "int32": _int32,
    "enum": _int32,
    "sint32": lambda value: (value & _MASK_32) >> 1 ^ -(value & 1),
}
