"""Elevation rasters on a regular grid of latitude and longitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from maps.errors import MapError
from maps.geodesy import EARTH_RADIUS_M, coordinates_from_vectors, great_circle_m, unit_vectors, wrap_longitude_deg

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Terrain:
    """Ground heights above sea level at posts (rows from north to south, columns from west to east).

    `posts_m` is (n_rows, n_columns), at least 2 × 2 and finite; the bounds [deg] are those of the outermost posts. A
    raster across the antimeridian has `east_deg` > 180.

    >>> ramp = Terrain([[0, 100], [0, 100]], south_deg=47.0, north_deg=48.0, west_deg=9.0, east_deg=10.0)
    >>> float(ramp.elevation_m(47.5, 9.25))
    25.0
    """

    posts_m: npt.NDArray[np.float32]
    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float

    def __post_init__(self) -> None:
        elevation = np.array(self.posts_m, np.float32)
        if elevation.ndim != 2 or min(elevation.shape) < 2 or not np.isfinite(elevation).all():
            raise MapError(
                f"an elevation raster of shape {elevation.shape} was given: "
                "two rows and columns or more, all finite, are expected; fill its gaps first."
            )
        if not (-90 <= self.south_deg < self.north_deg <= 90 and 0 < self.east_deg - self.west_deg <= 360):
            raise MapError(
                f"an elevation raster from {self.south_deg} to {self.north_deg}° north and {self.west_deg} to "
                f"{self.east_deg}° east was given: south < north and west < east (up to 540) are expected."
            )
        elevation.flags.writeable = False
        object.__setattr__(self, "posts_m", elevation)

    def elevation_m(self, latitude_deg: Any, longitude_deg: Any) -> Floats:
        """Bilinear height above sea level [m]; beyond the raster the nearest edge counts."""
        latitude, longitude = np.broadcast_arrays(np.asarray(latitude_deg, float), np.asarray(longitude_deg, float))
        n_rows, n_columns = self.posts_m.shape
        row = (self.north_deg - latitude) / (self.north_deg - self.south_deg) * (n_rows - 1)
        column = self._degrees_east(longitude) / (self.east_deg - self.west_deg) * (n_columns - 1)
        row, column = np.clip(row, 0.0, n_rows - 1), np.clip(column, 0.0, n_columns - 1)
        i, j = np.minimum(row.astype(np.int64), n_rows - 2), np.minimum(column.astype(np.int64), n_columns - 2)
        down, right = row - i, column - j
        z = self.posts_m.astype(np.float64)
        upper = z[i, j] * (1 - right) + z[i, j + 1] * right
        lower = z[i + 1, j] * (1 - right) + z[i + 1, j + 1] * right
        return np.asarray(upper * (1 - down) + lower * down, np.float64)[()]

    def contains(self, latitude_deg: Any, longitude_deg: Any) -> npt.NDArray[np.bool_]:
        """Whether places lie on the raster, edges included."""
        latitude = np.asarray(latitude_deg, np.float64)
        east = self._degrees_east(np.asarray(longitude_deg, np.float64))
        inside = (latitude >= self.south_deg) & (latitude <= self.north_deg) & (east >= 0.0)
        return np.asarray(inside & (east <= self.east_deg - self.west_deg), np.bool_)[()]

    def profiles(
        self, latitude_1_deg: Any, longitude_1_deg: Any, latitude_2_deg: Any, longitude_2_deg: Any, n_points: int
    ) -> Floats:
        """Heights [m] along great circles, shape (n_links, n_points): evenly spaced, both ends included.

        MapError for fewer than two points.

        >>> ramp = Terrain([[0, 100], [0, 100]], south_deg=-1.0, north_deg=1.0, west_deg=9.0, east_deg=10.0)
        >>> ramp.profiles(0.0, 9.0, 0.0, 10.0, 3).round(6).tolist()
        [[0.0, 50.0, 100.0]]
        """
        if n_points < 2:
            raise MapError(f"a profile of {n_points} points was asked for: give two or more.")
        ends = [np.atleast_1d(np.asarray(end, np.float64)) for end in (latitude_1_deg, longitude_1_deg)]
        ends += [np.atleast_1d(np.asarray(end, np.float64)) for end in (latitude_2_deg, longitude_2_deg)]
        latitude_1, longitude_1, latitude_2, longitude_2 = np.broadcast_arrays(*ends)
        length_m = np.atleast_1d(great_circle_m(latitude_1, longitude_1, latitude_2, longitude_2))
        latitude, longitude = _great_circle_points(
            unit_vectors(latitude_1, longitude_1), unit_vectors(latitude_2, longitude_2), length_m, n_points
        )
        return self.elevation_m(latitude, longitude)

    def hillshade(self, azimuth_deg: float = 315.0, altitude_deg: float = 45.0) -> Floats:
        """Lambertian brightness of the slopes, 0 (dark) to 1 (lit), in the shape of the raster, for drawing.

        >>> flat = Terrain([[5, 5], [5, 5]], south_deg=0.0, north_deg=1.0, west_deg=0.0, east_deg=1.0)
        >>> float(flat.hillshade(altitude_deg=90.0).min())
        1.0
        """
        n_rows, n_columns = self.posts_m.shape
        metres_per_degree = np.pi / 180.0 * EARTH_RADIUS_M
        row_m = (self.north_deg - self.south_deg) / (n_rows - 1) * metres_per_degree
        middle = np.cos(np.radians((self.north_deg + self.south_deg) / 2))
        column_m = (self.east_deg - self.west_deg) / (n_columns - 1) * metres_per_degree * max(middle, 1e-6)
        southward, eastward = np.gradient(self.posts_m.astype(np.float64), row_m, column_m)
        azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
        light_east, light_north = np.sin(azimuth) * np.cos(altitude), np.cos(azimuth) * np.cos(altitude)
        facing = np.sin(altitude) - eastward * light_east + southward * light_north
        return np.asarray(np.clip(facing / np.sqrt(1.0 + eastward**2 + southward**2), 0.0, 1.0), np.float64)

    def _degrees_east(self, longitude_deg: Floats) -> Floats:
        """Degrees east of the western edge; what is nearer to that edge from the west is negative."""
        middle = (self.west_deg + self.east_deg) / 2.0
        return wrap_longitude_deg(longitude_deg - middle) + (middle - self.west_deg)


def _great_circle_points(start: Floats, end: Floats, length_m: Floats, n_points: int) -> tuple[Floats, Floats]:
    """Evenly spaced (latitude_deg, longitude_deg), each (n_links, n_points), from the first to the second vector."""
    angle = (length_m / EARTH_RADIUS_M)[:, None]
    share = np.linspace(0.0, 1.0, n_points)[None, :]
    sine = np.where(angle > 0.0, np.sin(angle), 1.0)
    first = np.where(angle > 0.0, np.sin((1.0 - share) * angle) / sine, 1.0 - share)
    second = np.where(angle > 0.0, np.sin(share * angle) / sine, share)
    return coordinates_from_vectors(first[..., None] * start[:, None, :] + second[..., None] * end[:, None, :])
