"""Who may hear whom: candidate pairs from sorted bins, never all pairs.

Places are metres on a fixed world lattice (Earth-centred x, y, z), so the antimeridian and the poles are places like
any other. Bins are cubes whose side is the largest reach; a place meets the 27 cubes around its own. How far a pair is
looked at follows from its own link budget: two weak antennas need not be asked across the whole country.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.table import Array

COMPILED_FROM = 2_000  # places; below, numpy is done before a compiler has started

_OFFSETS = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)], np.int64)
_AXIS = np.int64(1 << 21)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a link budget goes: `squared_m2[k]` belongs to budgets below `lowest_db + k × step_db`, rising."""

    lowest_db: float
    step_db: float
    squared_m2: Array

    @property
    def largest_m(self) -> float:
        return float(np.sqrt(self.squared_m2[-1]))

    def steps(self, budget_db: Array) -> Array:
        """Which entry of the table belongs to each budget."""
        step = np.ceil((budget_db - self.lowest_db) / self.step_db)
        return np.clip(step, 0, len(self.squared_m2) - 1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Directed candidate pairs by row: `sender` ascending, `distance_m` along the chord."""

    sender: Array
    witness: Array
    distance_m: Array


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """Places sorted into cubes: `order` lists rows by cube, `keys` their cubes in that order.

    The budget of a pair is `sent_db` of the sender plus `heard_db` of the witness, looked up in `reach`.
    """

    xyz_m: Array
    sent_db: Array
    heard_db: Array
    reach: Reach
    order: Array
    keys: Array

    def spans(self, begin: int, end: int) -> tuple[Array, Array]:
        """Where the 27 cubes around each of the rows stand in `order`, and how many places each holds: (rows, 27)."""
        cube = np.floor(self.xyz_m[begin:end] / self.reach.largest_m).astype(np.int64)
        around = _packed(cube[:, None, :] + _OFFSETS)
        first = np.searchsorted(self.keys, around, side="left")
        return first, np.searchsorted(self.keys, around, side="right") - first

    def blocks(self, begin: int, end: int, n_candidates: int) -> list[tuple[int, int]]:
        """Ranges of the rows `begin` to `end` that scan about `n_candidates` candidates each."""
        ranges = blocks_of(self.spans(begin, end)[1].sum(axis=1), n_candidates)
        return [(begin + first, begin + last) for first, last in ranges]

    def pairs(self, begin: int, end: int) -> Pairs:
        """The pairs of the rows `begin` to `end`; compiled for many places, with the same result."""
        if len(self.xyz_m) >= COMPILED_FROM:
            from poc.world.witnessing.scan_compiled import scan

            return Pairs(*scan(self, begin, end))
        return self.pairs_in_numpy(begin, end)

    def pairs_in_numpy(self, begin: int, end: int) -> Pairs:
        """The plain form, which the compiled one is held to."""
        first, counts = self.spans(begin, end)
        count = counts.ravel()
        spans = np.repeat(first.ravel() - (np.cumsum(count) - count), count)
        witness = self.order[spans + np.arange(len(spans))]
        n_of_row = counts.sum(axis=1)
        sender = np.repeat(np.arange(begin, end), n_of_row)
        squared_m2 = np.zeros(len(sender))
        for along_m in self.xyz_m.T:
            squared_m2 += (np.repeat(along_m[begin:end], n_of_row) - along_m[witness]) ** 2
        step = self.reach.steps(self.sent_db[sender] + self.heard_db[witness])
        near = (squared_m2 <= self.reach.squared_m2[step]) & (sender != witness)
        return Pairs(sender[near], witness[near], np.sqrt(squared_m2[near]))


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


def neighbourhoods(xyz_m: Array, sent_db: Array, heard_db: Array, reach: Reach) -> Neighbourhoods:
    """Cubes over places of shape (n, 3) [m], with what each place sends and hears [dB].

    >>> near = Reach(0.0, 1.0, np.array([4.0]))
    >>> line = neighbourhoods(np.array([[0.0, 0, 0], [1, 0, 0], [9, 0, 0]]), np.zeros(3), np.zeros(3), near)
    >>> line.pairs(0, 3).sender.tolist(), line.pairs(0, 3).witness.tolist()
    ([0, 1], [1, 0])
    """
    keys = _packed(np.floor(xyz_m / reach.largest_m).astype(np.int64))
    order = np.argsort(keys, kind="stable")
    return Neighbourhoods(xyz_m, sent_db, heard_db, reach, order, keys[order])


def _packed(cube: Array) -> Array:
    x, y, z = (cube[..., axis] + (_AXIS >> 1) for axis in range(3))
    return np.asarray((x * _AXIS + y) * _AXIS + z)
