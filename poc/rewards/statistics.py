"""All that Helium's reward rule needs of an epoch, in so few numbers that another unit rule costs next to nothing.

A participation is worth its density scale × a unit that depends on the number of selected witnesses alone (HIP-15). So
the sum of scales by hotspot and number of witnesses (0 to 14) says it all: shares under any redundancy, decay and cap
are that table times a column of units. Whole numbers throughout: equal to a pass over all reports to the last share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.schema import SHARES
from poc.table import Array, Table

_EXACT_FLOAT = 2**53
_BLOCK = 256  # hotspots at a time, so that products stay in the cache; too small to be worth threads


@dataclass(frozen=True, slots=True)
class RewardStatistics:
    """Sums of density scales [1e-4], shape (n_hotspots, n_witnesses + 1), of the beacons and of the selected reports.

    `hotspot` are ids in ascending order. Density and selection are those of the verdicts; a rule that changes them
    needs another pass.
    """

    hotspot: Array
    sent_e4: Array
    heard_e4: Array

    def shares_e8(self, rules: Sequence[Any]) -> dict[str, Array]:
        """Shares [1e-8] by pool, shape (n_hotspots, n_rules); a rule is anything with the three HIP-15 limits."""
        counts = np.arange(self.sent_e4.shape[1])
        pools = {}
        for pool, sums, unit in (
            ("beacons", self.sent_e4, beaconer_units_e4),
            ("witnesses", self.heard_e4, witness_units_e4),
        ):
            units = np.zeros((len(counts), len(rules)))
            for number, rule in enumerate(rules):
                units[:, number] = unit(counts, rule)
            # sums of whole numbers below 2^53 are exact in floating point, whatever the order
            exact = int(sums.sum(axis=1).max(initial=0)) * int(units.max(initial=0)) < _EXACT_FLOAT
            factor, kind = (units, np.float64) if exact else (units.astype(np.int64), np.int64)
            shares, some = np.empty((len(sums), len(rules)), np.int64), np.empty((_BLOCK, len(rules)), kind)
            for begin in range(0, len(sums), _BLOCK):
                rows = sums[begin : begin + _BLOCK].astype(kind)
                shares[begin : begin + _BLOCK] = np.matmul(rows, factor, out=some[: len(rows)])
            pools[pool] = shares
        return pools

    def shares(self, limits: Any) -> Table:
        """SHARES under one rule, as `HeliumDensity` gives them for the claims of the same verdicts."""
        tables = [SHARES.empty()]
        for pool, shares in self.shares_e8([limits]).items():
            paid = shares[:, 0] > 0
            tables.append(
                SHARES.table(pool=np.full(int(paid.sum()), pool), hotspot=self.hotspot[paid], shares=shares[:, 0][paid])
            )
        return Table.concat(tables)


def reward_statistics(beacon_verdicts: Table, witness_verdicts: Table) -> RewardStatistics:
    """The statistics of one epoch from BEACON_VERDICTS and WITNESS_VERDICTS (the selected reports suffice).

    >>> from poc.schema import BEACON_VERDICTS, WITNESS_VERDICTS
    >>> statistics = reward_statistics(BEACON_VERDICTS.empty(), WITNESS_VERDICTS.empty())
    >>> len(statistics.hotspot), len(statistics.shares_e8([])["beacons"])
    (0, 0)
    """
    beacons = beacon_verdicts.take((beacon_verdicts["reason"] == 0) & (beacon_verdicts["n_selected"] > 0))
    selected = np.flatnonzero(witness_verdicts["selected"])
    witness, beacon = witness_verdicts["witness"][selected], witness_verdicts["beacon"][selected]
    ids = np.unique(np.append(beacons["hotspot"], witness))
    n_of_report = np.append(beacons["n_selected"], 0)[beacons.rows_of(beacon)]
    return statistics_by_row(
        ids,
        (np.searchsorted(ids, beacons["hotspot"]), beacons["hex_scale_e4"], beacons["n_selected"]),
        (np.searchsorted(ids, witness), witness_verdicts["hex_scale_e4"][selected], n_of_report),
    )


def statistics_by_row(
    hotspot: Array, sent: tuple[Array, Array, Array], heard: tuple[Array, Array, Array]
) -> RewardStatistics:
    """The same from rows of `hotspot`, density scales and numbers of selected witnesses: of beacons, of reports."""
    n_columns = int(sent[2].max(initial=0)) + 1
    return RewardStatistics(hotspot, *(_sums(len(hotspot), n_columns, *part) for part in (sent, heard)))


def _sums(n_hotspots: int, n_columns: int, row: Array, scale_e4: Array, n: Array) -> Array:
    # floating point is exact here: even all scales together stay far below 2^53
    sums = np.bincount(row * n_columns + n, scale_e4, n_hotspots * n_columns)
    return sums.astype(np.int64).reshape(n_hotspots, n_columns)
