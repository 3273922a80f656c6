"""Sums of shares by pool and hotspot: whole numbers in, whole numbers out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from poc.schema import SHARES
from poc.table import Table


def shares_of_pool(pool: str, hotspot: npt.NDArray[np.uint64], shares: npt.NDArray[np.int64]) -> Table:
    """SHARES of one pool, one row for each hotspot with more than nothing, ordered by hotspot.

    >>> shares_of_pool("witnesses", np.array([7, 5, 7], np.uint64), np.array([1, 0, 2]))["shares"].tolist()
    [3]
    """
    hotspots, row = np.unique(hotspot, return_inverse=True)
    total = np.zeros(len(hotspots), np.int64)
    np.add.at(total, row, shares)
    paid = total > 0
    return SHARES.table(pool=np.full(int(paid.sum()), pool), hotspot=hotspots[paid], shares=total[paid])
