"""Where maps and radio meet: a city and places become the `Paths` that every path-loss model takes.

Free of truth: witnessing, detectors and coverage call it alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maps.city import City
from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.terrain import Terrain
from poc.table import Array
from radio_models.errors import RadioError
from radio_models.model import NEEDS_TERRAIN
from radio_models.paths import MIN_DISTANCE_M, Paths

PROFILE_POINTS = (9, 17, 33, 65, 97, 129, 193, 257, 385, 513, 769, 1025)
PROFILE_STEPS = [n - 1 for n in PROFILE_POINTS]
POINTS_TOGETHER = 2_000_000  # of profiles held at a time


@dataclass(frozen=True, slots=True)
class Places:
    """Antennas: latitude and longitude [deg], height above ground [m], arrays of one length."""

    latitude_deg: Array
    longitude_deg: Array
    height_m: Array

    def take(self, rows: Array) -> Places:
        return Places(self.latitude_deg[rows], self.longitude_deg[rows], self.height_m[rows])

    def lattice_m(self) -> Array:
        """Ground points as Earth-centred x, y, z [m], shape (n, 3): one fixed lattice for the whole world."""
        return np.asarray(unit_vectors(self.latitude_deg, self.longitude_deg) * EARTH_RADIUS_M)


def median_loss(
    path_loss: Any, city: City | None, senders: Places, witnesses: Places, distance_m: Array, frequency_hz: float
) -> tuple[Array, Array]:
    """Median loss [dB] of link k from `senders` k to `witnesses` k, and whether it is outside the model's domain.

    `distance_m` is the length over the ground. A terrain model gets the profile of each link; a link whose ends are
    not both on the city's terrain costs +inf dB, which nobody hears. A profile depends on its link alone, so that
    results are the same in whatever blocks links are asked for.
    Raises RadioError for a terrain model without terrain.

    >>> from radio_models.free_space import FreeSpace
    >>> here, there = (Places(np.array([at]), np.array([9.0]), np.array([10.0])) for at in (47.0, 47.01))
    >>> loss_db, outside = median_loss(FreeSpace(), None, here, there, np.array([1112.0]), 868e6)
    >>> loss_db.round(2).tolist()
    [92.14]
    """
    if type(path_loss) not in NEEDS_TERRAIN:
        paths = paths_between(city, senders, witnesses, distance_m, frequency_hz)
        return np.asarray(path_loss.loss_db(paths)), path_loss.domain.outside(paths)
    terrain = terrain_of(city, path_loss)
    loss_db, outside = np.full(len(distance_m), np.inf), np.zeros(len(distance_m), bool)
    on_map = terrain.contains(senders.latitude_deg, senders.longitude_deg)
    on_map &= terrain.contains(witnesses.latitude_deg, witnesses.longitude_deg)
    n_points = _n_points(terrain, distance_m)
    for n in np.unique(n_points[on_map]).tolist():
        rows = np.flatnonzero(on_map & (n_points == n))
        for some in np.array_split(rows, max(1, -(-len(rows) * n // POINTS_TOGETHER))):
            tx, rx = senders.take(some), witnesses.take(some)
            profiles_m = terrain.profiles(tx.latitude_deg, tx.longitude_deg, rx.latitude_deg, rx.longitude_deg, n)
            paths = paths_between(city, tx, rx, distance_m[some], frequency_hz, profiles_m)
            loss_db[some], outside[some] = path_loss.loss_db(paths), path_loss.domain.outside(paths)
    return loss_db, outside


def terrain_of(city: City | None, path_loss: Any) -> Terrain:
    """The terrain that a model needs; RadioError where the city has none."""
    if city is None or city.terrain is None:
        place = "no city" if city is None else f"the city '{city.name}', which has none,"
        raise RadioError(
            f"{path_loss.domain.model} needs terrain and {place} was given; take a city with elevation, for instance "
            "tennessee-ridges, or another model."
        )
    return city.terrain


def paths_between(
    city: City | None,
    senders: Places,
    witnesses: Places,
    distance_m: Array,
    frequency_hz: float,
    elevation_m: Array | None = None,
) -> Paths:
    """Paths of link k from `senders` k to `witnesses` k; clutter classes are filled in where there is a map.

    `distance_m` is the length over the ground, `elevation_m` the profile of each link, (links, points), where needed.
    """
    step_m = None if elevation_m is None else np.maximum(distance_m, MIN_DISTANCE_M) / (elevation_m.shape[-1] - 1)
    return Paths(
        distance_m=np.hypot(distance_m, senders.height_m - witnesses.height_m),
        frequency_hz=frequency_hz,
        tx_height_m=senders.height_m,
        rx_height_m=witnesses.height_m,
        elevation_m=elevation_m,
        step_m=step_m,
    )


def _n_points(terrain: Terrain, distance_m: Array) -> Array:
    """Points of each profile: about one for each post of the raster, in a few sizes so that links share a batch."""
    n_rows, _ = terrain.posts_m.shape
    spacing_m = np.radians((terrain.north_deg - terrain.south_deg) / (n_rows - 1)) * EARTH_RADIUS_M
    steps = np.asarray(distance_m) / spacing_m
    size = np.minimum(np.searchsorted(PROFILE_STEPS, steps), len(PROFILE_POINTS) - 1)
    return np.asarray(np.asarray(PROFILE_POINTS)[size])
