"""Rows put in order by a whole number: one sort of packed numbers, several times faster than a stable `argsort`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_WORD_BITS = 63


def order_of(rank: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows in ascending order of whole numbers from 0 (rows,), equal ones as they stand.

    >>> order_of(np.array([7, 0, 7])).tolist()
    [1, 0, 2]
    """
    bits = len(rank).bit_length()
    if int(rank.max(initial=0)).bit_length() + bits > _WORD_BITS:
        return np.argsort(rank, kind="stable")
    packed = (rank << bits) | np.arange(len(rank))
    packed.sort()
    return np.asarray(packed & ((1 << bits) - 1))
