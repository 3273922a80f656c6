"""The ids of many reports in one pass: `Keys.bits` of the beacon and of the witness. Compiled, no GIL."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from poc.keys import mix64
from poc.table import Array

_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def ids_by_row(root: int, beacon: Array, beacon_row: Array, witness: Array, witness_row: Array) -> Array:
    """Ids of the reports on `beacon[beacon_row]`, whose rows stand side by side, by `witness[witness_row]`.

    >>> from poc.keys import Keys
    >>> ids, row = np.array([5, 6], np.uint64), np.array([1, 1])
    >>> by_row = ids_by_row(int(Keys(3).root), ids, row, ids, np.array([0, 1], np.int32))
    >>> bool((by_row == Keys(3).bits(ids[row], ids)).all())
    True
    """
    with np.errstate(over="ignore"):
        of_beacon = mix64(np.uint64(root) ^ mix64(np.asarray(beacon, np.uint64)))
    ids = np.empty(len(witness_row), np.uint64)
    _ids(of_beacon, beacon_row, witness, witness_row, ids)
    return ids


@numba.njit(cache=True, nogil=True)
def _mixed(word):  # type: ignore[no-untyped-def]
    """`poc.keys.mix64` of one word."""
    word = word + _GOLDEN
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))


@numba.njit(cache=True, nogil=True)
def _ids(of_beacon: Any, beacon_row: Any, witness: Any, witness_row: Any, ids: Any) -> None:
    for k in range(len(witness_row)):
        ids[k] = _mixed(of_beacon[beacon_row[k]] ^ _mixed(witness[witness_row[k]]))
