"""Sixteen numbers at a time: a number type for compiled loops whose +, −, ×, ÷ and logarithm act on sixteen float32.

A compiler makes vectors of a loop only where it can see that no array overlaps another; with a sum or two kept beside
each number it mostly cannot. Written so, sums stay in registers. The words are LLVM's own and name no processor: what
has no such registers does it in smaller steps, with the same bits, since every step is an exactly rounded IEEE
operation on each number alone (docs/adr/0017). Numba's cache does not see an edit of this file: after one, delete the
`__pycache__` folder beside it.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, no-untyped-def, untyped-decorator"

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, overload, register_model

WIDTH = 16
#: log2(1 + m) = m · (…) on [0, 1), fitted by us: right to 4e-7, which is where single precision ends.
LOG2 = (1.442664027, -0.720515490, 0.473113358, -0.324616373, 0.192385048, -0.078158207, 0.015127916)
_FLOAT, _WORD, _LONG = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_FLOATS, _WORDS, _LONGS, _BITS = (ir.VectorType(kind, WIDTH) for kind in (_FLOAT, _WORD, _LONG, ir.IntType(1)))
_intrinsic: Any = intrinsic
_cgutils: Any = cgutils


class Lanes(types.Type):
    """Numba's name for sixteen float32."""

    def __init__(self) -> None:
        super().__init__(name=f"float32x{WIDTH}")


LANES: Any = Lanes()


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _FLOATS)


def _all(number: float) -> Any:
    return ir.Constant(_FLOATS, [float(np.float32(number))] * WIDTH)


def _words(number: int) -> Any:
    return ir.Constant(_WORDS, [number] * WIDTH)


def _elementwise(generate: Callable[[Any, Any, Any], Any]) -> Any:
    """An operation on two of LANES."""

    def typed(typing_context, a, b):
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return generate(builder, *values)

        return LANES(LANES, LANES), code

    return _intrinsic(typed)


_add = _elementwise(lambda builder, a, b: builder.fadd(a, b))
_subtract = _elementwise(lambda builder, a, b: builder.fsub(a, b))
_multiply = _elementwise(lambda builder, a, b: builder.fmul(a, b))
_divide = _elementwise(lambda builder, a, b: builder.fdiv(a, b))
smaller = _elementwise(lambda builder, a, b: builder.select(builder.fcmp_ordered("<", a, b), a, b))
larger = _elementwise(lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b))


@_intrinsic
def lanes(typing_context, number):
    """The same float32 sixteen times."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        first = builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), values[0], ir.Constant(_WORD, 0))
        return builder.shuffle_vector(first, ir.Constant(_FLOATS, ir.Undefined), _words(0))

    return LANES(types.float32), code


def _operator(symbol: Any, both: Any) -> None:
    """Make an operator of Python's act on LANES, and on one of LANES and one float32."""

    @overload(symbol)
    def _chosen(a, b):
        if a is LANES and b is LANES:
            return lambda a, b: both(a, b)
        if a is LANES and b is types.float32:
            return lambda a, b: both(a, lanes(b))
        if a is types.float32 and b is LANES:
            return lambda a, b: both(lanes(a), b)
        return None


for _symbol, _both in (
    (operator.add, _add), (operator.sub, _subtract), (operator.mul, _multiply), (operator.truediv, _divide),
):  # fmt: skip
    _operator(_symbol, _both)


def _address(context: Any, builder: Any, kind: Any, array: Any, place: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [place]), _FLOATS.as_pointer())


@_intrinsic
def load(typing_context, array, place):
    """array[place:place + 16] of a float32 array whose entries lie side by side."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(_address(context, builder, signature.args[0], *values), align=4)

    return LANES(array, types.int64), code


@_intrinsic
def store(typing_context, array, place, value):
    """array[place:place + 16] = value."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.store(values[2], _address(context, builder, signature.args[0], *values[:2]), align=4)
        return context.get_dummy_value()

    return types.void(array, types.int64, LANES), code


@_intrinsic
def log2(typing_context, x):
    """Binary logarithm of positive, normal numbers."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        bits = builder.bitcast(values[0], _WORDS)
        exponent = builder.fsub(builder.sitofp(builder.ashr(bits, _words(23)), _FLOATS), _all(127.0))
        mantissa = builder.or_(builder.and_(bits, _words(0x7FFFFF)), _words(0x3F800000))
        m = builder.fsub(builder.bitcast(mantissa, _FLOATS), _all(1.0))
        total = _all(LOG2[-1])
        for factor in reversed(LOG2[:-1]):
            total = builder.fadd(_all(factor), builder.fmul(m, total))
        return builder.fadd(exponent, builder.fmul(m, total))

    return LANES(LANES), code


@_intrinsic
def nearest(typing_context, x):
    """Numbers not below 0, rounded to whole ones, halves up."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.sitofp(builder.fptosi(builder.fadd(values[0], _all(0.5)), _WORDS), _FLOATS)

    return LANES(LANES), code


@_intrinsic
def looked_up(typing_context, table, places):
    """table[places] of a float32 array; places are whole numbers within it."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        base = builder.insert_element(ir.Constant(_LONGS, ir.Undefined), builder.ptrtoint(data, _LONG), _WORD(0))
        base = builder.shuffle_vector(base, ir.Constant(_LONGS, ir.Undefined), _words(0))
        offset = builder.shl(builder.zext(builder.fptosi(values[1], _WORDS), _LONGS), ir.Constant(_LONGS, [2] * WIDTH))
        pointers = ir.VectorType(ir.PointerType(), WIDTH)
        kind = ir.FunctionType(_FLOATS, [pointers, _WORD, _BITS, _FLOATS])
        gather = _cgutils.get_or_insert_function(builder.module, kind, "llvm.masked.gather.v16f32.v16p0")
        every, nothing = ir.Constant(_BITS, [1] * WIDTH), ir.Constant(_FLOATS, ir.Undefined)
        return builder.call(gather, [builder.inttoptr(builder.add(base, offset), pointers), _WORD(4), every, nothing])

    return LANES(table, LANES), code
