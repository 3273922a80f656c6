"""Pay for hexes: each has a budget, shared with ranked decay among the hotspots whose coverage of it is witnessed.

Our own rule (design §3): footprint → allocate per cell → value of the cell → integer shares. Its settings are limits of
the profile: `coverage_res`, `overlap_decay`, `max_paid`, `min_evidence`, `value_layer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from maps.grid import are_valid, parents, resolutions
from poc.errors import DataError
from poc.rewards.shares import shares_of_pool
from poc.table import Table

Cells = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int64]

UNIFORM_E8 = 10**8  # budget of a cell when all are worth the same
PERSON_E8 = 10**4  # budget for each person
WEIGHT_ONE = 10**6
VALUE_LAYERS = ("uniform", "population")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Cells that hotspots are proven to cover: one row for each pair, ordered by cell, then strongest first.

    `rank` counts from 0 within a cell; ties in strength go to the smaller hotspot id.
    """

    cell: Cells
    hotspot: Cells
    rank: Whole


@dataclass(frozen=True, slots=True)
class HexCoverage:
    """Pool `coverage`. Claims without a cell earn nothing here."""

    def shares(self, claims: Table, city: Any, limits: Any) -> Table:
        """SHARES of the pool; the budget of every covered cell is handed out to the last unit.

        Raises DataError when the value layer needs a map that is not there.
        """
        found = footprint(claims, limits)
        paid = found.rank < limits.max_paid
        cell, hotspot, rank = found.cell[paid], found.hotspot[paid], found.rank[paid]
        budget_e8 = cell_budgets_e8(cell, city, limits)
        return shares_of_pool("coverage", hotspot, allocate(cell, rank, budget_e8, limits.overlap_decay))


def footprint(claims: Table, limits: Any) -> Footprint:
    """Who covers what with at least `min_evidence` separate proofs, ranked by mean strength."""
    usable = are_valid(claims["cell"]) & (resolutions(claims["cell"]) >= limits.coverage_res)
    claims = claims.take(usable)
    cell = parents(claims["cell"], limits.coverage_res)
    order = np.lexsort((claims["strength_db"], claims["evidence"], claims["hotspot"], cell))
    cell, hotspot = cell[order], claims["hotspot"][order]
    start = np.flatnonzero(np.append(True, (cell[1:] != cell[:-1]) | (hotspot[1:] != hotspot[:-1]))[: len(cell)])
    n = np.diff(np.append(start, len(cell)))
    # the sorted order above makes these sums the same for any order of the claims
    strength_db = np.add.reduceat(claims["strength_db"][order], start) / n if len(start) else np.zeros(0)
    proven = n >= limits.min_evidence
    cell, hotspot, strength_db = cell[start][proven], hotspot[start][proven], strength_db[proven]
    order = np.lexsort((hotspot, -strength_db, cell))
    cell, hotspot = cell[order], hotspot[order]
    return Footprint(cell, hotspot, np.arange(len(cell)) - np.searchsorted(cell, cell))


def allocate(cell: Cells, rank: Whole, budget_e8: Whole, overlap_decay: float) -> Whole:
    """Shares [1e-8] of each row of a footprint: weights overlap_decay^rank, the odd unit to the first in rank.

    >>> allocate(np.array([5, 5, 9], np.uint64), np.array([0, 1, 0]), np.array([100, 100, 0]), 0.5).tolist()
    [67, 33, 0]
    """
    if not len(cell):
        return np.zeros(0, np.int64)
    weight = np.rint(WEIGHT_ONE * overlap_decay ** rank.astype(np.float64)).astype(np.int64)
    start = np.flatnonzero(rank == 0)
    of_cell = np.cumsum(rank == 0) - 1
    shares = budget_e8 * weight // np.add.reduceat(weight, start)[of_cell]
    shares[start] += budget_e8[start] - np.add.reduceat(shares, start)
    return shares


def cell_budgets_e8(cell: Cells, city: Any, limits: Any) -> Whole:
    """Budget of the cell of each row [1e-8]: the same for all, or by the people who live in it."""
    if limits.value_layer == "uniform":
        return np.full(len(cell), UNIFORM_E8, np.int64)
    if city is None or city.resolution < limits.coverage_res:
        raise DataError(
            f"value_layer 'population' needs a map in cells of resolution {limits.coverage_res} or finer; give a city "
            "or set value_layer = 'uniform'."
        )
    hexes, place = np.unique(parents(city.cells, limits.coverage_res), return_inverse=True)
    people = np.bincount(place, weights=city.population.astype(np.float64), minlength=len(hexes))
    row = np.minimum(np.searchsorted(hexes, cell), len(hexes) - 1)
    return np.where(hexes[row] == cell, np.rint(people[row] * PERSON_E8), 0).astype(np.int64)
