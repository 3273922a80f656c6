"""A density map that changes hotspot by hotspot: only the hexes over those who come or go are counted anew.

Same scales as `DensityGrid.scales_e4`, which tests hold it to. A map of a million hotspots, renewed every half hour,
so costs what changes between two maps and not what stays. No GIL, cached on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numba
import numpy as np

from poc.rewards.density import NEAR_A_TIE, ONE_E4, DensityGrid, Level, exact_product_e4
from poc.table import Array

_STACK = 4096  # changes under way: each one leads to seven more at most, one resolution higher


class Hexes(NamedTuple):
    """The hexes of all resolutions in one numbering, the finest first, and what stands in them.

    `parent` (−1 at the top); `level` counts resolutions; `start` and `around`: the hexes in whose disk of seven each
    one lies. `unclipped` reach a hex from the finer ones, `clipped` of them count; `n_full` of its disk are at target.
    """

    parent: Array
    level: Array
    start: Array
    around: Array
    target: Array
    greatest: Array
    n_neighbours: Array
    unclipped: Array
    clipped: Array
    n_full: Array


class LivingMap:
    """The density map of some asserted cells, nobody active at first.

    >>> from poc.rewards.density import HIP_104, density_grid
    >>> living = LivingMap(density_grid(np.full(3, 631174330694238719, np.uint64), HIP_104), HIP_104)
    >>> living.renew(np.array([True, True, False]))
    >>> living.scales_e4(np.array([0])).tolist()
    [5000]
    """

    def __init__(self, grid: DensityGrid, table: Mapping[int, Level]) -> None:
        self._grid = grid
        self._hexes = _hexes_of(grid, table)
        self._active = np.zeros(len(grid.place), bool)
        self._occupied = np.zeros(len(grid.hex_of_cell), np.int32)
        self._hex_of_cell = grid.hex_of_cell.astype(np.int32)
        self._n_levels = len(grid.layers)

    def renew(self, active: Array) -> None:
        """From now on these of the asserted cells are active (bool)."""
        changed = np.flatnonzero(active != self._active)
        place = self._grid.place[changed]
        _change(self._hexes, self._hex_of_cell, self._occupied, place, np.where(active[changed], 1, -1))
        self._active = active

    def scales_e4(self, place: Array) -> Array:
        """Scale of each numbered cell [1e-4]; −1 where no active hotspot stands, and for the number −1."""
        scales, doubt = np.empty(len(place), np.int64), np.empty(len(place), np.int64)
        n_doubt = _scales(self._hexes, self._hex_of_cell, self._occupied, place, NEAR_A_TIE, scales, doubt)
        for row in doubt[:n_doubt].tolist():
            ratios = list(self._ratios(int(place[row])))
            scales[row] = exact_product_e4(tuple(r[0] for r in ratios), tuple(r[1] for r in ratios))
        return scales

    def _ratios(self, number: int) -> list[tuple[int, int]]:
        at, ratios = int(self._hex_of_cell[number]), []
        for _ in range(self._n_levels):
            at = int(self._hexes.parent[at])
            ratios.append((int(self._hexes.clipped[at]), int(self._hexes.unclipped[at])))
        return ratios


def _hexes_of(grid: DensityGrid, table: Mapping[int, Level]) -> Hexes:
    sizes = [grid.n_hexes, *(layer.n for layer in grid.layers)]
    first = np.concatenate([[0], np.cumsum(sizes)])
    n = int(first[-1])
    parent = np.full(n, -1, np.int32)
    members, disks = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for number, layer in enumerate(grid.layers):
        parent[first[number] : first[number + 1]] = layer.parent + first[number + 1]
        members.append(layer.around_hex + first[number + 1])
        disks.append(layer.around_row + first[number + 1])
    member, disk = np.concatenate(members), np.concatenate(disks)
    order = np.argsort(member, kind="stable")
    levels = [Level(0, 0, 0), *(table[resolution] for resolution in sorted(table, reverse=True))]
    columns = np.array([(each.target, each.greatest, each.n_neighbours) for each in levels], np.int32).T
    return Hexes(
        parent,
        np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes),
        np.searchsorted(member[order], np.arange(n + 1)).astype(np.int32),
        disk[order].astype(np.int32),
        *(np.ascontiguousarray(column) for column in columns),
        *(np.zeros(n, np.int32) for _ in range(3)),
    )


@numba.njit(cache=True, nogil=True)
def _counted(hexes, h):  # type: ignore[no-untyped-def]
    """How many of those who reach a hex count: `limits_of`, and never more than there are."""
    level = hexes.level[h]
    grown = hexes.n_full[h] - hexes.n_neighbours[level] + 1
    limit = min(hexes.greatest[level], hexes.target[level] * max(grown, 1))
    return min(limit, hexes.unclipped[h])


@numba.njit(cache=True, nogil=True)
def _change(hexes, hex_of_cell, occupied, place, by):  # type: ignore[no-untyped-def]
    """Hotspots come (+1) or go (−1): count every hex anew that this touches, from fine to coarse."""
    waiting, delta = np.empty(_STACK, np.int32), np.empty(_STACK, np.int32)
    for k in range(len(place)):
        if place[k] < 0:
            continue
        occupied[place[k]] += by[k]
        waiting[0], delta[0], n = hex_of_cell[place[k]], by[k], 1
        while n > 0:
            n -= 1
            up, more = hexes.parent[waiting[n]], delta[n]
            if up < 0:
                continue
            target = hexes.target[hexes.level[up]]
            was_full = hexes.unclipped[up] >= target
            hexes.unclipped[up] += more
            is_full = hexes.unclipped[up] >= target
            if was_full != is_full:
                for j in range(hexes.start[up], hexes.start[up + 1]):
                    near = hexes.around[j]
                    hexes.n_full[near] += 1 if is_full else -1
                    if near != up:
                        counted = _counted(hexes, near)
                        if counted != hexes.clipped[near]:
                            waiting[n], delta[n] = near, counted - hexes.clipped[near]
                            hexes.clipped[near] = counted
                            n += 1
            counted = _counted(hexes, up)
            if counted != hexes.clipped[up]:
                waiting[n], delta[n] = up, counted - hexes.clipped[up]
                hexes.clipped[up] = counted
                n += 1


@numba.njit(cache=True, nogil=True)
def _scales(hexes, hex_of_cell, occupied, place, doubtful, scales, doubt):  # type: ignore[no-untyped-def]
    n_doubt = 0
    for k in range(len(place)):
        cell = place[k]
        if cell < 0 or occupied[cell] == 0:
            scales[k] = -1
            continue
        at, product = hexes.parent[hex_of_cell[cell]], 1.0
        while at >= 0:
            product *= hexes.clipped[at] / hexes.unclipped[at]
            at = hexes.parent[at]
        product *= ONE_E4
        scales[k] = np.int64(np.rint(product))
        if abs(product % 1.0 - 0.5) < doubtful:
            doubt[n_doubt] = k
            n_doubt += 1
    return n_doubt
