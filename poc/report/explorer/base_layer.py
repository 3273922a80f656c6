"""The map under the hexes, from the city itself: lines, relief, and its cells with people and clutter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.clutter import Clutter
from maps.polylines import Polylines
from poc.report.explorer.payload import differences
from poc.table import Array

if TYPE_CHECKING:
    from maps.city import City
    from maps.terrain import Terrain

MAX_POINTS = 60_000
"""Of each layer; what is dropped first: paths before motorways, short lines before long ones."""
_MAX_RELIEF_PIXELS = 360


def base_columns(city: City) -> tuple[dict[str, Array], dict[str, Any]]:
    """(columns, facts) of a city: roads, water, buildings, boundary, relief where there is any, and cells."""
    rings = [np.asarray(ring.coords) for ring in _rings(city.boundary)]
    made = _lines("boundary", Polylines.from_lines(rings))
    for name, lines in (("roads", city.roads), ("water", city.water), ("buildings", city.buildings)):
        made |= _lines(name, _fewer(lines, name == "roads"))
    made |= {
        "city_cell": differences(np.asarray(city.cells)), "city_people": np.asarray(city.population, np.float32),
        "city_clutter": np.asarray(city.clutter, np.uint8),
    }  # fmt: skip
    box = city.bounds
    facts: dict[str, Any] = {
        "name": city.name, "attribution": city.attribution, "resolution": city.resolution,
        "bounds": [box.south_deg, box.west_deg, box.north_deg, box.east_deg], "relief": None,
        "clutter": [each.name for each in Clutter],
    }  # fmt: skip
    if city.terrain is not None:
        made["relief"], facts["relief"] = _relief(city.terrain)
    return made, facts


def _fewer(lines: Polylines, by_kind: bool) -> Polylines:
    if len(lines.coordinates) <= MAX_POINTS:
        return lines
    n_points = np.diff(lines.offsets)
    first, last = lines.coordinates[lines.offsets[:-1]], lines.coordinates[lines.offsets[1:] - 1]
    size = np.hypot(*(last - first).T) if by_kind else n_points
    order = np.lexsort([-size, lines.kind]) if by_kind else np.argsort(-size, kind="stable")
    kept = np.sort(order[np.cumsum(n_points[order]) <= MAX_POINTS])
    pieces = [lines.coordinates[lines.offsets[row] : lines.offsets[row + 1]] for row in kept.tolist()]
    return Polylines.from_lines(pieces, lines.kind[kept])


def _lines(name: str, lines: Polylines) -> dict[str, Array]:
    packed = lines.packed()
    return {
        f"{name}_steps": np.asarray(packed["steps"]).ravel(), f"{name}_offsets": packed["offsets"].astype(np.uint32),
        f"{name}_kind": np.asarray(packed["kind"]),
    }  # fmt: skip


def _relief(terrain: Terrain) -> tuple[Array, dict[str, Any]]:
    step = max(1, -(-max(terrain.posts_m.shape) // _MAX_RELIEF_PIXELS))
    shade = terrain.hillshade()[::step, ::step]
    darkness = np.round(np.clip(0.75 - shade, 0.0, 0.6) * 255).astype(np.uint8)
    bounds = [terrain.west_deg, terrain.south_deg, terrain.east_deg, terrain.north_deg]
    return darkness.ravel(), {"shape": list(shade.shape), "bounds": bounds}


def _rings(geometry: Any) -> Iterable[Any]:
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors
