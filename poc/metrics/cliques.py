"""The largest clique of a graph, by branch and bound over sets that are single Python integers.

Source: E. Tomita and T. Seki, "An efficient branch-and-bound algorithm for finding a maximum clique" (2003): what can
be coloured with k colours holds no clique of more than k. Sets of bits after P. San Segundo et al. (2011).
"""

from __future__ import annotations

import numpy as np

from poc.table import Array


def largest_clique(linked: Array, most_steps: int) -> tuple[int, bool]:
    """Size of the largest clique found in a symmetric adjacency (n, n) without loops, and whether none is larger.

    The search gives up after `most_steps` sets of candidates.

    >>> triangle_and_tail = np.zeros((4, 4), bool)
    >>> triangle_and_tail[[0, 0, 1, 2], [1, 2, 2, 3]] = True
    >>> largest_clique(triangle_and_tail | triangle_and_tail.T, 100)
    (3, True)
    """
    if not len(linked):
        return 0, True
    order = np.argsort(-linked.sum(axis=1), kind="stable")  # well-connected ones get the first colours
    packed = np.packbits(linked[np.ix_(order, order)], axis=1, bitorder="little")
    search = _Search([int.from_bytes(row.tobytes(), "little") for row in packed], most_steps)
    search.branch((1 << len(linked)) - 1, 0)
    return search.largest, search.n_steps <= most_steps


class _Search:
    def __init__(self, neighbours: list[int], most_steps: int) -> None:
        self._neighbours, self._most_steps = neighbours, most_steps
        self._others = [~(linked | 1 << vertex) for vertex, linked in enumerate(neighbours)]
        self.largest, self.n_steps = 0, 0

    def branch(self, candidates: int, size: int) -> None:
        """Look for larger cliques that consist of one of `size` and some candidates, all linked to all of it."""
        self.largest = max(self.largest, size)
        if not candidates:
            return
        self.n_steps += 1
        if self.n_steps > self._most_steps:
            return
        for vertex, colours in reversed(self._coloured(candidates)):
            if size + colours <= self.largest or self.n_steps > self._most_steps:
                return
            self.branch(candidates & self._neighbours[vertex], size + 1)
            candidates ^= 1 << vertex

    def _coloured(self, candidates: int) -> list[tuple[int, int]]:
        """Each candidate with the number of colours that it and those before it take."""
        found, colours, others = [], 0, self._others
        while candidates:
            colours += 1
            free = candidates
            while free:
                bit = free & -free
                vertex = bit.bit_length() - 1
                free &= others[vertex]
                candidates ^= bit
                found.append((vertex, colours))
        return found
