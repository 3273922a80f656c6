"""Who may hear whom: candidate pairs within a radius from sorted bins, never all pairs.

Places are metres on a fixed world lattice (Earth-centred x, y, z), so the antimeridian and the poles are places like
any other. Bins are cubes of one radius; a place meets the 27 cubes around its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.table import Array

_OFFSETS = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)], np.int64)
_AXIS = np.int64(1 << 21)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Directed candidate pairs by row: `sender` ascending, `distance_m` along the chord."""

    sender: Array
    witness: Array
    distance_m: Array


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """Places sorted into bins: `order` lists rows by bin; `first` and `count` are each row's 27 spans of `order`."""

    xyz_m: Array
    radius_m: float
    order: Array
    first: Array
    count: Array

    def blocks(self, n_candidates: int) -> list[tuple[int, int]]:
        """Ranges of rows that scan about `n_candidates` candidates each."""
        return blocks_of(self.count.sum(axis=1), n_candidates)

    def pairs(self, begin: int, end: int) -> Pairs:
        """The pairs of the rows `begin` to `end`."""
        count = self.count[begin:end].ravel()
        spans = np.repeat(self.first[begin:end].ravel() - (np.cumsum(count) - count), count)
        witness = self.order[spans + np.arange(len(spans))]
        sender = np.repeat(np.arange(begin, end), self.count[begin:end].sum(axis=1))
        gap = self.xyz_m[sender] - self.xyz_m[witness]
        distance_m = np.sqrt(gap[:, 0] ** 2 + gap[:, 1] ** 2 + gap[:, 2] ** 2)
        near = (distance_m <= self.radius_m) & (sender != witness)
        return Pairs(sender[near], witness[near], distance_m[near])


def blocks_of(work: Array, most: int) -> list[tuple[int, int]]:
    """Cut rows into consecutive ranges of about `most` work each, at least one row a range.

    >>> blocks_of(np.array([3, 3, 9, 1]), most=6)
    [(0, 2), (2, 3), (3, 4)]
    """
    total = np.cumsum(work)
    ranges = []
    begin = 0
    while begin < len(total):
        done = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, done + most, side="right")))
        ranges.append((begin, end))
        begin = end
    return ranges


def neighbourhoods(xyz_m: Array, radius_m: float) -> Neighbourhoods:
    """Bins of side `radius_m` over places of shape (n, 3) [m].

    >>> line = neighbourhoods(np.array([[0.0, 0, 0], [1, 0, 0], [9, 0, 0]]), radius_m=2.0)
    >>> line.pairs(0, 3).sender.tolist(), line.pairs(0, 3).witness.tolist()
    ([0, 1], [1, 0])
    """
    cube = np.floor(xyz_m / radius_m).astype(np.int64)
    keys = _packed(cube)
    order = np.argsort(keys, kind="stable")
    around = _packed(cube[:, None, :] + _OFFSETS)
    first = np.searchsorted(keys[order], around, side="left")
    count = np.searchsorted(keys[order], around, side="right") - first
    return Neighbourhoods(xyz_m, radius_m, order, first, count)


def _packed(cube: Array) -> Array:
    x, y, z = (cube[..., axis] + (_AXIS >> 1) for axis in range(3))
    return np.asarray((x * _AXIS + y) * _AXIS + z)
