"""Light geometry for drawing: cut to the boundary, simplified, packed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from maps.clutter import Clutter
from maps.importers.osm_reading import Shape
from maps.importers.osm_tags import ROADS, land_cover_of
from maps.polylines import Polylines

#: What may be lost [deg of latitude]: about 2 m on lines, 0.5 m on buildings.
LINE_TOLERANCE_DEG, BUILDING_TOLERANCE_DEG = 2e-5, 5e-6

Points = npt.NDArray[np.float64]


def roads_within(roads: Sequence[Shape], boundary: BaseGeometry) -> Polylines:
    """Roads inside the boundary, of the kinds `maps.city.ROAD_KINDS`."""
    lines, kinds = [], []
    for shape in roads:
        for line in _lines_within(shape.geometry, boundary):
            lines.append(line)
            kinds.append(ROADS[shape.tags["highway"]])
    return Polylines.from_lines(lines, kinds)


def water_within(
    land: Sequence[Shape], streams: Sequence[Shape], sea: Sequence[BaseGeometry], boundary: BaseGeometry
) -> Polylines:
    """Rings of water areas (kind 0) and lines of running water (kind 1) inside the boundary."""
    areas = [*(shape.geometry for shape in land if land_cover_of(shape.tags) == Clutter.WATER), *sea]
    inside = shapely.union_all([area.intersection(boundary) for area in areas]).simplify(LINE_TOLERANCE_DEG)
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(inside)
        if shapely.get_dimensions(part) == 2
        for ring in (part.exterior, *part.interiors)
    ]
    lines = [line for shape in streams for line in _lines_within(shape.geometry, boundary)]
    return Polylines.from_lines([*rings, *lines], [0] * len(rings) + [1] * len(lines))


def buildings_within(
    buildings: Sequence[Shape], height_source: npt.NDArray[np.uint8], boundary: BaseGeometry
) -> Polylines:
    """Outer rings of the buildings that stand inside the boundary; the kind says where the height comes from."""
    rings, kinds = [], []
    for shape, kind in zip(buildings, height_source.tolist(), strict=True):
        if boundary.contains(shape.geometry.representative_point()):
            for part in shapely.get_parts(shape.geometry.simplify(BUILDING_TOLERANCE_DEG)):
                rings.append(shapely.get_coordinates(part.exterior))
                kinds.append(kind)
    return Polylines.from_lines(rings, kinds)


def _lines_within(line: BaseGeometry, boundary: BaseGeometry) -> Iterator[Points]:
    for part in shapely.get_parts(line.intersection(boundary).simplify(LINE_TOLERANCE_DEG)):
        if shapely.get_dimensions(part) == 1:
            yield shapely.get_coordinates(part)
