"""Sums of many numbers, written so that a compiler makes vector instructions of them. Compiled.

Strict arithmetic adds one number after the other. `reordered` functions may add in any order, which moves a sum by a
few units in the last place.
"""

from __future__ import annotations

import numba

from .compiled import OPTIONS

reordered = numba.njit(fastmath={"reassoc", "nsz"}, **OPTIONS)


@reordered
def sums_about(heights_m, first, n_heights):  # type: ignore[no-untyped-def]
    """Σ height and Σ height · (index − middle index) of `n_heights` values from `first` on."""
    part = heights_m[first : first + n_heights]
    half = 0.5 * (n_heights - 1)
    total, moment = 0.0, 0.0
    for i in range(n_heights):
        total += part[i]
        moment += part[i] * (i - half)
    return total, moment
