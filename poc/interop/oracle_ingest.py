"""Beacon, witness and entropy reports from and to Helium's oracle files, in the units of the wire.

Source: helium/proto `poc_lora.proto`, oracles-iot `file_store`, `spec/helium-iot.md` §3. A frame that Helium's own
decoder would refuse, or whose numbers no table of ours can hold, is rejected and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from poc.beacon.payload import digest
from poc.interop.frames import Block, read_frames
from poc.interop.messages import FILE_TYPES, N_DATA_RATES, SPREADING_FACTORS
from poc.interop.rejections import Rejections
from poc.interop.reports import LAST_NS, MS_NS, BeaconRow, WitnessRow, report_id
from poc.interop.rows import INT64_MAX, Rejected
from poc.interop.signature_check import SignatureCheck
from poc.interop.wire import decode
from poc.interop.wire_compiled import CAUSES, GOOD, Columns, decode_frames
from poc.interop.wire_reports import BEACON_MESSAGE, WITNESS_MESSAGE, signed_bytes
from poc.ledger.address import address_from_public_key

#: Message of a report → that of the frame around it.
_FRAME_OF = {BEACON_MESSAGE: "lora_beacon_ingest_report_v1", WITNESS_MESSAGE: "lora_witness_ingest_report_v1"}
LONGEST_KEY = 600  # an RSA key of 4096 bits takes about 550 bytes


def read_oracle_beacons(path: Path, counts: Rejections, signatures: SignatureCheck | None = None) -> list[BeaconRow]:
    """The beacon reports of an `iot_beacon_ingest_report` file; a beacon's name is its Helium id in hex."""

    def parse(frame: _Frame) -> BeaconRow:
        row = _beacon(frame)
        _ask(frame, signatures, BEACON_MESSAGE)
        return row

    return list(_reports(path, "iot_beacon_ingest_report", parse, counts))


