"""How the small compiled functions of ITM are compiled: strict floating point, no doors for Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# Only compiled code calls the functions below the loops: wrappers for Python would be compiled for nothing.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(**_OPTIONS)
