"""Where hotspots say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.grid import are_valid, coordinates_from_cells
from poc.metrics.columns import Columns, newest

if TYPE_CHECKING:
    from poc.store import RunData


def asserted_places(run: RunData) -> Columns | None:
    """Hotspots in ascending order with the newest asserted cell and its centre; those without a valid cell left out."""
    hotspots = newest(run.tables, "hotspots", "hotspot", "cell")
    if hotspots is None:
        return None
    rows = are_valid(hotspots["cell"])
    latitude_deg, longitude_deg = coordinates_from_cells(hotspots["cell"][rows])
    return {
        "hotspot": hotspots["hotspot"][rows],
        "cell": hotspots["cell"][rows],
        "latitude_deg": latitude_deg,
        "longitude_deg": longitude_deg,
    }