def read_oracle_witnesses(path: Path, counts: Rejections, signatures: SignatureCheck | None = None) -> list[WitnessRow]:
    """The witness reports of an `iot_witness_ingest_report` file; a report whose Helium id came before is rejected."""
    seen: set[bytes] = set()

    def parse(frame: _Frame) -> WitnessRow:
        row = _witness(frame)
        number = report_id(frame.bytes("report.data"), row.received_ns // MS_NS, frame.bytes("report.pub_key"))
        if number in seen:
            raise Rejected("duplicate report")
        _ask(frame, signatures, WITNESS_MESSAGE)
        seen.add(number)
        return row

    return list(_reports(path, "iot_witness_ingest_report", parse, counts))


def read_oracle_entropies(path: Path, counts: Rejections) -> dict[bytes, tuple[int, int]]:
    """(timestamp [s], version) of each entropy of an `entropy_report` file; the first report of a value counts."""
    archive: dict[bytes, tuple[int, int]] = {}

    def parse(frame: _Frame) -> None:
        start_s = frame.number("timestamp")
        if start_s > LAST_NS // 10**9:
            raise Rejected("timestamp is out of range")
        archive.setdefault(frame.bytes("data"), (start_s, frame.number("version")))

    for _ in _reports(path, "entropy_report", parse, counts):
        pass
    return archive


_Bytes = bytes  # a frame has a method of that name


class _Frame:
    """One decoded frame of a block; `row` moves on."""

    def __init__(self, block: Block, columns: Columns) -> None:
        self.data, self.row, self._block = block.data, 0, block
        self._numbers = {path: columns.number(path).tolist() for path in columns.plan.numbers}
        self._spans = {path: tuple(edge.tolist() for edge in columns.span(path)) for path in columns.plan.spans}

    def number(self, path: str) -> Any:
        return self._numbers[path][self.row]

    def bytes(self, path: str) -> bytes:
        begin, end = self._spans[path]
        return self.data[begin[self.row] : end[self.row]]

    def whole(self) -> _Bytes:
        """The frame as it stands in the file."""
        return self.data[int(self._block.begin[self.row]) : int(self._block.end[self.row])]


def _ask(frame: _Frame, signatures: SignatureCheck | None, message: str) -> None:
    if signatures is not None and signatures.asks:
        signatures.ask(
            frame.bytes("report.pub_key"),
            frame.bytes("report.signature"),
            lambda: signed_bytes(message, decode(_FRAME_OF[message], frame.whole())["report"]),
        )


def _reports(path: Path, file_type: str, parse: Callable[[_Frame], Any], counts: Rejections) -> Iterator[Any]:
    message = FILE_TYPES[file_type]
    for block in read_frames(path, counts):
        columns = decode_frames(message, block.data, block.begin, block.end)
        frame = _Frame(block, columns)
        whole = columns.present("report").tolist() if "report" in columns.plan.messages else [True] * len(block.begin)
        for frame.row, status in enumerate(columns.status.tolist()):
            if status != GOOD:
                counts.reject(f"invalid protobuf: {CAUSES[status]}")
                continue
            try:
                if not whole[frame.row]:
                    raise Rejected("report is missing")
                parsed = parse(frame)
            except Rejected as cause:
                counts.reject(str(cause))
            else:
                yield parsed


def _beacon(frame: _Frame) -> BeaconRow:
    data, received_ns = frame.bytes("report.data"), _received_ns(frame)
    power_dbm = frame.number("report.tx_power")
    if not -(2**15) <= power_dbm < 2**15:
        raise Rejected("tx_power is out of range")
    key = frame.bytes("report.pub_key")
    hotspot = _hotspot(key)
    poc_id = report_id(data, received_ns // MS_NS, key)
    return BeaconRow(
        beacon=poc_id.hex(),
        hotspot=hotspot,
        received_ns=received_ns,
        sent_ns=_bounded(frame, "report.timestamp", LAST_NS),
        payload=digest(data),
        has_payload=True,
        frequency_hz=_bounded(frame, "report.frequency", INT64_MAX),
        spreading_factor=_spreading_factor(frame),
        power_dbm=power_dbm,
        local_entropy=_local_entropy(frame),
        remote_entropy=frame.bytes("report.remote_entropy"),
        entropy_start_s=None,
        poc_id=poc_id,
    )


def _witness(frame: _Frame) -> WitnessRow:
    return WitnessRow(
        beacon="",
        payload=digest(frame.bytes("report.data")),
        hotspot=_hotspot(frame.bytes("report.pub_key")),
        received_ns=_received_ns(frame),
        heard_ns=_bounded(frame, "report.timestamp", LAST_NS),
        rssi_dbm=frame.number("report.signal") / 10,
        snr_db=frame.number("report.snr") / 10,
        frequency_hz=_bounded(frame, "report.frequency", INT64_MAX),
        spreading_factor=_spreading_factor(frame),
    )


def _local_entropy(frame: _Frame) -> bytes:
    data = frame.bytes("report.local_entropy")
    if len(data) not in (0, 4):
        raise Rejected("local_entropy has another size")
    return data


def _received_ns(frame: _Frame) -> int:
    return _bounded(frame, "received_timestamp", LAST_NS // MS_NS) * MS_NS


def _bounded(frame: _Frame, path: str, largest: int) -> int:
    value: int = frame.number(path)
    if value > largest:
        raise Rejected(f"{path.removeprefix('report.')} is out of range")
    return value


def _spreading_factor(frame: _Frame) -> int:
    rate: int = frame.number("report.datarate")
    if not 0 <= rate < N_DATA_RATES:
        raise Rejected("datarate is unknown")
    return SPREADING_FACTORS.get(rate, 0)


@lru_cache(1_000_000)  # the same hotspots report again and again
def _hotspot(key: bytes) -> str:
    """The address of a key."""
    if not 1 < len(key) <= LONGEST_KEY:
        raise Rejected("pub_key has another size")
    return address_from_public_key(key)
