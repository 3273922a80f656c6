"""Towns of the world with their populations (GeoNames), and the countries that they lie in.

The file and its licence are in `data/places`; see its SOURCE.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from maps.errors import MapError

ATTRIBUTION = "towns: GeoNames, CC BY 4.0"
WORLD = "world"


@dataclass(frozen=True, eq=False)
class Countries:
    """ISO 3166-1 codes (two letters, number), English name, persons and area [km²] of each country."""

    code: npt.NDArray[np.str_]
    name: npt.NDArray[np.str_]
    numeric: npt.NDArray[np.int64]
    population: npt.NDArray[np.int64]
    area_km2: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Towns:
    """Name, place [deg], persons and row of `countries` of each town; by country, then from the largest down."""

    name: npt.NDArray[np.str_]
    latitude_deg: npt.NDArray[np.float64]
    longitude_deg: npt.NDArray[np.float64]
    population: npt.NDArray[np.int64]
    country: npt.NDArray[np.int64]
    countries: Countries

    def __len__(self) -> int:
        return len(self.population)

    def take(self, rows: Any) -> Towns:
        """Some of the towns; the countries stay as they are."""
        return Towns(
            self.name[rows],
            self.latitude_deg[rows],
            self.longitude_deg[rows],
            self.population[rows],
            self.country[rows],
            self.countries,
        )


@lru_cache(1)
def all_towns() -> Towns:
    """Every town of the file.

    >>> towns = all_towns()
    >>> str(towns.name[np.argmax(towns.population)])
    'Shanghai'
    """
    with resources.files("poc_data").joinpath("places/towns.npz").open("rb") as file, np.load(file) as columns:
        countries = Countries(
            columns["country_code"],
            columns["country_name"],
            columns["country_numeric"].astype(np.int64),
            columns["country_population"],
            columns["country_area_km2"],
        )
        return Towns(
            np.array(columns["name_utf8"].tobytes().decode().split("\n"), np.str_),
            columns["latitude_e5_deg"] / 1e5,
            columns["longitude_e5_deg"] / 1e5,
            columns["population"].astype(np.int64),
            columns["country_row"].astype(np.int64),
            countries,
        )


def country_rows(names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Rows of `all_towns().countries` for ISO codes or English names; all of them for "world". MapError for others.

    >>> all_towns().countries.code[country_rows(["li", "Malta"])].tolist()
    ['LI', 'MT']
    """
    countries = all_towns().countries
    if [name.lower() for name in names] == [WORLD]:
        return np.arange(len(countries.code))
    known = {
        key.lower(): row for row in range(len(countries.code)) for key in (countries.code[row], countries.name[row])
    }
    for name in names:
        if name.lower() not in known:
            near = difflib.get_close_matches(name.title(), [str(each) for each in countries.name], n=1)
            hint = f"did you mean '{near[0]}'?" if near else "give ISO codes such as CH, English names, or world alone."
            raise MapError(f"there is no country '{name}'; {hint}")
    if not names:
        raise MapError("no country was named: give ISO codes such as CH, English names, or world alone.")
    return np.array(sorted({known[name.lower()] for name in names}), np.int64)


def towns_of(names: Sequence[str]) -> Towns:
    """The towns of some countries; MapError for an unknown country or one without a town.

    >>> len(towns_of(["Liechtenstein"]))
    11
    """
    towns = all_towns()
    found = towns.take(np.isin(towns.country, country_rows(names)))
    if not len(found):
        raise MapError(f"no town of {', '.join(names)} is known: name a larger country.")
    return found


def largest_within(south_deg: float, west_deg: float, north_deg: float, east_deg: float, most: int) -> Towns:
    """The largest towns in a box [deg], at most so many, from the largest down; the box may cross ±180°.

    >>> largest_within(47.0, 9.4, 47.3, 9.7, 2).name.tolist()
    ['Feldkirch', 'Rankweil']
    """
    towns = all_towns()
    inside = (towns.latitude_deg >= south_deg) & (towns.latitude_deg <= north_deg)
    inside &= (towns.longitude_deg - west_deg) % 360.0 <= (east_deg - west_deg) % 360.0
    rows = np.flatnonzero(inside)
    return towns.take(rows[np.argsort(-towns.population[rows], kind="stable")][:most])
