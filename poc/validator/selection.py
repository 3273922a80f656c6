"""Which valid witnesses are rewarded: the first 14 by arrival at the server (HIP-83).

Source: oracles-iot `runner.rs` `sort_and_split_witnesses`, `spec/helium-iot.md` §7.3. The rest stay valid, unpaid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.table import Table


def first_arrivals(
    receptions: Table, beacon_row: npt.NDArray[np.int64], valid: npt.NDArray[np.bool_], limits: Any
) -> npt.NDArray[np.bool_]:
    """The first `limits.max_witnesses` valid receptions of each beacon by arrival, as flags.

    RECEPTIONS stand in order of arrival within a beacon (ties by report id), so counting is enough.

    >>> from types import SimpleNamespace
    >>> from poc.schema import RECEPTIONS
    >>> row, valid = np.array([0, 0, 0, 1]), np.array([True, True, True, True])
    >>> first_arrivals(RECEPTIONS.empty(), row, valid, SimpleNamespace(max_witnesses=2)).tolist()
    [True, True, False, True]
    """
    n_before: npt.NDArray[np.int64] = np.cumsum(valid) - valid
    start = np.searchsorted(beacon_row, beacon_row)
    return valid & (n_before - n_before[start] < limits.max_witnesses)
