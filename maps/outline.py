"""Outlines in longitude and latitude that hold across the antimeridian and around a pole.

Planar geometry is right for shapes cut the GeoJSON way: in pieces that end at ±180° (RFC 7946, §3.1.9), and with the
pole as an edge along ±90° where it lies inside.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from maps.geodesy import EARTH_RADIUS_M


def outline_from_ring(latitude_deg: npt.ArrayLike, longitude_deg: npt.ArrayLike) -> BaseGeometry:
    """The area inside a ring of places whose neighbours are less than 180° of longitude apart.

    >>> outline = outline_from_ring([0, 0, 1, 1], [179, -179, -179, 179])
    >>> outline.geom_type, outline.area
    ('MultiPolygon', 2.0)
    """
    latitude = np.asarray(latitude_deg, np.float64)
    longitude = np.unwrap(np.append(longitude_deg, np.asarray(longitude_deg)[0]), period=360.0)
    latitude = np.append(latitude, latitude[0])
    turns = round((longitude[-1] - longitude[0]) / 360.0)
    if turns:
        pole = np.copysign(90.0, latitude.mean())
        latitude, longitude = np.append(latitude, [pole, pole]), np.append(longitude, [longitude[-1], longitude[0]])
    return within_180(shapely.make_valid(shapely.Polygon(np.column_stack([longitude, latitude]))))


def within_180(geometry: BaseGeometry) -> BaseGeometry:
    """The same area with all longitudes in [−180, 180]: what sticks out is cut off and comes in on the other side.

    >>> within_180(shapely.box(170.0, 0.0, 190.0, 1.0)).bounds
    (-180.0, 0.0, 180.0, 1.0)
    """
    west, _, east, _ = geometry.bounds
    if west >= -180.0 and east <= 180.0:
        return geometry
    pieces = []
    for turn in range(int(np.floor((west + 180.0) / 360.0)), int(np.ceil((east - 180.0) / 360.0)) + 1):
        window = shapely.box(360.0 * turn - 180.0, -90.0, 360.0 * turn + 180.0, 90.0)
        pieces += [translate(part, -360.0 * turn) for part in shapely.get_parts(geometry.intersection(window))]
    return shapely.union_all([piece for piece in pieces if shapely.get_dimensions(piece) == 2])


def area_km2(geometry: BaseGeometry) -> float:
    """Area on the sphere of H3, through the equal-area cylinder (Snyder 1987, §10).

    >>> round(area_km2(shapely.box(-180.0, -90.0, 180.0, 90.0)) / 1e6, 1)
    510.1
    """

    def cylinder(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack([np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))])

    return float(shapely.transform(geometry, cylinder).area) * (EARTH_RADIUS_M / 1000.0) ** 2
