"""The compiled way of `elementwise`: a loop around a formula, and the functions that formulas are written with.

The logarithm is our own, because numba calls that of the C library once for each number while this one becomes vector
instructions: x = m · 2^e with √½ ≤ m < √2, ln m = 2 artanh((m − 1) / (m + 1)) by its series to the 15th power.
It is within 1e-14 of numpy's.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator, call-arg, var-annotated"

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir
from numba.extending import intrinsic, overload, register_jitable

from radio_models import elementwise
from radio_models.source_digest import source_digest

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
_INLINED: Any = _OPTIONS | {"forceinline": True}  # a loop with a call inside is not made of vector instructions
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_LARGE_BITS, _LARGE = 0x4338000000000000, 6755399441055744.0  # 1.5 · 2^52: whole numbers stand in its last bits
_LG_2, _LG_E = math.log10(2.0), math.log10(math.e)
_NORMAL, _GREATEST = 2.3e-308, 1.7e308


@intrinsic
def _bits_of(typing_context, x):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return numba.types.int64(numba.types.float64), generate


@intrinsic
def _number_of(typing_context, bits):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return numba.types.float64(numba.types.int64), generate


@overload(elementwise.log10, jit_options=_INLINED)
def _log10(x):
    def log10(x):
        x = float(x)
        bits = _bits_of(x)
        exponent = (bits - _ROOT_HALF_BITS) >> 52
        m = _number_of(bits - (exponent << 52))
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        series = ((z / 15.0 + 1.0 / 13.0) * z + 1.0 / 11.0) * z + 1.0 / 9.0
        series = ((series * z + 1.0 / 7.0) * z + 1.0 / 5.0) * z + 1.0 / 3.0
        lg = (_number_of(exponent + _LARGE_BITS) - _LARGE) * _LG_2 + 2.0 * s * (1.0 + z * series) * _LG_E
        beyond = x if x > 0.0 else (-math.inf if x == 0.0 else math.nan)  # infinity, zero, negative, not a number
        return lg if x >= _NORMAL and x <= _GREATEST else beyond

    return log10


@overload(elementwise.choose, jit_options=_INLINED)
def _choose(condition, yes, no):
    return lambda condition, yes, no: float(yes) if condition else float(no)


@overload(elementwise.larger, jit_options=_INLINED)
def _larger(a, b):
    return lambda a, b: float(a) if a > b else float(b)


@overload(elementwise.smaller, jit_options=_INLINED)
def _smaller(a, b):
    return lambda a, b: float(a) if a < b else float(b)


_LOOPS: dict[tuple[Any, ...], Callable[..., None]] = {}


def loop_over(formula: Callable[..., Any], columns: Sequence[Any], settings: tuple[Any, ...]) -> Callable[..., None]:
    """A compiled `loop(out, *columns, *settings)`; a column is an array or a number that serves all links.

    The loop is written out as text, because numba keeps on disk what has a name and a file: its own name carries the
    digest of this file and the formula's, so that an edit of either is noticed.
    """
    pattern = "".join("n" if isinstance(column, float) else "c" for column in columns)
    key = formula, pattern, len(settings)
    while elementwise.PARTS:
        register_jitable(**_INLINED)(elementwise.PARTS.pop())
    if key not in _LOOPS:
        own = Path(inspect.getfile(formula))
        digest = source_digest([Path(__file__), Path(elementwise.__file__), own])
        given = [f"a{k}" for k in range(len(columns))]
        more = [f"s{k}" for k in range(len(settings))]
        read = [f"{name}[i]" if kind == "c" else name for name, kind in zip(given, pattern, strict=True)]
        name = f"{formula.__name__.strip('_')}_{pattern}_{digest:x}"
        text = (
            f"def {name}({', '.join(['out', *given, *more])}):\n"
            f"    for i in range(out.size):\n"
            f"        out[i] = formula({', '.join([*read, *more])})\n"
        )
        scope: dict[str, Any] = {"__name__": __name__, "formula": numba.njit(**_INLINED)(formula)}
        exec(compile(text, __file__, "exec"), scope)
        _LOOPS[key] = numba.njit(cache=True, **_OPTIONS)(scope[name])
    return _LOOPS[key]
