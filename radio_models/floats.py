"""Numbers in: scalars, lists or arrays become float64 columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def floats(values: npt.ArrayLike) -> Floats:
    """The values as a float64 array of the same shape; nothing is copied where it is one.

    >>> floats(3).dtype.name
    'float64'
    """
    return np.asarray(values, np.float64)
