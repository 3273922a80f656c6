"""Too many hotspots to show one by one: the columns of hotspots become columns of hexes that hold them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from maps.grid import parents, resolutions
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.payload import MISSING_UINT16
from poc.table import Array

_FINEST = 9


def crowds_of(hotspots: Hotspots, columns: dict[str, Array], most: int) -> dict[str, Array]:
    """Columns by hex, at the finest resolution (9 or coarser) with at most `most` hexes that hold a hotspot.

    Amounts add up, counts and levels are means, the highest suspicion counts; what is told of one hotspot alone (ids,
    places, reasons, evidence) is left out. `n_hotspots` is the number in each hex.
    """
    placed = np.flatnonzero(hotspots.cell != 0)
    cells, place = _hexes(hotspots.cell[placed], most)
    n = np.bincount(place, minlength=len(cells))
    made = {name: array for name, array in columns.items() if name.startswith(("city_", "coverage_", "level_", *_BASE))}
    made |= {"cell": cells, "n_hotspots": n.astype(np.uint32)}
    for name, array in columns.items():
        rule = next((rule for ending, rule in _RULES.items() if name.startswith("run") and name.endswith(ending)), None)
        if rule is not None:
            made[name] = np.stack([rule(plane[placed], place, len(cells)) for plane in array]).astype(array.dtype)
    return made


def _hexes(cells: Array, most: int) -> tuple[Array, Array]:
    for resolution in range(_FINEST, -1, -1):
        finer = resolutions(cells) > resolution
        hexes = cells.copy()
        hexes[finer] = parents(cells[finer], resolution)
        found, place = np.unique(hexes, return_inverse=True)
        if len(found) <= most:
            break
    return found, place


def _sum(values: Array, place: Array, n: int) -> Array:
    return np.bincount(place, values.astype(np.float64), minlength=n)


def _mean(values: Array, place: Array, n: int) -> Array:
    known = values != MISSING_UINT16
    count = np.bincount(place[known], minlength=n)
    total = np.bincount(place[known], values[known].astype(np.float64), minlength=n)
    return np.where(count > 0, np.round(total / np.maximum(count, 1)), MISSING_UINT16)


def _highest(values: Array, place: Array, n: int) -> Array:
    known = values != MISSING_UINT16
    found = np.full(n, -1, np.int64)
    np.maximum.at(found, place[known], values[known].astype(np.int64))
    return np.where(found < 0, MISSING_UINT16 if values.dtype == np.uint16 else 0, found)


_BASE = ("boundary_", "roads_", "water_", "buildings_", "relief")
_RULES: dict[str, Callable[[Array, Array, int], Array]] = {
    "paid_hnt": _sum, "n_witnesses": _mean, "scale": _mean, "loss_tenths_db": _mean,
    "rssi_tenths_db_over_minus_200": _mean, "valid": _highest, "vouched": _highest, "_probability": _highest,
    "_verdict": _highest,
}  # fmt: skip
