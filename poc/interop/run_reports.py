"""The reports of a finished run with their bytes: what a server would have had on disk.

A run keeps a digest of each payload; where it also keeps entropies the 51 bytes are rebuilt. A payload that cannot be
(a forged one, or a run without entropies) is written as the 8 bytes of its digest, which joins all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from poc.beacon.entropy import ENTROPIES, bytes_of
from poc.beacon.payload import payloads_and_digests
from poc.errors import DataError
from poc.interop.messages import SPREADING_FACTORS
from poc.store import RunData
from poc.table import table_from_arrow

Row = dict[str, Any]
DATA_RATE_NUMBERS = {factor: number for number, factor in SPREADING_FACTORS.items()}


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
    archive = _archive(run)
    beacons = _rows(run.tables["beacons"])
    data = _payload_bytes(run.tables["beacons"], run.tables.get("entropies"))
    for row in beacons:
        row["data"] = data.get(row["payload"], row["payload"].to_bytes(8, "little"))
        start_s, remote = archive.get(row.get("entropy", 0), (row["entropy_start_s"], b""))
        row["remote_entropy"], row["entropy_timestamp_s"] = remote, start_s
        row["local"] = row["local_entropy"].to_bytes(4, "little") if "local_entropy" in row and remote else b""
    witnesses = _rows(run.tables["witness_reports"])
    for row in witnesses:
        row["data"] = data.get(row["payload"], row["payload"].to_bytes(8, "little"))
    last_epoch = {row["hotspot"]: row for row in _rows(run.tables["hotspots"], sort=False)}
    return RunReports(
        list(last_epoch.values()),
        beacons,
        witnesses,
        [{"data": remote, "timestamp": start_s, "version": 0} for start_s, remote in sorted(set(archive.values()))],
    )


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


def _archive(run: RunData) -> dict[int, tuple[int, bytes]]:
    """(timestamp [s], bytes) of each entropy of the run by its number."""
    if "entropies" not in run.tables:
        return {}
    table = table_from_arrow(ENTROPIES, run.tables["entropies"])
    data = [bytes(row) for row in bytes_of(table)]
    return dict(zip(table["entropy"].tolist(), zip(table["start_s"].tolist(), data, strict=True), strict=True))


def _payload_bytes(beacons: pa.Table, entropies: pa.Table | None) -> dict[int, bytes]:
    """The payloads that can be rebuilt, by digest."""
    if entropies is None or "local_entropy" not in beacons.column_names:
        return {}
    archive = table_from_arrow(ENTROPIES, entropies)
    row = archive.rows_of(beacons["entropy"].to_numpy())
    known = np.flatnonzero(row >= 0)
    local = beacons["local_entropy"].to_numpy()[known]
    data, digests = payloads_and_digests(bytes_of(archive), archive["start_s"], row[known], local)
    return {digest: bytes(line) for digest, line in zip(digests.tolist(), data, strict=True)}
