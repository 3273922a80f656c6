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
from poc.world.witnessing.packing_compiled import pack
from radio_models.float32_compiled import above_exp2, log2, mix64, normal, rounded

GROUP = 64  # senders that share one look at their neighbourhood
GROUP_CDB = 800  # and are within this of each other
_ZERO, _ONE, _TWO, _SIX, _ANY = (np.float32(x) for x in (0.0, 1.0, 2.0, 6.0, np.inf))
_NEVER = np.float32(-4e6)  # 0.01 dBm, and still a number that `rounded` rounds
_32 = np.uint64(32)
_LANES = 32
ROOM = 64  # entries beyond the last of each array, for steps of many at a time
_STRONGEST = np.int32(32767)


class Scratch(NamedTuple):
    """Working arrays of one thread, as long as the largest neighbourhood.

    The first ones are of the neighbourhood, the others of those of it that one sender may reach.
    """

    place: Array
    x: Array
    y: Array
    z: Array
    heard: Array
    limit: Array
    site: Array
    words: Array
    square: Array
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


def scratch(n: int, n_tilings: int) -> Scratch:
    """Scratch for neighbourhoods of `n` candidates and a shadowing field of so many tilings."""
    whole, single, word = np.int32, np.float32, np.uint64
    kinds: tuple[Any, ...] = (
        whole, whole, whole, whole, single, single, single, word, single, np.uint8, whole, single, single, single,
        word, single, single, whole, np.int16,
    )  # fmt: skip
    n += ROOM
    return Scratch(*(np.empty((n_tilings, n) if k == 7 else n, kind) for k, kind in enumerate(kinds)))


_jit = numba.njit(error_model="numpy", nogil=True, cache=True)
_part = numba.njit(error_model="numpy", nogil=True)


@_part
def _at_least(column, first, last, wanted):  # type: ignore[no-untyped-def]
    """First bin of `first` to `last` whose column is `wanted` or beyond."""
    while first < last:
        middle = (first + last) >> 1
        if column[middle] < wanted:
            first = middle + 1
        else:
            last = middle
    return first


@_part
def _list(begin, end, n, place):  # type: ignore[no-untyped-def]
    """Append the sites `begin` to `end` to the neighbourhood, where there is room; how many there are now."""
    if n + end - begin <= len(place) - ROOM:
        for k in range(end - begin):
            place[np.uint64(n + k)] = np.int32(begin + k)
    return n + end - begin


@_part
def _fetch(sites, shadow, slope, base, least, n, work):  # type: ignore[no-untyped-def]
    """Copy what is known of the listed sites to where it lies side by side.

    `limit`: no candidate farther than that (squared lattice units) has a mean of `least` from a sender of this `base`.
    """
    place, heard, limit, full = work.place, work.heard, work.limit, _full(n)
    for k in range(n, full):
        place[k] = 0
    _gather(sites.x, place, full, work.x)
    _gather(sites.y, place, full, work.y)
    _gather(sites.z, place, full, work.z)
    for k in range(full):
        heard[k] = np.float32(sites.heard_cdb[np.uint32(place[k])])
    for k in range(full):
        limit[k] = above_exp2((base + heard[k] - least) / slope) if slope > _ZERO else _ANY
    if shadow.site_cdb > _ZERO:
        _gather(shadow.site, place, full, work.site)
    for tiling in range(shadow.words.shape[0]):
        _gather(shadow.words[tiling], place, full, work.words[tiling])


@_part
def _gather(source, place, n, target):  # type: ignore[no-untyped-def]
    for k in range(n):
        target[k] = source[np.uint32(place[k])]


