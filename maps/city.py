"""A city: what lies where, per H3 cell. Knows no radio and no hotspot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from maps import grid
from maps.city_file import digest_of, read_city_file, write_city_file
from maps.clutter import Clutter
from maps.errors import MapError
from maps.gazetteer import Towns
from maps.geodesy import coordinates_from_vectors, unit_vectors, wrap_longitude_deg
from maps.outline import area_km2
from maps.polylines import Polylines
from maps.terrain import Terrain

Integers = npt.NDArray[np.int64]

#: `City.roads.kind`, from the widest down.
ROAD_KINDS = ("motorway", "main", "local", "path")
FILE_NAME = "city.npz"


class Bounds(NamedTuple):
    """South, west, north and east edge [deg]; across the antimeridian west > east (RFC 7946, §5.2)."""

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float


@dataclass(frozen=True, eq=False, kw_only=True)
class City:
    """One city: columns per cell, an outline, and light geometry to draw it from.

    `boundary` is in longitude, latitude [deg], in pieces on either side of the antimeridian; `cells` are sorted H3
    cells of one `resolution` whose centres it holds; `clutter` has the classes of `maps.clutter`;
    `building_height_m` is the mean roof height by footprint (0 where there is none); `population` is persons per
    cell and `population_source` says where it comes from; `region` is the Helium region plan. `roads.kind` counts in
    `ROAD_KINDS`, `water.kind` is 0 for the ring of an area and 1 for a line, `buildings.kind` is 0 for a tagged
    height, 1 for tagged levels, 2 for an imputed height. `towns` are those of a land (`maps.land`), whose cells are
    coarse and may have their centre beyond the shore; a land is made anew from its name and not saved.

    >>> from maps.synthetic import synthetic_city
    >>> bool(synthetic_city("grid", width_km=1.0, height_km=1.0, seed=1).contains(0.0, 0.0))
    True
    """

    name: str
    region: str
    boundary: BaseGeometry
    resolution: int
    cells: npt.NDArray[np.uint64]
    clutter: npt.NDArray[np.uint8]
    building_height_m: npt.NDArray[np.float32]
    population: npt.NDArray[np.float32]
    population_source: str
    attribution: str
    licence: str
    terrain: Terrain | None = None
    roads: Polylines = field(default_factory=lambda: Polylines.from_lines([]))
    water: Polylines = field(default_factory=lambda: Polylines.from_lines([]))
    buildings: Polylines = field(default_factory=lambda: Polylines.from_lines([]))
    towns: Towns | None = None

    def __post_init__(self) -> None:
        columns = {"clutter": np.uint8, "building_height_m": np.float32, "population": np.float32}
        cells = np.array(self.cells, np.uint64)
        if cells.size == 0 or not (grid.are_valid(cells) & (grid.resolutions(cells) == self.resolution)).all():
            raise MapError(
                f"city {self.name!r} needs one or more valid H3 cells of resolution {self.resolution}: "
                "choose a finer resolution or correct the cells."
            )
        if (np.diff(cells.astype(np.int64)) <= 0).any():
            raise MapError(f"the cells of city {self.name!r} must be sorted and distinct: sort them with np.unique.")
        for name, dtype in columns.items():
            column = np.array(getattr(self, name), dtype)
            if column.shape != cells.shape or not np.isfinite(column).all() or (column < 0).any():
                raise MapError(f"city {self.name!r} needs one finite {name} ≥ 0 for each of its {cells.size} cells.")
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        if (self.clutter >= len(Clutter)).any():
            raise MapError(f"city {self.name!r} has clutter classes beyond the {len(Clutter)} of maps.clutter.")
        cells.flags.writeable = False
        object.__setattr__(self, "cells", cells)
        shapely.prepare(self.boundary)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the content; equal for equal cities, whatever file they come from."""
        return digest_of(*_encoded(self))

    @property
    def area_km2(self) -> float:
        """Area of the boundary [km²]."""
        return area_km2(self.boundary)

    @property
    def bounds(self) -> Bounds:
        """The box around the boundary."""
        west, south, east, north = self.boundary.bounds
        if west == -180.0 and east == 180.0:
            boxes = shapely.bounds(shapely.get_parts(self.boundary))
            eastern, western = boxes[boxes[:, 0] >= 0.0], boxes[boxes[:, 2] <= 0.0]
            if len(eastern) + len(western) == len(boxes):
                west, east = eastern[:, 0].min(), western[:, 2].max()
        return Bounds(float(south), float(west), float(north), float(east))

    @property
    def centre(self) -> tuple[float, float]:
        """(latitude_deg, longitude_deg) in the middle of the cells; right across ±180°, unlike `boundary.centroid`."""
        middle = unit_vectors(*grid.coordinates_from_cells(self.cells)).mean(axis=0)
        latitude, longitude = coordinates_from_vectors(middle)
        return float(latitude), float(longitude)

    def contains(self, latitude_deg: Any, longitude_deg: Any) -> npt.NDArray[np.bool_]:
        """Whether places lie inside the boundary, the line itself included."""
        longitude = wrap_longitude_deg(longitude_deg)
        latitude = np.asarray(latitude_deg, np.float64)
        inside = shapely.intersects_xy(self.boundary, longitude, latitude)
        # the antimeridian is both −180 and 180
        other_side = shapely.intersects_xy(self.boundary, -longitude, latitude) & (longitude == -180.0)
        return np.asarray(inside | other_side, np.bool_)[()]

    def cell_rows(self, latitude_deg: Any, longitude_deg: Any) -> Integers:
        """Row of the cell that each place lies in; −1 outside the city's cells."""
        return self.rows_of_cells(grid.cells_from_coordinates(latitude_deg, longitude_deg, self.resolution))

    def rows_of_cells(self, cells: Any) -> Integers:
        """Row of each cell of the city's resolution; −1 for others."""
        wanted = np.asarray(cells, np.uint64)
        row = np.minimum(np.searchsorted(self.cells, wanted), len(self.cells) - 1)
        return np.where(self.cells[row] == wanted, row, -1).astype(np.int64)[()]

    def clutter_at(self, latitude_deg: Any, longitude_deg: Any) -> npt.NDArray[np.uint8]:
        """Clutter class of each place; `Clutter.OPEN` outside the city."""
        row = self.cell_rows(latitude_deg, longitude_deg)
        return np.where(row >= 0, self.clutter[row], np.uint8(Clutter.OPEN)).astype(np.uint8)[()]

    def building_height_at(self, latitude_deg: Any, longitude_deg: Any) -> npt.NDArray[np.float32]:
        """Mean roof height [m] of each place's cell; 0 outside the city and where no building stands."""
        row = self.cell_rows(latitude_deg, longitude_deg)
        return np.where(row >= 0, self.building_height_m[row], np.float32(0)).astype(np.float32)[()]

    def population_at(self, latitude_deg: Any, longitude_deg: Any) -> npt.NDArray[np.float32]:
        """Persons in each place's cell; 0 outside the city."""
        row = self.cell_rows(latitude_deg, longitude_deg)
        return np.where(row >= 0, self.population[row], np.float32(0)).astype(np.float32)[()]


