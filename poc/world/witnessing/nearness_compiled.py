"""Which candidates are near enough, sixteen at a time, and where they stand among the bins: see `packing_compiled`.

Distances and limits in registers, those within them put side by side. Numba's cache does not see an edit of this file,
see `float32_compiled`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from poc.world.witnessing.packing_compiled import PART, STEP

WIDE = 32  # columns looked at at once
_intrinsic: Any = intrinsic
_cgutils: Any = cgutils
_WHOLE, _SINGLE, _BIT, _BYTE, _COLUMN = ir.IntType(32), ir.FloatType(), ir.IntType(1), ir.IntType(8), ir.IntType(16)
_WHOLES, _SINGLES = ir.VectorType(_WHOLE, STEP), ir.VectorType(_SINGLE, STEP)


def _spread(builder: Any, number: Any, kind: Any) -> Any:
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), number, ir.Constant(_WHOLE, 0))
    lanes = ir.Constant(ir.VectorType(_WHOLE, kind.count), [0] * kind.count)
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), lanes)


@_intrinsic
def _near_step(  # type: ignore[no-untyped-def]
    typing_context, i, x0, y0, z0, far, weaker, k, x, y, z, heard, limit, place, wanted, near_square, near_heard,
    near_place, m,
):  # fmt: skip
    """The candidates `k` to `k + STEP`: how many are put side by side so far."""
    whole = types.int64

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def address(number: int, offset: Any, kind: Any) -> Any:
            array = context.make_array(signature.args[number])(context, builder, values[number])
            return builder.bitcast(builder.gep(array.data, [offset]), kind.as_pointer())

        def load(number: int, kind: Any) -> Any:
            return builder.load(address(number, k, kind), align=4)

        def squared(number: int) -> Any:
            apart = builder.sub(load(6 + number, _WHOLES), _spread(builder, values[number], _WHOLES))
            apart = builder.sitofp(apart, _SINGLES)
            return builder.fmul(apart, apart)

        k, end = values[6], values[17]
        square = builder.fadd(builder.fadd(squared(1), squared(2)), squared(3))
        near = builder.fcmp_ordered("<=", square, _spread(builder, values[4], _SINGLES))
        within = builder.fmul(load(11, _SINGLES), _spread(builder, values[5], _SINGLES))
        near = builder.and_(near, builder.fcmp_ordered("<=", square, within))
        number = load(12, _WHOLES)
        near = builder.and_(near, builder.icmp_unsigned("!=", number, _spread(builder, values[0], _WHOLES)))
        bytes_ = ir.VectorType(_BYTE, STEP)
        builder.store(builder.zext(near, bytes_), address(13, k, bytes_), align=1)
        for target, entries, letter in ((14, square, "f"), (15, load(10, _SINGLES), "f"), (16, number, "i")):
            kind = ir.FunctionType(entries.type, [entries.type, near.type, entries.type])
            name = f"llvm.experimental.vector.compress.v{STEP}{letter}32"
            compress = _cgutils.get_or_insert_function(builder.module, kind, name)
            packed = builder.call(compress, [entries, near, ir.Constant(entries.type, ir.Undefined)])
            builder.store(packed, address(target, end, entries.type), align=4)
        count = builder.ctpop(builder.bitcast(near, ir.IntType(STEP)))
        return builder.add(end, builder.zext(count, end.type))

    kinds = (
        types.int32, types.int32, types.int32, types.int32, types.float32, types.float32, whole, x, y, z, heard, limit,
        place, wanted, near_square, near_heard, near_place, whole,
    )  # fmt: skip
    return whole(*kinds), code


@numba.njit(**PART)
def candidates_of(  # type: ignore[no-untyped-def]
    i, x0, y0, z0, far, weaker, first, last, x, y, z, heard, limit, place, wanted, near_square, near_heard, near_place
):
    """Put those of the candidates `first` to `last` side by side that are near enough; how many they are.

    `weaker` is what a squared distance shrinks by for a sender that is weaker than the strongest of its group. What
    fills up the last step must have a negative `limit`; `wanted` gets 1 for those that are near enough.
    """
    m = 0
    for k in range(first, last, STEP):
        m = _near_step(
            np.int32(i), x0, y0, z0, far, weaker, k, x, y, z, heard, limit, place, wanted, near_square, near_heard,
            near_place, m,
        )  # fmt: skip
    return m


@_intrinsic
def _leading(typing_context, columns, at, wanted):  # type: ignore[no-untyped-def]
    """How many of `columns[at:at + WIDE]` there are before the first that is not below `wanted`."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, values[0])
        kind = ir.VectorType(_COLUMN, WIDE)
        place = builder.bitcast(builder.gep(array.data, [values[1]]), kind.as_pointer())
        beyond = builder.icmp_unsigned(">=", builder.load(place, align=2), _spread(builder, values[2], kind))
        count = builder.cttz(builder.bitcast(beyond, ir.IntType(WIDE)), ir.Constant(_BIT, 0))
        return builder.zext(count, ir.IntType(64))

    return types.int64(columns, types.int64, types.uint16), code


@numba.njit(**(PART | {"no_cpython_wrapper": False}))
def at_least(columns, first, last, wanted, hint):  # type: ignore[no-untyped-def]
    """First of the rising `columns[first:last]` (uint16) that is `wanted` or beyond; `last` if none. `hint`: near it.

    >>> import numpy as np
    >>> columns = np.uint16([2, 5, 9, 1, 3])
    >>> [at_least(columns, 0, 3, wanted, hint) for wanted, hint in ((5, 0), (6, 99), (10, 1), (0, 2))]
    [1, 2, 3, 0]
    """
    at = min(max(hint, first), last)
    if at > first and np.int64(columns[at - 1]) >= wanted:
        last, at = at - 1, first
        while at < last:
            middle = (at + last) >> 1
            if np.int64(columns[middle]) < wanted:
                at = middle + 1
            else:
                last = middle
        return at
    while at + WIDE <= len(columns):
        n = _leading(columns, at, np.uint16(wanted))
        at += n
        if n < WIDE or at >= last:
            return min(at, last)
    while at < last and np.int64(columns[at]) < wanted:
        at += 1
    return at
