"""Elevation raster → `City`, where nothing but the ground is known."""

from __future__ import annotations

import numpy as np
import shapely

from maps import grid
from maps.city import City
from maps.clutter import Clutter
from maps.errors import MapError
from maps.geodesy import EARTH_RADIUS_M
from maps.regions import region_of
from maps.terrain import Terrain

#: People are put where the ground is no steeper than this [deg].
GENTLE_SLOPE_DEG = 8.0


def city_from_terrain(
    terrain: Terrain,
    name: str,
    *,
    persons_per_km2: float,
    persons_source: str,
    attribution: str,
    licence: str,
    region: str | None = None,
    resolution: int = 9,
) -> City:
    """A city over the box of a raster that ends short of ±180°: every cell open, people evenly on gentle slopes.

    The class is OPEN because nothing is known of the cover, and a radar raster stands on much of the canopy already.
    The total is `persons_per_km2` times the area. MapError if the box holds no cell or no gentle slope.

    >>> flat = Terrain(np.full((9, 9), 100.0), south_deg=47.0, north_deg=47.1, west_deg=9.0, east_deg=9.1)
    >>> facts = dict(persons_source="example", attribution="example", licence="CC0-1.0")
    >>> city = city_from_terrain(flat, "flat", persons_per_km2=10.0, **facts)
    >>> round(float(city.population.sum()) / city.area_km2)
    10
    """
    boundary = shapely.box(terrain.west_deg, terrain.south_deg, terrain.east_deg, terrain.north_deg)
    cells = grid.polyfill(boundary, resolution)
    if not cells.size:
        raise MapError(f"{name!r} is smaller than one H3 cell of resolution {resolution}: choose a finer resolution.")
    latitude, longitude = grid.coordinates_from_cells(cells)
    gentle = _slope_deg(terrain, latitude, longitude) <= GENTLE_SLOPE_DEG
    if not gentle.any():
        raise MapError(f"{name!r} is steeper than {GENTLE_SLOPE_DEG:g}° everywhere: nobody can be placed on it.")
    area_km2 = grid.areas_m2(cells) / 1e6
    persons = np.where(gentle, area_km2, 0.0) * (persons_per_km2 * area_km2.sum() / area_km2[gentle].sum())
    return City(
        name=name,
        region=region or str(region_of(latitude.mean(), longitude.mean())),
        boundary=boundary,
        resolution=resolution,
        cells=cells,
        clutter=np.full(len(cells), Clutter.OPEN, np.uint8),
        building_height_m=np.zeros(len(cells), np.float32),
        population=persons.astype(np.float32),
        population_source=(
            f"proxy: {persons_per_km2:g} persons per km² ({persons_source}), all on slopes up to {GENTLE_SLOPE_DEG:g}°"
        ),
        attribution=attribution,
        licence=licence,
        terrain=terrain,
    )


def _slope_deg(terrain: Terrain, latitude_deg: grid.Floats, longitude_deg: grid.Floats) -> grid.Floats:
    """Steepest slope at places [deg], from differences over two posts each way."""
    n_rows, n_columns = terrain.posts_m.shape
    row_deg = (terrain.north_deg - terrain.south_deg) / (n_rows - 1)
    column_deg = (terrain.east_deg - terrain.west_deg) / (n_columns - 1)
    metres = np.pi / 180.0 * EARTH_RADIUS_M
    up = terrain.elevation_m(latitude_deg + row_deg, longitude_deg)
    down = terrain.elevation_m(latitude_deg - row_deg, longitude_deg)
    right = terrain.elevation_m(latitude_deg, longitude_deg + column_deg)
    left = terrain.elevation_m(latitude_deg, longitude_deg - column_deg)
    north = (up - down) / (2.0 * row_deg * metres)
    east = (right - left) / (2.0 * column_deg * metres * np.cos(np.radians(latitude_deg)))
    return np.asarray(np.degrees(np.arctan(np.hypot(north, east))), np.float64)