@_part
def _neighbourhood(bins, bin_, class_, reach_m, n, place):  # type: ignore[no-untyped-def]
    """Append all sites of a class that may lie within `reach_m` of some place in a bin."""
    band, n_rows = bins.band[bin_], len(bins.n_columns)
    half = reach_m / (2.0 * EARTH_RADIUS_M)
    squared = half * half
    rows = int(2.0 * half * (1.0 + squared) / bins.row_rad) + 1
    west = bins.column[bin_] / bins.n_columns[band]
    east = (bins.column[bin_] + 1) / bins.n_columns[band]
    for row in range(max(0, band - rows), min(n_rows, band + rows + 1)):
        of_row = class_ * n_rows + row
        first, last = bins.of_row[of_row], bins.of_row[of_row + 1]
        if first == last:
            continue
        apart = 0.5 * max(0, abs(row - band) - 1) * bins.row_rad
        apart = apart * (1.0 - apart * apart / 6.0)  # no more than the sine
        left = squared - apart * apart
        if left < 0.0:
            continue
        cosines = bins.least_cosine[band] * bins.least_cosine[row]
        columns = bins.n_columns[row]
        if left < 0.25 * cosines:
            sine = math.sqrt(left / cosines)
            turn = sine * (1.0 + 0.2 * sine * sine) / math.pi + 1e-9  # no less than the arc sine
            begin = math.floor((west - turn) * columns)
            end = math.floor((east + turn) * columns) + 1
        else:
            begin, end = 0, columns
        if end - begin >= columns:
            n = _list(bins.first[first], bins.first[last], n, place)
            continue
        if begin < 0:
            wrapped = _at_least(bins.column, first, last, begin + columns)
            n = _list(bins.first[wrapped], bins.first[last], n, place)
            begin = 0
        if end > columns:
            wrapped = _at_least(bins.column, first, last, end - columns)
            n = _list(bins.first[first], bins.first[wrapped], n, place)
            end = columns
        from_ = _at_least(bins.column, first, last, begin)
        to = from_
        while to < last and bins.column[to] < end:
            to += 1
        n = _list(bins.first[from_], bins.first[to], n, place)
    return n


@_part
def candidates_of(work, i, x0, y0, z0, far, weaker, n):  # type: ignore[no-untyped-def]
    """Put those candidates side by side that are near enough; how many they are.

    `weaker` is what a squared distance shrinks by for a sender that is weaker than the strongest of its group.
    """
    x, y, z, limit, square = work.x, work.y, work.z, work.limit, work.square
    place, wanted, myself, full = work.place, work.wanted, np.int32(i), _full(n)
    for k in range(full):
        east = np.float32(np.int32(x[k] - x0))
        north = np.float32(np.int32(y[k] - y0))
        up = np.float32(np.int32(z[k] - z0))
        square[k] = east * east + north * north + up * up
    for k in range(full):
        apart = square[k]
        wanted[k] = np.uint8((apart <= far) & (apart <= limit[k] * weaker) & (place[k] != myself))
    for k in range(n, full):
        wanted[k] = 0
    pack(wanted, full, square, work.near_square, 0)
    pack(wanted, full, work.heard, work.near_heard, 0)
    return pack(wanted, full, place, work.near_place, 0)


@_part
def _full(n):  # type: ignore[no-untyped-def]
    """The next multiple of LANES: loops over it leave the compiler no remainder to do one by one."""
    return (n + _LANES - 1) & -_LANES


@_part
def shadowing_of(shadow, i, work, n, m):  # type: ignore[no-untyped-def]
    """Shadowing between the site i and each of the `m` candidates of `n` that are near, in `sum`."""
    pair_cdb, site_cdb, full = shadow.pair_cdb, shadow.site_cdb, _full(m)
    word, total, shared, from_site = work.near_word, work.sum, work.shared, work.near_site
    for k in range(full):
        total[k] = _ZERO
        shared[k] = _SIX
    for tiling in range(shadow.words.shape[0]):
        own = shadow.words[tiling, i]
        pack(work.wanted, _full(n), work.words[tiling], word, 0)
        if pair_cdb > _ZERO:
            _add_normals(word, own, full, work.power, total)
        if site_cdb > _ZERO:
            for k in range(full):
                shared[k] += _TWO if word[k] == own else _ZERO
    for k in range(full):
        total[k] *= pair_cdb
    if site_cdb > _ZERO:
        pack(work.wanted, _full(n), work.site, from_site, 0)
        mine = shadow.site[i]
        for k in range(full):
            total[k] += site_cdb * ((mine + from_site[k]) / np.sqrt(shared[k]))


