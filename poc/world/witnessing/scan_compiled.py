"""The scan of candidates as a compiled loop, bit for bit what `Neighbourhoods.pairs_in_numpy` gives.

Strict floating point, no threads of its own, no GIL; compiled once a machine and cached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from poc.table import Array

if TYPE_CHECKING:
    from poc.world.witnessing.neighbours import Neighbourhoods


def scan(near: Neighbourhoods, begin: int, end: int) -> tuple[Array, Array, Array]:
    """Sender rows, witness rows and distances [m] of all pairs of the rows `begin` to `end`."""
    reach = near.reach
    first, count = near.spans(begin, end)
    most = int(count.sum())
    sender, witness, distance_m = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    n = _scan(
        near.xyz_m, near.sent_db, near.heard_db, reach.lowest_db, reach.step_db, reach.squared_m2,
        near.order, first, count, begin, end, sender, witness, distance_m,
    )  # fmt: skip
    return sender[:n].copy(), witness[:n].copy(), distance_m[:n].copy()


@numba.njit(cache=True, nogil=True)
def _scan(  # type: ignore[no-untyped-def]
    xyz_m,
    sent_db,
    heard_db,
    lowest_db,
    step_db,
    squared_m2,
    order,
    first,
    count,
    begin,
    end,
    sender,
    witness,
    distance_m,
):
    """Fill the three arrays with the pairs, and say how many there are."""
    n = 0
    last = len(squared_m2) - 1
    for i in range(begin, end):
        x, y, z = xyz_m[i, 0], xyz_m[i, 1], xyz_m[i, 2]
        for cube in range(first.shape[1]):
            span = first[i - begin, cube]
            for k in range(span, span + count[i - begin, cube]):
                j = order[k]
                gap_x, gap_y, gap_z = x - xyz_m[j, 0], y - xyz_m[j, 1], z - xyz_m[j, 2]
                squared = gap_x * gap_x + gap_y * gap_y + gap_z * gap_z
                if squared > squared_m2[last] or j == i:
                    continue
                step = int(np.ceil((sent_db[i] + heard_db[j] - lowest_db) / step_db))
                if squared <= squared_m2[min(max(step, 0), last)]:
                    sender[n] = i
                    witness[n] = j
                    distance_m[n] = np.sqrt(squared)
                    n += 1
    return n
