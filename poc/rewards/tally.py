"""Shares summed up piece by piece, for rules in which every participation is worth the same wherever it is counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.schema import SHARES
from poc.table import Array, Gathered, Table, coded


class Tally:
    """Shares [1e-8] of each hotspot (by row) in each pool of a rule that has `weights_e8`.

    `shares` at the end equals what the rule's own `shares` gives for all claims at once.

    >>> from poc.rewards.rules.helium_density import HeliumDensity
    >>> tally = Tally(HeliumDensity(), 3)
    >>> tally.add("witness", np.array([2, 2]), np.array([10_000, 5_000]), np.array([10_000, 10_000]))
    >>> table = tally.shares(np.array([7, 8, 9], np.uint64))
    >>> table["hotspot"].tolist(), table["shares"].tolist()
    ([9], [150000000])
    """

    def __init__(self, rule: Any, n_hotspots: int) -> None:
        self.rule = rule
        self._of_role = {role: np.zeros(n_hotspots, np.int64) for role in rule.POOLS.values()}

    def add(self, role: str, row: Array, scale_e4: Array, unit_e4: Array) -> None:
        """Participations in one role, by row of the hotspot."""
        if role in self._of_role:
            np.add.at(self._of_role[role], row, self.rule.weights_e8(scale_e4, unit_e4))

    def shares(self, hotspot: Array) -> Table:
        """SHARES of all pools, by pool as the rule lists them and then by hotspot."""
        order = np.argsort(hotspot, kind="stable")
        names = coded(list(self.rule.POOLS), np.zeros(0))[0]
        pools = []
        for number, role in enumerate(self.rule.POOLS.values()):
            paid = order[self._of_role[role][order] > 0]
            pool = names, np.full(len(paid), number, np.uint8)
            pools.append(
                Table(
                    SHARES,
                    Gathered(
                        {"pool": pool, "hotspot": (hotspot[paid], None), "shares": (self._of_role[role][paid], None)}
                    ),
                )
            )
        return Table.concat([SHARES.empty(), *pools])
