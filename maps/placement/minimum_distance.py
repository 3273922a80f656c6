"""Nobody nearer to another than so many metres: the well-planned network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.city import City
from maps.errors import MapError
from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.placement.draws import Floats, checked_count, population_points, uniform_points
from maps.placement.places import Keys, Places


@dataclass(frozen=True)
class MinimumDistance:
    """Candidates come one after the other and stay if no earlier one stands nearer than `distance_m`.

    Simple sequential inhibition (P. J. Diggle, "Statistical Analysis of Spatial Point Patterns", 1983), so the first
    n of more are the same. Candidates are drawn by population or evenly; the city is full after so many for each
    hotspot.

    >>> MinimumDistance(distance_m=500.0).by_population
    True
    """

    distance_m: float = 300.0
    by_population: bool = True
    n_candidates_each: int = 200

    def __post_init__(self) -> None:
        if not self.distance_m >= 0.0 or self.n_candidates_each < 1:
            raise MapError(
                f"minimum-distance placement was given distance_m = {self.distance_m} and n_candidates_each = "
                f"{self.n_candidates_each}: a distance of 0 m or more and one candidate or more are expected."
            )

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """n places. MapError, with how many fit, when the city is full."""
        keys = keys.of("placement/minimum-distance")
        points = population_points if self.by_population else uniform_points
        # bins on the unit sphere, as wide as the chord that belongs to the distance
        size = max(2.0 * float(np.sin(self.distance_m / (2.0 * EARTH_RADIUS_M))), 1e-9)
        bins: dict[tuple[int, int, int], list[Floats]] = {}
        kept: list[tuple[float, float]] = []
        n_wanted, batch = len(checked_count(n)), 256
        for start in range(0, self.n_candidates_each * n_wanted, batch):
            if len(kept) == n_wanted:
                break
            latitude, longitude = points(city, keys, np.arange(start, start + batch))
            vectors = unit_vectors(latitude, longitude)
            for i, vector in enumerate(vectors):
                x, y, z = (int(value) for value in np.floor(vector / size))
                if len(kept) < n_wanted and not _crowded(bins, (x, y, z), vector, size):
                    bins.setdefault((x, y, z), []).append(vector)
                    kept.append((float(latitude[i]), float(longitude[i])))
        if len(kept) < n_wanted:
            raise MapError(
                f"{n_wanted} hotspots {self.distance_m:g} m apart do not fit into {city.name!r}, {len(kept)} do: "
                "ask for fewer or for a shorter distance."
            )
        coordinates = np.array(kept, np.float64).reshape(-1, 2)
        return Places(coordinates[:, 0].copy(), coordinates[:, 1].copy())


def _crowded(
    bins: dict[tuple[int, int, int], list[Floats]], home: tuple[int, int, int], vector: Floats, chord: float
) -> bool:
    """Whether a kept vector lies nearer than the chord, in the 27 bins around."""
    x, y, z = home
    near = (
        other
        for i in (x - 1, x, x + 1)
        for j in (y - 1, y, y + 1)
        for k in (z - 1, z, z + 1)
        for other in bins.get((i, j, k), ())
    )
    return any(float(((other - vector) ** 2).sum()) < chord * chord for other in near)
