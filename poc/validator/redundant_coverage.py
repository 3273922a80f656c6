"""HIP-136: where more than 14 witnesses are valid, none is rewarded that asserts a place near an earlier one's.

Source: HIP-136 ("Eliminate IOT Rewards for Redundant Coverage", closed), `spec/helium-iot.md` §13.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from maps.grid import distances, parents, resolutions
from poc.table import Table
from poc.validator.joining import CELL_DISTANCE_RESOLUTION
from poc.validator.selection import first_arrivals

Flags = npt.NDArray[np.bool_]


def spread_witnesses(receptions: Table, beacon_row: npt.NDArray[np.int64], valid: Flags, limits: Any) -> Flags:
    """The first `limits.max_witnesses` valid receptions of each beacon, redundant ones passed over, as flags.

    Redundant is a later witness less than `limits.min_distance_cells` res-11 cells from an earlier one that stays; a
    distance that cannot be computed is no redundancy.
    """
    rows = np.flatnonzero(valid)
    start = np.searchsorted(beacon_row[rows], np.unique(beacon_row[rows]))
    ends = np.append(start[1:], len(rows))
    crowded = ends - start > limits.max_witnesses
    if not crowded.any():
        return valid.copy()
    cell = receptions["witness_cell"][rows]
    fine = resolutions(cell) >= CELL_DISTANCE_RESOLUTION
    cell = np.where(fine, cell, np.uint64(0))
    cell[fine] = parents(cell[fine], CELL_DISTANCE_RESOLUTION)
    stays = valid.copy()
    for begin, end in zip(start[crowded].tolist(), ends[crowded].tolist(), strict=True):
        stays[rows[begin:end]] = _spread(cell[begin:end], limits.max_witnesses, limits.min_distance_cells)
    return first_arrivals(receptions, beacon_row, stays, limits)


def _spread(cell: npt.NDArray[np.uint64], n_most: int, n_cells: int) -> Flags:
    """Which of these, in order of arrival, stay; after `n_most` nobody is looked at any more."""
    stays = np.ones(len(cell), bool)
    n_kept = 0
    for i in range(len(cell)):
        if not stays[i]:
            continue
        n_kept += 1
        if n_kept == n_most:
            stays[i + 1 :] = False
            break
        later = np.flatnonzero(stays[i + 1 :]) + i + 1
        apart = distances(np.full(len(later), cell[i]), cell[later])
        stays[later[(apart >= 0) & (apart < n_cells)]] = False
    return stays
