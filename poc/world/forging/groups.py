"""Groups of colluders: who belongs together, where they stand, where they say they are, and what radio they have."""

from __future__ import annotations

import numpy as np

from maps.geodesy import destination
from maps.grid import cells_from_coordinates, resolutions
from poc.keys import Keys
from poc.table import Array, Table

NO_RADIO_DB = -200.0  # gain [dBi] of a key that has no antenna: nothing radiates, nothing is received
_ROOM_M = 15.0


def leaders(ids: Array, group_size: int, keys: Keys) -> Array:
    """Row of the leader of each hotspot's group; groups are drawn by id, so the order of rows does not matter.

    >>> np.unique(leaders(np.arange(10), 5, Keys(1)), return_counts=True)[1].tolist()
    [5, 5]
    """
    rank = np.argsort(np.argsort(keys.of("group").bits(ids)))
    return np.asarray(np.argsort(rank)[::group_size][rank // group_size])


def in_one_room(truth: Table, leader: Array, keys: Keys) -> Table:
    """TRUTH with every member in the house of its leader, within 15 m, and marked as its group."""
    ids = truth["hotspot"]
    place = destination(
        truth["latitude_deg"][leader], truth["longitude_deg"][leader],
        360.0 * keys.of("corner").uniform(ids), _ROOM_M * np.sqrt(keys.of("attic").uniform(ids)),
    )  # fmt: skip
    return truth.replace(latitude_deg=place[0], longitude_deg=place[1], group=ids[leader])


def asserted_around(hotspots: Table, latitude_deg: Array, longitude_deg: Array, spread_km: float, keys: Keys) -> Table:
    """HOTSPOTS that assert cells evenly spread over a disc of `spread_km` around the places given."""
    if not len(hotspots):
        return hotspots
    ids = hotspots["hotspot"]
    reach_m = 1000.0 * spread_km * np.sqrt(keys.of("reach").uniform(ids))
    place = destination(latitude_deg, longitude_deg, 360.0 * keys.of("bearing").uniform(ids), reach_m)
    return hotspots.replace(cell=cells_from_coordinates(*place, int(resolutions(hotspots["cell"][:1])[0])))


def without_radio(truth: Table, rows: Array) -> Table:
    """TRUTH in which the hotspots of a mask are keys in software: no antenna."""
    return truth.replace(gain_dbi=np.where(rows, NO_RADIO_DB, truth["gain_dbi"]))


def check_group(group_size: int, spread_km: float) -> None:
    """ValueError for a group that cannot be."""
    if group_size < 1 or not 0.0 < spread_km <= 100.0:
        raise ValueError(
            f"group_size = {group_size} and spread_km = {spread_km}, expected at least 1 and 0 to 100; change them."
        )
