"""The static links of a range of senders as one compiled loop: candidates by bins, loss, shadowing, what is left.

Strict floating point, no GIL, no threads of its own, cached. The plain form is `Airspace.links_in_numpy`. Every step
that can work on many candidates at once is a loop of its own over flat scratch arrays.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from maps.geodesy import EARTH_RADIUS_M
from poc.table import Array
from poc.world.witnessing.laws import NEAREST
from poc.world.witnessing.nearness_compiled import at_least, candidates_of
from poc.world.witnessing.packing_compiled import KERNEL, PART, STEP, in_vectors, move, pack
from radio_models.float32_compiled import above_exp2, log2, mix64, normal, rounded

GROUP = 64  # senders that share one look at their neighbourhood
GROUP_BINS = 6  # stand in so many bins side by side
GROUP_CDB = 800  # and are within this of each other
BLOCK = 1024  # candidates at a time, so that they stay in the cache; a multiple of STEP
_ZERO, _ONE, _TWO, _SIX, _ANY = (np.float32(x) for x in (0.0, 1.0, 2.0, 6.0, np.inf))
_NOT_ANY = np.float32(-1.0)
_NEVER = np.float32(-4e6)  # 0.01 dBm, and still a number that `rounded` rounds
_32 = np.uint64(32)
_LANES = 32
ROOM = 64  # entries beyond the last of each array, for steps of many at a time
_STRONGEST = np.int32(32767)


class Scratch(NamedTuple):
    """Working arrays of one thread: the first ones as long as the largest neighbourhood, of which they are.

    The others are of those of a block of it that one sender may reach; spans of sites; where a row was searched last.
    """

    place: Array
    x: Array
    y: Array
    z: Array
    heard: Array
    limit: Array
    site: Array
    words: Array
    wanted: Array
    near_place: Array
    near_square: Array
    near_heard: Array
    near_site: Array
    near_word: Array
    sum: Array
    shared: Array
    power: Array
    half: Array
    strong: Array
    span_begin: Array
    span_end: Array
    hint: Array


def scratch(n: int, n_tilings: int, n_rows: int) -> Scratch:
    """Scratch for neighbourhoods of `n` candidates, a field of so many tilings and rows of bins of every class."""
    whole, single, word = np.int32, np.float32, np.uint64
    near: tuple[Any, ...] = (whole, single, single, single, word, single, single, whole, np.int16, np.uint8)
    n += ROOM
    arrays: list[Array] = [np.zeros(n, kind) for kind in (whole, whole, whole, whole, single, single, single)]
    arrays += [np.zeros((n_tilings, n), word), np.zeros(n, np.uint8)]
    arrays += [np.zeros(BLOCK + ROOM, kind) for kind in near]
    arrays += [np.zeros(length, whole) for length in (n, n, n_rows)]
    return Scratch(*arrays)


_jit = numba.njit(**KERNEL)
_part = numba.njit(**PART)


@_part
def _list(begin, end, n, n_spans, room, span_begin, span_end):  # type: ignore[no-untyped-def]
    """Append the sites `begin` to `end` to the neighbourhood, where there is room; how many sites and spans now."""
    if end > begin:
        if n + end - begin <= room:
            span_begin[n_spans], span_end[n_spans] = begin, end
            n_spans += 1
        n += end - begin
    return n, n_spans


@_part
def _copied(source, span_begin, span_end, n_spans, target):  # type: ignore[no-untyped-def]
    """Copy the spans of an array one behind the other."""
    n, most = np.int64(0), len(source) - STEP
    for span in range(n_spans):
        begin, end = np.int64(span_begin[span]), np.int64(span_end[span])
        for k in range(begin, end, STEP):  # a few more than that, which the next span covers
            if k <= most:
                move(source, k, target, n + k - begin)
            else:
                for j in range(k, end):
                    target[np.uint64(n + j - begin)] = source[np.uint64(j)]
        n += end - begin
    for k in range(n, _full(n)):
        target[k] = 0


@_part
def _gathered(span_begin, span_end, n_spans, all_x, all_y, all_z, all_heard, place, x, y, z, heard):  # type: ignore[no-untyped-def]
    """Which sites the spans hold, where they are and how well they hear; a few more at the end, of any kind."""
    n, most = np.int64(0), len(all_x) - STEP
    for span in range(n_spans):
        begin, end = np.int64(span_begin[span]), np.int64(span_end[span])
        for k in range(begin, end, STEP):
            at = n + k - begin
            for j in range(STEP):
                place[np.uint64(at + j)] = np.int32(k + j)
            if k <= most:
                move(all_x, k, x, at)
                move(all_y, k, y, at)
                move(all_z, k, z, at)
                move(all_heard, k, heard, at)
            else:
                for j in range(k, end):
                    to = np.uint64(n + j - begin)
                    x[to], y[to], z[to], heard[to] = all_x[j], all_y[j], all_z[j], all_heard[j]
        n += end - begin


@_part
def _limits(heard, base, slope, least, n, limit):  # type: ignore[no-untyped-def]
    """The squared distance [lattice units] beyond which no candidate has a mean of `least` from a sender of `base`."""
    in_vectors()
    if slope > _ZERO and least > -_ANY:
        for k in range(_full(n)):
            limit[k] = above_exp2((base + heard[k] - least) / slope)
    else:
        for k in range(n):
            limit[k] = _ANY
    for k in range(n, _full(n)):
        limit[k] = _NOT_ANY


@_part
def _least_cosine(n_columns, row, row_rad):  # type: ignore[no-untyped-def]
    """No more than the cosine of any latitude in a row: its edge towards the pole is the largest of the next row."""
    if row == 0 or row == len(n_columns) - 1:
        return 0.0
    return min(np.int64(n_columns[row - 1]), np.int64(n_columns[row + 1])) * row_rad / (2.0 * math.pi)


@_part
def _neighbourhood(  # type: ignore[no-untyped-def]
    bands, columns, of_bin, of_row, n_columns, row_rad, bin_, last_bin, class_, reach_m, n, n_spans, room,
    span_begin, span_end, hint,
):  # fmt: skip
    """Append all sites of a class that may lie within `reach_m` of some place in some bins side by side."""
    band, n_rows = int(bands[bin_]), len(n_columns)
    here = _least_cosine(n_columns, band, row_rad)
    half = reach_m / (2.0 * EARTH_RADIUS_M)
    squared = half * half
    rows = int(2.0 * half * (1.0 + squared) / row_rad) + 1
    west = np.int64(columns[bin_]) / np.int64(n_columns[band])
    east = (np.int64(columns[last_bin]) + 1) / np.int64(n_columns[band])
    for row in range(max(0, band - rows), min(n_rows, band + rows + 1)):
        of_class = class_ * n_rows + row
        first, last = of_row[of_class], of_row[of_class + 1]
        if first == last:
            continue
        apart = 0.5 * max(0, abs(row - band) - 1) * row_rad
        apart = apart * (1.0 - apart * apart / 6.0)  # no more than the sine
        left = squared - apart * apart
        if left < 0.0:
            continue
        cosines = here * _least_cosine(n_columns, row, row_rad)
        wide = int(n_columns[row])
        if left < 0.25 * cosines:
            sine = math.sqrt(left / cosines)
            turn = sine * (1.0 + 0.2 * sine * sine) / math.pi + 1e-9  # no less than the arc sine
            begin = math.floor((west - turn) * wide)
            end = math.floor((east + turn) * wide) + 1
        else:
            begin, end = 0, wide
        if end - begin >= wide:
            n, n_spans = _list(of_bin[first], of_bin[last], n, n_spans, room, span_begin, span_end)
            continue
        if begin < 0:
            wrapped = at_least(columns, first, last, begin + wide, last)
            n, n_spans = _list(of_bin[wrapped], of_bin[last], n, n_spans, room, span_begin, span_end)
            begin = 0
        if end > wide:
            wrapped = at_least(columns, first, last, end - wide, first)
            n, n_spans = _list(of_bin[first], of_bin[wrapped], n, n_spans, room, span_begin, span_end)
            end = wide
        from_ = at_least(columns, first, last, begin, np.int64(hint[of_class]))
        to = at_least(columns, from_, last, end, from_)
        hint[of_class] = from_
        n, n_spans = _list(of_bin[from_], of_bin[to], n, n_spans, room, span_begin, span_end)
    return n, n_spans


@_part
def _full(n):  # type: ignore[no-untyped-def]
    """The next multiple of LANES: loops over it leave the compiler no remainder to do one by one."""
    return (n + _LANES - 1) & -_LANES


@_part
def shadowing_of(  # type: ignore[no-untyped-def]
    words, of_site, pair_cdb, site_cdb, i, first, last, m, wanted, near_words, sites, word, from_site, bits, shared,
    total,
):  # fmt: skip
    """Shadowing between the site i and each of the `m` candidates of `first` to `last` that are near, in `total`."""
    in_vectors()
    full = _full(m)
    for k in range(full):
        total[k] = _ZERO
    if site_cdb > _ZERO:
        for k in range(full):
            shared[k] = _SIX
    for tiling in range(words.shape[0]):
        own = words[tiling, i]
        pack(wanted, first, last, near_words[tiling], word, 0)
        if pair_cdb > _ZERO:
            _add_normals(word, own, full, bits, total)
        if site_cdb > _ZERO:
            for k in range(full):
                shared[k] += _TWO if word[k] == own else _ZERO
    for k in range(full):
        total[k] *= pair_cdb
    if site_cdb > _ZERO:
        pack(wanted, first, last, sites, from_site, 0)
        mine = of_site[i]
        for k in range(full):
            total[k] += site_cdb * ((mine + from_site[k]) / np.sqrt(shared[k]))


@_part
def _add_normals(word, own, n, bits, total):  # type: ignore[no-untyped-def]
    in_vectors()
    for k in range(n):
        bits[k] = np.int32(mix64(word[k] + own) >> _32)
    for k in range(n):
        total[k] += normal(bits[k])


@_part
def keep_strong(  # type: ignore[no-untyped-def]
    m, base, slope, least, floor_cdbm, square, heard, place, total, power, half, strong, n_links, witness, received_cdbm
):
    """Append the links that are likely and strong enough; how many there are now."""
    in_vectors()
    full = _full(m)
    for k in range(full):
        apart = square[k]
        mean = base + heard[k] - slope * log2(apart if apart > NEAREST else NEAREST)
        total[k] = mean + total[k] if mean >= least else _NEVER
    for k in range(full):
        whole = np.int32(rounded(total[k]))
        power[k] = whole if whole < _STRONGEST else _STRONGEST
        strong[k] = np.uint8(whole >= floor_cdbm)
    for k in range(m, full):
        strong[k] = 0
    for k in range(full):
        half[k] = np.int16(power[k])
    pack(strong, 0, full, place, witness, n_links)
    return pack(strong, 0, full, half, received_cdbm, n_links)


@_part
def _group(kinds, sent_cdb, of_bin, bands, columns, i, bin_, end):  # type: ignore[no-untyped-def]
    """Where the senders end that share one look with i, the bin of the last of them, and the loudest [0.01 dB].

    They stand in the same or the next few bins of a row, are of one kind, and none is much weaker than the loudest.
    """
    kind, loudest, weakest, last, last_bin = kinds[i], sent_cdb[i], sent_cdb[i], i + 1, bin_
    limit = min(end, i + GROUP)
    while last < limit:
        next_bin = last_bin + np.int64(of_bin[last_bin + 1] <= last)  # no bin is empty
        apart = np.int64(columns[next_bin]) - np.int64(columns[bin_])
        if bands[next_bin] != bands[bin_] or apart < 0 or apart >= GROUP_BINS or kinds[last] != kind:
            break
        sent = sent_cdb[last]
        if max(loudest, sent) - min(weakest, sent) > GROUP_CDB:
            break
        loudest, weakest, last_bin = max(loudest, sent), min(weakest, sent), next_bin
        last += 1
    return last, last_bin, loudest


@_jit
def static_links(  # type: ignore[no-untyped-def]
    sites, bins, law, shadow, least_cdbm, floor_cdbm, begin, end, work, witness, received_cdbm, start
):
    """Links of the senders `begin` to `end`: fills `witness`, `received_cdbm` and `start` (one more than senders).

    Returns how many senders were done before something was full, and how long the scratch would have to be.
    """
    place, x, y, z, heard, limit, of_near, words, wanted = work[:9]
    near_place, near_square, near_heard, near_site, near_word, total, shared, power, half, strong = work[9:19]
    span_begin, span_end, hint = work[19:]
    all_x, all_y, all_z, sent_cdb, heard_cdb, kinds = (
        sites.x, sites.y, sites.z, sites.sent_cdb, sites.heard_cdb, sites.kind,
    )  # fmt: skip
    of_bin, bands, columns, of_row, n_columns, row_rad, loudest_cdb = bins
    pair_cdb, site_cdb, of_site, all_words = shadow.pair_cdb, shadow.site_cdb, shadow.site, shadow.words
    losses, slopes, fars, reach_m2 = law.loss_cdb, law.slope_cdb, law.far_units2, law.reach_m2
    n_links, i, room = 0, begin, len(place) - ROOM
    start[0] = 0
    bin_ = np.searchsorted(of_bin, begin, side="right") - 1
    while i < end:
        while of_bin[bin_ + 1] <= i:
            bin_ += 1
        last, last_bin, loudest_sent = _group(kinds, sent_cdb, of_bin, bands, columns, i, bin_, end)
        n, n_spans, kind = 0, 0, kinds[i]
        for class_ in range(len(loudest_cdb)):
            budget_db = 0.01 * (float(loudest_sent) + float(loudest_cdb[class_]))
            step = math.ceil((budget_db - law.lowest_db) / law.step_db)
            reach_m = math.sqrt(reach_m2[kind, min(max(step, 0), reach_m2.shape[1] - 1)])
            n, n_spans = _neighbourhood(
                bands, columns, of_bin, of_row, n_columns, row_rad, bin_, last_bin, class_, reach_m, n,
                n_spans, room, span_begin, span_end, hint,
            )  # fmt: skip
        if n > room:
            return i - begin, n
        far, slope = fars[kind], slopes[kind]
        loudest = np.float32(loudest_sent) - losses[kind]
        _gathered(span_begin, span_end, n_spans, all_x, all_y, all_z, heard_cdb, place, x, y, z, heard)
        _limits(heard, loudest, slope, least_cdbm, n, limit)
        if site_cdb > _ZERO:
            _copied(of_site, span_begin, span_end, n_spans, of_near)
        for tiling in range(all_words.shape[0]):
            _copied(all_words[tiling], span_begin, span_end, n_spans, words[tiling])
        while i < last:
            if n_links + n + ROOM > len(witness):
                return i - begin, 0
            base = np.float32(sent_cdb[i]) - losses[kind]
            weaker = above_exp2((base - loudest) / slope) if slope > _ZERO else _ONE
            for block in range(0, n, BLOCK):
                block_end = min(block + BLOCK, n)
                m = candidates_of(
                    i, all_x[i], all_y[i], all_z[i], far, weaker, block, block_end, x, y, z, heard, limit, place,
                    wanted, near_square, near_heard, near_place,
                )  # fmt: skip
                shadowing_of(
                    all_words, of_site, pair_cdb, site_cdb, i, block, block_end, m, wanted, words, of_near, near_word,
                    near_site, power, shared, total,
                )  # fmt: skip
                n_links = keep_strong(
                    m, base, slope, least_cdbm, floor_cdbm, near_square, near_heard, near_place, total, power, half,
                    strong, n_links, witness, received_cdbm,
                )  # fmt: skip
            i += 1
            start[i - begin] = n_links
    return i - begin, 0
