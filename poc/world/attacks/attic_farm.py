"""Attic farm (A2 of `spec/fraud.md` §1): many radios in one attic, assertions spread over kilometres.

Trace: far too strong signals inside the group, the same strangers heard by all. Helium's live rules drop the strong
edges (`bad_rssi`) unless the group lowers its reported RSSI below the free-space bound (`forging = "fspl-aware"`),
which every member can, since it knows which payloads its group sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from maps.geodesy import destination, great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells, resolutions
from poc.keys import Keys
from poc.table import Array, Table
from poc.world.attacks.attack import Forgery, View

_ATTIC_M = 15.0


@dataclass(frozen=True, slots=True)
class AtticFarm:
    """Groups of `group_size` share one real place and one owner, and assert cells up to `spread_km` around it."""

    group_size: int = 10
    spread_km: float = 3.0
    forging: Literal["none", "fspl-aware"] = "none"

    def __post_init__(self) -> None:
        if self.group_size < 1 or not 0.0 < self.spread_km <= 100.0:
            raise ValueError(
                f"group_size = {self.group_size} and spread_km = {self.spread_km}, "
                "expected at least 1 and 0 to 100; change them."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        ids = hotspots["hotspot"]
        if not len(ids):
            return hotspots, truth
        rank = np.argsort(np.argsort(keys.of("group").bits(ids)))
        leader_of_group = np.argsort(rank)[:: self.group_size]
        leader = leader_of_group[rank // self.group_size]
        site = truth["latitude_deg"][leader], truth["longitude_deg"][leader]

        place = destination(
            *site, 360.0 * keys.of("corner").uniform(ids), _ATTIC_M * np.sqrt(keys.of("attic").uniform(ids))
        )
        reach_m = 1000.0 * self.spread_km * np.sqrt(keys.of("reach").uniform(ids))
        asserted = destination(*site, 360.0 * keys.of("bearing").uniform(ids), reach_m)
        cell = cells_from_coordinates(*asserted, int(resolutions(hotspots["cell"][:1])[0]))
        return (
            hotspots.replace(cell=cell, owner=hotspots["owner"][leader]),
            truth.replace(latitude_deg=place[0], longitude_deg=place[1], group=ids[leader]),
        )

    def forge(self, view: View, keys: Keys) -> Forgery:
        if self.forging == "none":
            return Forgery()
        beacons, reports = view.reports["beacons"], view.reports["witness_reports"]
        row = beacons.rows_of(reports["payload"], "payload")
        inside = np.flatnonzero(row >= 0)
        if not len(inside):
            return Forgery()
        beacons, reports = beacons.take(row[inside]), reports.take(inside)
        bound_dbm = _free_space_bound_dbm(view.hotspots, beacons, reports)
        lowered = np.floor(bound_dbm - 1.0 - 6.0 * keys.of("lowered").uniform(reports["report"]))
        rssi_dbm = np.minimum(reports["rssi_dbm"], lowered)
        lower = rssi_dbm < reports["rssi_dbm"]
        return Forgery(change={"witness_reports": reports.replace(rssi_dbm=rssi_dbm).take(lower)})


def _free_space_bound_dbm(hotspots: Table, beacons: Table, reports: Table) -> Array:
    """What Helium's RSSI check would allow between the asserted places (`spec/helium-iot.md` §7.1), dB gains cut."""
    sender = hotspots.take(hotspots.rows_of(beacons["hotspot"]))
    witness = hotspots.take(hotspots.rows_of(reports["hotspot"]))
    distance_m = great_circle_m(*coordinates_from_cells(sender["cell"]), *coordinates_from_cells(witness["cell"]))
    free_space_db = 20.0 * np.log10(4.0 * np.pi * np.maximum(distance_m, 1.0) * reports["frequency_hz"] / 2.998e8)
    return np.asarray(
        beacons["power_dbm"] + np.trunc(sender["gain_dbi"]) + np.trunc(witness["gain_dbi"]) - free_space_db, np.float64
    )
