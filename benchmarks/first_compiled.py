"""The first arrivals of each beacon as one compiled loop: draws, arrival order and selection from the same word.

What a run could use that keeps nothing but the first few reports of a beacon and how many there were; no run does yet,
since the checks look at every report. They are those that `receptions_compiled` puts first. A cut leaves most reports
out before it is known how late they are: it is drawn once for each sender, as the least word that its links would have
to draw, a little on the safe side. Where the last of the first ones is not earlier than the cut, all are looked at.
Strict floating point, no GIL, no threads, cached.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from poc.table import Array
from poc.world.backhaul import LEAST_DELAY, MEAN_EXTRA_DELAY
from poc.world.witnessing.packing_compiled import pack
from poc.world.witnessing.receptions_compiled import (
    BLOCK,
    FEW,
    Draws,
    delays,
    draws,
    full,
    in_order,
    lay_out,
    no_two_equal,
    ns_of,
    read_out,
    sorted_places,
    write_down,
)
from radio_models.float32_compiled import above_exp2, log2, mix64

_32, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)
_EARLY = np.float32(26.0)  # reports on a beacon that a cut should leave: more than are wanted, so that few are missed
_WORDS, _SAFE, _NANO = np.float32(2.0**32), np.float32(0.998), np.float32(1e-9)
_ZERO, _ONE, _NO_CUT = np.float32(0.0), np.float32(1.0), np.float32(np.inf)
_PER_LN_2, _LN_2 = np.float32(1.0 / np.log(2.0)), np.float32(np.log(2.0))
_SLOWLY = np.float32(0.125)


class First(NamedTuple):
    """`n_heard` reports on each beacon (int32), and its first ones in order of arrival: `start[k] <= i < start[k + 1]`
    of `witness` (site), `delay_ns`, `rssi_dbm`, `snr_db`.
    """

    n_heard: Array
    start: Array
    witness: Array
    delay_ns: Array
    rssi_dbm: Array
    snr_db: Array


class Queue(NamedTuple):
    """Working arrays of one thread: those of all draws, and the least lower half of a word that is early."""

    draws: Draws
    cut: Array


def queue(n: int) -> Queue:
    """Working arrays for senders with up to `n` links."""
    return Queue(draws(n), np.zeros(n + 64, np.uint64))


def first_of(n_beacons: int, most: int) -> First:
    """Empty columns for the `most` first reports on some beacons."""
    n = n_beacons * most + 64
    return First(
        np.empty(n_beacons, np.int32), np.zeros(n_beacons + 1, np.int64), np.empty(n, np.int32), np.empty(n, np.int64),
        np.empty(n, np.float32), np.empty(n, np.float32),
    )  # fmt: skip


_part = numba.njit(error_model="numpy", nogil=True, forceinline=True)


@_part
def _expected(least, n):  # type: ignore[no-untyped-def]
    """How many links of a sender hear one of its beacons, on average."""
    never = np.uint64(0)
    for k in range(n):
        never += least[k] >> _32
    return np.float32(n) - np.float32(never) / _WORDS


@_part
def _cut_words(latency, late_s, n, cut):  # type: ignore[no-untyped-def]
    """The least lower half of a word with which each link is not later than `late_s`, or a little less."""
    for k in range(full(n)):
        times = (late_s / latency[k] - LEAST_DELAY) / MEAN_EXTRA_DELAY
        share = _SAFE * above_exp2(-_PER_LN_2 * times)
        cut[k] = np.uint64(np.int64((share if share < _ONE else _ONE) * _WORDS))


@_part
def draw(air, n, id_word, least, cut, word, early, drawn, number, chosen):  # type: ignore[no-untyped-def]
    """The links that hear this beacon and may be early: how many hear it, and how many are put side by side."""
    n_heard = np.int64(0)
    for k in range(full(n)):
        word[k] = mix64(air ^ id_word[k])
    for k in range(full(n)):
        heard = word[k] >= least[k]
        n_heard += np.int64(heard)
        early[k] = np.uint8(heard & ((word[k] & _LOWER) >= cut[k]))
    pack(early, full(n), word, drawn, 0)
    return n_heard, pack(early, full(n), number, chosen, 0)


@_part
def _up(m, tick, down_from, down_to, chosen, drawn):  # type: ignore[no-untyped-def]
    """Strike out those whose witness is down; how many are left."""
    n = 0
    for k in range(m):
        link = np.uint32(chosen[k])
        chosen[n], drawn[n] = chosen[k], drawn[k]
        n += np.int64((tick < down_from[link]) | (tick >= down_to[link]))
    return n


@_part
def _delay(latency, share):  # type: ignore[no-untyped-def]
    """The delay within which that share of reports arrives."""
    return latency * (LEAST_DELAY - MEAN_EXTRA_DELAY * _LN_2 * log2(_ONE - share))


@numba.njit(error_model="numpy", nogil=True, cache=True)
def first_arrivals(calls, links, sites, down, tables, some_down, most, work, found, out):  # type: ignore[no-untyped-def]
    """The `most` first reports on each call, into the columns of `out`. `some_down`: whether anybody is down at all."""
    number, id_word, least, latency, down_from, down_to, word = work.draws[:7]
    early, chosen, drawn, usual, late, late_ns, places, order, key = work.draws[7:]
    cut, from_tick, to_tick, beyond = work.cut, down[0], down[1], most + 1
    senders, ticks, airs, of_noise, reports = calls
    starts, witnesses, received = links
    words, latencies, leasts, delay_ns = sites.id_word, sites.latency_s, tables.least, out.delay_ns
    link, upper, noises, n_heards, out_start = found.link, found.drawn, found.noise, out.n_heard, out.start
    n_out, n_read, last_sender, first, n = 0, 0, -1, 0, 0
    hoped, usual_s, cut_s = _ZERO, _ZERO, _NO_CUT
    for call in range(len(senders)):
        sender, tick = senders[call], ticks[call]
        if sender != last_sender:
            last_sender, first = sender, starts[sender]
            n = starts[sender + 1] - first
            lay_out(witnesses, received, first, n, words, latencies, leasts, id_word, latency, least)
            for k in range(n if some_down else 0):
                witness = np.uint32(witnesses[first + k])
                down_from[k], down_to[k] = from_tick[witness], to_tick[witness]
            hoped, cut_s = _expected(least, n), _NO_CUT
            if hoped > _ONE + _EARLY and usual_s > _ZERO:
                cut_s = _delay(usual_s, _EARLY / hoped)
                _cut_words(latency, cut_s, n, cut)
            else:
                cut[: full(n)] = 0
        ready, recut = False, False
        while not ready:
            n_heard, m = draw(airs[call], n, id_word, least, cut, word, early, drawn, number, chosen)
            every = m == n_heard
            if some_down:
                m = _up(m, tick, down_from, down_to, chosen, drawn)
            for k in range(m):
                usual[k] = latency[np.uint32(chosen[k])]
            delays(usual, drawn, m, late)
            n_first, at = min(m, most), n_out - n_read
            ordered = m <= FEW and in_order(late, m, places)
            if ordered:
                write_down(
                    m, beyond, first, chosen, drawn, late, places, order, of_noise[call], link, upper, noises, at,
                    delay_ns, n_out,
                )  # fmt: skip
                ordered = no_two_equal(delay_ns, n_out, min(m, beyond))
            if not ordered:
                sorted_places(late, m, reports[call], id_word, chosen, late_ns, key, places)
                write_down(
                    m, beyond, first, chosen, drawn, late, places, order, of_noise[call], link, upper, noises, at,
                    delay_ns, n_out,
                )  # fmt: skip
            last_ns = delay_ns[n_out + n_first - 1] if n_first == most else np.int64(0)
            ready = every or (n_first == most and last_ns < ns_of(cut_s))
            if not ready:
                cut[: full(n)], recut = 0, True
        if recut:
            _cut_words(latency, cut_s, n, cut)
        if n_first == most and hoped > np.float32(most + 1):
            seen_s = np.float32(last_ns) * _NANO / _delay(_ONE, np.float32(most) / hoped)
            usual_s = usual_s + _SLOWLY * (seen_s - usual_s) if usual_s > _ZERO else seen_s
        for k in range(n if some_down else 0):
            is_down = (tick >= down_from[k]) & (tick < down_to[k])
            n_heard -= np.int64((word[k] >= least[k]) & is_down)
        n_heards[call] = n_heard
        n_out += n_first
        out_start[call + 1] = n_out
        if n_out - n_read >= BLOCK:
            read_out(found, n_out - n_read, links, sites, tables, n_read, out.witness, out.rssi_dbm, out.snr_db)
            n_read = n_out
    read_out(found, n_out - n_read, links, sites, tables, n_read, out.witness, out.rssi_dbm, out.snr_db)
