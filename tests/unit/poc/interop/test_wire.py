"""The codec against Google's protobuf, and the compiled one against the codec."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poc.interop.messages import MESSAGES, SCALARS
from poc.interop.wire import WireError, decode, encode
from poc.interop.wire_compiled import GOOD, decode_frames

protobuf = pytest.importorskip("google.protobuf")

_TYPES = {"uint64": 4, "int32": 5, "string": 9, "bytes": 12, "uint32": 13, "enum": 5, "sint32": 17}
INGEST = ["lora_beacon_ingest_report_v1", "lora_witness_ingest_report_v1", "entropy_report_v1"]


def _google_classes():
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="oracle.proto", package="oracle", syntax="proto3")
    for message, fields in MESSAGES.items():
        made = file.message_type.add(name=message)
        for number, (name, kind) in fields.items():
            plain = kind.lstrip("*")
            field = made.field.add(name=name, number=number, label=3 if kind != plain else 1)
            field.type = _TYPES.get(plain, 11)
            if field.type == 11:
                field.type_name = f".oracle.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"oracle.{name}")) for name in MESSAGES}


GOOGLE = _google_classes()
_VALUES = {
    "uint64": st.integers(0, 2**64 - 1), "uint32": st.integers(0, 2**32 - 1), "int32": st.integers(-(2**31), 2**31 - 1),
    "sint32": st.integers(-(2**31), 2**31 - 1), "enum": st.integers(0, 30), "bytes": st.binary(max_size=60),
    "string": st.text(max_size=10),
}  # fmt: skip


def _message(name):
    def of_kind(kind):
        plain = kind.lstrip("*")
        one = _VALUES[plain] if plain in SCALARS else st.deferred(lambda: _message(plain))
        return st.lists(one, max_size=2) if plain != kind else one

    return st.fixed_dictionaries({}, optional={field: of_kind(kind) for field, kind in MESSAGES[name].values()})


def _google(name, values):
    message = GOOGLE[name]()
    for field, kind in MESSAGES[name].values():
        value, plain = values.get(field), kind.lstrip("*")
        if value is None:
            continue
        if plain in SCALARS:
            getattr(message, field).extend(value) if plain != kind else setattr(message, field, value)
        elif plain != kind:
            getattr(message, field).extend(_google(plain, item) for item in value)
        else:
            getattr(message, field).CopyFrom(_google(plain, value))
    return message


def _plain(name, message):
    """A message of Google's as our dictionaries."""
    values = {}
    for field, kind in MESSAGES[name].values():
        value, plain = getattr(message, field), kind.lstrip("*")
        if plain != kind:
            values[field] = list(value) if plain in SCALARS else [_plain(plain, item) for item in value]
        elif plain in SCALARS:
            values[field] = value
        elif message.HasField(field):
            values[field] = _plain(plain, value)
    return values


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(MESSAGES)).flatmap(lambda name: st.tuples(st.just(name), _message(name))))
def test_google_reads_what_we_write_and_we_read_what_google_writes(case):
    name, values = case
    theirs = _google(name, values)
    assert _plain(name, GOOGLE[name].FromString(encode(name, values))) == _plain(name, theirs)
    assert decode(name, theirs.SerializeToString()) == _plain(name, theirs)
    assert encode(name, values) == theirs.SerializeToString(deterministic=True)


def _mutated():
    return st.sampled_from(INGEST).flatmap(
        lambda name: st.tuples(
            st.just(name), _message(name), st.lists(st.tuples(st.integers(0, 200), st.binary(max_size=3)), max_size=3)
        )
    )


@settings(max_examples=150, deadline=None)
@given(_mutated())
@example(("entropy_report_v1", {}, [(0, b"\x80" * 3)]))
def test_the_compiled_codec_is_the_scalar_one_on_whole_and_broken_frames(case):
    name, values, edits = case
    frame = bytearray(encode(name, values))
    for at, data in edits:
        at = min(at, len(frame))
        frame[at : at + 1] = data
    _same(name, bytes(frame))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(INGEST), st.binary(max_size=40))
def test_the_compiled_codec_is_the_scalar_one_on_noise(name, frame):
    _same(name, frame)


def _same(name, frame):
    block = b"before" + frame + b"behind"
    columns = decode_frames(name, block, np.array([6]), np.array([6 + len(frame)]))
    try:
        values = decode(name, frame)
    except WireError:
        assert columns.status[0] != GOOD
        return
    assert columns.status[0] == GOOD
    for path in columns.plan.numbers:
        assert int(columns.number(path)[0]) == _at(values, path, 0), path
    for path in columns.plan.spans:
        begin, end = (int(edge[0]) for edge in columns.span(path))
        assert block[begin:end] == _at(values, path, b""), path
    for path in columns.plan.messages:
        assert bool(columns.present(path)[0]) == (_at(values, path, None) is not None), path


def _at(values, path, absent):
    for name in path.split(".") if path else ():
        if name not in values:
            return absent
        values = values[name]
    return values


def test_unknown_fields_are_skipped():
    known = encode("entropy_report_v1", {"data": b"x", "timestamp": 5})
    unknown = bytes.fromhex("f8 07 01a9 06 0102030405060708b2 06 03 616263bd 06 01020304".replace(" ", ""))
    assert decode("entropy_report_v1", unknown + known) == {"data": b"x", "timestamp": 5, "version": 0}
    _same("entropy_report_v1", unknown + known)


@pytest.mark.parametrize(
    "frame", ["08", "0a05616263", "10ffffffffffffffffffff01", "10" + "ff" * 9 + "02", "0001", "0b0c", "1101", "0801"]
)  # fmt: skip
def test_broken_messages(frame):
    with pytest.raises(WireError):
        decode("entropy_report_v1", bytes.fromhex(frame))
    _same("entropy_report_v1", bytes.fromhex(frame))
