"""Honest troubles: what makes an honest hotspot look odd. Every world has them; each hotspot has at most one.

tower              an antenna 30 to 60 m up: hears and is heard far beyond its neighbours
poor-antenna       a loss of `poor_antenna_db` times the size of a standard normal number: the spread between real
                   hotspots is 10.5 dB (Grenoble, `spec/fraud.md` §3)
sloppy-assertion   100 to 300 m between the asserted and the real place
remote-village     a few neighbours together where hardly anybody lives, or beyond the map's edge: they witness each
                   other and nobody else, as a clique of liars would
slow-backhaul      0.3 to 2 s from the hotspot to the server: hardly ever among the first 14, now and then `too_late`
beside-repeater    somebody's device nearby sends a share of what is on the air again at once: honest hotspots around
                   report in good faith what they could not have heard; off unless a scenario asks for it, since epochs
                   with repeaters are never judged piece by piece
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maps.city import City
from maps.clutter import Clutter
from maps.geodesy import destination, great_circle_m
from maps.grid import coordinates_from_cells, disks, parents
from poc.keys import Keys
from poc.table import Array, Table
from poc.world.attacks.attack import Emissions

SLOPPY_M = (100.0, 300.0)
TOWER_HEIGHT_M = (30.0, 60.0)
SLOW_BACKHAUL_S = (0.3, 2.0)
REPEATED_SHARE = 0.2  # of the packets that a repeater hears
_REPEATER_DELAY_S = 0.05
_VILLAGE_SIZE = 4  # hotspots of a village, on average
_VILLAGE_RADIUS_M = 900.0
_VILLAGE_SITES = 12  # places looked at for each village; the emptiest is taken
_NEIGHBOURHOOD_RESOLUTION = 7  # with its six neighbours about 36 km²

SHARES = {
    "tower": "tower_share",
    "poor-antenna": "poor_antenna_share",
    "sloppy-assertion": "sloppy_share",
    "slow-backhaul": "slow_backhaul_share",
    "remote-village": "village_share",
    "beside-repeater": "repeater_share",
}


def nuisance_of(section: Any, keys: Keys, ids: Array) -> Array:
    """The trouble of each hotspot, empty for most; shares by the fleet section of the scenario."""
    draw = keys.of("nuisance").uniform(ids)
    edges = np.cumsum([getattr(section, share) for share in SHARES.values()])
    return np.select([draw < edge for edge in edges], list(SHARES), default="")


def village_places(city: City, number: Array, share: float, beyond_km: float, keys: Keys) -> tuple[Array, Array]:
    """Latitude and longitude [deg] of hotspots of remote villages, by their number in the fleet.

    Hotspots whose numbers are near each other share a village of about four. `beyond_km` above 0 puts villages at least
    that far beyond the edge of the map: all as far from some place on the map, in a random direction. Otherwise each
    lies at the emptiest of 12 places on the map.
    """
    village = (number * (share / _VILLAGE_SIZE)).astype(np.int64)
    villages, place = np.unique(village, return_inverse=True)
    sites = _beyond(city, villages, beyond_km, keys) if beyond_km > 0.0 else _emptiest(city, villages, keys)
    reach_m = _VILLAGE_RADIUS_M * np.sqrt(keys.of("village-reach").uniform(number))
    bearing_deg = 360.0 * keys.of("village-bearing").uniform(number)
    return destination(sites[0][place], sites[1][place], bearing_deg, reach_m)


def _beyond(city: City, villages: Array, beyond_km: float, keys: Keys) -> tuple[Array, Array]:
    latitude_deg, longitude_deg = coordinates_from_cells(city.cells)
    edge_m = great_circle_m(*city.centre, latitude_deg, longitude_deg).max()
    home = keys.of("village-home").integers(len(city.cells), villages)
    bearing_deg = 360.0 * keys.of("village").uniform(villages)
    away_m = np.full(len(villages), 2.0 * edge_m + 1000.0 * beyond_km)
    return destination(latitude_deg[home], longitude_deg[home], bearing_deg, away_m)


def _emptiest(city: City, villages: Array, keys: Keys) -> tuple[Array, Array]:
    land = city.cells[city.clutter != Clutter.WATER]
    land = land if len(land) else city.cells
    drawn = land[keys.of("village").integers(len(land), villages[:, None], np.arange(_VILLAGE_SITES))]
    resolution = min(_NEIGHBOURHOOD_RESOLUTION, city.resolution)
    hexes, row = np.unique(parents(city.cells, resolution), return_inverse=True)
    people = np.append(np.bincount(row, city.population.astype(np.float64), len(hexes)), 0.0)
    around, near = disks(parents(drawn.reshape(-1), resolution), 1)
    at = np.minimum(np.searchsorted(hexes, near), len(hexes) - 1)
    inside = np.where(hexes[at] == near, people[at], 0.0)
    neighbours = np.bincount(around, inside, drawn.size).reshape(drawn.shape)
    return coordinates_from_cells(drawn[np.arange(len(villages)), np.argmin(neighbours, axis=1)])


def repeated(truth: Table, reports: dict[str, Table], keys: Keys) -> Emissions:
    """What the devices beside some hotspots send again: a share of what these hotspots heard, at once."""
    beside = truth["hotspot"][truth["nuisance"] == "beside-repeater"]
    heard = reports["witness_reports"]
    keys = keys.of("repeater")
    heard = heard.take(np.isin(heard["hotspot"], beside))
    heard = heard.take(keys.of("chosen").uniform(heard["report"]) < REPEATED_SHARE)
    clock_s = truth["clock_offset_s"][truth.rows_of(heard["hotspot"])]
    sent_ns = heard["heard_ns"] - np.round(clock_s * 1e9).astype(np.int64) + round(1e9 * _REPEATER_DELAY_S)
    return Emissions(heard["hotspot"], sent_ns, heard["payload"], heard["frequency_hz"])
