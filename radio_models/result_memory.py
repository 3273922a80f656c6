"""Memory for large results, used again once nobody holds the result any more.

A fresh array of 8 MB costs the operating system a zeroed page at a time, which takes longer than a whole closed form:
on a million links 4 ms beside 1.2 ms. Whoever asks for the same loss again and again, as an emulation does tile after
tile, gets the memory of a result that was dropped. A result is dropped when the shelf holds the only reference, views
of it included.
"""

from __future__ import annotations

import sys
from threading import Lock

import numpy as np

from radio_models.floats import Floats

LEAST, MOST = 1 << 18, 1 << 22  # numbers; the C library reuses smaller ones by itself, larger ones would be hoarded
N_KEPT = 2

_shelf: list[Floats] = []
_lock = Lock()


def result_of(n: int) -> Floats:
    """An array of `n` numbers, whatever they are, like `numpy.empty`; it is the caller's alone.

    >>> result_of(3).shape
    (3,)
    """
    if not LEAST <= n <= MOST:
        return np.empty(n)
    with _lock:
        for i in range(len(_shelf)):
            # two references: the shelf's, and that of the question
            if _shelf[i].size == n and sys.getrefcount(_shelf[i]) <= 2:
                return _shelf[i][:]
        _shelf.append(np.empty(n))
        if len(_shelf) > N_KEPT:
            del _shelf[0]
        return _shelf[-1][:]
