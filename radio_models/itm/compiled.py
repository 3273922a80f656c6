"""How the small compiled functions of ITM are compiled: strict floating point, no doors for Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# Only compiled code calls the functions below the loops: wrappers for Python would be compiled for nothing.
_INNER: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
# They borrow the arrays that the loops own. Counting references to each view would cost more than the arithmetic, and
# it must be left to those that make arrays or hand them back.
OPTIONS: dict[str, Any] = _INNER | {"_nrt": False}

compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(**OPTIONS)
making_arrays: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(**_INNER)
