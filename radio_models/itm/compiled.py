"""How the small compiled functions of ITM are compiled: strict floating point, no doors for Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# All arrays belong to the caller: counting references to each view would cost more than the arithmetic.
_BORROWING: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
LOOP: dict[str, Any] = _BORROWING | {"nogil": True, "cache": True}
# Only compiled code calls the functions below the loops: wrappers for Python would be compiled for nothing.
OPTIONS: dict[str, Any] = _BORROWING | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(**OPTIONS)
# For what is called from one place: there it costs less to compile than as a function of its own.
inlined: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(inline="always", **OPTIONS)
