"""Which country a place lies in, and which Helium region plan that country uses.

Borders are Natural Earth's of scale 1:10,000,000 (public domain), plans those of the country table in
`data/countries` (see its SOURCE.md). A place at sea goes to the nearest country within 50 km; beyond, and in countries
without a plan, there is none. Names of plans are those of `radio_models.lora.region_plans`.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from maps.errors import MapError
from maps.outline import outline_from_ring

NEAREST_KM = 50.0
_KM_PER_DEG = 111.195  # of latitude, on the sphere of maps.geodesy
_NOBODY = "", ""
_POINT = 3  # corners of a closed ring without area


@dataclass(frozen=True, slots=True)
class Plans:
    """Country and plan of each place, empty where there is none; `near` marks those taken from a coast near by."""

    country: npt.NDArray[np.str_]
    plan: npt.NDArray[np.str_]
    near: npt.NDArray[np.bool_]


def plans_of(latitude_deg: npt.ArrayLike, longitude_deg: npt.ArrayLike) -> Plans:
    """Country and region plan of places [deg]; two arrays of one length.

    >>> found = plans_of([35.907650, 47.14, 36.6, 0.0], [14.431416, 9.52, -84.2, -140.0])
    >>> found.country.tolist(), found.plan.tolist()
    (['Malta', 'Liechtenstein', 'United States of America', ''], ['EU868', 'EU868', 'US915', ''])
    """
    latitude, longitude = (np.atleast_1d(np.asarray(values, np.float64)) for values in (latitude_deg, longitude_deg))
    longitude = (longitude + 180.0) % 360.0 - 180.0
    atlas = _atlas()
    found = [_NOBODY] * len(latitude)
    near = np.zeros(len(latitude), np.bool_)
    rows, parts = atlas.tree.query(shapely.points(longitude, latitude), predicate="intersects")
    for row, part in zip(rows.tolist(), parts.tolist(), strict=True):
        found[row] = atlas.countries[part]
    for row in sorted(set(range(len(found))) - set(rows.tolist())):
        nearest = _nearest(atlas, float(latitude[row]), float(longitude[row]))
        if nearest is not None:
            found[row], near[row] = atlas.countries[nearest], True
    country, plan = (np.array([pair[i] for pair in found], np.str_) for i in (0, 1))
    return Plans(country, plan, near)


def borders_of(iso_numeric: Collection[int], step_deg: float = 0.0) -> BaseGeometry:
    """The land of countries by their ISO 3166-1 numbers, in longitude and latitude [deg], cut at ±180°.

    Borders are thinned by up to `step_deg`, and islands smaller than four such steps square then left out.

    >>> borders_of([438]).bounds[1] > 47.0
    True
    """
    names = {name for name, number in _numbers().items() if number in set(iso_numeric)}
    atlas = _atlas()
    parts = atlas.tree.geometries[[name in names for name, _ in atlas.countries]]
    if step_deg:
        thin = shapely.make_valid(shapely.simplify(parts, step_deg))
        parts = thin[shapely.area(thin) > 4.0 * step_deg**2]
    if not len(parts):
        raise MapError(f"there are no borders of the countries {sorted(iso_numeric)}: name a larger country.")
    pieces = shapely.get_parts(shapely.union_all(parts))
    return shapely.multipolygons([piece for piece in pieces if piece.geom_type == "Polygon"])


def plan_of_country(iso_numeric: int) -> str:
    """The region plan of a country by its ISO 3166-1 number; empty where it has none.

    >>> plan_of_country(756)
    'EU868'
    """
    names = {name for name, number in _numbers().items() if number == iso_numeric}
    return next((plan for name, plan in _atlas().countries if name in names), "")


@lru_cache(1)
def _numbers() -> dict[str, int]:
    """ISO 3166-1 number by name; 0 for areas without one."""
    with resources.files("poc_data").joinpath("countries/plans.csv").open(encoding="utf-8") as file:
        return {row["country"]: int(row["iso_numeric"] or 0) for row in csv.DictReader(file)}


@dataclass(frozen=True, slots=True)
class _Atlas:
    """Polygons without multi-parts, a search tree over them, and country and plan of each."""

    tree: shapely.STRtree
    countries: list[tuple[str, str]]


@lru_cache(1)
def _atlas() -> _Atlas:
    folder = resources.files("poc_data") / "countries"
    with gzip.open(folder.joinpath("countries-10m.topojson.gz").open("rb")) as file:
        topology = json.load(file)
    with folder.joinpath("plans.csv").open(encoding="utf-8") as file:
        plans = {row["country"]: row["plan"] for row in csv.DictReader(file)}
    arcs = [_arc(steps, topology["transform"]) for steps in topology["arcs"]]
    polygons: list[Any] = []
    countries: list[tuple[str, str]] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        for rings in geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]:
            shell, *holes = (_ring(ring, arcs) for ring in rings)
            if len(shell) > _POINT:  # islets that the grid of the file shrank to a point or a line are left out
                parts = _cut(shell) or [shapely.Polygon(shell, [hole for hole in holes if len(hole) > _POINT])]
                polygons.extend(parts)
                countries.extend([(name, plans[name])] * len(parts))
    return _Atlas(shapely.STRtree(shapely.make_valid(np.array(polygons))), countries)


def _cut(shell: npt.NDArray[np.float64]) -> list[BaseGeometry]:
    """The pieces of land on either side of ±180°, or around a pole; none where its ring stays on one side."""
    if np.abs(np.diff(shell[:, 0])).max() < 180.0:  # the file's rings jump from one side to the other
        return []
    return list(shapely.get_parts(outline_from_ring(shell[:-1, 1], shell[:-1, 0])))


def _arc(steps: list[list[int]], transform: dict[str, list[float]]) -> npt.NDArray[np.float64]:
    """Places (n, 2) [deg] of an arc, which is written as steps on a grid."""
    return np.cumsum(np.array(steps, np.int64), axis=0) * transform["scale"] + np.array(transform["translate"])


def _ring(numbers: list[int], arcs: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """A closed ring from arcs by number; ~n is arc n backwards. Neighbouring arcs share their end."""
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _nearest(atlas: _Atlas, latitude: float, longitude: float) -> int | None:
    """The part of a country that is nearest on the map drawn around the place, None beyond NEAREST_KM."""
    reach_deg = NEAREST_KM / _KM_PER_DEG
    shrink = max(float(np.cos(np.radians(min(abs(latitude) + reach_deg, 90.0)))), 1e-3)
    best: tuple[float, int] | None = None
    for around in (longitude, longitude - 360.0, longitude + 360.0):
        box = around - reach_deg / shrink, latitude - reach_deg, around + reach_deg / shrink, latitude + reach_deg
        for part in atlas.tree.query(shapely.box(*box)).tolist():
            coast = shapely.clip_by_rect(atlas.tree.geometries[part], *box)
            if coast.is_empty:
                continue
            km = float(
                shapely.distance(_flattened(coast, latitude), _flattened(shapely.Point(around, latitude), latitude))
            )
            if km <= NEAREST_KM and (best is None or (km, part) < best):
                best = km, part
    return None if best is None else best[1]


def _flattened(geometry: Any, latitude: float) -> Any:
    """The geometry in km on a map true at this latitude."""
    scale = np.array([_KM_PER_DEG * np.cos(np.radians(latitude)), _KM_PER_DEG])
    return shapely.transform(geometry, lambda places: places * scale)
