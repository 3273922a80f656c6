"""Clumps around a few places where people live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.city import City
from maps.errors import MapError
from maps.geodesy import coordinates_from_local_metres
from maps.placement.draws import Floats, Integers, checked_count, points_inside, population_points
from maps.placement.places import Keys, Places


@dataclass(frozen=True)
class Clustered:
    """A Thomas process: centres are drawn by population, each hotspot joins one and stands a normal distance off it.

    M. Thomas, "A Generalization of Poisson's Binomial Limit for Use in Ecology", Biometrika 36, 1949.

    >>> Clustered(n_clusters=3).spread_m
    400.0
    """

    n_clusters: int = 12
    spread_m: float = 400.0

    def __post_init__(self) -> None:
        if self.n_clusters < 1 or not self.spread_m >= 0.0:
            raise MapError(
                f"clustered placement was given n_clusters = {self.n_clusters} and spread_m = {self.spread_m}: "
                "one or more clusters and a spread of 0 m or more are expected."
            )

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """n places; place i is the same for any n. MapError for a city without people."""
        keys = keys.of("placement/clustered")
        ids = checked_count(n)
        centre_latitude, centre_longitude = population_points(city, keys.of("centre"), np.arange(self.n_clusters))
        joined = np.minimum((keys.of("join").uniform(ids) * self.n_clusters).astype(np.int64), self.n_clusters - 1)
        offset = keys.of("offset")

        def draw(rows: Integers, attempt: int) -> tuple[Floats, Floats]:
            east_m, north_m = (self.spread_m * offset.normal(ids[rows], attempt, axis) for axis in (0, 1))
            cluster = joined[rows]
            return coordinates_from_local_metres(east_m, north_m, centre_latitude[cluster], centre_longitude[cluster])

        (latitude, longitude), missing = points_inside(city, n, draw)
        # a centre on the very edge of a tiny city: stand at the centre itself
        latitude[missing], longitude[missing] = centre_latitude[joined[missing]], centre_longitude[joined[missing]]
        return Places(latitude, longitude)
