"""The compiled way of `elementwise`: a loop around a formula, and the functions that formulas are written with.

Logarithm, exponential and normal quantile are our own, because numba calls those of the C library once for each number
while these become vector instructions. Logarithm: x = m · 2^e with √½ ≤ m < √2, m = (1 + z) / r with r from a table of
128 reciprocals, so |z| < 0.004, six terms of the series do and there is no quotient. It is within 1e-14 of numpy's.
Exponential: x = k · ln 2 + t, e^t by its series to the 13th power, k into the exponent. Quantile: Wichura, algorithm
AS 241 (Applied Statistics 37, 1988), PPND16, whose three branches are all computed.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, no-untyped-def, untyped-decorator, call-arg, var-annotated"

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic, overload, register_jitable

from radio_models import elementwise
from radio_models.source_digest import source_digest

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
_INLINED: Any = _OPTIONS | {"forceinline": True}  # a loop with a call inside is not made of vector instructions
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_LARGE_BITS, _LARGE = 0x4338000000000000, 6755399441055744.0  # 1.5 · 2^52: whole numbers stand in its last bits
_LG_2, _LG_E = math.log10(2.0), math.log10(math.e)
_LN_10 = math.log(10.0)
_GREATEST = 1.7e308


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


@intrinsic
def _fused(typing_context, a, b, c):
    """a · b + c, rounded once where the processor can."""

    def generate(context, builder, signature, arguments):
        number = ir.DoubleType()
        form = ir.FunctionType(number, [number] * 3)
        return builder.call(builder.module.declare_intrinsic("llvm.fmuladd", [number], form), arguments)

    number = numba.types.float64
    return number(number, number, number), generate


def _reciprocals() -> tuple[Any, Any]:
    """For each of the 128 parts of [√½, √2): about 1 / its middle, in single precision, and −lg of that."""
    starts = _ROOT_HALF_BITS + (np.arange(129, dtype=np.int64) << (52 - _TABLE_BITS))
    edges = starts.view(np.float64)
    middle = np.where((edges[:-1] <= 1.0) & (edges[1:] > 1.0), 1.0, 0.5 * (edges[:-1] + edges[1:]))
    inverse = (1.0 / middle).astype(np.float32).astype(np.float64)
    return inverse, -np.log10(inverse) + 0.0


_TABLE_BITS = 7
_INVERSE, _LG_OF_INVERSE = _reciprocals()
_L1, _L2, _L3, _L4, _L5, _L6 = (_LG_E / (k if k % 2 else -k) for k in range(1, 7))


@overload(elementwise.log10, jit_options=_INLINED)
def _log10(x):
    def log10(x):
        x = float(x)
        bits = _bits_of(x)
        above = bits - _ROOT_HALF_BITS
        exponent = above >> 52
        place = np.uint64((above >> (52 - _TABLE_BITS)) & 127)
        z = _fused(_number_of(bits - (exponent << 52)), _INVERSE[place], -1.0)
        z2 = z * z
        series = _fused(z2, _fused(z2, _fused(z, _L6, _L5), _fused(z, _L4, _L3)), _fused(z, _L2, _L1))
        lg = _fused(_number_of(exponent + _LARGE_BITS) - _LARGE, _LG_2, _LG_OF_INVERSE[place])
        lg = _fused(z, series, lg)
        lg = lg if x <= _GREATEST else x  # infinity, not a number
        return lg if x > 0.0 else (-math.inf if x == 0.0 else math.nan)

    return log10


_E = tuple(1.0 / math.factorial(k) for k in range(14))
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11, _E12, _E13 = _E[2:]
_LOG2_E = math.log2(math.e)
_LN_2_HIGH = float(np.float32(math.log(2.0)))  # its products with whole exponents are exact
_LN_2_LOW = -1.904654299957768e-09


@overload(elementwise.exponential, jit_options=_INLINED)
def _exponential(x):
    def exponential(x):
        x = float(x)
        shifted = _fused(x if abs(x) < 708.0 else 0.0, _LOG2_E, _LARGE)
        whole = shifted - _LARGE
        t = _fused(whole, -_LN_2_LOW, _fused(whole, -_LN_2_HIGH, x))
        t2 = t * t
        t4 = t2 * t2
        low = _fused(t2, _fused(t, _E3, _E2), _fused(t, 1.0, 1.0))
        middle = _fused(t2, _fused(t, _E7, _E6), _fused(t, _E5, _E4))
        high = _fused(t2, _fused(t, _E11, _E10), _fused(t, _E9, _E8))
        series = _fused(t4, _fused(t4, _fused(t4, _fused(t, _E13, _E12), high), middle), low)
        power = _number_of(((_bits_of(shifted) - _LARGE_BITS) + 1023) << 52)
        beyond = math.inf if x > 0.0 else (0.0 if x < 0.0 else math.nan)
        return series * power if abs(x) < 708.0 else beyond

    return exponential


@overload(elementwise.power_of_ten, jit_options=_INLINED)
def _power_of_ten(x):
    return lambda x: elementwise.exponential(_LN_10 * x)


@register_jitable(**_INLINED)
def _quotient(x, a, b):
    """A ratio of two polynomials of the seventh degree; the lowest coefficient first."""
    over = _fused(
        _fused(_fused(_fused(_fused(_fused(_fused(a[7], x, a[6]), x, a[5]), x, a[4]), x, a[3]), x, a[2]), x, a[1]),
        x,
        a[0],
    )
    under = _fused(
        _fused(_fused(_fused(_fused(_fused(_fused(b[7], x, b[6]), x, b[5]), x, b[4]), x, b[3]), x, b[2]), x, b[1]),
        x,
        b[0],
    )
    return over / under


_MIDDLE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
_TAIL = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_FAR_TAIL = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


@overload(elementwise.normal_quantile, jit_options=_INLINED)
def _normal_quantile(p):
    def normal_quantile(p):
        q = float(p) - 0.5
        middle = q * _quotient(0.180625 - q * q, _MIDDLE[0], _MIDDLE[1])
        least = p if q < 0.0 else 1.0 - p
        depth = math.sqrt(-_LN_10 * elementwise.log10(least))
        near = _quotient(depth - 1.6, _TAIL[0], _TAIL[1])
        far = _quotient(depth - 5.0, _FAR_TAIL[0], _FAR_TAIL[1])
        tail = near if depth <= 5.0 else far
        return middle if abs(q) <= 0.425 else (-tail if q < 0.0 else tail)

    return normal_quantile


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
    digest of this file and the formula's, so that an edit of either is noticed. What is true or false is written into
    the text: a branch inside the loop would keep it from becoming vector instructions.
    """
    pattern = "".join("n" if isinstance(column, float) else "c" for column in columns)
    pattern += "".join(("t" if setting else "f") if isinstance(setting, bool) else "n" for setting in settings)
    key = formula, pattern
    while elementwise.PARTS:
        register_jitable(**_INLINED)(elementwise.PARTS.pop())
    if key not in _LOOPS:
        own = Path(inspect.getfile(formula))
        digest = source_digest([Path(__file__), Path(elementwise.__file__), own])
        given = [f"a{k}" for k in range(len(columns))]
        more = [f"s{k}" for k in range(len(settings))]
        read = [f"{name}[i]" if kind == "c" else name for name, kind in zip(given, pattern, strict=False)]
        read += [str(value) if isinstance(value, bool) else name for name, value in zip(more, settings, strict=True)]
        name = f"{formula.__name__.strip('_')}_{pattern}_{digest:x}"
        text = (
            f"def {name}({', '.join(['out', *given, *more])}):\n"
            f"    for i in range(out.size):\n"
            f"        out[i] = formula({', '.join(read)})\n"
        )
        scope: dict[str, Any] = {"__name__": __name__, "formula": numba.njit(**_INLINED)(formula)}
        exec(compile(text, __file__, "exec"), scope)
        _LOOPS[key] = numba.njit(cache=True, **_OPTIONS)(scope[name])
    return _LOOPS[key]
