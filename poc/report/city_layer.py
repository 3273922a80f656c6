"""The map under the figures, drawn from the city itself in kilometres around its centre."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from maps.clutter import Clutter
from maps.geodesy import coordinates_from_local_metres, local_metres
from maps.grid import boundaries
from poc.report.style import MUTED, SKY
from poc.table import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from maps.city import City
    from maps.polylines import Polylines
    from maps.terrain import Terrain

_BUILDINGS, _ROADS = "#b9aea0", "#a9b0b8"
_ROAD_WIDTHS = (1.1, 0.8, 0.45, 0.25)  # by `maps.city.ROAD_KINDS`
_MAX_BUILDINGS = 6_000
_MAX_RELIEF_PIXELS = 400
_CLUTTER_COLOURS = {
    Clutter.WATER: SKY, Clutter.FOREST: "#7fb58a", Clutter.SUBURBAN: "#d9c9a8", Clutter.URBAN: "#b9a58c",
    Clutter.DENSE_URBAN: "#8f7d6b",
}  # fmt: skip
_MARGIN_KM = 0.25
_WHOLE_DEG = 100.0  # of longitude, from which on kilometres around a centre are no map any more


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map: kilometres east and north of a centre. Across the antimeridian and at poles like anywhere else.

    A `whole` map is of a good part of the globe: degrees of longitude and latitude, cut opposite of the centre.
    """

    latitude_deg: float
    longitude_deg: float
    whole: bool = False

    def __call__(self, latitude_deg: Any, longitude_deg: Any) -> tuple[Array, Array]:
        """(east, north) [km], or (longitude, latitude) [deg] of a whole map."""
        if self.whole:
            off = _short_way(np.asarray(longitude_deg, np.float64) - self.longitude_deg)
            return off + self.longitude_deg, np.asarray(latitude_deg, np.float64)
        east_m, north_m = local_metres(latitude_deg, longitude_deg, self.latitude_deg, self.longitude_deg)
        return np.asarray(east_m) / 1000.0, np.asarray(north_m) / 1000.0

    def places(self, east: Array, north: Array) -> tuple[Array, Array]:
        """(latitude, longitude) [deg] of points on the map."""
        if self.whole:
            return np.clip(north, -90.0, 90.0), np.clip(east, self.longitude_deg - 180.0, self.longitude_deg + 180.0)
        return coordinates_from_local_metres(1000.0 * east, 1000.0 * north, self.latitude_deg, self.longitude_deg)

    def cells(self, cells: Array) -> list[Array]:
        """Outlines of H3 cells, each (n, 2) east and north [km].

        A cell across the cut of a whole map sticks out beyond the edge that its first corner is near.

        >>> from maps.grid import cells_from_coordinates
        >>> (outline,) = Plane(0.0, 0.0, whole=True).cells(np.array([cells_from_coordinates(-17.0, 180.0, 3)]))
        >>> float(np.ptp(outline[:, 0])) < 3.0
        True
        """
        outlines = [np.column_stack(self(ring[:, 0], ring[:, 1])) for ring in boundaries(cells)]
        for outline in outlines if self.whole else []:
            outline[:, 0] = outline[0, 0] + _short_way(outline[:, 0] - outline[0, 0])
        return outlines


def _short_way(off_deg: Array) -> Array:
    """Differences of longitude [deg] the short way round; half way round is left on its side."""
    return np.where(off_deg > 180.0, off_deg - 360.0, np.where(off_deg < -180.0, off_deg + 360.0, off_deg))


def plane_of(city: City | None, latitude_deg: Array, longitude_deg: Array) -> Plane:
    """The plane around the middle of the city's box, or around the given places where there is no city."""
    if city is not None:
        box = city.bounds
        width_deg = (box.east_deg - box.west_deg) % 360.0 or 360.0
        whole = width_deg > _WHOLE_DEG and box.south_deg < _WHOLE_DEG / 2 and box.north_deg > -_WHOLE_DEG / 2
        return Plane((box.south_deg + box.north_deg) / 2.0, box.west_deg + width_deg / 2.0, whole)
    if not len(latitude_deg):
        return Plane(0.0, 0.0)
    longitude = np.radians(longitude_deg)
    middle = np.degrees(np.arctan2(np.sin(longitude).mean(), np.cos(longitude).mean()))
    whole = float(np.ptp((np.asarray(longitude_deg) - middle + 180.0) % 360.0)) > _WHOLE_DEG
    return Plane(float(np.mean(latitude_deg)), float(middle), whole and float(np.ptp(latitude_deg)) > _WHOLE_DEG / 2)


