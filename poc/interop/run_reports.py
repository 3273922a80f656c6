"""The reports of a finished run with their bytes: what a server would have had on disk.

A run keeps a digest of each payload; where it also keeps entropies the 51 bytes are rebuilt. A payload that cannot be
(a forged one, or a run without entropies) is written as the 8 bytes of its digest, which joins all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from poc.beacon.entropy import ENTROPIES, bytes_of
from poc.beacon.payload import payloads_and_digests
from poc.errors import DataError
from poc.store import FolderTables, RunData
from poc.table import Array, Table, table_from_arrow

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunReports:
    """Rows of a run as dictionaries, ordered by arrival; each beacon and report has its payload bytes in `data`."""

    hotspots: list[Row]
    beacons: list[Row]
    witnesses: list[Row]
    entropies: list[Row]


def run_reports(run: RunData) -> RunReports:
    """The reports of a run; DataError when the run did not keep them all (`reports = ["all"]`)."""
    for name in ("beacons", "witness_reports", "witness_verdicts"):
        if name not in run.tables:
            raise DataError(f"the run holds no table '{name}'; run it again with reports = [\"all\"].")
    archive = ReportBytes.of(run.tables)
    last_epoch = {row["hotspot"]: row for row in _rows(run.tables["hotspots"], sort=False)}
    return RunReports(
        list(last_epoch.values()),
        archive.beacons(_rows(run.tables["beacons"])),
        archive.witnesses(_rows(run.tables["witness_reports"])),
        [{"data": data, "timestamp": start_s, "version": 0} for start_s, data in sorted(set(archive.remote.values()))],
    )


@dataclass(frozen=True, slots=True)
class ReportBytes:
    """The bytes of a run's reports: entropies by number, and of what each payload that can be rebuilt is made.

    `remote` gives (timestamp [s], bytes) of an entropy. `digest`, `row` in the archive and `local` entropy
    are those of beacons whose entropy is archived.
    """

    remote: Mapping[int, tuple[int, bytes]]
    archive: Table
    digest: Array
    row: Array
    local: Array

    @staticmethod
    def of(tables: Mapping[str, pa.Table]) -> ReportBytes:
        """From the tables `entropies` and `beacons` of a run."""
        columns = column_reader(tables)
        names = ("payload", "entropy", "local_entropy")
        sent = columns("beacons", names)
        if "entropies" not in tables or "local_entropy" not in sent.column_names:
            nothing = np.zeros(0, np.int64)
            return ReportBytes({}, ENTROPIES.empty(), nothing.astype(np.uint64), nothing, nothing.astype(np.uint32))
        archive = table_from_arrow(ENTROPIES, tables["entropies"])
        data = [bytes(line) for line in bytes_of(archive)]
        times = zip(archive["start_s"].tolist(), data, strict=True)
        payload, entropy, local = (sent[name].to_numpy() for name in names)
        row = archive.rows_of(entropy)
        known = np.flatnonzero(row >= 0)
        remote = dict(zip(archive["entropy"].tolist(), times, strict=True))
        return ReportBytes(remote, archive, payload[known], row[known], local[known])

    def payloads(self, digests: list[int]) -> list[bytes]:
        """The bytes behind digests; the eight bytes of a digest that no beacon of the archive rebuilds."""
        each = np.flatnonzero(np.isin(self.digest, np.array(digests, np.uint64)))
        known: dict[int, bytes] = {}
        if len(each):
            data, built = payloads_and_digests(
                bytes_of(self.archive), self.archive["start_s"], self.row[each], self.local[each]
            )
            known = {digest: bytes(line) for digest, line in zip(built.tolist(), data, strict=True)}
        return [known.get(digest, digest.to_bytes(8, "little")) for digest in digests]

    def beacons(self, rows: list[Row]) -> list[Row]:
        """Rows of BEACONS with `data`, `local`, `remote_entropy` and `entropy_timestamp_s`."""
        for row in self.witnesses(rows):
            start_s, remote = self.remote.get(row.get("entropy", 0), (row["entropy_start_s"], b""))
            row["remote_entropy"], row["entropy_timestamp_s"] = remote, start_s
            row["local"] = row["local_entropy"].to_bytes(4, "little") if "local_entropy" in row and remote else b""
        return rows

    def witnesses(self, rows: list[Row]) -> list[Row]:
        """Rows with the bytes of their payload in `data`."""
        for row, data in zip(rows, self.payloads([row["payload"] for row in rows]), strict=True):
            row["data"] = data
        return rows


def column_reader(tables: Mapping[str, pa.Table]) -> Callable[[str, Sequence[str]], pa.Table]:
    """Some columns of a table, those that are there, without reading the others from disk."""
    if isinstance(tables, FolderTables):
        return tables.columns
    return lambda name, names: tables[name].select([each for each in names if each in tables[name].column_names])


def data_rate_name(spreading_factor: int) -> str:
    """Helium's name of a data rate at 125 kHz.

    >>> data_rate_name(9)
    'SF9BW125'
    """
    return f"SF{spreading_factor}BW125"


def _rows(table: pa.Table, sort: bool = True) -> list[Row]:
    if sort and "received_ns" in table.column_names:
        table = table.sort_by([("received_ns", "ascending")])
    return list(table.to_pylist())
