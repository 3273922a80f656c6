"""Beacons and witness reports meet: reports are joined on the payload and given both parties' asserted data.

Source: oracles-iot `loader.rs`, `poc_report.rs`, `runner.rs`, `spec/helium-iot.md` §5, §14.12. Beacons are processed in
order of arrival; a payload that two beacons share belongs to the one processed first, since the verifier then deletes
every row with that payload. A beacon whose entropy the archive lacks is never processed and takes no report
from a twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maps.geodesy import great_circle_m
from maps.grid import are_valid, coordinates_from_cells, distances, parents, resolutions
from poc.beacon.entropy import ENTROPIES
from poc.beacon.rebuilding import NO_ENTROPY, Rebuilt, rebuild
from poc.ordering import order_of
from poc.schema import JOINED_BEACONS, RECEPTIONS
from poc.table import Array, Gathered, Table

CELL_DISTANCE_RESOLUTION = 11  # oracles-iot `poc.rs`, the resolution in which cells are counted
_UNREGISTERED = {"cell": 0, "gain_dbi": 0.0, "region": 99, "full": False}


@dataclass(frozen=True, slots=True)
class Joined:
    """JOINED_BEACONS in processing order, RECEPTIONS in that order and then by arrival, and how many reports fell away.

    `beacon_row` is the row in `beacons` of each reception; it never decreases.
    """

    beacons: Table
    receptions: Table
    beacon_row: npt.NDArray[np.int64]
    n_dropped: int


def join(
    hotspots: Table,
    beacons: Table,
    witness_reports: Table,
    entropies: Table | None = None,
    named: Table | None = None,
) -> Joined:
    """Join the BEACONS and WITNESS_REPORTS of one epoch with HOTSPOTS as asserted and with the archived ENTROPIES.

    A report id that comes again, and a witness report whose payload no beacon has, are dropped and counted. The result
    does not depend on the order of rows. Asserted values that are no H3 cell are read as "never asserted" (0).
    Without `entropies` every beacon counts as archived. `named` (NAMED_BEACONS) joins reports whose files say which
    beacon they are of, whatever payload they heard.
    """
    n_given = len(beacons) + len(witness_reports)
    sent = _once(beacons, "beacon").sort("received_ns", "beacon")
    reports = _once(witness_reports, "report")
    rebuilt = rebuild(sent["entropy"], sent["local_entropy"], ENTROPIES.empty() if entropies is None else entropies)
    archived = rebuilt.known | (sent["entropy"] == NO_ENTROPY) | (entropies is None)
    row = _named_rows(sent, reports, named, _beacon_rows(sent, archived, reports["payload"]))
    order = _in_order(row, reports["received_ns"], reports["report"])
    row = row[order]

    asserted = _asserted(hotspots)
    sender = hotspots.rows_of(sent["hotspot"])
    joined = _joined_beacons(sent, reports["received_ns"][order], row, sender, asserted, rebuilt, archived)
    receptions = _receptions(joined, reports, order, row, sender, hotspots, asserted)
    return Joined(joined, receptions, row, n_given - len(joined) - len(receptions))


def _joined_beacons(
    sent: Table,
    received_ns: Array,
    row: Array,
    sender: Array,
    asserted: Mapping[str, Array],
    rebuilt: Rebuilt,
    archived: Array,
) -> Table:
    first_received_ns = sent["received_ns"].copy()
    first = np.flatnonzero(np.append(True, row[1:] != row[:-1])[: len(row)])
    first_received_ns[row[first]] = received_ns[first]
    return JOINED_BEACONS.table(
        beaconer=sent["hotspot"],
        known=sender >= 0,
        full=_pick(asserted, "full", sender),
        n_reports=np.bincount(row, minlength=len(sent)),
        first_received_ns=first_received_ns,
        archived=archived,
        rebuilt=rebuilt.known,
        rebuilt_payload=rebuilt.payload,
        rebuilt_channel_word=rebuilt.channel_word,
        beaconer_cell=_pick(asserted, "cell", sender),
        beaconer_gain_dbi=_pick(asserted, "gain_dbi", sender),
        beaconer_region=_pick(asserted, "region", sender),
        **{name: sent[name] for name in JOINED_BEACONS.names if name in sent.columns},
    )


def _receptions(
    joined: Table,
    reports: Table,
    order: Array,
    row: Array,
    sender: Array,
    hotspots: Table,
    asserted: Mapping[str, Array],
) -> Table:
    """RECEPTIONS as look-ups: `order` into the reports, `row` into the beacons, one more into hotspots and pairs."""
    witness = hotspots.rows_of(reports["hotspot"])[order]
    pair, (distance_m, n_cells) = _apart(asserted["cell"], sender[row], witness)
    of_report = {
        name: (reports[source], order)
        for name, source in {
            "report": "report", "witness": "hotspot", "received_ns": "received_ns", "payload": "payload",
            "rssi_dbm": "rssi_dbm", "snr_db": "snr_db", "frequency_hz": "frequency_hz",
        }.items()
    }  # fmt: skip
    of_beacon = {
        name: (joined[source], row)
        for name, source in {
            "beacon": "beacon", "beaconer": "beaconer", "beacon_received_ns": "received_ns",
            "first_received_ns": "first_received_ns", "entropy_start_s": "entropy_start_s", "beacon_payload": "payload",
            "power_dbm": "power_dbm", "beacon_frequency_hz": "frequency_hz", "spreading_factor": "spreading_factor",
            "beaconer_cell": "beaconer_cell", "beaconer_gain_dbi": "beaconer_gain_dbi",
            "beaconer_region": "beaconer_region",
        }.items()
    }  # fmt: skip
    of_witness = {f"witness_{name}": (_with_unregistered(asserted, name), witness) for name in _UNREGISTERED}
    of_witness["witness_known"] = (np.append(np.ones(len(hotspots), np.bool_), False), witness)
    of_pair = {"distance_m": (distance_m, pair), "n_cells": (n_cells, pair)}
    parts = of_report | of_beacon | of_witness | of_pair
    return Table(RECEPTIONS, Gathered({name: parts[name] for name in RECEPTIONS.names}))


def _named_rows(sent: Table, reports: Table, named: Table | None, row: Array) -> Array:
    """Row of the beacon of each report: `row`, by its payload, unless its file names another beacon."""
    if named is None or not len(named):
        return row
    place = named.rows_of(reports["report"])
    told = np.append(sent.rows_of(named["beacon"]), -1)[place]
    return np.where(told >= 0, told, row)


def _beacon_rows(sent: Table, archived: Array, payload: Array) -> Array:
    """Row of the first archived beacon with each payload, else of the first one; −1 where there is none."""
    row = sent.rows_of(payload, "payload")
    if archived.all():
        return row
    judged = np.flatnonzero(archived)
    found = sent.take(judged).rows_of(payload, "payload")
    return np.where(found >= 0, np.append(judged, -1)[found], row)


def _in_order(row: Array, received_ns: Array, report: Array) -> Array:
    """Rows of the reports that have a beacon (`row` ≥ 0), by beacon, arrival and report id."""
    joined = np.flatnonzero(row >= 0)
    if not (report[1:] > report[:-1]).all():
        joined = joined[np.argsort(report[joined], kind="stable")]
    row, received_ns = row[joined], received_ns[joined]
    earliest, latest = int(received_ns.min(initial=0)), int(received_ns.max(initial=0))
    span = latest - earliest + 1
    if span * (int(row.max(initial=0)) + 1) < 2**63:  # one word holds beacon and arrival: one sort instead of two
        return np.asarray(joined[order_of(row * span + (received_ns - earliest))])
    return np.asarray(joined[np.lexsort((received_ns, row))])


def _once(reports: Table, key: str) -> Table:
    """Each id once: the earliest row with it, then the one whose other columns are smallest."""
    ids = np.sort(reports[key])
    if not (ids[1:] == ids[:-1]).any():
        return reports
    reports = reports.sort(key, "received_ns", *(name for name in reports if name not in (key, "received_ns")))
    return reports.take(np.unique(reports[key], return_index=True)[1])


def _asserted(hotspots: Table) -> dict[str, Array]:
    cell = np.where(are_valid(hotspots["cell"]), hotspots["cell"], np.uint64(0))
    return {"cell": cell, **{name: hotspots[name] for name in ("gain_dbi", "region", "full")}}


def _with_unregistered(asserted: Mapping[str, Array], name: str) -> Array:
    """The asserted values of all hotspots, and at the end, where row −1 points, those of the unregistered."""
    values = asserted[name]
    return np.append(values, np.asarray(_UNREGISTERED[name], values.dtype))


def _pick(asserted: Mapping[str, Array], name: str, row: Array) -> Array:
    return _with_unregistered(asserted, name)[row]


def _apart(cell: Array, sender: Array, witness: Array) -> tuple[Array, tuple[Array, Array]]:
    """The pair of each reception, and for each pair the rounded metres between cell centres and the grid distance.

    The grid distance is that of the res-11 parents; both are −1 where there is none, as for the last pair: nobody.
    """
    n = len(cell)
    placed = np.append(cell != 0, False)
    usable = placed[sender] & placed[witness]
    pairs, place = np.unique(np.where(usable, sender * n + witness, n * n), return_inverse=True)
    n_pairs = int(np.searchsorted(pairs, n * n))
    a, b = pairs[:n_pairs] // max(n, 1), pairs[:n_pairs] % max(n, 1)
    latitude, longitude = np.zeros((2, n))
    asserted = np.flatnonzero(cell)
    latitude[asserted], longitude[asserted] = coordinates_from_cells(cell[asserted])
    metres = np.floor(great_circle_m(latitude[a], longitude[a], latitude[b], longitude[b]) + 0.5).astype(np.int64)
    fine = np.flatnonzero((cell != 0) & (resolutions(cell) >= CELL_DISTANCE_RESOLUTION))
    parent = np.zeros(n, np.uint64)
    parent[fine] = parents(cell[fine], CELL_DISTANCE_RESOLUTION)
    return place, (np.append(metres, -1), np.append(distances(parent[a], parent[b]), -1))
