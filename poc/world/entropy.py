"""The remote entropy that a beacon carries: a new one every 60 s, alive for 180 s.

Source: oracles-iot `poc_entropy/src/entropy_generator.rs`, see `spec/helium-iot.md` §2.1. The bytes themselves and the
payload made from them are rebuilt by no check yet; the start second decides `entropy_expired`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ENTROPY_TICK_S = 60


def entropy_start_s(time_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The timestamp [s] of the newest entropy at a time [ns since 1970].

    >>> entropy_start_s(np.array([179_999_999_999])).tolist()
    [120]
    """
    return time_ns // 10**9 // ENTROPY_TICK_S * ENTROPY_TICK_S