def load_city(name_or_path: str | Path) -> City:
    """A bundled city by name, or one from a path to a city file or to its folder. MapError for anything else.

    >>> load_city("liechtenstein").region
    'EU868'
    """
    text = str(name_or_path)
    given = Path(name_or_path)
    if given.suffix == "" and given.name == text:
        with _bundled_folder() as folder:
            if (folder / text / FILE_NAME).is_file():
                return _city_from(*read_city_file(folder / text / FILE_NAME), text)
    if given.exists():
        return _city_from(*read_city_file(given / FILE_NAME if given.is_dir() else given), str(given))
    raise MapError(
        f"there is no city {text!r}: give the path of a {FILE_NAME}, or one of {', '.join(list_cities()) or 'none'}."
    )


def list_cities() -> list[str]:
    """Names of the bundled cities, sorted.

    >>> "helsinki" in list_cities()
    True
    """
    with _bundled_folder() as folder:
        return sorted(path.parent.name for path in folder.glob(f"*/{FILE_NAME}"))


def save_city(city: City, path: str | Path) -> None:
    """Write one compact file, byte for byte the same for the same city. MapError for a land, which has none."""
    if city.towns is not None:
        raise MapError(f"{city.name!r} is made of its towns and not saved: name it in the scenario's map.countries.")
    write_city_file(Path(path), *_encoded(city))


@contextmanager
def _bundled_folder() -> Iterator[Path]:
    """`cities/` of the installed package `poc_data`, else of the repository's folder `data`."""
    try:
        traversable = resources.files("poc_data") / "cities"
    except ModuleNotFoundError:
        traversable = None
    if traversable is not None and traversable.is_dir():
        with resources.as_file(traversable) as folder:
            yield folder
    else:
        yield Path(__file__).resolve().parent.parent / "data" / "cities"


def _encoded(city: City) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """(description, arrays) as they stand in a file."""
    description: dict[str, Any] = {
        "name": city.name,
        "region": city.region,
        "resolution": city.resolution,
        "population_source": city.population_source,
        "attribution": city.attribution,
        "licence": city.licence,
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        "boundary_wkb": np.frombuffer(shapely.to_wkb(city.boundary, byte_order=1), np.uint8),
        "cells": city.cells,
        "clutter": city.clutter,
        "building_height_m": city.building_height_m,
        "population": city.population,
    }
    for layer in ("roads", "water", "buildings"):
        arrays |= {f"{layer}_{part}": array for part, array in getattr(city, layer).packed().items()}
    if city.terrain is not None:
        terrain = city.terrain
        description["terrain_bounds_deg"] = [terrain.south_deg, terrain.north_deg, terrain.west_deg, terrain.east_deg]
        whole = terrain.posts_m.astype(np.int16)
        arrays["terrain_posts_m"] = whole if (whole == terrain.posts_m).all() else terrain.posts_m
    return description, arrays


def _city_from(description: dict[str, Any], arrays: dict[str, npt.NDArray[Any]], source: str) -> City:
    try:
        terrain = None
        if "terrain_bounds_deg" in description:
            terrain = Terrain(arrays.pop("terrain_posts_m"), *description.pop("terrain_bounds_deg"))
        layers = {
            layer: Polylines.unpacked(*(arrays.pop(f"{layer}_{part}") for part in ("steps", "offsets", "kind")))
            for layer in ("roads", "water", "buildings")
        }
        boundary = shapely.from_wkb(arrays.pop("boundary_wkb").tobytes())
        return City(**description, **arrays, **layers, boundary=boundary, terrain=terrain)  # type: ignore[arg-type]
    except (KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise MapError(f"{source} lacks a part of a city ({error}): make it anew with `poc map import`.") from error
