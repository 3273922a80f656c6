"""Which valid witnesses are rewarded: some at random, as on the chain, or at random within a window, as HIP-94 had it.

Source: helium/miner `src/poc/miner_poc_mgr.erl` (a challenger shuffled as it liked), `spec/helium-iot.md` §12.1;
HIP-94, which left open how to draw. Here a hash of beacon and report orders them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.keys import mix64
from poc.table import Table

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def lots(receptions: Table) -> npt.NDArray[np.uint64]:
    """A random word for each reception, the same whatever the order of rows."""
    with np.errstate(over="ignore"):
        return np.asarray(mix64(receptions["report"] ^ mix64(receptions["beacon"])))


def random_witnesses(receptions: Table, beacon_row: Rows, valid: Flags, limits: Any) -> Flags:
    """At most `limits.max_witnesses` valid receptions of each beacon at random, as flags.

    They are the same ones whatever the order of rows.

    >>> from types import SimpleNamespace
    >>> from poc.schema import RECEPTIONS
    >>> none = np.zeros(0, np.int64)
    >>> random_witnesses(RECEPTIONS.empty(), none, none.astype(bool), SimpleNamespace(max_witnesses=14)).tolist()
    []
    """
    return _drawn(receptions, beacon_row, valid, np.zeros(len(valid), np.int64), limits.max_witnesses)


def witnesses_in_window(receptions: Table, beacon_row: Rows, valid: Flags, limits: Any) -> Flags:
    """HIP-94: those of the base window, and if they are too few some of the extended one, drawn at random.

    Windows [ms] begin with the first report of the beacon, whatever its quality: `limits.base_window_ms` and
    `limits.extended_window_ms`, ends included.
    """
    lag_ns = receptions["received_ns"] - receptions["first_received_ns"]
    late = lag_ns > limits.base_window_ms * 10**6
    in_time = valid & (lag_ns <= limits.extended_window_ms * 10**6)
    return _drawn(receptions, beacon_row, in_time, late.astype(np.int64), limits.max_witnesses)


def _drawn(receptions: Table, beacon_row: Rows, valid: Flags, turn: Rows, n_most: int) -> Flags:
    """The first `n_most` valid ones of each beacon by turn, and by lot within a turn."""
    order = np.lexsort((lots(receptions), turn, ~valid, beacon_row))
    row = beacon_row[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    chosen = np.zeros(len(valid), bool)
    chosen[order[rank < n_most]] = True
    return chosen & valid
