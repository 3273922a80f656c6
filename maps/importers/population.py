"""How many people each cell is taken to hold: a proxy from homes and streets, scaled to totals where they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from maps import grid
from maps.errors import MapError
from maps.geodesy import great_circle_m
from maps.importers.buildings import lived_in
from maps.importers.land_cover import Overlaps
from maps.importers.osm_reading import Shape
from maps.importers.osm_tags import LEVEL_HEIGHT_M, LIVED_ALONG, NOT_LIVED_ON

Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

#: Gross floor area for each resident where no total is known [m²]: some 40 m² of dwelling, the rest stairs and walls.
FLOOR_PER_PERSON_M2 = 50.0
#: Residential floor area for each metre of residential street [m²], for streets whose houses nobody has mapped.
#: Measured where they are all mapped: 19.7 in Balzers, 20.4 in the small Finnish town (data/cities/convert.py
#: --street-floor).
FLOOR_PER_STREET_METRE_M2 = 20.0


def home_floor_m2(
    cells: Cells, buildings: Sequence[Shape], land: Sequence[Shape], height_m: Floats, overlaps: Overlaps
) -> Floats:
    """Floor area of mapped homes in each cell [m²]: footprint × levels of what is not tagged or zoned as work."""
    building, row, share = overlaps
    home = np.array([lived_in(shape.tags) for shape in buildings], np.bool_)
    work = [shape.geometry for shape in land if shape.tags.get("landuse") in NOT_LIVED_ON]
    if work and len(home):
        centres = shapely.centroid(np.array([shape.geometry for shape in buildings], dtype=object))
        home[shapely.STRtree(work).query(centres, predicate="intersects")[0]] = False
    levels = np.where(home, np.maximum(np.round(height_m / LEVEL_HEIGHT_M), 1.0), 0.0)
    floor_m2 = np.zeros(len(cells))
    np.add.at(floor_m2, row, levels[building] * share * grid.areas_m2(cells)[row])
    return floor_m2


def street_metres(cells: Cells, roads: Iterable[Shape]) -> Floats:
    """Metres of residential street in each cell: pieces of 10 m or less count where their middle lies."""
    metres = np.zeros(len(cells))
    lines = [shapely.get_coordinates(shape.geometry) for shape in roads if shape.tags["highway"] in LIVED_ALONG]
    if not lines:
        return metres
    segments = np.concatenate([np.hstack([points[:-1], points[1:]]) for points in lines])
    length_m = great_circle_m(segments[:, 1], segments[:, 0], segments[:, 3], segments[:, 2])
    n_pieces = np.maximum(np.ceil(length_m / 10.0).astype(np.int64), 1)
    segment = np.repeat(np.arange(len(segments)), n_pieces)
    piece = np.arange(len(segment)) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
    along = ((piece + 0.5) / n_pieces[segment])[:, None]
    longitude, latitude = (segments[segment, :2] * (1 - along) + segments[segment, 2:] * along).T
    found = grid.cells_from_coordinates(latitude, longitude, int(grid.resolutions(cells[0])))
    row = np.minimum(np.searchsorted(cells, found), len(cells) - 1)
    inside = cells[row] == found
    np.add.at(metres, row[inside], (length_m / n_pieces)[segment[inside]])
    return metres


def persons_of_cells(
    cells: Cells, floor_m2: Floats, zones: Mapping[str, tuple[BaseGeometry, float]] | None
) -> npt.NDArray[np.float32]:
    """Persons in each cell by its floor area: shares of each zone's total, or by rule of thumb without zones.

    `zones` are name → (area, persons); a cell belongs to the first zone that holds its centre, and outside all zones
    nobody lives. A zone without any floor area is filled evenly. MapError for a zone that holds no cell.

    >>> cells = grid.polyfill(shapely.box(9.5, 47.1, 9.52, 47.12), 9)
    >>> zone = {"all": (shapely.box(9, 47, 10, 48), 70.0)}
    >>> round(float(persons_of_cells(cells, np.ones(len(cells)), zone).sum()), 3)
    70.0
    """
    if zones is None:
        return (floor_m2 / FLOOR_PER_PERSON_M2).astype(np.float32)
    latitude, longitude = grid.coordinates_from_cells(cells)
    persons, free = np.zeros(len(cells)), np.ones(len(cells), np.bool_)
    for name, (area, total) in zones.items():
        inside = free & shapely.intersects_xy(area, longitude, latitude)
        if not inside.any():
            raise MapError(f"the zone {name!r} holds no cell centre: choose a finer resolution or leave the zone out.")
        weight = floor_m2[inside] if floor_m2[inside].sum() > 0 else np.ones(int(inside.sum()))
        persons[inside] = total * weight / weight.sum()
        free &= ~inside
    return persons.astype(np.float32)
