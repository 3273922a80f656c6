"""Foreign reports as plain rows, whatever file they come from, and as the tables that a validator judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import blake3
import numpy as np

from poc.beacon.entropy import ENTROPIES, NO_TIMESTAMP_S, REMOTE_BYTES, entropies, entropy_id
from poc.beacon.payload import digest
from poc.beacon.rebuilding import NO_ENTROPY
from poc.interop.names import Names
from poc.interop.rejections import Rejections
from poc.interop.rows import Rejected
from poc.schema import BEACONS, NAMED_BEACONS, POC_IDS, WITNESS_REPORTS
from poc.table import Schema, Table

MS_NS = 10**6
LAST_NS = 2**63 - 1  # in 2262


class BeaconRow(NamedTuple):
    """One beacon report. `payload` is a digest; entropies are bytes, None where the file says nothing of them."""

    beacon: str
    hotspot: str
    received_ns: int
    sent_ns: int
    payload: int
    has_payload: bool
    frequency_hz: int
    spreading_factor: int
    power_dbm: int
    local_entropy: bytes
    remote_entropy: bytes | None
    entropy_start_s: int | None
    poc_id: bytes  # empty where the file does not tell payload and key


class WitnessRow(NamedTuple):
    """One witness report; it names its beacon by id, else by `payload`, the digest of what it heard."""

    beacon: str
    payload: int | None
    hotspot: str
    received_ns: int
    heard_ns: int
    rssi_dbm: float
    snr_db: float
    frequency_hz: int
    spreading_factor: int


@dataclass(frozen=True, slots=True)
class ForeignReports:
    """Tables to judge and the texts behind their numbers; `skipped` says which checks have nothing to go by."""

    tables: Mapping[str, Table]
    beacon_names: Names
    skipped: list[str] = field(default_factory=list)


def report_id(data: bytes, received_ms: int, public_key: bytes) -> bytes:
    """Helium's id of a report, for a beacon also the poc_id: BLAKE3 of payload, arrival (big-endian) and key.

    >>> len(report_id(bytes(51), 1_677_163_710_000, bytes(33)))
    32
    """
    return blake3.blake3(data + received_ms.to_bytes(8, "big") + public_key).digest()


def payload_of_name(beacon: str) -> int:
    """What stands for the payload of a beacon whose report does not hold it.

    >>> payload_of_name("b1") == payload_of_name("b2")
    False
    """
    return digest(b"no payload:" + beacon.encode("utf-8", "surrogatepass"))


def foreign_reports(
    beacons: list[BeaconRow],
    witnesses: list[WitnessRow],
    archive: Mapping[bytes, tuple[int, int]] | None,
    hotspots: Names,
    counts: Mapping[str, Rejections],
) -> ForeignReports:
    """Tables `beacons`, `witness_reports`, `named_beacons`, `entropies` and `poc_ids` of these rows.

    `archive` gives (timestamp [s], version) of the remote entropies, None where there is no archive; where there is
    one it decides, whatever timestamp a beacon report brings. Of two beacons of one id the earlier counts; the other,
    and a witness report of no beacon, is rejected in `counts["beacons"]` and `counts["witnesses"]`.
    """
    named: dict[str, BeaconRow] = {}
    for beacon in sorted(beacons, key=lambda row: row.received_ns):
        if beacon.beacon in named:
            counts["beacons"].reject("duplicate beacon")
        else:
            named[beacon.beacon] = beacon
    n_with = Counter(beacon.payload for beacon in named.values())
    heard: list[tuple[int, WitnessRow, str]] = []
    for witness in witnesses:
        beacon_of = named.get(witness.beacon)
        payload = witness.payload if beacon_of is None else beacon_of.payload
        if payload is None or payload not in n_with:
            counts["witnesses"].reject("beacon not found")
        elif beacon_of is None:
            heard.append((payload, witness, ""))
        else:
            if not beacon_of.has_payload:  # nothing to compare what it heard with
                witness = witness._replace(payload=None)
            told = n_with[payload] > 1 or witness.payload not in (None, payload)
            heard.append((payload, witness, witness.beacon if told else ""))

    names = Names()
    used = _Entropies(archive)
    rows = [_beacon_columns(b, names, hotspots, used) for b in named.values()]
    occurrences: dict[str, int] = {}
    reports = [_witness_columns(payload, w, told, hotspots, occurrences) for payload, w, told in heard]
    elsewhere = [
        {"report": row["report"], "beacon": names.id_of(beacon)}
        for row, (_, _, beacon) in zip(reports, heard, strict=True)
        if beacon
    ]
    tables = {
        "beacons": _table(BEACONS, rows),
        "witness_reports": _table(WITNESS_REPORTS, reports),
        "named_beacons": _table(NAMED_BEACONS, elsewhere),
        "entropies": used.table(),
        "poc_ids": _poc_ids(named.values(), names),
    }
    return ForeignReports(tables, names, _skipped(rows, used.n_untimed))


@dataclass(slots=True)
class _Entropies:
    """The entropies that beacons used, each with its timestamp; the number of one is the hash of both."""

    archive: Mapping[bytes, tuple[int, int]] | None
    n_untimed: int = 0
    rows: dict[int, tuple[bytes, int, int]] = field(default_factory=dict)

    def start_and_id(self, beacon: BeaconRow) -> tuple[int, int]:
        """Timestamp [s] and number; the number of no archived entropy where the archive lacks it."""
        start_s, version, remote = beacon.entropy_start_s, 0, beacon.remote_entropy
        if self.archive is not None and remote is not None:
            if remote not in self.archive:
                return NO_TIMESTAMP_S if start_s is None else start_s, entropy_id(b"not archived:" + remote)
            start_s, version = self.archive[remote]
        if start_s is None:
            self.n_untimed += 1
            return NO_TIMESTAMP_S, NO_ENTROPY
        if not (remote and len(remote) == REMOTE_BYTES and beacon.has_payload and beacon.local_entropy):
            return start_s, NO_ENTROPY
        number = entropy_id(remote + start_s.to_bytes(8, "little", signed=True))
        self.rows[number] = remote, start_s, version
        return start_s, number

    def table(self) -> Table:
        if not self.rows:
            return ENTROPIES.empty()
        data, start_s, version = zip(*self.rows.values(), strict=True)
        return entropies(list(data), start_s, version).replace(entropy=np.array(list(self.rows), np.uint64))


def _beacon_columns(b: BeaconRow, names: Names, hotspots: Names, used: _Entropies) -> dict[str, Any]:
    start_s, entropy = used.start_and_id(b)
    return {
        "beacon": names.id_of(b.beacon),
        "hotspot": hotspots.id_of(b.hotspot),
        "sent_ns": b.sent_ns,
        "received_ns": b.received_ns,
        "payload": b.payload,
        "entropy_start_s": start_s,
        "entropy": entropy,
        "local_entropy": int.from_bytes(b.local_entropy, "little"),
        "power_dbm": b.power_dbm,
        "frequency_hz": b.frequency_hz,
        "spreading_factor": b.spreading_factor,
    }


def _witness_columns(
    payload: int, w: WitnessRow, told: str, hotspots: Names, occurrences: dict[str, int]
) -> dict[str, Any]:
    # of no row number, so that the order of rows does not matter
    key = f"{payload:x} {w.received_ns:x} {w.hotspot}" + (f" {told}" if told else "")
    n_before = occurrences[key] = occurrences.get(key, -1) + 1
    return {
        "report": digest(f"{n_before} {key}".encode("utf-8", "surrogatepass")),
        "payload": payload if w.payload is None else w.payload,
        "hotspot": hotspots.id_of(w.hotspot),
        "heard_ns": w.heard_ns,
        "received_ns": w.received_ns,
        "rssi_dbm": w.rssi_dbm,
        "snr_db": w.snr_db,
        "frequency_hz": w.frequency_hz,
        "spreading_factor": w.spreading_factor,
    }


def _poc_ids(beacons: Iterable[BeaconRow], names: Names) -> Table:
    known = [(names.id_of(beacon.beacon), beacon.poc_id) for beacon in beacons if beacon.poc_id]
    words = np.frombuffer(b"".join(poc_id for _, poc_id in known), "<u8").reshape(-1, 4)
    numbers = np.array([number for number, _ in known], np.uint64)
    return POC_IDS.table(beacon=numbers, **{f"word_{i}": words[:, i] for i in range(4)})


def _table(schema: Schema, rows: list[dict[str, Any]]) -> Table:
    """A table of the columns that the schema knows."""
    return schema.table(**{c.name: np.array([row[c.name] for row in rows], c.dtype) for c in schema.columns})


def _skipped(rows: list[dict[str, Any]], n_untimed: int) -> list[str]:
    said = []
    if n_untimed:
        said.append(
            f"entropy_expired: {n_untimed:,} of {len(rows):,} beacons, and their witnesses, have no entropy timestamp."
        )
    n_unbuilt = sum(row["entropy"] == NO_ENTROPY for row in rows)
    if n_unbuilt:
        said.append(
            f"invalid_packet of beacons: {n_unbuilt:,} of {len(rows):,} have not all of payload, local entropy, "
            "remote entropy and its timestamp."
        )
    return said


def to_ms(time_ns: int) -> int:
    """A time floored to whole milliseconds, as the server stamps it [ns].

    >>> to_ms(1_999_999)
    1000000
    """
    return time_ns // MS_NS * MS_NS


def checked_time_ns(time_ns: int, name: str) -> int:
    """A time from 1970 to 2262 [ns]; Rejected otherwise."""
    if not 0 <= time_ns <= LAST_NS:
        raise Rejected(f"{name} is out of range")
    return time_ns
