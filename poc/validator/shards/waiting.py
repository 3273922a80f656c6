"""A checked shard as it waits for the rest of the epoch: only what its verdicts will need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from poc.table import Array, Table, looked_up
from poc.validator.shards.joined import Sorted, joined_of, receptions, report_ids
from poc.validator.shards.sites import Pairs, Sites

if TYPE_CHECKING:
    from poc.validator.findings import Findings

_OF_JOINED = (
    "beacon", "received_ns", "first_received_ns", "entropy_start_s", "payload", "power_dbm", "frequency_hz",
    "spreading_factor", "n_reports",
)  # fmt: skip

_OF_REPORT = ("witness_row", "arrived_ns", "rssi_dbm", "snr_db", "failed", "report", "pair", "heard_ns", "reported_hz")


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports in order: those of beacon k are `begin[k] <= i < end[k]` of the columns."""

    begin: Array
    end: Array
    witness_row: Array
    received_ns: Array

    def beacon_row(self) -> Array:
        return np.repeat(np.arange(len(self.begin)), self.end - self.begin)


def waiting_of(
    ordered: Sorted,
    joined: Table,
    findings: Findings,
    unready: Array,
    failed: Array,
    sites: Sites,
    pairs: tuple[Pairs, Array] | None,
    with_signal: bool,
) -> dict[str, Array]:
    """The arrays to put away: with `pairs` every report, else those that passed all row checks on passed beacons."""
    shard = ordered.shard
    arrays = {name: joined[name] for name in _OF_JOINED}
    arrays |= {"row": ordered.row, "reason": findings.reason, "side": findings.side, "fired": findings.fired}
    arrays["unready"] = unready
    if pairs is None:
        passed = findings.valid
        count, rows = np.zeros(len(passed), np.int32), np.empty(len(failed), np.int32)
        rows = rows[: _pick(ordered.begin, ordered.end, passed, failed, count, rows)]
    else:
        count = (ordered.end - ordered.begin).astype(np.int32)
        rows = ordered.reports()
        arrays |= {"failed": failed[rows], "report": report_ids(ordered, rows, sites), "pair": pairs[1][rows]}
        arrays |= {"pair_beaconer": pairs[0].beaconer, "pair_witness": pairs[0].witness}
        arrays |= {"pair_distance_m": pairs[0].distance_m}
        if shard.heard_ns is not None:
            arrays["heard_ns"] = shard.heard_ns[rows]
        if shard.frequency_hz is not None:
            arrays["reported_hz"] = shard.frequency_hz[rows]
    arrays |= {"count": count, "witness_row": looked_up(shard.witness_row, rows)}
    arrays["arrived_ns"] = looked_up(shard.received_ns, rows)
    if pairs is not None or with_signal:
        arrays |= {"rssi_dbm": looked_up(shard.rssi_dbm, rows), "snr_db": looked_up(shard.snr_db, rows)}
    return arrays


class Waiting:
    """What `waiting_of` put away, as reports and tables again."""

    def __init__(self, arrays: Mapping[str, Array], sites: Sites) -> None:
        self.arrays, self.sites = arrays, sites

    def __len__(self) -> int:
        return len(self.arrays["row"])

    @property
    def has_every_report(self) -> bool:
        return "failed" in self.arrays

    def reports(self) -> Reports:
        """All that waited."""
        return self._reports(self.arrays["count"], slice(None))

    def passed(self) -> Reports:
        """Those that passed all row checks on beacons that passed."""
        if not self.has_every_report:
            return self.reports()
        beacon_row = self.reports().beacon_row()
        keep = (self.arrays["failed"] == 0) & (self.arrays["reason"][beacon_row] == 0)
        return self._reports(np.bincount(beacon_row[keep], minlength=len(self)), keep)

    def joined(self) -> Table:
        """JOINED_BEACONS, with what was rebuilt of them forgotten."""
        sent = {name: self.arrays[name] for name in _OF_JOINED}
        return joined_of(sent, self.arrays["row"], self.sites)

    def receptions(self, joined: Table, beacon_row: Array, rows: Array | None = None) -> Table:
        """RECEPTIONS of all that waited, or of some rows; distances and signals where they were kept."""
        arrays = dict(self.arrays)
        if rows is not None:
            arrays |= {name: looked_up(arrays[name], rows) for name in _OF_REPORT if name in arrays}
        arrays["received_ns"] = arrays["arrived_ns"]
        arrays |= {name: arrays[name].astype(np.float64) for name in ("rssi_dbm", "snr_db") if name in arrays}
        if "reported_hz" in arrays:
            arrays["frequency_hz"] = arrays["reported_hz"]
        else:
            del arrays["frequency_hz"]  # of the beacons
        pairs = None
        if self.has_every_report:
            pairs = arrays["pair_beaconer"], arrays["pair_witness"], arrays["pair_distance_m"]
        return receptions(joined, arrays, beacon_row, None, self.sites, pairs)

    def _reports(self, count: Array, keep: Any) -> Reports:
        end = np.cumsum(count)
        return Reports(end - count, end, self.arrays["witness_row"][keep], self.arrays["arrived_ns"][keep])


@numba.njit(cache=True, nogil=True)
def _pick(begin: Any, end: Any, passed: Any, failed: Any, count: Any, rows: Any) -> int:
    n = 0
    for k in range(len(begin)):
        if passed[k]:
            before = n
            for i in range(begin[k], end[k]):
                rows[n] = i
                n += failed[i] == 0
            count[k] = n - before
    return n
