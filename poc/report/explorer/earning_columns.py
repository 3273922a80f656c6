"""From which directions a hotspot earns: its pay laid out over its paid reports, by the bearing of the other end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maps.geodesy import bearing_deg
from poc.metrics.columns import Columns, columns, parts, rows_in
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.planes import Planes
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

N_WINDS = 16


#: Which parts a pool pays: beacons, witnessings. What others pay, for challenges or data, comes from no direction.
PARTS_OF_POOL = {"beacons": (1, 0), "witnesses": (0, 1), "coverage": (1, 1)}


def earning_columns(run: RunData, hotspots: Hotspots, planes: Planes) -> dict[str, Array]:
    """`earned_by_wind_per_mille`: of a hotspot's pay in the measured epochs, (hotspots × 16 winds from north).

    The pay of a pool goes to the hotspot's paid parts in proportion to their reward units: a witnessing to the bearing
    of the beaconer, a beacon to those of its selected witnesses in equal parts. Empty where the run kept no verdicts or
    paid nothing.
    """
    pieces = parts(
        run.tables, "witness_verdicts", "beacon", "beaconer", "witness", "selected", "reward_unit_e4",
        first_epoch=planes.first_measured,
    )  # fmt: skip
    beacons = columns(
        run.tables, "beacon_verdicts", "beacon", "n_selected", "reward_unit_e4", first_epoch=planes.first_measured
    )
    if pieces is None or beacons is None:
        return {}
    order = np.argsort(beacons["beacon"])
    beacons = {name: array[order] for name, array in beacons.items()}
    units = np.zeros((2, planes.n_rows * N_WINDS))  # of beacons, of witnessings
    for piece in pieces:
        _add_units({name: array[piece["selected"]] for name, array in piece.items()}, beacons, hotspots, units)
    by_wind = units.reshape(2, planes.n_rows, N_WINDS)
    earned, total = np.zeros((planes.n_rows, N_WINDS)), np.zeros(planes.n_rows)
    for pool, paid in _paid_by_pool(run, hotspots, planes).items():
        share = np.tensordot(PARTS_OF_POOL.get(pool, (0, 0)), by_wind, 1)
        earned += paid[:, None] * share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
        total += paid
    per_mille = np.round(1000.0 * earned / np.maximum(total, 1e-300)[:, None])
    return {"earned_by_wind_per_mille": per_mille.astype(np.uint16).ravel()} if np.any(per_mille > 0) else {}


def _add_units(paid: Columns, beacons: Columns, hotspots: Hotspots, units: Array) -> None:
    sender, witness = (rows_in(hotspots.ids, paid[end]) for end in ("beaconer", "witness"))
    beacon = rows_in(beacons["beacon"], paid["beacon"])
    known = (sender >= 0) & (witness >= 0) & (beacon >= 0)
    known[known] = np.isfinite(hotspots.latitude_deg[sender[known]] + hotspots.latitude_deg[witness[known]])
    sender, witness, beacon, unit = sender[known], witness[known], beacon[known], paid["reward_unit_e4"][known]
    of_beacon = beacons["reward_unit_e4"][beacon] / np.maximum(beacons["n_selected"][beacon], 1)
    for total, here, there, worth in ((units[0], sender, witness, of_beacon), (units[1], witness, sender, unit)):
        places = (degrees[end] for end in (here, there) for degrees in (hotspots.latitude_deg, hotspots.longitude_deg))
        wind = np.round(bearing_deg(*places) / (360.0 / N_WINDS)).astype(np.int64) % N_WINDS
        np.add.at(total, here * N_WINDS + wind, worth)


def _paid_by_pool(run: RunData, hotspots: Hotspots, planes: Planes) -> dict[str, Array]:
    """Bones of each hotspot from each pool in the measured epochs."""
    pools: dict[str, Array] = {}
    first = planes.first_measured
    for piece in parts(run.tables, "rewards", "hotspot", "pool", "amount_bones", first_epoch=first) or ():
        row = rows_in(hotspots.ids, piece["hotspot"])
        for pool in np.unique(piece["pool"]).tolist():
            there = (row >= 0) & (piece["pool"] == pool)
            paid = pools.setdefault(pool, np.zeros(planes.n_rows))
            np.add.at(paid, row[there], piece["amount_bones"][there].astype(np.float64))
    return pools
