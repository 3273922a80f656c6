"""Reports of a range of beaconers in row form: what a large run judges piece by piece. It carries no truth.

Tables name hotspots by id; a shard names them by their row in HOTSPOTS, so that nothing is looked up twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from poc.table import Array, Table


@dataclass(frozen=True, slots=True)
class ReportShard:
    """The beacon reports of some beaconers in one epoch, and every witness report on them.

    `beacons` are BEACONS rows, all beacons of a hotspot in the same shard; `beaconer_row` (n_beacons, int32) their rows
    in HOTSPOTS. The witness reports on beacon k are `start[k] <= i < start[k + 1]` (int64, n_beacons + 1) of
    `witness_row` (int32, row in HOTSPOTS), `received_ns` (int64), `rssi_dbm` and `snr_db` (float32, as reported).
    Spreading factors are those of the beacons, and so are frequencies unless `frequency_hz` (int64) lists others.

    The id of a report is `mix64(mix64(report_root ^ mix64(beacon)) ^ mix64(witness))`, as `Keys.bits` chains them,
    unless `report` (uint64) lists ids of its own. `heard_ns` (int64, the witness's own clock) is there when the run
    keeps all reports.
    """

    beacons: Table
    beaconer_row: Array
    start: Array
    witness_row: Array
    received_ns: Array
    rssi_dbm: Array
    snr_db: Array
    report_root: int = 0
    report: Array | None = None
    heard_ns: Array | None = None
    frequency_hz: Array | None = None

    def __len__(self) -> int:
        return len(self.witness_row)
