"""Whether a link has line of sight, the same for neighbours: the spatially consistent state of TR 38.901.

A link sees its other end where a frozen normal field falls short of the quantile of its LOS probability. The field is
that of `shadowing`: reciprocal, the same in every epoch, exactly as often in sight as the probability says, and alike
for places closer than the correlation distance.

Source: 3GPP TR 38.901 V17, 7.6.3.3; correlation distances of its table 7.6.3.1-2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError
from radio_models.shadowing import CorrelatedShadowing, Keys
from radio_models.special_functions import ndtri

CORRELATION_M = {"uma": 50.0, "umi": 50.0, "rma": 60.0}


def in_sight(
    probability: npt.ArrayLike,
    tx_xyz_m: npt.ArrayLike,
    rx_xyz_m: npt.ArrayLike,
    keys: Keys,
    *,
    correlation_m: float = 50.0,
) -> npt.NDArray[np.bool_]:
    """True for each link in sight, (links,).

    probability         of sight, 0 to 1, (links,) or one number; see `tr38901.los_probability`
    tx_xyz_m, rx_xyz_m  both ends, Earth-centred x, y, z [m], (links, 3)

    Raises RadioError for a probability outside 0 to 1.

    >>> from poc.keys import Keys as Seed
    >>> here, there = [[6.371e6, 0.0, 0.0]], [[6.371e6, 90.0, 0.0]]
    >>> [in_sight(p, here, there, Seed(1)).tolist() for p in (0.0, 1.0)]
    [[False], [True]]
    """
    share = np.asarray(probability, np.float64)
    wrong = share[~((share >= 0.0) & (share <= 1.0))]
    if wrong.size:
        raise RadioError(f"a probability of sight is {wrong.flat[0]:g}, expected 0 to 1; correct it.")
    field = CorrelatedShadowing(1.0, correlation_m).shadowing_db(tx_xyz_m, rx_xyz_m, keys.of("sight"))
    return np.asarray(field < ndtri(share))
