"""Protobuf's wire format for many frames at once: numbers become columns, bytes become spans of the block.

Same rules as `wire.py`, to which tests hold it. For messages without repeated fields and text. No GIL, cached on disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np

from poc.interop.messages import MESSAGES, SCALARS
from poc.table import Array

GOOD, CUT_SHORT, OVERLONG, WIRE_TYPE, FIELD_NUMBER = range(5)
#: What each status means, as a cause of rejection.
CAUSES = ("", "cut short", "overlong number", "field of another wire type", "impossible field number")
_LARGEST_FIELD = 15  # of the messages here; others are skipped
_SKIP, _NUMBER, _BYTES, _MESSAGE = range(4)
Word = Any  # an integer of 64 bits: inside a kernel numba knows which
_VARINT_KINDS = ("uint64", "uint32", "int32", "sint32", "enum")


@dataclass(frozen=True, slots=True)
class Plan:
    """A message and those inside it, numbered: for each (message, field) what to do with it and in which column."""

    action: Array
    slot: Array
    numbers: dict[str, tuple[int, str]]  # path → column of numbers, kind
    spans: dict[str, int]  # path → column of spans
    messages: dict[str, int]  # path → number of the message


@lru_cache
def plan_of(message: str) -> Plan:
    """The plan of a message by name; paths join field names by a dot.

    >>> sorted(plan_of("lora_beacon_ingest_report_v1").numbers)[:2]
    ['received_timestamp', 'report.channel']
    """
    action, slot = [], []
    numbers: dict[str, tuple[int, str]] = {}
    spans: dict[str, int] = {}
    messages = {"": 0}
    queue = [("", message)]
    while queue:
        path, name = queue.pop(0)
        actions, slots = [_SKIP] * (_LARGEST_FIELD + 1), [0] * (_LARGEST_FIELD + 1)
        for number, (field, kind) in MESSAGES[name].items():
            full = f"{path}.{field}" if path else field
            if kind in _VARINT_KINDS:
                actions[number], slots[number] = _NUMBER, len(numbers)
                numbers[full] = len(numbers), kind
            elif kind in SCALARS:
                actions[number], slots[number] = _BYTES, len(spans)
                spans[full] = len(spans)
            else:
                actions[number], slots[number] = _MESSAGE, len(messages)
                messages[full] = len(messages)
                queue.append((full, kind))
        action.append(actions)
        slot.append(slots)
    return Plan(np.array(action, np.int64), np.array(slot, np.int64), numbers, spans, messages)


@dataclass(frozen=True, slots=True)
class Columns:
    """Decoded frames. `status` tells which are good; `number` and `span` look columns up by path."""

    plan: Plan
    status: Array
    numbers: Array
    begin: Array
    end: Array
    there: Array

    def number(self, path: str) -> Array:
        """Values of a number field, uint64 or int32 or int64 by kind."""
        column, kind = self.plan.numbers[path]
        raw = self.numbers[:, column]
        if kind == "uint64":
            return raw
        low = raw.astype(np.uint32)
        if kind == "sint32":
            return (low >> np.uint32(1)).astype(np.int32) ^ -(low & np.uint32(1)).astype(np.int32)
        return low if kind == "uint32" else low.view(np.int32)

    def span(self, path: str) -> tuple[Array, Array]:
        """Begin and end in the block of a bytes field."""
        column = self.plan.spans[path]
        return self.begin[:, column], self.end[:, column]

    def present(self, path: str) -> Array:
        """Whether the message at this path was in the frame."""
        return self.there[:, self.plan.messages[path]]


def decode_frames(message: str, block: bytes, begin: Array, end: Array) -> Columns:
    """Decode the frames `block[begin:end]` as messages of one kind.

    >>> data = bytes.fromhex("0a02616210ac02")
    >>> columns = decode_frames("entropy_report_v1", data, np.array([0]), np.array([len(data)]))
    >>> columns.number("timestamp").tolist(), [int(edge[0]) for edge in columns.span("data")]
    ([300], [2, 4])
    """
    plan, n = plan_of(message), len(begin)
    status, numbers = np.zeros(n, np.uint8), np.zeros((n, len(plan.numbers)), np.uint64)
    spans = np.zeros((2, n, len(plan.spans)), np.int64)
    there = np.zeros((n, len(plan.messages)), np.bool_)
    data = np.frombuffer(block, np.uint8)
    _decode(data, begin, end, plan.action, plan.slot, status, numbers, spans[0], spans[1], there)
    return Columns(plan, status, numbers, spans[0], spans[1], there)


@nb.njit(nogil=True, cache=True)
def split(data: Array, begin: Array, end: Array, longest: int) -> tuple[int, int, bool]:
    """Cut a block of frames, each behind its length in four big-endian bytes; fill `begin` and `end`.

    Gives the number of whole frames, the place behind the last of them, and whether the next one says to be longer than
    `longest`.
    """
    at, n = 0, 0
    while n < len(begin) and at + 4 <= len(data):
        length: Word = (
            np.int64(data[at]) << 24
            | np.int64(data[at + 1]) << 16
            | np.int64(data[at + 2]) << 8
            | np.int64(data[at + 3])
        )
        if length > longest:
            return n, at, True
        if at + 4 + length > len(data):
            break
        begin[n], end[n] = at + 4, at + 4 + length
        at += 4 + length
        n += 1
    return n, at, False


@nb.njit(nogil=True, cache=True)
def _decode(
    data: Array,
    begin: Array,
    end: Array,
    action: Array,
    slot: Array,
    status: Array,
    numbers: Array,
    span_begin: Array,
    span_end: Array,
    there: Array,
) -> None:
    ends, kinds = np.zeros(18, np.int64), np.zeros(18, np.int64)
    for i in range(len(begin)):
        at, level = begin[i], 0
        ends[0], kinds[0] = end[i], 0
        there[i, 0] = True
        while True:
            while level > 0 and at == ends[level]:
                level -= 1
            if at == ends[level]:
                break
            stop, message = ends[level], kinds[level]
            tag, at, fault = _varint(data, at, stop)
            if fault != GOOD:
                status[i] = fault
                break
            field, wire_type = tag >> np.uint64(3), tag & np.uint64(7)
            if field == 0 or tag > np.uint64(0xFFFFFFFF):
                status[i] = FIELD_NUMBER
                break
            value: Word = np.uint64(0)
            length: Word = np.uint64(0)
            if wire_type == 0:
                value, at, fault = _varint(data, at, stop)
            elif wire_type == 2:
                length, at, fault = _varint(data, at, stop)
            elif wire_type == 1:
                length = np.uint64(8)
            elif wire_type == 5:
                length = np.uint64(4)
            else:
                fault = WIRE_TYPE
            if fault == GOOD and length > np.uint64(stop - at):
                fault = CUT_SHORT
            what = action[message, field] if field <= np.uint64(_LARGEST_FIELD) else _SKIP
            if fault == GOOD and what != _SKIP and wire_type != (0 if what == _NUMBER else 2):
                fault = WIRE_TYPE
            if fault != GOOD:
                status[i] = fault
                break
            column = slot[message, field] if what != _SKIP else 0
            if what == _NUMBER:
                numbers[i, column] = value
            elif what == _BYTES:
                span_begin[i, column], span_end[i, column] = at, at + np.int64(length)
            elif what == _MESSAGE:
                there[i, column] = True
                level += 1
                ends[level], kinds[level] = at + np.int64(length), column
                continue
            at += np.int64(length)


@nb.njit(nogil=True, cache=True)
def _varint(data: Array, at: int, stop: int) -> tuple[Word, int, int]:
    value, shift = np.uint64(0), 0
    while at < stop:
        byte = np.uint64(data[at])
        at += 1
        value |= (byte & np.uint64(0x7F)) << np.uint64(shift)
        if byte < np.uint64(0x80):
            return value, at, OVERLONG if shift == 63 and byte > np.uint64(1) else GOOD
        shift += 7
        if shift > 63:
            return value, at, OVERLONG
    return value, at, CUT_SHORT
