"""Read an OpenStreetMap file (.osm, .osm.gz, .osm.pbf) into plain lists of shapes with tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from maps.errors import MapError
from maps.importers.osm_tags import ROADS, STREAMS, land_cover_of

Tags = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry (longitude, latitude [deg]) and its tags."""

    geometry: BaseGeometry
    tags: Tags


@dataclass(slots=True)
class OsmShapes:
    """What an extract holds, by use. `box` is west, south, east, north [deg]: the file's own, else around its nodes."""

    box: tuple[float, float, float, float]
    land: list[Shape] = field(default_factory=list)
    buildings: list[Shape] = field(default_factory=list)
    roads: list[Shape] = field(default_factory=list)
    streams: list[Shape] = field(default_factory=list)
    coastline: list[Shape] = field(default_factory=list)
    administrative: list[Shape] = field(default_factory=list)


def read_osm(path: Path) -> OsmShapes:
    """All shapes of use in an extract; incomplete ways and relations are left out. MapError if it cannot be read."""
    try:
        import osmium
    except ImportError:
        raise MapError("reading OpenStreetMap files needs osmium: install poc-emulator[geo].") from None
    if not path.is_file():
        raise MapError(f"there is no OpenStreetMap file {path}: correct the path.")
    shapes = OsmShapes(box=(0.0, 0.0, 0.0, 0.0))
    corners: list[tuple[float, float]] = []
    wkb = osmium.geom.WKBFactory()
    try:
        box = osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING).header().box()
        for item in osmium.FileProcessor(str(path)).with_locations().with_areas():
            if isinstance(item, osmium.osm.Node):
                corners.append((item.lon, item.lat))
            elif isinstance(item, osmium.osm.Area):
                _sort_area(shapes, dict(item.tags), partial(wkb.create_multipolygon, item))
            elif isinstance(item, osmium.osm.Way) and item.tags:
                for run in _runs(item.nodes):
                    _sort_way(shapes, dict(item.tags), run)
    except RuntimeError as error:
        raise MapError(f"{path} cannot be read as OpenStreetMap data ({error}): fetch the extract again.") from error
    if box.valid():
        shapes.box = (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    elif corners:
        nodes: npt.NDArray[np.float64] = np.array(corners)
        shapes.box = (*nodes.min(axis=0).tolist(), *nodes.max(axis=0).tolist())
    else:
        raise MapError(f"{path} holds no nodes: give an extract with coordinates.")
    return shapes


def administrative_area(shapes: OsmShapes, name: str) -> BaseGeometry:
    """The largest complete administrative area of a name (`name`, `name:en`, `int_name`). MapError if there is none."""
    named = [
        shape.geometry
        for shape in shapes.administrative
        if name in (shape.tags.get("name"), shape.tags.get("name:en"), shape.tags.get("int_name"))
    ]
    if not named:
        known = sorted({shape.tags.get("name", "?") for shape in shapes.administrative})
        raise MapError(
            f"the extract has no complete administrative area {name!r}: choose one of {', '.join(known) or 'none'}, "
            "or leave it out to take the whole extract."
        )
    return max(named, key=lambda geometry: geometry.area)


def _sort_area(shapes: OsmShapes, tags: Tags, geometry: Callable[[], str]) -> None:
    if "building" in tags and tags["building"] != "no":
        target = shapes.buildings
    elif tags.get("boundary") == "administrative":
        target = shapes.administrative
    elif land_cover_of(tags) is not None:
        target = shapes.land
    else:
        return
    try:
        shape = shapely.make_valid(shapely.from_wkb(geometry()))
    except RuntimeError:  # osmium: rings that do not close, as at the edge of an extract
        return
    polygons = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]
    if polygons:
        target.append(Shape(shapely.union_all(polygons) if len(polygons) > 1 else polygons[0], tags))


def _runs(nodes: Iterable[Any]) -> Iterator[list[tuple[float, float]]]:
    """The stretches of a way between nodes that the extract lacks; two nodes or more each."""
    for known, run in groupby(nodes, key=lambda node: node.location.valid()):
        points = [(node.lon, node.lat) for node in run] if known else []
        if len(points) > 1:
            yield points


def _sort_way(shapes: OsmShapes, tags: Tags, points: list[tuple[float, float]]) -> None:
    if tags.get("highway") in ROADS and tags.get("area") != "yes":
        shapes.roads.append(Shape(shapely.LineString(points), tags))
    elif tags.get("waterway") in STREAMS:
        shapes.streams.append(Shape(shapely.LineString(points), tags))
    elif tags.get("natural") == "coastline":
        shapes.coastline.append(Shape(shapely.LineString(points), tags))
