"""How people live in and around towns: the density that towns and countryside of a country are drawn from.

A town of P persons has the density D₀ exp(−r/b) of C. Clark ("Urban Population Densities", J. R. Statist. Soc. A 114,
1951) with D₀ as in `maps.synthetic`, so that b = √(P / 2πD₀): 0.3 km for 5,000 persons, 4.5 km for a million. The other
persons of the country live around its towns by the same law, with a b of half the spacing of its towns. Real borders
keep them in their country; shores finer than those of the border file, lakes and mountains are not known. GeoNames
lists many cities and their districts: a town within 2 b of one three times its size is taken as its district, and its
persons as counted there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maps.gazetteer import Towns
from maps.geodesy import EARTH_RADIUS_M, destination, unit_vectors
from maps.synthetic import CENTRE_PERSONS_PER_KM2

Floats = npt.NDArray[np.float64]
#: Share of a country's persons outside of its towns: what the towns leave of the total, within these bounds.
RURAL_SHARE = (0.1, 0.6)
_DISTRICT_TIMES = 3


@dataclass(frozen=True, eq=False)
class Settlement:
    """One row for the inner part of each town, then one for its surroundings: place [deg], persons, b [m]."""

    latitude_deg: Floats
    longitude_deg: Floats
    persons: Floats
    scale_m: Floats

    def points(self, rows: npt.NDArray[np.int64], *draws: Floats) -> tuple[Floats, Floats]:
        """A place [deg] for each row, from three uniform draws: two for a Gamma distance of shape 2, one bearing."""
        distance_m = -self.scale_m[rows] * np.log1p(-draws[0]) - self.scale_m[rows] * np.log1p(-draws[1])
        latitude, longitude = destination(
            self.latitude_deg[rows], self.longitude_deg[rows], 360.0 * draws[2], distance_m
        )  # fmt: skip
        return np.atleast_1d(latitude), np.atleast_1d(longitude)


def districts(towns: Towns) -> npt.NDArray[np.bool_]:
    """Which towns lie within 2 b of a town of their country at least three times as large."""
    from scipy.spatial import cKDTree  # slow to import, and only countries need it

    vectors = unit_vectors(towns.latitude_deg, towns.longitude_deg)
    tree, found = cKDTree(vectors), np.zeros(len(towns), np.bool_)
    large = np.flatnonzero(towns.population >= _DISTRICT_TIMES * towns.population.min(initial=1))
    reach = 2.0 * _inner_m(towns.population[large]) / EARTH_RADIUS_M
    for town, near in zip(large.tolist(), tree.query_ball_point(vectors[large], reach), strict=True):
        rows = np.array(near)
        smaller = towns.population[rows] * _DISTRICT_TIMES <= towns.population[town]
        found[rows[smaller & (towns.country[rows] == towns.country[town])]] = True
    return found


def _inner_m(persons: npt.NDArray[np.int64]) -> Floats:
    """b [m] of towns of so many persons."""
    return np.asarray(1000.0 * np.sqrt(persons / (2 * np.pi * CENTRE_PERSONS_PER_KM2)))


def settlement_of(towns: Towns, weight: Floats | None = None) -> Settlement:
    """The settlement of towns; `weight` multiplies the persons of each row of `towns.countries`.

    Persons of all rows of a country sum to its population.

    >>> from maps.gazetteer import towns_of
    >>> round(settlement_of(towns_of(["LI"])).persons.sum())
    37910
    """
    towns = towns.take(~districts(towns))
    countries, n = towns.countries, len(towns.countries.code)
    in_towns = np.bincount(towns.country, towns.population, n)
    n_towns = np.bincount(towns.country, minlength=n)
    total = np.where(countries.population > 0, countries.population, in_towns)
    rural = np.clip(1.0 - in_towns / np.maximum(total, 1), *RURAL_SHARE)
    total = total * (1.0 if weight is None else weight)
    root = np.sqrt(towns.population)  # villages gather around small towns as around large ones
    roots = np.bincount(towns.country, root, n)
    urban_persons = (total * (1 - rural) / np.maximum(in_towns, 1))[towns.country] * towns.population
    rural_persons = (total * rural / np.maximum(roots, 1))[towns.country] * root
    inner_m = _inner_m(towns.population)
    spacing_m = 1000.0 * np.sqrt(np.maximum(countries.area_km2, 1.0) / np.maximum(n_towns, 1))
    return Settlement(
        np.tile(towns.latitude_deg, 2),
        np.tile(towns.longitude_deg, 2),
        np.concatenate([urban_persons, rural_persons]),
        np.concatenate([inner_m, np.maximum(spacing_m[towns.country] / 2, inner_m)]),
    )
