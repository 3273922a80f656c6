"""How one cell's density scale comes about: what each resolution counts and what it lets through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from poc.rewards.density import DensityGrid, Level, limits_of


@dataclass(frozen=True, slots=True)
class Factor:
    """One resolution: `n` hotspots reach it from the finer ones, `limit` of them count."""

    resolution: int
    n: int
    limit: int

    @property
    def share(self) -> float:
        return min(self.limit, self.n) / self.n


def factors_of(
    grid: DensityGrid, table: Mapping[int, Level], active: npt.NDArray[np.bool_], number: int
) -> Iterator[Factor]:
    """The factors of the cell with this number, finest first; their product is its scale. Source: HIP-17.

    >>> from poc.rewards.density import HIP_104, density_grid
    >>> grid = density_grid(np.full(3, 631174330694238719, np.uint64), HIP_104)
    >>> [(each.resolution, each.n, each.limit) for each in factors_of(grid, HIP_104, np.ones(3, bool), 0)][:2]
    [(10, 3, 1), (9, 1, 1)]
    """
    there = grid.place[active & (grid.place >= 0)]
    clipped = np.bincount(grid.hex_of_cell[there], minlength=grid.n_hexes)
    at = int(grid.hex_of_cell[number])
    for resolution, layer in zip(sorted(table, reverse=True), grid.layers, strict=True):
        n = np.bincount(layer.parent, weights=clipped, minlength=layer.n).astype(np.int64)
        full_enough = n >= layer.level.target
        n_around = np.bincount(layer.around_row, weights=full_enough[layer.around_hex], minlength=layer.n)
        limits = limits_of(layer.level, n_around.astype(np.int64))
        clipped, at = np.minimum(limits, n), int(layer.parent[at])
        yield Factor(resolution, int(n[at]), int(limits[at]))
