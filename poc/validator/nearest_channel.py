"""Which channel of a list a frequency belongs to, as the L1 chain told it.

Source: helium/blockchain-core 0fc794e `blockchain_txn_poc_receipts_v1.erl` (`eirp_from_closest_freq`),
`spec/helium-iot.md` §12.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def nearest_channel(frequency_hz: npt.ArrayLike, channels_hz: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Index of the channel nearest to each frequency; of two at the same distance the later one.

    >>> nearest_channel([915.1e6], [915.8e6, 915.3e6, 914.9e6, 915.2e6, 915.7e6, 916.9e6]).tolist()
    [3]
    """
    # floats, since a reported frequency may be any 64-bit number
    backwards = np.asarray(channels_hz, np.float64)[::-1]
    offset_hz = np.abs(np.asarray(frequency_hz, np.float64)[:, None] - backwards)
    return np.asarray(len(backwards) - 1 - offset_hz.argmin(axis=1), np.int64)
