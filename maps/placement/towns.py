"""By the towns of a country: dense in cities, sparse in between, as large as the land is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from maps.city import City
from maps.errors import MapError
from maps.gazetteer import country_rows
from maps.placement.draws import Floats, Integers, checked_count, points_inside
from maps.placement.places import Keys, Places
from maps.settlement import settlement_of

_N_ATTEMPTS = 8


@dataclass(frozen=True)
class ByTowns:
    """A town is drawn by its persons, a place around it by `maps.settlement`; needs a map of `countries`.

    `adoption` says how many times more hotspots a head a country has than the others, {"US": 5.0}. A place that falls
    outside the borders is drawn anew, eight times, then stands in its town.

    >>> ByTowns(adoption={"CH": 2.0}).adoption
    {'CH': 2.0}
    """

    adoption: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, times in self.adoption.items():
            if not 0.0 <= times < np.inf:
                raise MapError(f"placement 'towns' was given the adoption {times} of {name}: 0 or more is expected.")

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """n places; place i is the same for any n. MapError for a city without towns."""
        ids = checked_count(n)
        if city.towns is None:
            raise MapError(
                f"city {city.name!r} has no towns: set map.countries, or use the placement 'population' instead."
            )
        weight = np.ones(len(city.towns.countries.code))
        for name, times in self.adoption.items():
            weight[country_rows([name])] = times
        settlement = settlement_of(city.towns, weight)
        keys = keys.of("placement/towns")
        edges = np.cumsum(settlement.persons)
        if edges[-1] <= 0.0:
            raise MapError(f"nobody in {city.name!r} is left by the adoption {self.adoption}: give a share above 0.")
        row = np.searchsorted(edges, keys.of("town").uniform(ids) * edges[-1], side="right")
        row = np.minimum(row, len(edges) - 1)
        around = keys.of("around")

        def draw(rows: Integers, attempt: int) -> tuple[Floats, Floats]:
            return settlement.points(row[rows], *(around.uniform(ids[rows], attempt, axis) for axis in range(3)))

        (latitude, longitude), outside = points_inside(city, n, draw, _N_ATTEMPTS)
        latitude[outside], longitude[outside] = (
            settlement.latitude_deg[row[outside]],
            settlement.longitude_deg[row[outside]],
        )
        return Places(latitude, longitude)