def draw_city(axes: Axes, city: City | None, plane: Plane) -> None:
    """Relief, clutter, water, buildings, roads and boundary, as far as the city has them; axes in kilometres.

    Clutter classes are drawn where there are no roads to find one's way by.
    """
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel("longitude [°]" if plane.whole else "east of the centre [km]")
    axes.set_ylabel("latitude [°]" if plane.whole else "north of the centre [km]")
    axes.grid(False)
    if city is None:
        return
    if city.terrain is not None:
        _draw_relief(axes, city.terrain, plane)
    if not len(city.roads):
        _draw_clutter(axes, city, plane)
    _draw_lines(axes, plane, city.water, SKY, filled=True, widths=0.6, z=0.6)
    if len(city.buildings) <= _MAX_BUILDINGS:
        _draw_lines(axes, plane, city.buildings, _BUILDINGS, filled=True, widths=0.0, z=0.8)
    widths = np.array(_ROAD_WIDTHS)[np.minimum(city.roads.kind, len(_ROAD_WIDTHS) - 1)]
    _draw_lines(axes, plane, city.roads, _ROADS, filled=False, widths=widths, z=0.9)
    rings = [np.asarray(ring.coords) for ring in _rings(city.boundary)]
    outline = [np.column_stack(plane(ring[:, 1], ring[:, 0])) for ring in rings]
    axes.add_collection(
        PolyCollection(
            outline,
            facecolors="none",
            edgecolors=MUTED,
            linewidths=0.3 if plane.whole else 0.9,
            zorder=1.3,
            rasterized=plane.whole,
        )
    )


def _draw_relief(axes: Axes, terrain: Terrain, plane: Plane) -> None:
    """Hillshade as transparent ink: flat and lit ground stays the colour of the paper, light or dark."""
    step = max(1, max(terrain.posts_m.shape) // _MAX_RELIEF_PIXELS)
    shade = terrain.hillshade()[::step, ::step]
    picture = np.full((*shade.shape, 4), 0.45)
    picture[..., 3] = np.clip(0.75 - shade, 0.0, 0.6)
    west, south = plane(terrain.south_deg, terrain.west_deg)
    east, north = plane(terrain.north_deg, terrain.east_deg)
    extent = (float(west), float(east), float(south), float(north))
    axes.imshow(picture, extent=extent, origin="upper", interpolation="bilinear", zorder=0.4, aspect="equal")
    axes.set_aspect("equal", adjustable="datalim")


def _draw_clutter(axes: Axes, city: City, plane: Plane) -> None:
    for clutter, colour in _CLUTTER_COLOURS.items():
        cells = city.cells[city.clutter == clutter]
        if len(cells):
            axes.add_collection(PolyCollection(
                plane.cells(cells), facecolors=colour, edgecolors="none", alpha=0.4, rasterized=True, zorder=0.5
            ))  # fmt: skip


def _draw_lines(
    axes: Axes, plane: Plane, lines: Polylines, colour: str, *, filled: bool, widths: Any, z: float
) -> None:
    """Lines of (longitude, latitude) rows; closed ones are filled where asked."""
    if not len(lines):
        return
    flat = np.column_stack(plane(lines.coordinates[:, 1], lines.coordinates[:, 0]))
    first, last = lines.offsets[:-1], lines.offsets[1:] - 1
    closed = (last - first > 2) & (lines.coordinates[first] == lines.coordinates[last]).all(axis=1) & filled
    pieces = np.split(flat, lines.offsets[1:-1])
    areas = [pieces[row] for row in np.flatnonzero(closed)]
    strokes = [pieces[row] for row in np.flatnonzero(~closed)]
    style: dict[str, Any] = {"rasterized": True, "zorder": z, "linewidths": widths}
    if areas:
        axes.add_collection(PolyCollection(areas, facecolors=colour, edgecolors="none", alpha=0.45, **style))
    if strokes:
        axes.add_collection(LineCollection(strokes, colors=colour, alpha=0.8, **style))


def _rings(geometry: Any) -> Iterable[Any]:
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors


def extent_km(city: City | None, plane: Plane, east_km: Array, north_km: Array) -> tuple[float, float]:
    """Width and height of what there is to draw [km]."""
    if city is not None:
        box = city.bounds
        corners = plane(np.array([box.south_deg, box.north_deg]), np.array([box.west_deg, box.east_deg]))
        east_km, north_km = np.append(east_km, corners[0]), np.append(north_km, corners[1])
    if not len(east_km):
        return 1.0, 1.0
    return float(np.ptp(east_km)) + 2 * _MARGIN_KM, float(np.ptp(north_km)) + 2 * _MARGIN_KM


def frame_places(axes: Axes, east_km: Array, north_km: Array) -> None:
    """Limits that hold the city and all places with a margin; half a kilometre at least."""
    if len(east_km):
        low = np.array([east_km.min(), north_km.min()]) - _MARGIN_KM
        high = np.array([east_km.max(), north_km.max()]) + _MARGIN_KM
        axes.update_datalim(np.stack([low, high]))
    axes.margins(0.03)
    axes.autoscale_view()
