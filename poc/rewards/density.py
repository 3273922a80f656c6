"""Transmit scale by hex density: HIP-17's algorithm with HIP-104's numbers, and with its own.

Source: oracles-iot `hex_density.rs`, `tx_scaler.rs`, HIP-17, HIP-104, `spec/helium-iot.md` §9. Scales are whole numbers
of 1e-4, rounded half to even from 28-digit decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from maps.grid import are_valid, disks, parents, resolutions

FINEST = 11
ONE_E4 = 10_000
NEAR_A_TIE = 1e-6  # of 1e-4: products that lie closer to a half are worked out in decimals


@dataclass(frozen=True, slots=True)
class Level:
    """What one resolution tolerates: neighbours needed before the limit grows, target and greatest count."""

    n_neighbours: int
    target: int
    greatest: int


HIP_104: Mapping[int, Level] = {
    10: Level(2, 1, 1),
    9: Level(2, 1, 1),
    8: Level(2, 1, 1),
    7: Level(4, 5, 10),
    6: Level(4, 25, 50),
    5: Level(4, 100, 200),
    4: Level(2, 500, 1000),
}
HIP_17: Mapping[int, Level] = {
    10: Level(2, 1, 1),
    9: Level(2, 1, 2),
    8: Level(2, 1, 4),
    7: Level(2, 5, 20),
    6: Level(1, 25, 100),
    5: Level(1, 100, 400),
    4: Level(1, 250, 800),
}
#: "none" leaves every scale at 1.
DENSITY_TABLES: dict[str, Mapping[int, Level]] = {"hip-104": HIP_104, "hip-17": HIP_17, "none": {}}


@dataclass(frozen=True, slots=True)
class _Layer:
    """The hexes of one resolution: parent of each hex one step finer, and which hexes lie around which."""

    level: Level
    parent: npt.NDArray[np.int64]
    n: int
    around_row: npt.NDArray[np.int64]
    around_hex: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DensityGrid:
    """The hexes over a set of asserted cells, numbered once, so that a new set of active hotspots needs only counting.

    `place` gives the number of each asserted cell (−1: no cell of resolution 11 or finer), `hex_of_cell` the res-11 hex
    of each number.
    """

    place: npt.NDArray[np.int64]
    hex_of_cell: npt.NDArray[np.int64]
    n_hexes: int
    layers: tuple[_Layer, ...]

    def scales_e4(self, active: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Scale of each numbered cell when these of the asserted cells are active; −1 where no active one stands."""
        occupied_cell, counts = self.counts(active)
        scales = np.full(len(self.hex_of_cell), -1, np.int64)
        scales[occupied_cell] = _rounded_products_e4(counts)
        return scales

    def counts(self, active: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
        """(which numbered cells are occupied; how many hotspots count and are there in the hex over each of these).

        The latter has the shape (resolutions from fine to coarse, 2, occupied cells).
        """
        there = self.place[active & (self.place >= 0)]
        occupied_cell = np.bincount(there, minlength=len(self.hex_of_cell)) > 0
        clipped = np.bincount(self.hex_of_cell[there], minlength=self.n_hexes)
        up = self.hex_of_cell[occupied_cell]
        ratios = np.ones((len(self.layers), 2, len(up)), np.int64)
        for ratio, layer in zip(ratios, self.layers, strict=True):
            unclipped = np.bincount(layer.parent, weights=clipped, minlength=layer.n).astype(np.int64)
            full_enough = unclipped >= layer.level.target
            n_around = np.bincount(layer.around_row, weights=full_enough[layer.around_hex], minlength=layer.n)
            clipped = np.minimum(limits_of(layer.level, n_around.astype(np.int64)), unclipped)
            up = layer.parent[up]
            ratio[:] = clipped[up], unclipped[up]
        return occupied_cell, ratios


def limits_of(level: Level, n_around: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many count in a hex with this many hexes at target in its disk of seven.

    >>> limits_of(Level(2, 1, 4), np.arange(8)).tolist()
    [1, 1, 1, 2, 3, 4, 4, 4]
    """
    return np.minimum(level.greatest, level.target * np.maximum(n_around - level.n_neighbours + 1, 1))


def density_grid(cells: npt.NDArray[np.uint64], table: Mapping[int, Level]) -> DensityGrid:
    """Number the hexes over the asserted cells; what is no cell, or coarser than resolution 11, takes no part."""
    usable = are_valid(cells) & (resolutions(cells) >= FINEST)
    place = np.full(len(cells), -1, np.int64)
    distinct, place[usable] = np.unique(cells[usable], return_inverse=True)
    hexes, hex_of_cell = np.unique(parents(distinct, FINEST), return_inverse=True)
    n_hexes, layers = len(hexes), []
    for resolution in sorted(table, reverse=True):
        hexes, parent = _each_once(parents(hexes, resolution))
        level = table[resolution]
        row, around = np.zeros(0, np.int64), np.zeros(0, np.int64)
        if level.greatest > level.target:  # else the limit is the target, whatever lies around
            row, cell = disks(hexes, 1)
            around = np.minimum(np.searchsorted(hexes, cell), len(hexes) - 1)
            found = hexes[around] == cell
            row, around = row[found], around[found]
        layers.append(_Layer(level, parent, len(hexes), row, around))
    return DensityGrid(place, hex_of_cell, n_hexes, tuple(layers))


def _each_once(cells: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """As `numpy.unique` with the inverse: the parents of ascending cells of one resolution ascend themselves."""
    differs = np.append(True, cells[1:] != cells[:-1])[: len(cells)]
    return cells[differs], np.cumsum(differs) - 1


def scales_e4(cells: npt.NDArray[np.uint64], table: Mapping[int, Level]) -> npt.NDArray[np.int64]:
    """Scale [1e-4] of each cell when a hotspot is active at every entry; −1 for what is no cell of res 11 or finer.

    >>> cell = 631174330694238719
    >>> scales_e4(np.array([cell, cell, cell], np.uint64), HIP_104).tolist()
    [3333, 3333, 3333]
    """
    grid = density_grid(cells, table)
    return np.append(grid.scales_e4(np.ones(len(cells), bool)), -1)[grid.place]


def _rounded_products_e4(ratios: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Products of clipped/unclipped in 1e-4. Floats decide unless the product lies near a rounding tie."""
    products = np.prod(ratios[:, 0] / ratios[:, 1], axis=0) * ONE_E4
    rounded = np.rint(products).astype(np.int64)
    for row in np.flatnonzero(np.abs(products % 1.0 - 0.5) < NEAR_A_TIE).tolist():
        rounded[row] = exact_product_e4(tuple(ratios[:, 0, row].tolist()), tuple(ratios[:, 1, row].tolist()))
    return rounded


@lru_cache(maxsize=65_536)
def exact_product_e4(clipped: tuple[int, ...], unclipped: tuple[int, ...]) -> int:
    """Product of clipped/unclipped in 1e-4 by decimals of 28 digits, each step rounded half to even.

    >>> exact_product_e4((1, 1), (1, 3))
    3333
    """
    context = Context(prec=28, rounding=ROUND_HALF_EVEN)
    product = Decimal(1)
    for over, under in zip(clipped, unclipped, strict=True):
        product = context.multiply(product, context.divide(Decimal(over), Decimal(under)))
    return int((product * ONE_E4).quantize(Decimal(1), ROUND_HALF_EVEN))
