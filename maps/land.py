"""A country, several, or the world as a `City`: borders, coarse cells with people, and towns to place hotspots by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from maps import grid
from maps.city import City
from maps.clutter import Clutter
from maps.countries import borders_of, plan_of_country
from maps.gazetteer import ATTRIBUTION, WORLD, towns_of
from maps.settlement import Settlement, settlement_of
from maps.synthetic import CLASS_FROM_DENSITY

MOST_CELLS = 40_000
_FINEST = 9
_MEAN_CELL_KM2 = 4.357e6  # of resolution 0
#: Border lines are thinned to this many degrees where a land is large, so that a million places are quickly tested.
_BORDER_STEPS_DEG = ((1e5, 0.0), (5e6, 0.01), (np.inf, 0.05))


def land(names: Sequence[str]) -> City:
    """The land of countries by ISO code or English name, or of ["world"]. MapError for others.

    Resolution follows from the area, at most some `MOST_CELLS` cells. The region is that of the country with most
    people: one plan rules a run, so a world run has one everywhere.

    >>> city = land(["LI"])
    >>> city.name, city.region, len(city.towns)
    ('Liechtenstein', 'EU868', 11)
    """
    towns = towns_of(names)
    rows, countries = np.unique(towns.country), towns.countries
    area_km2 = float(countries.area_km2[rows].sum())
    step_deg = next(step for largest, step in _BORDER_STEPS_DEG if area_km2 <= largest)
    boundary = borders_of(countries.numeric[rows].tolist(), step_deg)
    resolution = int(np.clip(np.log(_MEAN_CELL_KM2 * MOST_CELLS / max(area_km2, 1.0)) / np.log(7.0), 0, _FINEST))
    settlement = settlement_of(towns)
    cells, persons = _persons_by_cell(settlement, resolution)
    everywhere = np.union1d(cells, grid.polyfill(boundary, resolution))
    population = np.zeros(len(everywhere), np.float32)
    population[np.searchsorted(everywhere, cells)] = persons
    density = population / (_MEAN_CELL_KM2 / 7.0**resolution)
    clutter = np.full(len(everywhere), int(Clutter.OPEN), np.uint8)
    for least, kind in CLASS_FROM_DENSITY:
        clutter[density >= least] = int(kind)
    whole = [name.lower() for name in names] == [WORLD]
    ranked = rows[np.argsort(-countries.population[rows], kind="stable")]
    return City(
        name=WORLD if whole else ", ".join(str(countries.name[row]) for row in rows),
        region=next(filter(None, (plan_of_country(int(countries.numeric[row])) for row in ranked)), "EU868"),
        boundary=boundary,
        resolution=resolution,
        cells=everywhere,
        clutter=clutter,
        building_height_m=np.zeros(len(everywhere), np.float32),
        population=population,
        population_source="GeoNames towns and country totals, spread by Clark's law (maps/settlement.py)",
        attribution=f"{ATTRIBUTION}; borders: Natural Earth",
        licence="CC BY 4.0 (towns), public domain (borders)",
        towns=towns,
    )


def _persons_by_cell(settlement: Settlement, resolution: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
    """Cells with people, and how many, from twelve places of equal weight in each row of the settlement."""
    rings, sides = (0.15, 0.5, 0.85), (0.0, 0.25, 0.5, 0.75)  # quantiles of the distance, directions
    rows = np.arange(len(settlement.persons))
    distance = {0.15: 0.683, 0.5: 1.678, 0.85: 3.372}  # quantiles of a Gamma of shape 2 and scale 1
    found, weights = [], []
    for ring in rings:
        for side in sides:
            once = np.full(len(rows), -np.expm1(-distance[ring]))
            places = settlement.points(rows, once, np.zeros(len(rows)), np.full(len(rows), side + ring / 4))
            found.append(grid.cells_from_coordinates(*places, resolution))
            weights.append(settlement.persons / (len(rings) * len(sides)))
    cells, place = np.unique(np.concatenate(found), return_inverse=True)
    return cells, np.bincount(place, np.concatenate(weights), len(cells)).astype(np.float64)
