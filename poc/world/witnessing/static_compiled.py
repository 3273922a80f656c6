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
from radio_models.float32_compiled import log2, mix64, normal, rounded

GROUP = 64  # senders that share one look at their neighbourhood
GROUP_CDB = 200  # and are within this of each other
_ZERO, _TWO, _SIX = np.float32(0.0), np.float32(2.0), np.float32(6.0)
_32 = np.uint64(32)
_LANES = 32
_STRONGEST = np.int32(32767)


class Scratch(NamedTuple):
    """Working arrays of one thread, as long as the largest neighbourhood."""

    place: Array
    x: Array
    y: Array
    z: Array
    heard: Array
    square: Array
    mean: Array
    near: Array
    chosen: Array
    word: Array
    sum: Array
    shared: Array
    power: Array


def scratch(n: int) -> Scratch:
    """Scratch for neighbourhoods of `n` candidates."""
    whole, single = np.int32, np.float32
    kinds: tuple[Any, ...] = (
        whole, whole, whole, whole, single, single, single, np.uint8, whole, whole, single, single, np.int16,
    )  # fmt: skip
    return Scratch(*(np.empty(n + 64, kind) for kind in kinds))


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
    if n + end - begin <= len(place) - 64:
        for k in range(end - begin):
            place[np.uint64(n + k)] = np.int32(begin + k)
    return n + end - begin


@_part
def _fetch(sites, n, work):  # type: ignore[no-untyped-def]
    """Copy what is known of the listed sites to where it lies side by side."""
    place, x, y, z, heard = work.place, work.x, work.y, work.z, work.heard
    for k in range(n, _full(n)):
        place[k] = 0
    for k in range(_full(n)):
        x[k] = sites.x[np.uint32(place[k])]
    for k in range(_full(n)):
        y[k] = sites.y[np.uint32(place[k])]
    for k in range(_full(n)):
        z[k] = sites.z[np.uint32(place[k])]
    for k in range(_full(n)):
        heard[k] = np.float32(sites.heard_cdb[np.uint32(place[k])])


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
def candidates_of(work, i, x0, y0, z0, base, slope, far, least, n):  # type: ignore[no-untyped-def]
    """Mean margin of each candidate, and the list of those that are near and likely enough; how many they are."""
    x, y, z, heard, square = work.x, work.y, work.z, work.heard, work.square
    place, mean, near, chosen, myself = work.place, work.mean, work.near, work.chosen, np.int32(i)
    for k in range(_full(n)):
        east = np.float32(np.int32(x[k] - x0))
        north = np.float32(np.int32(y[k] - y0))
        up = np.float32(np.int32(z[k] - z0))
        square[k] = east * east + north * north + up * up
    for k in range(_full(n)):
        apart = square[k]
        value = base + heard[k] - slope * log2(apart if apart > NEAREST else NEAREST)
        mean[k] = value
        near[k] = np.uint8((apart <= far) & (value >= least) & (place[k] != myself))
    m = 0
    for k in range(n):
        chosen[m] = k
        m += near[k]
    for k in range(m, _full(m)):
        chosen[k] = 0
    return m


@_part
def _full(n):  # type: ignore[no-untyped-def]
    """The next multiple of LANES: loops over it leave the compiler no remainder to do one by one."""
    return (n + _LANES - 1) & -_LANES


@_part
def shadowing_of(shadow, i, work, m):  # type: ignore[no-untyped-def]
    """Shadowing between the site i and each of the chosen candidates, in `sum`."""
    words, site, pair_cdb, site_cdb = shadow.words, shadow.site, shadow.pair_cdb, shadow.site_cdb
    word, chosen, place, total, shared = work.word, work.chosen, work.place, work.sum, work.shared
    for k in range(m):
        total[k] = _ZERO
        shared[k] = _SIX
    if pair_cdb > _ZERO:
        for tiling in range(words.shape[0]):
            row, own = words[tiling], words[tiling, i]
            for k in range(m):
                word[k] = np.int32(mix64(row[np.uint32(place[np.uint32(chosen[k])])] + own) >> _32)
            for k in range(m):
                total[k] += normal(word[k])
    for k in range(m):
        total[k] *= pair_cdb
    if site_cdb > _ZERO:
        for tiling in range(words.shape[0]):
            row, own = words[tiling], words[tiling, i]
            for k in range(m):
                shared[k] += _TWO if row[np.uint32(place[np.uint32(chosen[k])])] == own else _ZERO
        mine = site[i]
        for k in range(m):
            total[k] += site_cdb * ((mine + site[np.uint32(place[np.uint32(chosen[k])])]) / np.sqrt(shared[k]))


@_part
def keep_strong(work, n, floor_cdbm, n_links, witness, received_cdbm):  # type: ignore[no-untyped-def]
    """Append the links that are strong enough; how many there are now."""
    mean, total, word, chosen = work.mean, work.sum, work.word, work.chosen
    place, power = work.place, work.power
    for k in range(_full(n)):
        whole = np.int32(rounded(mean[np.uint32(chosen[k])] + total[k]))
        word[k] = whole
        power[k] = np.int16(whole if whole < _STRONGEST else _STRONGEST)
    m = np.uint64(n_links)
    for k in range(n):
        witness[m] = place[np.uint32(chosen[k])]
        received_cdbm[m] = power[k]
        m += np.uint64(word[k] >= floor_cdbm)
    return np.int64(m)


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
        if n > len(work.place) - 64:
            return i - begin, n
        _fetch(sites, n, work)
        far, slope = law.far_units2[kind], law.slope_cdb[kind]
        while i < last:
            if n_links + n > len(witness):
                return i - begin, 0
            base = np.float32(sites.sent_cdb[i]) - law.loss_cdb[kind]
            kept = candidates_of(work, i, sites.x[i], sites.y[i], sites.z[i], base, slope, far, least_cdbm, n)
            shadowing_of(shadow, i, work, _full(kept))
            n_links = keep_strong(work, kept, floor_cdbm, n_links, witness, received_cdbm)
            i += 1
            start[i - begin] = n_links
    return i - begin, 0
