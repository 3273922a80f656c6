"""What a compiler does not make vectors of by itself: keep the flagged entries of an array, and place values in order.

Written in LLVM's own words, sixteen entries or more at a time: one instruction where the processor has it (AVX-512), a
few plain ones elsewhere, with the same result. Numba's cache does not see an edit of this file, see `float32_compiled`.
Source: LLVM Language Reference, `llvm.experimental.vector.compress`.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

# A kernel owns no array and makes none: it counts no references (`_nrt`), which would cost more than its loops. Its
# parts become part of it, and nobody calls them from elsewhere.
_LENT: dict[str, Any] = {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True, "_nrt": False}
KERNEL = _LENT | {"cache": True}
PART = _LENT | {"forceinline": True, "no_cpython_wrapper": True}
STEP = 16  # entries at a time; arrays have room for as many beyond what they hold
SIDE = 32  # values that are held against all others at a time
_intrinsic: Any = intrinsic
_cgutils: Any = cgutils
_BIT, _BYTE = ir.IntType(1), ir.IntType(8)


@_intrinsic
def in_vectors(typing_context):  # type: ignore[no-untyped-def]
    """What a function promises and wants that says so: its arrays do not overlap; vectors of 512 bits if there are any.

    Gathers become vectors only under that promise. A processor without such vectors takes shorter ones.
    """

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')  # llvmlite knows none with values
        for argument in builder.function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return types.none(), code


@_intrinsic
def _step(typing_context, flags, k, source, target, m):  # type: ignore[no-untyped-def]
    """Append the flagged ones of `source[k:k + STEP]` at `target[m]`; where the next would go."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def address(place: int, offset: Any, kind: Any) -> Any:
            array = context.make_array(signature.args[place])(context, builder, values[place])
            return builder.bitcast(builder.gep(array.data, [offset]), kind.as_pointer())

        begin, end = values[1], values[4]
        entry = context.get_value_type(source.dtype)
        n = STEP if source.dtype.bitwidth < 64 else STEP // 2
        several, few = ir.VectorType(entry, n), ir.VectorType(_BIT, n)
        every = ir.VectorType(_BYTE, STEP)
        flag = builder.load(address(0, begin, every), align=1)
        wanted = builder.icmp_unsigned("!=", flag, ir.Constant(every, [0] * STEP))
        letter = "f" if isinstance(entry, ir.FloatType) else "i"
        name = f"llvm.experimental.vector.compress.v{n}{letter}{source.dtype.bitwidth}"
        kind = ir.FunctionType(several, [several, few, several])
        compress = _cgutils.get_or_insert_function(builder.module, kind, name)
        nothing = ir.Constant(several, ir.Undefined)
        for first in range(0, STEP, n):
            lanes = ir.Constant(ir.VectorType(ir.IntType(32), n), list(range(first, first + n)))
            mask = builder.shuffle_vector(wanted, ir.Constant(wanted.type, ir.Undefined), lanes)
            from_ = builder.add(begin, ir.Constant(begin.type, first))
            entries = builder.load(address(2, from_, several), align=source.dtype.bitwidth // 8)
            packed = builder.call(compress, [entries, mask, nothing])
            builder.store(packed, address(3, end, several), align=source.dtype.bitwidth // 8)
            count = builder.ctpop(builder.bitcast(mask, ir.IntType(n)))
            end = builder.add(end, builder.zext(count, end.type))
        return end

    return types.int64(flags, types.int64, source, target, types.int64), code


@numba.njit(**_LENT, forceinline=True)
def pack(flags, first, n, source, target, m):  # type: ignore[no-untyped-def]
    """Append the flagged ones of `source[first:n]` at `target[m]`; how many `target` holds then.

    `flags` are uint8, 0 or 1, and 0 beyond `n` in the last STEP of them; `target` may be `source`.

    >>> import numpy as np
    >>> kept, flags = np.zeros(32, np.int32), np.zeros(16, np.uint8)
    >>> flags[[1, 5]] = 1
    >>> pack(flags, 0, 16, np.arange(16, dtype=np.int32), kept, 1), kept[:3].tolist()
    (3, [0, 1, 5])
    """
    for k in range(first, n, STEP):
        m = _step(flags, k, source, target, m)
    return m


@_intrinsic
def _places(typing_context, values, n, k, places):  # type: ignore[no-untyped-def]
    """Fill `places[k:k + SIDE]`: how many of the first `n` of `values` (float32) are smaller than each."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def address(place: int, offset: Any) -> Any:
            array = context.make_array(signature.args[place])(context, builder, arguments[place])
            return builder.gep(array.data, [offset])

        n, k = arguments[1], arguments[2]
        counts = ir.VectorType(ir.IntType(32), SIDE)
        singles = ir.VectorType(ir.FloatType(), SIDE)
        mine = builder.load(builder.bitcast(address(0, k), singles.as_pointer()), align=4)
        total = _cgutils.alloca_once_value(builder, ir.Constant(counts, [0] * SIDE))
        same = ir.Constant(counts, [0] * SIDE)
        with _cgutils.for_range(builder, n) as loop:
            one = builder.insert_element(
                ir.Constant(singles, ir.Undefined), builder.load(address(0, loop.index)), ir.Constant(counts.element, 0)
            )
            other = builder.shuffle_vector(one, ir.Constant(singles, ir.Undefined), same)
            smaller = builder.zext(builder.fcmp_ordered("<", other, mine), counts)
            builder.store(builder.add(builder.load(total), smaller), total)
        builder.store(builder.load(total), builder.bitcast(address(3, k), counts.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.none(values, types.int64, types.int64, places), code


@numba.njit(**_LENT, forceinline=True)
def place(values, n, places):  # type: ignore[no-untyped-def]
    """How many of the first `n` of `values` (float32) are smaller than each of them: its place in their order.

    Every value is held against every other, many at once: up to some hundreds of them that is sooner done than sorting.

    >>> import numpy as np
    >>> values, places = np.float32([3.0, 1.0, 2.0] + 29 * [0.0]), np.zeros(32, np.int32)
    >>> place(values, 3, places)
    >>> places[:3].tolist()
    [2, 0, 1]
    """
    for k in range(0, n, SIDE):
        _places(values, n, k, places)


@_intrinsic
def move(typing_context, source, k, target, m):  # type: ignore[no-untyped-def]
    """Copy `source[k:k + STEP]` to `target[m:m + STEP]`; whole numbers may become float32."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def address(place: int, offset: Any, kind: Any) -> Any:
            array = context.make_array(signature.args[place])(context, builder, values[place])
            return builder.bitcast(builder.gep(array.data, [offset]), kind.as_pointer())

        kinds = [ir.VectorType(context.get_value_type(array.dtype), STEP) for array in (source, target)]
        entries = builder.load(address(0, values[1], kinds[0]), align=source.dtype.bitwidth // 8)
        if kinds[0] != kinds[1]:
            entries = builder.sitofp(entries, kinds[1])
        builder.store(entries, address(2, values[3], kinds[1]), align=target.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(source, types.int64, target, types.int64), code
