"""The draw of a beacon on all links of its sender, sixteen at a time, in LLVM's own words: see `packing_compiled`.

Sixteen words are drawn, held against what each link must draw, and what is left is put side by side, without leaving
the registers. Bit for bit `poc.keys.mix64`. Numba's cache does not see an edit of this file, see `float32_compiled`.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from poc.world.witnessing.packing_compiled import PART, SIDE, STEP

_intrinsic: Any = intrinsic
_cgutils: Any = cgutils
_types: Any = types
_HALF, _MASK = ir.IntType(32), ir.IntType(STEP)
_WORDS, _HALVES = ir.VectorType(ir.IntType(64), STEP // 2), ir.VectorType(_HALF, STEP)
_GOLDEN, _MULTIPLY_1, _MULTIPLY_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _all(kind: Any, number: int) -> Any:
    return ir.Constant(kind, [number] * kind.count)


def _mixed(builder: Any, word: Any) -> Any:
    """The finaliser of splitmix64."""
    word = builder.add(word, _all(_WORDS, _GOLDEN))
    for shift, factor in ((30, _MULTIPLY_1), (27, _MULTIPLY_2)):
        word = builder.xor(word, builder.lshr(word, _all(_WORDS, shift)))
        word = builder.mul(word, _all(_WORDS, factor))
    return builder.xor(word, builder.lshr(word, _all(_WORDS, 31)))


def _spread(builder: Any, number: Any, kind: Any) -> Any:
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), number, ir.Constant(_HALF, 0))
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), _all(ir.VectorType(_HALF, kind.count), 0))


@_intrinsic
def _draw_step(typing_context, air, k, id_word, least, cut, chosen, upper, lower, n_heard, m):  # type: ignore[no-untyped-def]
    """The links `k` to `k + STEP`: how many hear it so far, and how many are put side by side."""
    with_cut = not isinstance(cut, types.NoneType)

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def address(place: int, offset: Any, kind: Any) -> Any:
            array = context.make_array(signature.args[place])(context, builder, values[place])
            return builder.bitcast(builder.gep(array.data, [offset]), kind.as_pointer())

        def halves(first: int) -> Any:
            places = ir.Constant(_HALVES, list(range(first, 2 * STEP, 2)))
            return builder.shuffle_vector(*words, places)

        def count(mask: Any) -> Any:
            return builder.zext(builder.ctpop(builder.bitcast(mask, _MASK)), k.type)

        k, end = values[1], values[9]
        start, words = _spread(builder, values[0], _WORDS), []
        for first in (0, STEP // 2):
            from_ = builder.add(k, ir.Constant(k.type, first))
            word = builder.load(address(2, from_, _WORDS), align=8)
            words.append(builder.bitcast(_mixed(builder, builder.xor(start, word)), _HALVES))
        low, high = halves(0), halves(1)
        heard = builder.icmp_unsigned(">=", high, builder.load(address(3, k, _HALVES), align=4))
        early = heard
        if with_cut:
            late_enough = builder.icmp_unsigned(">=", low, builder.load(address(4, k, _HALVES), align=4))
            early = builder.and_(heard, late_enough)
        number = builder.add(
            _spread(builder, builder.trunc(k, _HALF), _HALVES), ir.Constant(_HALVES, list(range(STEP)))
        )
        kind = ir.FunctionType(_HALVES, [_HALVES, early.type, _HALVES])
        name = f"llvm.experimental.vector.compress.v{STEP}i32"
        compress = _cgutils.get_or_insert_function(builder.module, kind, name)
        for place, entries in ((5, number), (6, high), (7, low)):
            packed = builder.call(compress, [entries, early, ir.Constant(_HALVES, ir.Undefined)])
            builder.store(packed, address(place, end, _HALVES), align=4)
        counts = builder.add(values[8], count(heard)), builder.add(end, count(early))
        return context.make_tuple(builder, signature.return_type, counts)

    whole = types.int64
    kinds = types.uint64, whole, id_word, least, cut, chosen, upper, lower, whole, whole
    return _types.UniTuple(whole, 2)(*kinds), code


@numba.njit(**PART)
def draw(air, n, id_word, least, cut, chosen, upper, lower):  # type: ignore[no-untyped-def]
    """Who of `n` links hears the beacon whose draws start from `air`: how many, and how many of them are not cut off.

    A link hears it whose word has an upper half of at least `least`; it is cut off whose lower half is below `cut`,
    which may be None. Of the others `chosen` gets the number of the link, `upper` and `lower` the halves of its word;
    there is room for SIDE more, and `chosen` has zeros in so many. Beyond n, `cut` is 0 up to a multiple of STEP.
    """
    n_heard, m = 0, 0
    for k in range(0, n, STEP):
        n_heard, m = _draw_step(air, k, id_word, least, cut, chosen, upper, lower, n_heard, m)
    while m > 0 and chosen[m - 1] >= n:  # entries that only fill up the last step
        n_heard, m = n_heard - 1, m - 1
    for k in range(SIDE):
        chosen[m + k] = 0
    return n_heard, m
