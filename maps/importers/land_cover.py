"""Clutter class per cell from mapped areas and buildings."""

from __future__ import annotations

from collections.abc import Sequence

import h3ronpy
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

from maps import grid
from maps.clutter import Clutter

#: (shape, row of the cell, share of the cell) of pairs that meet.
Overlaps = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]

#: Each cell is sampled at the centres of its children two resolutions finer: 49 points, 2 % steps.
SAMPLE_DEPTH = 2


def clutter_of_cells(
    cells: npt.NDArray[np.uint64], areas: Sequence[BaseGeometry], classes: npt.ArrayLike
) -> npt.NDArray[np.uint8]:
    """The most frequent class among the sample points of each cell; where areas overlap the smallest counts.

    `areas` are in longitude, latitude [deg], one class each; land outside all of them is OPEN. Ties go to the lower
    class.

    >>> cells = grid.polyfill(shapely.box(9.5, 47.1, 9.52, 47.12), 9)
    >>> set(clutter_of_cells(cells, [shapely.box(9, 47, 10, 48)], [Clutter.FOREST]).tolist())
    {3}
    """
    resolution = min(int(grid.resolutions(cells[0])) + SAMPLE_DEPTH, grid.FINEST_RESOLUTION)
    samples = np.asarray(h3ronpy.change_resolution(cells, resolution), np.uint64)
    row = np.searchsorted(cells, grid.parents(samples, int(grid.resolutions(cells[0]))))
    latitude, longitude = grid.coordinates_from_cells(samples)
    found = np.full(len(samples), int(Clutter.OPEN), np.int64)
    geometry = np.array(areas, dtype=object)
    if len(geometry):
        order = np.argsort(-shapely.area(geometry), kind="stable")  # smallest last, so that it overwrites
        ranked = np.asarray(classes, np.int64)[order]
        point, area = shapely.STRtree(geometry[order]).query(
            shapely.points(longitude, latitude), predicate="intersects"
        )
        last = np.full(len(samples), -1, np.int64)
        np.maximum.at(last, point, area)
        found = np.where(last >= 0, ranked[last], found)
    votes = np.zeros((len(cells), len(Clutter)), np.int64)
    np.add.at(votes, (row, found), 1)
    return np.asarray(votes.argmax(axis=1), np.uint8)


def shares_of_cells(cells: npt.NDArray[np.uint64], shapes: Sequence[BaseGeometry]) -> Overlaps:
    """Exact overlaps of shapes with cells: (shape, row of the cell, overlap as a share of the cell), where they meet.

    Areas are compared in degrees, which is sound within one cell away from the poles.

    >>> cells = grid.polyfill(shapely.box(9.5, 47.1, 9.52, 47.12), 9)
    >>> shape, row, share = shares_of_cells(cells, [shapely.box(9, 47, 10, 48)])
    >>> bool((share > 0.999).all())
    True
    """
    hexagons = np.array([shapely.Polygon(corners[:, ::-1]) for corners in grid.boundaries(cells)], dtype=object)
    geometry = np.array(shapes, dtype=object)
    if not len(geometry):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    shape, row = shapely.STRtree(hexagons).query(geometry, predicate="intersects")
    overlap = shapely.area(shapely.intersection(geometry[shape], hexagons[row])) / shapely.area(hexagons[row])
    return shape, row, overlap


def sea_areas(box: BaseGeometry, coastline: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The parts of a box on the right-hand side of the coastline, where OpenStreetMap has the water.

    Extracts cut coastlines at their last node inside the box, so loose ends are led on to the nearest edge.

    >>> shore = shapely.LineString([(0.5, -1.0), (0.5, 2.0)])
    >>> [part.bounds for part in sea_areas(shapely.box(0, 0, 1, 1), [shore])]
    [(0.5, 0.0, 1.0, 1.0)]
    """
    shore = shapely.line_merge(shapely.union_all([line.intersection(box) for line in coastline]))
    lines = [part for part in shapely.get_parts(shore) if shapely.get_dimensions(part) == 1]
    if not lines:
        return []
    loose = [end for line in lines if not line.is_closed for end in shapely.get_point(line, [0, -1])]
    led_on = [shapely.shortest_line(end, box.boundary) for end in loose if box.contains(end)]
    faces = list(polygonize(shapely.node(shapely.union_all([box.boundary, *lines, *led_on]))))
    tree = shapely.STRtree(faces)
    votes = np.zeros(len(faces), np.int64)
    for line in lines:
        points = shapely.get_coordinates(line)
        middle, along = (points[1:] + points[:-1]) / 2, np.diff(points, axis=0)
        right = np.column_stack([along[:, 1], -along[:, 0]]) * 1e-3
        for side, vote in ((middle + right, 1), (middle - right, -1)):
            _, face = tree.query(shapely.points(side), predicate="intersects")
            np.add.at(votes, face, vote)
    return [face for face, vote in zip(faces, votes.tolist(), strict=True) if vote > 0]
