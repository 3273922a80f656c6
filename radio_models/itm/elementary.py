"""Two elementary functions, faster than those of the C library and good to a few units in the last place. Compiled.

glibc's logarithm and exponential were rewritten for speed, its log10 and cbrt were not.
"""

from __future__ import annotations

import math

from .compiled import compiled

_LOG10_E = 0.4342944819032518


@compiled
def log10(x):  # type: ignore[no-untyped-def]
    """Decimal logarithm."""
    return math.log(x) * _LOG10_E


@compiled
def cube_root(x):  # type: ignore[no-untyped-def]
    """Cube root of a number above 0; NaN below."""
    return math.exp(math.log(x) / 3.0)
