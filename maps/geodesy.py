"""Distances, bearings and frames on the sphere that H3 uses.

All angles are degrees (latitude north, longitude east), all lengths metres, all functions broadcast. Formulas: the
haversine in its arctan2 form (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984) and the direct and
inverse problem on the sphere (J. P. Snyder, "Map Projections: A Working Manual", USGS PP 1395, 1987, §5 and §25).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Mean authalic radius of WGS 84 as h3 and h3o have it (h3 `EARTH_RADIUS_KM`).
EARTH_RADIUS_M = 6371007.180918475


def great_circle_m(latitude_1_deg: Any, longitude_1_deg: Any, latitude_2_deg: Any, longitude_2_deg: Any) -> Floats:
    """Length of the shorter great-circle arc [m]; exact from a millimetre to the antipodes.

    >>> round(float(great_circle_m(51.51231394840223, -0.2919014665284206, 51.5649315958581, -0.10295780727096393)))
    14318
    """
    latitude_1, latitude_2 = np.radians(latitude_1_deg), np.radians(latitude_2_deg)
    half_latitude = (latitude_2 - latitude_1) / 2.0
    half_longitude = np.radians(np.subtract(longitude_2_deg, longitude_1_deg, dtype=np.float64)) / 2.0
    haversine = np.sin(half_latitude) ** 2 + np.cos(latitude_1) * np.cos(latitude_2) * np.sin(half_longitude) ** 2
    haversine = np.clip(haversine, 0.0, 1.0)
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arctan2(np.sqrt(haversine), np.sqrt(1.0 - haversine)), np.float64)[()]


def bearing_deg(latitude_1_deg: Any, longitude_1_deg: Any, latitude_2_deg: Any, longitude_2_deg: Any) -> Floats:
    """Initial bearing from the first to the second place, clockwise from north, in [0, 360) [deg].

    >>> float(bearing_deg(0.0, 179.0, 0.0, -179.0))
    90.0
    """
    latitude_1, latitude_2 = np.radians(latitude_1_deg), np.radians(latitude_2_deg)
    difference = np.radians(np.subtract(longitude_2_deg, longitude_1_deg, dtype=np.float64))
    east = np.sin(difference) * np.cos(latitude_2)
    # cos(a)sin(b) − sin(a)cos(b)cos(d) rewritten so that near places do not cancel
    north = (
        np.sin(latitude_2 - latitude_1) + 2.0 * np.sin(latitude_1) * np.cos(latitude_2) * np.sin(difference / 2) ** 2
    )
    bearing = np.degrees(np.arctan2(east, north)) % 360.0
    return np.where(bearing >= 360.0, 0.0, bearing)[()]


def destination(
    latitude_deg: Any, longitude_deg: Any, bearing_from_north_deg: Any, distance_m: Any
) -> tuple[Floats, Floats]:
    """The place reached by following a bearing [deg] for a distance [m]: (latitude_deg, longitude_deg in [−180, 180)).

    >>> latitude_deg, longitude_deg = destination(0.0, 180.0, 90.0, 1000.0)
    >>> round(float(longitude_deg), 4)
    -179.991
    """
    latitude, longitude, bearing = (
        np.radians(latitude_deg),
        np.radians(longitude_deg),
        np.radians(bearing_from_north_deg),
    )
    angle = np.asarray(distance_m, np.float64) / EARTH_RADIUS_M
    forward, north = np.sin(angle) * np.cos(bearing), np.sin(latitude)
    axis = np.cos(angle) * np.cos(latitude) - forward * north
    side = np.sin(angle) * np.sin(bearing)
    # arctan2 on the three Cartesian parts stays exact at the poles, where arcsin would lose half of the digits
    height = north * np.cos(angle) + np.cos(latitude) * forward
    reached_latitude = np.arctan2(height, np.hypot(axis, side))
    reached_longitude = longitude + np.arctan2(side, axis)
    return np.degrees(reached_latitude)[()], wrap_longitude_deg(np.degrees(reached_longitude))


def wrap_longitude_deg(longitude_deg: Any) -> Floats:
    """The same meridian in [−180, 180) [deg].

    >>> float(wrap_longitude_deg(190.0))
    -170.0
    """
    longitude = np.asarray(longitude_deg, np.float64)
    inside = (longitude >= -180.0) & (longitude < 180.0)
    wrapped = (longitude + 180.0) % 360.0 - 180.0
    return np.where(inside, longitude, np.where(wrapped >= 180.0, -180.0, wrapped))[()]


def unit_vectors(latitude_deg: Any, longitude_deg: Any) -> Floats:
    """Points on the unit sphere, shape (..., 3): x to (0° N, 0° E), y to (0° N, 90° E), z to the north pole.

    >>> unit_vectors(90.0, 0.0).round(12).tolist()
    [0.0, 0.0, 1.0]
    """
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    ring = np.cos(latitude)
    return np.stack(
        np.broadcast_arrays(ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)), axis=-1
    ).astype(np.float64)


def coordinates_from_vectors(vectors: npt.ArrayLike) -> tuple[Floats, Floats]:
    """(latitude_deg, longitude_deg) of vectors of any length, shape (..., 3).

    >>> [float(value) for value in coordinates_from_vectors([0.0, 2.0, 0.0])]
    [0.0, 90.0]
    """
    x, y, z = np.moveaxis(np.asarray(vectors, np.float64), -1, 0)
    return np.degrees(np.arctan2(z, np.hypot(x, y)))[()], wrap_longitude_deg(np.degrees(np.arctan2(y, x)))


def chord_m(latitude_1_deg: Any, longitude_1_deg: Any, latitude_2_deg: Any, longitude_2_deg: Any) -> Floats:
    """Length of the straight line through the Earth [m]; never longer than the arc.

    >>> round(float(chord_m(0.0, 0.0, 0.0, 180.0)) / EARTH_RADIUS_M, 12)
    2.0
    """
    arc_m = great_circle_m(latitude_1_deg, longitude_1_deg, latitude_2_deg, longitude_2_deg)
    return 2.0 * EARTH_RADIUS_M * np.sin(arc_m / (2.0 * EARTH_RADIUS_M))


def local_metres(
    latitude_deg: Any, longitude_deg: Any, origin_latitude_deg: Any, origin_longitude_deg: Any
) -> tuple[Floats, Floats]:
    """(east_m, north_m) of places seen from an origin: the azimuthal equidistant projection (Snyder 1987, §25).

    Distance and bearing from the origin are exact anywhere, also at a pole and across the antimeridian.

    >>> east_m, north_m = local_metres(47.0, 9.01, 47.0, 9.0)
    >>> round(float(east_m), 1), round(float(north_m), 1)
    (758.3, 0.0)
    """
    places = (origin_latitude_deg, origin_longitude_deg, latitude_deg, longitude_deg)
    distance_m, bearing = great_circle_m(*places), np.radians(bearing_deg(*places))
    return (distance_m * np.sin(bearing))[()], (distance_m * np.cos(bearing))[()]


def coordinates_from_local_metres(
    east_m: Any, north_m: Any, origin_latitude_deg: Any, origin_longitude_deg: Any
) -> tuple[Floats, Floats]:
    """The inverse of `local_metres`: (latitude_deg, longitude_deg).

    >>> latitude_deg, longitude_deg = coordinates_from_local_metres(0.0, 1000.0, 89.999, 0.0)
    >>> float(longitude_deg)  # over the pole and down the other side
    -180.0
    """
    bearing = np.degrees(np.arctan2(east_m, north_m))
    return destination(origin_latitude_deg, origin_longitude_deg, bearing, np.hypot(east_m, north_m))
