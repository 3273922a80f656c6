"""Groups of colluders: who belongs together, where they stand, where they say they are, and what radio they have."""

from __future__ import annotations

import numpy as np

from maps.geodesy import destination
from maps.grid import cells_from_coordinates, resolutions
from poc.keys import Keys
from poc.table import Array, Table

NO_RADIO_DB = -200.0  # gain [dBi] of a key that has no antenna: nothing radiates, nothing is received
_ROOM_M = 15.0


def leaders(ids: Array, group_size: int, keys: Keys, smallest: int = 0) -> Array:
    """Row of the leader of each hotspot's group; groups are drawn by id, so the order of rows does not matter.

    With `smallest` above 0 each group has a size of its own, any from `smallest` to `group_size` alike; the last group
    is what is left.

    >>> np.unique(leaders(np.arange(10), 5, Keys(1)), return_counts=True)[1].tolist()
    [5, 5]
    """
    rank = np.argsort(np.argsort(keys.of("group").bits(ids)))
    sizes = np.full(len(ids), group_size)
    if smallest:
        sizes = smallest + keys.of("group-size").integers(group_size - smallest + 1, np.arange(len(ids)))
    begin = np.cumsum(sizes) - sizes
    return np.asarray(np.argsort(rank)[begin[np.searchsorted(begin, rank, side="right") - 1]])


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


def check_group(group_size: int, spread_km: float, smallest_group: int = 0) -> None:
    """ValueError for a group that cannot be."""
    if not 0 <= smallest_group <= group_size:
        raise ValueError(
            f"smallest_group = {smallest_group}, expected 0 to group_size = {group_size}; 0 makes all of one size."
        )
    if group_size < 1 or not 0.0 < spread_km <= 100.0:
        raise ValueError(
            f"group_size = {group_size} and spread_km = {spread_km}, expected at least 1 and 0 to 100; change them."
        )


def shares_of(ids: Array, least: float, most: float, keys: Keys) -> Array:
    """A share for each key, any between `least` and `most` alike; `most` for all where `least` is not below it.

    >>> shares_of(np.arange(2), 1.0, 0.8, Keys(1)).tolist()
    [0.8, 0.8]
    """
    low = min(least, most)
    return np.asarray(low + (most - low) * keys.of("fed-share").uniform(ids))


def check_share(least_fed_share: float) -> None:
    """ValueError for a share that cannot be."""
    if not 0.0 <= least_fed_share <= 1.0:
        raise ValueError(f"least_fed_share = {least_fed_share}, expected 0 to 1; correct it.")
