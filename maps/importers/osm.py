"""OpenStreetMap extract → `City`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely

from maps import grid
from maps.city import City
from maps.clutter import Clutter, built_up
from maps.errors import MapError
from maps.importers.buildings import heights_m
from maps.importers.drawing import buildings_within, roads_within, water_within
from maps.importers.land_cover import clutter_of_cells, sea_areas, shares_of_cells
from maps.importers.osm_reading import administrative_area, read_osm
from maps.importers.osm_tags import land_cover_of
from maps.importers.population import (
    FLOOR_PER_PERSON_M2,
    FLOOR_PER_STREET_METRE_M2,
    home_floor_m2,
    persons_of_cells,
    street_metres,
)
from maps.regions import region_of
from maps.terrain import Terrain

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "ODbL-1.0"
PROXY = (
    "proxy: floor area of homes in OpenStreetMap, or "
    f"{FLOOR_PER_STREET_METRE_M2:g} m² for each metre of residential street where that is more"
)


def city_from_osm(
    path: str | Path,
    name: str,
    *,
    boundary_name: str | None = None,
    region: str | None = None,
    resolution: int = 10,
    persons: Mapping[str, float] | float | None = None,
    persons_source: str = "given",
    terrain: Terrain | None = None,
) -> City:
    """A city from an extract: the named administrative area, or else the whole box of the file.

    `persons` is the total, or totals by the name of administrative areas in the extract; without it one person lives on
    every 50 m² of floor area. Classes: `maps.clutter`; heights: `maps.importers.buildings`; sea: right of the
    coastline. MapError for what cannot be a city.
    """
    shapes = read_osm(Path(path))
    boundary = shapely.box(*shapes.box) if boundary_name is None else administrative_area(shapes, boundary_name)
    cells = grid.polyfill(boundary, resolution)
    if not cells.size:
        raise MapError(f"{name!r} is smaller than one H3 cell of resolution {resolution}: choose a finer resolution.")
    sea = sea_areas(shapely.box(*shapes.box), [shape.geometry for shape in shapes.coastline])
    mapped = clutter_of_cells(
        cells,
        [*(shape.geometry for shape in shapes.land), *sea],
        [*(int(land_cover_of(shape.tags) or 0) for shape in shapes.land), *[int(Clutter.WATER)] * len(sea)],
    )
    height_m, height_source = heights_m([shape.tags for shape in shapes.buildings])
    overlaps = shares_of_cells(cells, [shape.geometry for shape in shapes.buildings])
    building, row, share = overlaps
    roof_share = np.bincount(row, share, len(cells))
    roof_height_m = np.bincount(row, share * height_m[building], len(cells)) / np.where(roof_share > 0, roof_share, 1.0)
    streets_m = street_metres(cells, shapes.roads)
    floor_m2 = np.maximum(
        home_floor_m2(cells, shapes.buildings, shapes.land, height_m, overlaps), FLOOR_PER_STREET_METRE_M2 * streets_m
    )
    zones = None
    source = f"{PROXY}; one person on {FLOOR_PER_PERSON_M2:g} m²"
    if isinstance(persons, Mapping):
        zones = {zone: (administrative_area(shapes, zone), total) for zone, total in persons.items()}
        source = f"{PROXY}; scaled to {sum(persons.values()):,.0f} persons in {len(zones)} areas ({persons_source})"
    elif persons is not None:
        zones = {name: (boundary, persons)}
        source = f"{PROXY}; scaled to {persons:,.0f} persons ({persons_source})"
    middle = boundary.representative_point()
    return City(
        name=name,
        region=region or str(region_of(middle.y, middle.x)),
        boundary=boundary,
        resolution=resolution,
        cells=cells,
        clutter=built_up(mapped, roof_share, roof_height_m, 1000.0 * streets_m / grid.areas_m2(cells)),
        building_height_m=roof_height_m.astype(np.float32),
        population=persons_of_cells(cells, floor_m2, zones),
        population_source=source,
        attribution=ATTRIBUTION,
        licence=LICENCE,
        terrain=terrain,
        roads=roads_within(shapes.roads, boundary),
        water=water_within(shapes.land, shapes.streams, sea, boundary),
        buildings=buildings_within(shapes.buildings, height_source, boundary),
    )
