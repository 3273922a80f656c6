"""The fleet: where honest hotspots stand, what they say about themselves, and their everyday troubles.

Every draw is keyed by the hotspot's permanent id, so hotspot i is the same in a fleet of 300 and of 400.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from maps.city import City
from maps.geodesy import destination
from maps.grid import cells_from_coordinates, resolutions, text_from_cells
from maps.placement.places import Places
from poc.errors import DataError
from poc.keys import Keys
from poc.scenario import FleetSection
from poc.schema import HOTSPOTS, TRUTH
from poc.table import Array, Table
from poc.world.nuisances import SHARES as NUISANCES
from poc.world.nuisances import SLOPPY_M, SLOW_BACKHAUL_S, TOWER_HEIGHT_M, nuisance_of, village_places
from radio_models.lora.region_plans import RegionPlan

ASSERTED_RESOLUTION = 12
COARSEST_RESOLUTION = 11  # the verifier counts cells of resolution 11, so a coarser assertion has none
_ID_BITS = 53  # ids stay exact in JSON and JavaScript
_MEAN_OWNED = 2.0  # leaves 83 % of owners with at most three; 84 % in the live network (Jagtap et al., IMC 2021)


def create_fleet(
    section: FleetSection, placement: Any, city: City, plan: RegionPlan, keys: Keys
) -> tuple[Table, Table]:
    """HOTSPOTS and TRUTH of an honest fleet placed on the city.

    `placement` is a member of `maps.placement.PLACEMENTS`; columns that its file brings (id, cell, gain, height) win
    over draws.
    """
    keys = keys.of("fleet")
    places = placement.place(city, section.n_hotspots, keys.of("placement"))
    latitude, longitude = places.latitude_deg, places.longitude_deg
    n = len(latitude)
    drawn_ids = keys.of("id").bits(np.arange(n)) >> np.uint64(64 - _ID_BITS)
    ids = ids_from_text(places.extras["id"]) if "id" in places.extras else drawn_ids

    nuisance = nuisance_of(section, keys, ids)
    village = np.flatnonzero(nuisance == "remote-village") if not places.extras else np.zeros(0, np.int64)
    if len(village):  # a file's places are where it says
        latitude, longitude = latitude.copy(), longitude.copy()
        latitude[village], longitude[village] = village_places(
            city, village, section.village_share, section.village_km, keys
        )
    nuisance = np.where((nuisance == "remote-village") & ~np.isin(np.arange(n), village), "", nuisance)
    gains = np.asarray(section.gains_dbi)
    gain_dbi = _given(places, "gain_dbi", gains[keys.of("gain").integers(len(gains), ids)])
    height_m = section.height_median_m * np.exp(section.height_spread * keys.of("height").normal(ids))
    towers = _between(TOWER_HEIGHT_M, keys.of("tower-height").uniform(ids))
    height_m = _given(places, "height_m", np.where(nuisance == "tower", towers, np.clip(height_m, 2.0, 40.0)))
    loss_db = np.maximum(0.0, section.mean_loss_db + section.bias_spread_db * keys.of("mounting").normal(ids))
    poor_db = section.poor_antenna_db * np.abs(keys.of("poor-antenna").normal(ids))
    loss_db = loss_db + np.where(nuisance == "poor-antenna", poor_db, 0.0)
    latency_s = section.latency_median_s * np.exp(section.latency_spread * keys.of("latency").normal(ids))
    slow_s = _between(SLOW_BACKHAUL_S, keys.of("slow-backhaul").uniform(ids))
    latency_s = np.where(nuisance == "slow-backhaul", np.maximum(latency_s, slow_s), latency_s)
    sloppy_m = np.where(nuisance == "sloppy-assertion", _between(SLOPPY_M, keys.of("sloppy").uniform(ids)), 0.0)
    asserted = destination(latitude, longitude, 360.0 * keys.of("bearing").uniform(ids), sloppy_m)
    power_dbm = np.minimum(plan.conducted_power_dbm(gain_dbi), plan.hardware_limit_dbm)

    hotspots = HOTSPOTS.table(
        hotspot=ids,
        owner=keys.of("owner").integers(max(1, round(n / _MEAN_OWNED)), ids),
        cell=_asserted_cells(places, cells_from_coordinates(*asserted, ASSERTED_RESOLUTION)),
        gain_dbi=gain_dbi,
        elevation_m=np.round(height_m),
        region=np.full(n, plan.number),
        full=np.ones(n, bool),
    )
    truth = TRUTH.table(
        hotspot=ids,
        latitude_deg=latitude,
        longitude_deg=longitude,
        height_m=height_m,
        gain_dbi=np.asarray(gain_dbi, np.float64) - loss_db,
        power_dbm=np.asarray(power_dbm, np.float64),
        rssi_bias_db=section.rssi_bias_spread_db * keys.of("rssi-bias").normal(ids),
        latency_s=latency_s,
        clock_offset_s=section.clock_spread_s * keys.of("clock").normal(ids),
        outage_share=np.full(n, section.outage_share),
        attack=np.zeros(n, "U1"),
        nuisance=nuisance,
        group=np.zeros(n, np.uint64),
    )
    return hotspots, truth.coded(attack=[""], nuisance=["", *NUISANCES])


def ids_from_text(names: Array) -> Array:
    """Permanent ids of named hotspots: whole numbers below 2^53 stand for themselves, other names are hashed.

    Raises DataError when two rows have one id.

    >>> ids_from_text(np.array(["17", "a"])).tolist()[0]
    17
    """
    ids = np.array([_id_from_text(str(name)) for name in names], np.uint64)
    ordered = np.sort(ids)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twice):
        name = names[np.flatnonzero(ids == twice[0])[0]]
        raise DataError(f"the hotspot '{name}' stands in two rows, expected each once; remove one of them.")
    return ids


def _id_from_text(name: str) -> int:
    if name.isascii() and name.isdigit() and int(name) < 2**_ID_BITS:
        return int(name)
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> (64 - _ID_BITS)


def _given(places: Places, name: str, drawn: Array) -> Array:
    """The values that the placement brought, drawn ones where it brought none."""
    if name not in places.extras:
        return drawn
    given = places.extras[name]
    return np.where(np.isnan(given), drawn, given)


def _asserted_cells(places: Places, drawn: Array) -> Array:
    if "cell" not in places.extras:
        return drawn
    cells = places.extras["cell"]
    coarse = np.flatnonzero((cells != 0) & (resolutions(np.where(cells, cells, drawn)) < COARSEST_RESOLUTION))
    if len(coarse):
        row = int(coarse[0])
        raise DataError(
            f"row {row + 1} asserts the cell {text_from_cells(cells[row : row + 1])[0]} of resolution "
            f"{int(resolutions(cells[row : row + 1])[0])}, expected {COARSEST_RESOLUTION} to 15; give a finer cell."
        )
    return np.where(cells, cells, drawn)


def _between(limits: tuple[float, float], uniform: Array) -> Array:
    return limits[0] + (limits[1] - limits[0]) * uniform
