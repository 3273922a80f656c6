"""The engine's arithmetic over plain arrays in cache: what the work costs when nothing else is done."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from poc.world.witnessing import static_compiled
from poc.world.witnessing.drawing_compiled import draw
from poc.world.witnessing.nearness_compiled import candidates_of
from poc.world.witnessing.packing_compiled import in_vectors
from radio_models.float32_compiled import log2, mix64, normal, rounded, uniform_log

_jit = numba.njit(error_model="numpy", nogil=True)
_NEVER, _ALL = np.int32(-32768), np.uint32(0xFFFFFFFF)
_HALF, _ONE, _TEN, _UNIT = (np.float32(x) for x in (0.5, 1.0, 10.0, 2.0**-32))
_TO_DB, _THIRD = (np.float32(x) for x in (10.0 / np.log2(10.0), 1.0 / 3.0))
_DEEP = np.uint32(2**32 - 2**25)
_32, _GUARD = np.uint64(32), np.float32(1e-3)


@_jit
def _shadows(one, two, seed, shadow_db, words, total):  # type: ignore[no-untyped-def]
    in_vectors()
    for k in range(len(words)):
        a, b = np.uint64(one[k]), np.uint64(two[k])
        words[k] = np.int32(mix64(((min(a, b) << _32) | max(a, b)) + seed) >> _32)
    for k in range(len(words)):
        total[k] = shadow_db * normal(words[k])


@_jit
def _fades(one, two, seed, fades, power, total):  # type: ignore[no-untyped-def]
    in_vectors()
    for k in range(len(fades)):
        fades[k] = np.uint32(mix64(mix64(np.uint64(one[k]) + seed) + np.uint64(two[k])) >> _32)
    for k in range(len(fades)):
        rest = (np.float32(np.int32(fades[k] ^ _ALL)) + _HALF) * _UNIT  # exact where a deep fade would be lost
        weak = rest * (_ONE + rest * (_HALF + rest * _THIRD))
        power[k] = weak if fades[k] >= _DEEP else uniform_log(fades[k])
    for k in range(len(fades)):
        total[k] += _TO_DB * log2(power[k])


@_jit
def _losses(away, base_db, slope_db, sensitivity_dbm, total, tenths):  # type: ignore[no-untyped-def]
    in_vectors()
    for k in range(len(total)):
        total[k] -= base_db + slope_db * log2(np.float32(away[k]) + _GUARD)
    for k in range(len(total)):
        tenth = np.int32(rounded(total[k] * _TEN))
        tenths[k] = np.int16(tenth if total[k] > sensitivity_dbm else _NEVER)


_intrinsic: Any = intrinsic


@_intrinsic
def _fetch(typing_context, source, k):  # type: ignore[no-untyped-def]
    """Ask for the line of memory with `source[k]`, which is needed soon."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, values[0])
        whole, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, whole, whole, whole])
        fetch: Any = cgutils
        fetch = fetch.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        place = builder.bitcast(builder.gep(array.data, [values[1]]), byte)
        builder.call(fetch, [place, *(ir.Constant(whole, number) for number in (0, 3, 1))])  # to read, often, data
        return context.get_dummy_value()

    return types.none(source, types.int64), code


def flat_links(
    distance_km: Any, beaconer: Any, witness: Any, numbers: list[Any], block: tuple[Any, ...], out: Any
) -> None:
    """`links_numpy` of the baselines with the engine's arithmetic: same hashes, same output; a block at a time."""
    _flat_links(distance_km, beaconer, witness, *numbers, *block, out)


@_jit
def _flat_links(  # type: ignore[no-untyped-def]
    distance_km, beaconer, witness, base_db, slope_db, shadow_db, sensitivity_dbm, words, fades, power, total, out
):
    seed, size = np.uint64(1), len(words)
    for begin in range(0, len(out), size):
        end = begin + size
        for k in range(end, min(end + size, len(out)), 16):
            _fetch(beaconer, k)
            _fetch(witness, k)
            _fetch(distance_km, k)
            _fetch(distance_km, k + 8)
        one, two = beaconer[begin:end], witness[begin:end]
        _shadows(one, two, seed, shadow_db, words, total)
        _fades(one, two, seed, fades, power, total)
        _losses(distance_km[begin:end], base_db, slope_db, sensitivity_dbm, total, out[begin:end])


@_jit
def triad(a, b, c):  # type: ignore[no-untyped-def]
    for k in range(len(a)):
        a[k] = b[k] + 3.0 * c[k]


@_jit
def static_flat(work, sites, far, slope, base, shadow, n, repeats, witness, power):  # type: ignore[no-untyped-def]
    all_x, all_y, all_z = sites.x, sites.y, sites.z
    links, least = 0, np.float32(-1e6)
    for i in range(repeats):
        m = candidates_of(
            i, all_x[i], all_y[i], all_z[i], far, _ONE, 0, n, work.x, work.y, work.z, work.heard, work.limit,
            work.place, work.wanted, work.near_square, work.near_heard, work.near_place,
        )  # fmt: skip
        static_compiled.shadowing_of(
            shadow.words, shadow.site, shadow.pair_cdb, shadow.site_cdb, i, 0, n, m, work.wanted, work.words, work.site,
            work.near_word, work.near_site, work.power, work.shared, work.sum,
        )  # fmt: skip
        links += static_compiled.keep_strong(
            m, base, slope, least, np.int32(-32768), work.near_square, work.near_heard, work.near_place, work.sum,
            work.power, work.half, work.strong, 0, witness, power,
        )  # fmt: skip
    return links


@_jit
def draw_flat(work, n, repeats):  # type: ignore[no-untyped-def]
    id_word, least, chosen, upper, lower = (
        work.draws.id_word, work.draws.least, work.draws.chosen, work.draws.upper, work.draws.lower,
    )  # fmt: skip
    total = 0
    for k in range(repeats):
        total += draw(np.uint64(k), n, id_word, least, work.cut, chosen, upper, lower)[1]
    return total
