"""Foreign reports as plain rows, whatever file they come from, and as the tables that a validator judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from poc.beacon.entropy import ENTROPIES, REMOTE_BYTES, entropies, entropy_id
from poc.beacon.payload import digest
from poc.beacon.rebuilding import NO_ENTROPY
from poc.interop.names import Names
from poc.interop.rejections import Rejections
from poc.interop.rows import Rejected
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.table import Schema, Table

MS_NS = 10**6
LAST_NS = 2**63 - 1  # in 2262


class BeaconRow(NamedTuple):
    """One beacon report. `payload` is a digest; entropies are bytes, empty where the report holds none."""

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
    remote_entropy: bytes
    entropy_start_s: int | None


class WitnessRow(NamedTuple):
    """One witness report; it names its beacon by `payload` (a digest), or else by id."""

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
    """Tables to judge, the texts behind their numbers, and what the evidence lacks.

    Stale are beacons whose entropy the archive lacks: they are never judged. `skipped` says in words which checks
    have nothing to go by.
    """

    tables: Mapping[str, Table]
    beacon_names: Names
    stale_beacons: list[BeaconRow]
    stale_witnesses: list[WitnessRow]
    skipped: list[str] = field(default_factory=list)


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
    """Tables `beacons`, `witness_reports` and `entropies` of these rows.

    `archive` gives (timestamp [s], version) of the remote entropies, None where there is no archive. A beacon id that
    comes twice and a witness report of no beacon are rejected in `counts["beacons"]` and `counts["witnesses"]`.
    """
    named: dict[str, BeaconRow] = {}
    for beacon in beacons:
        if beacon.beacon in named:
            counts["beacons"].reject("duplicate beacon")
        else:
            named[beacon.beacon] = beacon
    payloads = {beacon.payload for beacon in named.values()}
    heard: list[tuple[int, WitnessRow]] = []
    for witness in witnesses:
        payload = witness.payload
        if payload is None and witness.beacon in named:
            payload = named[witness.beacon].payload
        if payload is None or payload not in payloads:
            counts["witnesses"].reject("beacon not found")
        else:
            heard.append((payload, witness))

    stale = {b.payload for b in named.values() if archive is not None and _unknown(b, archive)}
    judged = [beacon for beacon in named.values() if beacon.payload not in stale]
    names = Names()
    used = _Entropies(archive or {})
    first_ns = {beacon.payload: beacon.received_ns for beacon in reversed(judged)}
    for payload, witness in heard:
        first_ns[payload] = min(witness.received_ns, first_ns.get(payload, LAST_NS))
    rows = [_beacon_columns(b, names, hotspots, used, first_ns[b.payload]) for b in judged]
    occurrences: dict[str, int] = {}
    reports = [_witness_columns(p, w, hotspots, occurrences) for p, w in heard if p not in stale]
    tables = {
        "beacons": _table(BEACONS, rows),
        "witness_reports": _table(WITNESS_REPORTS, reports),
        "entropies": used.table(),
    }
    return ForeignReports(
        tables=tables,
        beacon_names=names,
        stale_beacons=[beacon for beacon in named.values() if beacon.payload in stale],
        stale_witnesses=[witness for payload, witness in heard if payload in stale],
        skipped=_skipped(judged, rows, used.n_untimed),
    )


def _unknown(beacon: BeaconRow, archive: Mapping[bytes, tuple[int, int]]) -> bool:
    return beacon.entropy_start_s is None and beacon.remote_entropy not in archive


@dataclass(slots=True)
class _Entropies:
    """The entropies that beacons used, each with its timestamp; the number of one is the hash of both."""

    archive: Mapping[bytes, tuple[int, int]]
    n_untimed: int = 0
    rows: dict[int, tuple[bytes, int, int]] = field(default_factory=dict)

    def start_and_id(self, beacon: BeaconRow, first_ns: int) -> tuple[int, int]:
        """Timestamp [s] and number; without a timestamp that of the first report, which no report then outlives."""
        start_s, version = beacon.entropy_start_s, 0
        if beacon.remote_entropy in self.archive:
            archived_s, version = self.archive[beacon.remote_entropy]
            start_s = archived_s if start_s is None else start_s
        if start_s is None:
            self.n_untimed += 1
            return first_ns // 10**9, NO_ENTROPY
        if not (beacon.has_payload and beacon.local_entropy and len(beacon.remote_entropy) == REMOTE_BYTES):
            return start_s, NO_ENTROPY
        number = entropy_id(beacon.remote_entropy + start_s.to_bytes(8, "little", signed=True))
        self.rows[number] = beacon.remote_entropy, start_s, version
        return start_s, number

    def table(self) -> Table:
        if not self.rows:
            return ENTROPIES.empty()
        data, start_s, version = zip(*self.rows.values(), strict=True)
        return entropies(list(data), start_s, version).replace(entropy=np.array(list(self.rows), np.uint64))


def _beacon_columns(b: BeaconRow, names: Names, hotspots: Names, used: _Entropies, first_ns: int) -> dict[str, Any]:
    start_s, entropy = used.start_and_id(b, first_ns)
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


def _witness_columns(payload: int, w: WitnessRow, hotspots: Names, occurrences: dict[str, int]) -> dict[str, Any]:
    key = f"{payload:x} {w.received_ns:x} {w.hotspot}"
    n_before = occurrences[key] = occurrences.get(key, -1) + 1
    return {
        "report": digest(f"{n_before} {key}".encode("utf-8", "surrogatepass")),
        "payload": payload,
        "hotspot": hotspots.id_of(w.hotspot),
        "heard_ns": w.heard_ns,
        "received_ns": w.received_ns,
        "rssi_dbm": w.rssi_dbm,
        "snr_db": w.snr_db,
        "frequency_hz": w.frequency_hz,
        "spreading_factor": w.spreading_factor,
    }


def _table(schema: Schema, rows: list[dict[str, Any]]) -> Table:
    """A table of the columns that the schema knows."""
    return schema.table(**{c.name: np.array([row[c.name] for row in rows], c.dtype) for c in schema.columns})


def _skipped(beacons: list[BeaconRow], rows: list[dict[str, Any]], n_untimed: int) -> list[str]:
    said = []
    if n_untimed:
        said.append(f"entropy_expired: {n_untimed:,} of {len(beacons):,} beacons have no entropy timestamp.")
    n_unbuilt = sum(row["entropy"] == NO_ENTROPY for row in rows)
    if n_unbuilt:
        said.append(
            f"invalid_packet of beacons: {n_unbuilt:,} of {len(beacons):,} have not all of payload, local entropy, "
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
