"""The pixels that a coverage is computed for: posts of the city's terrain, or a grid like it where it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maps.city import City
from maps.geodesy import EARTH_RADIUS_M
from poc.errors import DataError
from poc.table import Array

STEP_DEG = 3.0 / 3600.0  # three arc-seconds, where no terrain says otherwise
MAX_PIXELS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Posts: `latitude_deg` of the rows from north to south, `longitude_deg` of the columns from west to east.

    `ground_m` heights above sea level (rows, columns), or None where the ground is not known.
    """

    latitude_deg: Array
    longitude_deg: Array
    ground_m: npt.NDArray[np.float32] | None

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.latitude_deg), len(self.longitude_deg)

    @property
    def step_deg(self) -> tuple[float, float]:
        """Between rows and between columns [deg]."""
        return (
            float(self.latitude_deg[0] - self.latitude_deg[-1]) / (len(self.latitude_deg) - 1),
            float(self.longitude_deg[-1] - self.longitude_deg[0]) / (len(self.longitude_deg) - 1),
        )

    @property
    def pixel_height_m(self) -> float:
        return math.radians(self.step_deg[0]) * EARTH_RADIUS_M

    @property
    def pixel_width_m(self) -> Array:
        """Of each row [m]: it shrinks towards the poles."""
        width_m = math.radians(self.step_deg[1]) * EARTH_RADIUS_M * np.cos(np.radians(self.latitude_deg))
        return np.asarray(width_m)

    @property
    def pixel_km2(self) -> Array:
        """Area of a pixel of each row [km²]."""
        return np.asarray(self.pixel_height_m * self.pixel_width_m / 1e6)

    def pixel_of(self, latitude_deg: float, longitude_deg: float) -> tuple[int, int]:
        """(row, column) of the nearest post; DataError beside the grid."""
        step_down, step_right = self.step_deg
        row = round((float(self.latitude_deg[0]) - latitude_deg) / step_down)
        column = round((longitude_deg - float(self.longitude_deg[0])) / step_right)
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            raise DataError(
                f"the site {latitude_deg:g},{longitude_deg:g} is not on the map, which reaches from "
                f"{self.latitude_deg[-1]:.3f},{self.longitude_deg[0]:.3f} to {self.latitude_deg[0]:.3f},"
                f"{self.longitude_deg[-1]:.3f}; choose a place on it."
            )
        return row, column

    def window(self, latitude_deg: float, longitude_deg: float, radius_m: float) -> tuple[slice, slice]:
        """The rows and columns within a radius of a place."""
        row, column = self.pixel_of(latitude_deg, longitude_deg)
        down = math.ceil(radius_m / self.pixel_height_m)
        right = math.ceil(radius_m / float(self.pixel_width_m.min()))
        return slice(max(row - down, 0), row + down + 1), slice(max(column - right, 0), column + right + 1)

    def cut(self, rows: slice, columns: slice) -> Grid:
        """A part of the grid."""
        ground_m = None if self.ground_m is None else self.ground_m[rows, columns]
        return Grid(self.latitude_deg[rows], self.longitude_deg[columns], ground_m)


def grid_around(city: City, latitude_deg: Array, longitude_deg: Array, radius_m: float) -> Grid:
    """The smallest grid that holds all that is within a radius of the places, as far as the city's terrain reaches.

    Raises DataError where that is more than MAX_PIXELS or the first place is beside the terrain.

    >>> from maps.synthetic import synthetic_city
    >>> city = synthetic_city("grid", width_km=1.0, height_km=1.0, seed=1)
    >>> grid_around(city, np.array([0.0]), np.array([0.0]), 1000.0).shape
    (23, 23)
    """
    reach_deg = math.degrees(radius_m / EARTH_RADIUS_M)
    south, north = float(np.min(latitude_deg)) - reach_deg, float(np.max(latitude_deg)) + reach_deg
    aside_deg = reach_deg / max(math.cos(math.radians(min(max(abs(south), abs(north)), 89.0))), 1e-6)
    west, east = float(np.min(longitude_deg)) - aside_deg, float(np.max(longitude_deg)) + aside_deg
    terrain = city.terrain
    if terrain is None:
        steps = [math.ceil(span / STEP_DEG) for span in (north - south, east - west)]
        _check_size(steps[0], steps[1])
        return Grid(north - STEP_DEG * np.arange(steps[0] + 1), west + STEP_DEG * np.arange(steps[1] + 1), None)
    n_rows, n_columns = terrain.posts_m.shape
    whole = Grid(
        np.linspace(terrain.north_deg, terrain.south_deg, n_rows),
        np.linspace(terrain.west_deg, terrain.east_deg, n_columns),
        terrain.posts_m,
    )
    whole.pixel_of(float(latitude_deg[0]), float(longitude_deg[0]))
    down, right = whole.step_deg
    rows = slice(
        max(math.floor((terrain.north_deg - north) / down), 0), math.ceil((terrain.north_deg - south) / down) + 1
    )
    columns = slice(
        max(math.floor((west - terrain.west_deg) / right), 0), math.ceil((east - terrain.west_deg) / right) + 1
    )
    part = whole.cut(rows, columns)
    _check_size(*part.shape)
    return part


def _check_size(n_rows: int, n_columns: int) -> None:
    if n_rows * n_columns > MAX_PIXELS:
        raise DataError(
            f"the coverage would have {n_rows} × {n_columns} pixels, expected at most {MAX_PIXELS:,}; "
            "take a smaller radius or sites nearer to each other."
        )
