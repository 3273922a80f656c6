"""Values by row number for millions of rows: what `values[rows]` gives, on many threads at once and for any integers.

numpy holds the GIL while it gathers, and first turns row numbers of 32 bits into such of 64. Cached on disk.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from poc.table import Array


def gathered(values: Array, rows: Array, out: Array | None = None) -> Array:
    """`values[rows]` of numbers that lie side by side; no row lies outside. `out` is of the same kind of number.

    >>> gathered(np.array([1.5, 2.5]), np.array([1, -1, 0], np.int32)).tolist()
    [2.5, 2.5, 1.5]
    """
    out = np.empty(len(rows), values.dtype) if out is None else out
    words = f"u{values.itemsize}"  # bits are copied, whatever they mean: one compiled loop for each width
    _gather(_locked(values.view(words)), _locked(rows), out.view(words))
    return out


def _locked(array: Array) -> Array:
    """Read-only, so that arrays of either kind take the same compiled loop."""
    view = array.view()
    view.flags.writeable = False
    return view


@numba.njit(cache=True, nogil=True)
def _gather(values: Any, rows: Any, out: Any) -> None:
    for k in range(len(rows)):
        out[k] = values[rows[k]]
