"""The first arrivals of each beacon as one compiled loop: draws, arrival order and selection from the same word.

What a run could use that keeps nothing but the first few reports of a beacon and how many there were; no run does yet,
since the checks look at every report. They are those that `receptions_compiled` puts first. A cut carried from beacon
to beacon leaves most reports out before they are looked at; where it leaves too few, the beacon is drawn again without.
Strict floating point, no GIL, no threads, cached.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from poc.table import Array
from poc.world.backhaul import LEAST_DELAY, MEAN_EXTRA_DELAY
from poc.world.witnessing.receptions_compiled import read_out
from poc.world.witnessing.tables import LOWEST_CDBM
from radio_models.float32_compiled import mix64, uniform_log

_32 = np.uint64(32)
_ROUNDER = 6755399441055744.0  # 1.5 × 2^52
_SLACK, _NO_CUT, _NEVER = np.float32(1.25), np.float32(np.inf), np.uint32(0xFFFFFFFF)
_LANES = 32
_FEW = 96  # early reports that are cheaper to count through than to insert one by one


class Queue(NamedTuple):
    """Working arrays of one thread, as long as the most links of a sender."""

    id_word: Array
    least: Array
    latency: Array
    upper: Array
    lower: Array
    late: Array
    heard: Array
    early: Array
    chosen: Array
    waiting: Array
    first_ns: Array
    first_link: Array


class First(NamedTuple):
    """`n_heard` reports on each beacon (int32); of its first ones, in order of arrival, `witness` (site, −1 for
    none), `delay_ns`, `rssi_dbm`, `snr_db`, each (beacons, most).
    """

    n_heard: Array
    witness: Array
    delay_ns: Array
    rssi_dbm: Array
    snr_db: Array


def queue(n: int, most: int) -> Queue:
    """Working arrays for senders with up to `n` links and the `most` first reports."""
    whole, single = np.int32, np.float32
    half, flag = np.uint32, np.uint8
    kinds: tuple[Any, ...] = (np.uint64, half, single, half, half, single, flag, flag, whole, single)
    arrays: list[Array] = [np.empty(n + 64, kind) for kind in kinds]
    return Queue(*[*arrays, np.empty(most + 1, np.int64), np.empty(most + 1, whole)])


def first_of(n_beacons: int, most: int) -> First:
    """Empty columns for some beacons."""
    shape = n_beacons, most
    return First(
        np.zeros(n_beacons, np.int32), np.full(shape, -1, np.int32), np.zeros(shape, np.int64),
        np.zeros(shape, np.float32), np.zeros(shape, np.float32),
    )  # fmt: skip


_part = numba.njit(error_model="numpy", nogil=True)


@_part
def _lay_out(links, first, n, sites, least, work):  # type: ignore[no-untyped-def]
    """Put what every beacon of a sender asks of its links side by side."""
    witness, received = links.witness, links.received_cdbm
    for k in range(n):
        work.id_word[k] = sites.id_word[np.uint32(witness[first + k])]
    for k in range(n):
        work.latency[k] = sites.latency_s[np.uint32(witness[first + k])]
    for k in range(n):
        work.least[k] = least[np.uint32(np.int32(received[first + k]) - LOWEST_CDBM)]
    for k in range(n, (n + _LANES - 1) & -_LANES):  # so that loops over full lanes hear nothing more
        work.id_word[k], work.latency[k], work.least[k] = 0, 0, _NEVER


@_part
def draw(air, cut, n, work):  # type: ignore[no-untyped-def]
    """The links that hear this beacon and report before the cut: how many hear it, and how many of them are early."""
    id_word, least, latency, upper, lower = work.id_word, work.least, work.latency, work.upper, work.lower
    late, heard, early, chosen = work.late, work.heard, work.early, work.chosen
    full, n_heard = (n + _LANES - 1) & -_LANES, np.int64(0)
    for k in range(full):
        word = mix64(air ^ id_word[k])
        upper[k] = np.uint32(word >> _32)
        lower[k] = np.uint32(word)
    for k in range(full):
        late[k] = latency[k] * (LEAST_DELAY + MEAN_EXTRA_DELAY * uniform_log(lower[k]))
    for k in range(full):
        is_heard = upper[k] >= least[k]
        heard[k] = np.uint8(is_heard)
        early[k] = np.uint8(is_heard & (late[k] <= cut))
    for k in range(full):
        n_heard += np.int64(heard[k])
    m = np.uint64(0)
    for k in range(n):
        chosen[m] = k
        m += np.uint64(early[k])
    return n_heard, np.int64(m)


@_part
def _insert(late, link, n, most, report, work):  # type: ignore[no-untyped-def]
    """Put one report in its place among the first ones; how many these are now."""
    first_ns, first_link, id_word = work.first_ns, work.first_link, work.id_word
    place = n
    while place > 0 and first_ns[place - 1] >= late:
        before = first_link[place - 1]
        if first_ns[place - 1] == late and mix64(report ^ id_word[before]) < mix64(report ^ id_word[link]):
            break
        first_ns[place], first_link[place] = first_ns[place - 1], before
        place -= 1
    first_ns[place], first_link[place] = late, link
    return min(n + 1, most)


@_part
def _rank(m, most, work):  # type: ignore[no-untyped-def]
    """Put the first of a few early reports in order by counting who comes before each: no branch, many at once.

    How many were put in order; −1 where two arrive so close together that ids must decide.
    """
    late, chosen, waiting = work.late, work.chosen, work.waiting
    full = (m + _LANES - 1) & -_LANES
    for k in range(m):
        waiting[k] = late[np.uint32(chosen[k])]
    for k in range(m, full):
        waiting[k] = _NO_CUT
    filled = 0
    for k in range(m):
        mine, before = waiting[k], np.int32(0)
        for j in range(full):
            before += np.int32(waiting[j] < mine)
        if before <= most:
            work.first_link[before] = chosen[k]
            filled += 1
    if filled != min(m, most + 1):
        return -1
    for k in range(filled):
        work.first_ns[k] = np.int64((np.float64(late[work.first_link[k]]) * 1e9 + _ROUNDER) - _ROUNDER)
        if k and work.first_ns[k] == work.first_ns[k - 1]:
            return -1
    return min(m, most)


@numba.njit(error_model="numpy", nogil=True, cache=True)
def first_arrivals(calls, links, sites, down, tables, most, work, found, out):  # type: ignore[no-untyped-def]
    """The `most` first reports on each call, into the rows of `out`."""
    down_from, down_to = down
    last_sender, first, n, cut, some_down = -1, 0, 0, _NO_CUT, False
    for call in range(len(calls.sender)):
        sender = calls.sender[call]
        if sender != last_sender:
            first = links.start[sender]
            n = links.start[sender + 1] - first
            _lay_out(links, first, n, sites, tables.least, work)
            last_sender, some_down = sender, False
            for k in range(n):
                some_down |= down_to[np.uint32(links.witness[first + k])] > 0
        n_first, tick, n_down = 0, calls.tick[call], np.int64(0)
        while True:
            n_heard, m = draw(calls.air[call], cut, n, work)
            n_first, n_down = -1, np.int64(0)
            if m <= _FEW and not some_down:
                n_first = _rank(m, most, work)
            by_insertion = n_first < 0
            n_first = max(n_first, 0)
            for k in range(m if by_insertion else 0):
                link = work.chosen[k]
                witness = links.witness[first + link]
                if down_from[witness] <= tick < down_to[witness]:
                    n_down += 1
                    continue
                late = np.int64((np.float64(work.late[link]) * 1e9 + _ROUNDER) - _ROUNDER)
                if n_first < most or late <= work.first_ns[n_first - 1]:
                    n_first = _insert(late, link, n_first, most, calls.report[call], work)
            if n_first == most or cut == _NO_CUT or n_heard <= m:
                break
            cut = _NO_CUT
        if some_down and cut != _NO_CUT:  # those that are down and late were not looked at
            for k in range(n):
                if work.heard[k] > work.early[k]:
                    witness = links.witness[first + k]
                    n_down += np.int64(down_from[witness] <= tick < down_to[witness])
        out.n_heard[call] = n_heard - n_down
        for k in range(n_first, most):
            found.drawn[call * most + k] = found.jitter[call * most + k] = found.received[call * most + k] = 0
            found.bias[call * most + k] = 0.0
        for k in range(n_first):
            link = work.first_link[k]
            witness = links.witness[first + link]
            n_found = call * most + k
            found.drawn[n_found] = work.upper[link]
            found.jitter[n_found] = np.int32(mix64(calls.noise[call] ^ work.id_word[link]) >> _32)
            found.received[n_found] = links.received_cdbm[first + link]
            found.bias[n_found] = sites.bias_cdb[witness]
            out.witness[call, k] = witness
            out.delay_ns[call, k] = work.first_ns[k]
        if n_first == most:
            cut = _SLACK * np.float32(work.late[work.first_link[most - 1]])
    n_found = len(calls.sender) * most
    read_out(found, n_found, tables, out.rssi_dbm.reshape(n_found), out.snr_db.reshape(n_found))
