"""JOINED_BEACONS and RECEPTIONS of a shard: what `poc.validator.joining` makes of tables, without a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from poc.beacon.entropy import ENTROPIES
from poc.beacon.rebuilding import NO_ENTROPY, Rebuilt, rebuild
from poc.keys import mix64
from poc.schema import JOINED_BEACONS, RECEPTIONS
from poc.shard import ReportShard
from poc.table import Array, Gathered, Table
from poc.validator.shards.grouping import in_order_of_arrival
from poc.validator.shards.sites import Sites, cells_between

_OF_BEACONER = {"beaconer_cell": "cell", "beaconer_gain_dbi": "gain_dbi", "beaconer_region": "region"}
_OF_WITNESS = {
    "witness": "hotspot", "witness_cell": "cell", "witness_gain_dbi": "gain_dbi", "witness_region": "region",
    "witness_full": "full",
}  # fmt: skip
_OF_BEACON = {
    "beacon": "beacon", "beaconer": "beaconer", "beacon_received_ns": "received_ns",
    "first_received_ns": "first_received_ns", "entropy_start_s": "entropy_start_s", "beacon_payload": "payload",
    "payload": "payload", "power_dbm": "power_dbm", "beacon_frequency_hz": "frequency_hz",
    "spreading_factor": "spreading_factor", **{name: name for name in _OF_BEACONER},
}  # fmt: skip
_OF_REPORT = ("report", "received_ns", "rssi_dbm", "snr_db", "frequency_hz")


@dataclass(frozen=True, slots=True)
class Sorted:
    """A shard whose beacons stand by beaconer, arrival and id: the reports of beacon k are `begin[k] <= i < end[k]`.

    Beaconers keep the order in which they came. `beacons` are the BEACONS rows in that order; reports stay where they
    were, those of a beacon in order of arrival.
    """

    shard: ReportShard
    order: Array
    beacons: Table
    row: Array
    begin: Array
    end: Array

    def reports(self) -> Array:
        """The reports beacon by beacon."""
        size = self.end - self.begin
        return np.repeat(self.begin - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))

    def beacon_of(self, reports: Array) -> Array:
        """The beacon k of each report."""
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        return place[np.searchsorted(self.shard.start, reports, side="right") - 1]


def in_order(shard: ReportShard, sites: Sites) -> Sorted:
    """The shard with the beacons of a hotspot side by side in processing order, and reports in order of arrival."""
    beacons = shard.beacons
    _, first, group = np.unique(shard.beaconer_row, return_index=True, return_inverse=True)
    order = np.lexsort((beacons["beacon"], beacons["received_ns"], first[group]))
    begin, end = shard.start[:-1][order], shard.start[1:][order]
    if not in_order_of_arrival(begin, end, shard.received_ns):
        rank = np.repeat(np.arange(len(beacons)), np.diff(shard.start))
        witness = sites.hotspots["hotspot"][shard.witness_row]
        ids = (
            shard.report
            if shard.report is not None
            else ids_of_reports(shard.report_root, beacons["beacon"][rank], witness)
        )
        shard = _taken(shard, np.lexsort((ids, shard.received_ns, rank)))
    if (np.diff(order) != 1).any():
        beacons = beacons.take(order)
    return Sorted(shard, order, beacons, shard.beaconer_row[order], begin, end)


def report_ids(ordered: Sorted, reports: Array, sites: Sites) -> Array:
    """Ids of some reports of a shard."""
    shard = ordered.shard
    if shard.report is not None:
        return shard.report[reports]
    witness = sites.hotspots["hotspot"][shard.witness_row[reports]]
    return ids_of_reports(shard.report_root, ordered.beacons["beacon"][ordered.beacon_of(reports)], witness)


def ids_of_reports(root: int, beacon: Array, witness: Array) -> Array:
    """The ids that `Keys.bits` gives to reports of these witnesses on these beacons."""
    with np.errstate(over="ignore"):
        return mix64(mix64(np.uint64(root) ^ mix64(beacon)) ^ mix64(witness))


def joined_beacons(ordered: Sorted, sites: Sites, entropies: Table | None) -> Table:
    """JOINED_BEACONS in the order of the shard; without `entropies` every beacon counts as archived."""
    sent = ordered.beacons
    n_reports = ordered.end - ordered.begin
    first_ns = sent["received_ns"].copy()
    heard = n_reports > 0
    first_ns[heard] = ordered.shard.received_ns[ordered.begin[heard]]
    archive = ENTROPIES.empty() if entropies is None else entropies
    rebuilt = rebuild(sent["entropy"], sent["local_entropy"], archive)
    columns = {name: sent[name] for name in JOINED_BEACONS.names if name in sent.columns}
    archived = rebuilt.known | (sent["entropy"] == NO_ENTROPY) | (entropies is None)
    columns |= {"n_reports": n_reports, "first_received_ns": first_ns, "archived": archived}
    return joined_of(columns, ordered.row, sites, rebuilt)


def joined_of(columns: Mapping[str, Array], row: Array, sites: Sites, rebuilt: Rebuilt | None = None) -> Table:
    """JOINED_BEACONS from the columns of the beacons themselves; those of the senders are looked up when read."""
    unknown = np.zeros(len(row), bool)
    columns = {"archived": ~unknown, **columns}
    rebuilt = rebuilt or Rebuilt(unknown, unknown.astype(np.uint64), unknown.astype(np.uint16))
    parts: dict[str, tuple[Array, Array | None]] = {name: (values, None) for name, values in columns.items()}
    parts |= {
        "beaconer": (sites.hotspots["hotspot"], row),
        "known": (sites.known, row),
        "full": (sites.hotspots["full"], row),
        "rebuilt": (rebuilt.known, None),
        "rebuilt_payload": (rebuilt.payload, None),
        "rebuilt_channel_word": (rebuilt.channel_word, None),
        **{name: (sites.hotspots[source], row) for name, source in _OF_BEACONER.items()},
    }
    return Table(JOINED_BEACONS, Gathered({name: parts[name] for name in JOINED_BEACONS.names}))


def receptions(
    joined: Table,
    of_report: Mapping[str, Array],
    beacon_row: Array,
    reports: Array | None,
    sites: Sites,
    pairs: tuple[Array, Array, Array] | None,
) -> Table:
    """RECEPTIONS as look-ups: `reports` into the columns `of_report`, `beacon_row` into the joined beacons.

    `pairs` are beaconer rows, witness rows and metres of the pairs that `of_report["pair"]` counts. A column whose
    source is not given is left out; frequencies are then those of the beacons.
    """
    witness = of_report["witness_row"] if reports is None else of_report["witness_row"][reports]
    parts: dict[str, tuple[Array, Array | None]] = {
        name: (of_report[name], reports) for name in _OF_REPORT if name in of_report
    }
    parts |= {name: (joined[source], beacon_row) for name, source in _OF_BEACON.items()}
    parts.setdefault("frequency_hz", parts["beacon_frequency_hz"])
    parts |= {name: (sites.hotspots[source], witness) for name, source in _OF_WITNESS.items()}
    parts["witness_known"] = (sites.known, witness)
    if pairs is not None:
        pair = of_report["pair"] if reports is None else of_report["pair"][reports]
        n_cells = cells_between(sites.hotspots["cell"], pairs[0], pairs[1])
        parts |= {"distance_m": (pairs[2].astype(np.int64), pair), "n_cells": (n_cells, pair)}
    return Table(RECEPTIONS, Gathered({name: parts[name] for name in RECEPTIONS.names if name in parts}))


def _taken(shard: ReportShard, rows: Array) -> ReportShard:
    def column(values: Array | None) -> Array | None:
        return None if values is None else values[rows]

    return ReportShard(
        shard.beacons, shard.beaconer_row, shard.start, shard.witness_row[rows], shard.received_ns[rows],
        shard.rssi_dbm[rows], shard.snr_db[rows], shard.report_root, column(shard.report), column(shard.heard_ns),
        column(shard.frequency_hz),
    )  # fmt: skip
