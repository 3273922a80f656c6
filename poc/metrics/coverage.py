"""Which hexes were witnessed, and which of them only on the word of liars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.grid import are_valid, parents, resolutions
from poc.metrics.columns import Columns, RowsById, columns, distinct, parts, rows_in, with_rows
from poc.metrics.labels import Labels
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

    from maps.city import City

RESOLUTIONS = (8, 9)


def coverage(
    tables: Mapping[str, pa.Table], labels: Labels | None, first_epoch: int, city: City | None
) -> dict[str, Any]:
    """Cells at res 8 and 9 in which a hotspot is asserted that took part in a valid witnessing.

    `phantom`: cells that no pair of honest hotspots vouches for. Shares of the city: of its populated cells, and of
    the people in them; None without a city, or where the city is coarser than the resolution.
    """
    grades: dict[str, Any] = {}
    cells = _witnessed_cells(tables, labels, first_epoch)
    for resolution in RESOLUTIONS:
        suffix = f"res{resolution}"
        if cells is None:
            grades |= dict.fromkeys((f"n_cells_{suffix}", f"n_phantom_cells_{suffix}"), None)
            witnessed = None
        else:
            witnessed, vouched = (_parents(part, resolution) for part in cells)
            grades[f"n_cells_{suffix}"] = len(witnessed)
            n_phantom = int((rows_in(vouched, witnessed) < 0).sum()) if labels is not None else None
            grades[f"n_phantom_cells_{suffix}"] = n_phantom
        grades |= _city_shares(witnessed, resolution, suffix, city)
    return grades


def _witnessed_cells(
    tables: Mapping[str, pa.Table], labels: Labels | None, first_epoch: int
) -> tuple[Array, Array] | None:
    """Asserted cells of valid witnessings, and those of pairs of honest hotspots alone."""
    pieces = parts(tables, "witness_verdicts", "beaconer", "witness", "reason", first_epoch=first_epoch)
    hotspots = columns(tables, "hotspots", "hotspot", "cell", first_epoch=first_epoch)
    if pieces is None or hotspots is None:
        return None
    ids = distinct(np.concatenate([hotspots["hotspot"], [np.uint64(0)]]))
    liar = np.append(np.zeros(len(ids), bool) if labels is None else labels.liars(ids), False)
    any_liar = bool(liar.any())
    n_epochs = int(hotspots["epoch"].max(initial=0)) + 1
    # whether each hotspot took part in each epoch, and whether with an honest counterpart and honest itself;
    # a hotspot that is not there marks the spare last column
    width, rows = len(ids) + 1, RowsById(ids)
    seen, vouched = np.zeros((2, n_epochs * width), bool)
    valid = (_valid(piece, n_epochs) for piece in pieces)
    for piece, ranks in with_rows(valid, rows, "beaconer", "witness"):
        first = width * piece["epoch"].astype(np.int64)
        ranks = [np.where(rank < 0, len(ids), rank) for rank in ranks]
        for rank in ranks:
            seen[first + rank] = True
        if any_liar:
            honest = ~liar[ranks[0]] & ~liar[ranks[1]]
            for rank in ranks:
                vouched[(first + rank)[honest]] = True
    vouched = vouched if any_liar else seen
    place = width * hotspots["epoch"].astype(np.int64) + rows.rows(hotspots["hotspot"])
    return distinct(hotspots["cell"][seen[place]]), distinct(hotspots["cell"][vouched[place]])


def _valid(piece: Columns, n_epochs: int) -> Columns:
    valid = (piece["reason"] == 0) & (piece["epoch"] < n_epochs)
    return piece if valid.all() else {name: column[valid] for name, column in piece.items()}


def _parents(cells: Array, resolution: int) -> Array:
    cells = cells[are_valid(cells)]
    return distinct(parents(cells[resolutions(cells) >= resolution], resolution))


def _city_shares(witnessed: Array | None, resolution: int, suffix: str, city: City | None) -> dict[str, float | None]:
    cells_key, people_key = f"populated_cells_share_{suffix}", f"population_share_{suffix}"
    if witnessed is None or city is None or city.resolution < resolution:
        return {cells_key: None, people_key: None}
    people = np.asarray(city.population, np.float64)
    populated = people > 0
    if not populated.any():
        return {cells_key: None, people_key: None}
    parent = parents(np.asarray(city.cells)[populated], resolution)
    covered = rows_in(witnessed, parent) >= 0
    people = people[populated]
    return {
        cells_key: len(distinct(parent[covered])) / len(distinct(parent)),
        people_key: math.fsum(people[covered].tolist()) / math.fsum(people.tolist()),
    }
