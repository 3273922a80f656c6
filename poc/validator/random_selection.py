"""Which valid witnesses are rewarded: 14 at random, as before HIP-83.

Source: helium/oracles at ad055dba (2023-06-30) `runner.rs` `shuffle_and_split_witnesses`. Helium seeded a shuffle with
the hash of the poc_id; here a hash of beacon and report orders them, which is as random and no more steerable.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.keys import mix64
from poc.table import Table


def random_witnesses(
    receptions: Table, beacon_row: npt.NDArray[np.int64], valid: npt.NDArray[np.bool_], limits: Any
) -> npt.NDArray[np.bool_]:
    """Flags of `limits.max_witnesses` valid receptions of each beacon; the same ones whatever the order of rows.

    >>> from types import SimpleNamespace
    >>> from poc.schema import RECEPTIONS
    >>> none = np.zeros(0, np.int64)
    >>> random_witnesses(RECEPTIONS.empty(), none, none.astype(bool), SimpleNamespace(max_witnesses=14)).tolist()
    []
    """
    with np.errstate(over="ignore"):
        lot = mix64(receptions["report"] ^ mix64(receptions["beacon"]))
    order = np.lexsort((lot, ~valid, beacon_row))
    row = beacon_row[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    chosen = np.zeros(len(valid), bool)
    chosen[order[rank < limits.max_witnesses]] = True
    return chosen & valid