@_part
def _add_normals(word, own, n, bits, total):  # type: ignore[no-untyped-def]
    for k in range(n):
        bits[k] = np.int32(mix64(word[k] + own) >> _32)
    for k in range(n):
        total[k] += normal(bits[k])


@_part
def keep_strong(work, m, base, slope, least, floor_cdbm, n_links, witness, received_cdbm):  # type: ignore[no-untyped-def]
    """Append the links that are likely and strong enough; how many there are now."""
    square, heard, total, power = work.near_square, work.near_heard, work.sum, work.power
    wanted, half, full = work.wanted, work.half, _full(m)
    for k in range(full):
        apart = square[k]
        mean = base + heard[k] - slope * log2(apart if apart > NEAREST else NEAREST)
        total[k] = mean + total[k] if mean >= least else _NEVER
    for k in range(full):
        whole = np.int32(rounded(total[k]))
        power[k] = whole if whole < _STRONGEST else _STRONGEST
        wanted[k] = np.uint8(whole >= floor_cdbm)
    for k in range(m, full):
        wanted[k] = 0
    for k in range(full):
        half[k] = np.int16(power[k])
    pack(wanted, full, work.near_place, witness, n_links)
    return pack(wanted, full, half, received_cdbm, n_links)


@_jit
def static_links(  # type: ignore[no-untyped-def]
    sites, bins, law, shadow, least_cdbm, floor_cdbm, begin, end, work, witness, received_cdbm, start
):
    """Links of the senders `begin` to `end`: fills `witness`, `received_cdbm` and `start` (one more than senders).

    Returns how many senders were done before something was full, and how long the scratch would have to be.
    """
    n_links, i = 0, begin
    start[0] = 0
    bin_ = np.searchsorted(bins.first, begin, side="right") - 1
    while i < end:
        while bins.first[bin_ + 1] <= i:
            bin_ += 1
        last, limit = i + 1, min(end, bins.first[bin_ + 1], i + GROUP)
        kind, loudest_sent = sites.kind[i], sites.sent_cdb[i]
        while last < limit and sites.kind[last] == kind and loudest_sent - sites.sent_cdb[last] <= GROUP_CDB:
            last += 1
        n = 0
        for class_ in range(len(bins.loudest_cdb)):
            budget_db = 0.01 * (float(loudest_sent) + float(bins.loudest_cdb[class_]))
            step = math.ceil((budget_db - law.lowest_db) / law.step_db)
            reach_m = math.sqrt(law.reach_m2[kind, min(max(step, 0), law.reach_m2.shape[1] - 1)])
            n = _neighbourhood(bins, bin_, class_, reach_m, n, work.place)
        if n > len(work.place) - ROOM:
            return i - begin, n
        far, slope = law.far_units2[kind], law.slope_cdb[kind]
        loudest = np.float32(loudest_sent) - law.loss_cdb[kind]
        _fetch(sites, shadow, slope, loudest, least_cdbm, n, work)
        while i < last:
            if n_links + n + ROOM > len(witness):
                return i - begin, 0
            base = np.float32(sites.sent_cdb[i]) - law.loss_cdb[kind]
            weaker = above_exp2((base - loudest) / slope) if slope > _ZERO else _ONE
            near = candidates_of(work, i, sites.x[i], sites.y[i], sites.z[i], far, weaker, n)
            shadowing_of(shadow, i, work, n, near)
            n_links = keep_strong(
                work, near, base, slope, least_cdbm, floor_cdbm, n_links, witness, received_cdbm
            )  # fmt: skip
            i += 1
            start[i - begin] = n_links
    return i - begin, 0
