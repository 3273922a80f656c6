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
from poc.world.witnessing.drawing_compiled import draw
from poc.world.witnessing.packing_compiled import KERNEL, PART, in_vectors
from poc.world.witnessing.receptions_compiled import (
    BLOCK,
    FEW,
    Draws,
    delays,
    draws,
    full,
    in_order,
    lay_out,
    lay_out_outages,
    no_two_equal,
    ns_of,
    read_out,
    sorted_places,
    strike_out,
    write_down,
)
from radio_models.float32_compiled import above_exp2, log2, mix64

_32, _16, _TICK = np.uint64(32), np.uint32(16), np.uint32(0xFFFF)
_EARLY = np.float32(26.0)  # reports on a beacon that a cut should leave: more than are wanted, so that few are missed
_WORDS, _SAFE, _MOST, _NANO = (np.float32(x) for x in (2.0**32, 0.998, 1.0 - 2.0**-24, 1e-9))
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
    return Queue(draws(n), np.zeros(n + 64, np.uint32))


def first_of(n_beacons: int, most: int) -> First:
    """Empty columns for the `most` first reports on some beacons."""
    n = n_beacons * most + 64
    return First(
        np.empty(n_beacons, np.int32), np.zeros(n_beacons + 1, np.int64), np.empty(n, np.int32), np.empty(n, np.int64),
        np.empty(n, np.float32), np.empty(n, np.float32),
    )  # fmt: skip


_part = numba.njit(**PART)


@_part
def _expected(least, n):  # type: ignore[no-untyped-def]
    """How many links of a sender hear one of its beacons, on average."""
    in_vectors()
    never = np.uint64(0)
    for k in range(n):
        never += np.uint64(least[k])
    return np.float32(n) - np.float32(never) / _WORDS


@_part
def _cut_words(latency, late_s, n, cut):  # type: ignore[no-untyped-def]
    """The least lower half of a word with which each link is not later than `late_s`, or a little less."""
    in_vectors()
    for k in range(full(n)):
        times = (late_s / latency[k] - LEAST_DELAY) / MEAN_EXTRA_DELAY
        share = _SAFE * above_exp2(-_PER_LN_2 * times)
        cut[k] = np.uint32((share if share < _MOST else _MOST) * _WORDS)
    for k in range(n, full(n)):
        cut[k] = 0


@_part
def _down(air, tick, n, id_word, least, outage):  # type: ignore[no-untyped-def]
    """How many of those that would hear a beacon are down."""
    n_down = np.int64(0)
    for k in range(n):
        is_down = (tick >= outage[k] & _TICK) & (tick < outage[k] >> _16)
        n_down += np.int64(is_down & (mix64(air ^ id_word[k]) >> _32 >= np.uint64(least[k])))
    return n_down


@_part
def _delay(latency, share):  # type: ignore[no-untyped-def]
    """The delay within which that share of reports arrives."""
    return latency * (LEAST_DELAY - MEAN_EXTRA_DELAY * _LN_2 * log2(_ONE - share))


@numba.njit(**KERNEL)
def first_arrivals(calls, links, sites, down, tables, some_down, most, work, found, out):  # type: ignore[no-untyped-def]
    """The `most` first reports on each call, into the columns of `out`. `some_down`: whether anybody is down at all."""
    id_word, least, latency, outage, up, chosen, upper, lower, usual, late, late_ns, places, order, key = work.draws
    cut, from_tick, to_tick, beyond = work.cut, down[0], down[1], most + 1
    senders, ticks, beacons, of_air, of_noise, of_report = calls
    starts, witnesses, received = links
    words, latencies, leasts, delay_ns = sites.id_word, sites.latency_s, tables.least, out.delay_ns
    link, drawn, noises, n_heards, out_start = found.link, found.drawn, found.noise, out.n_heard, out.start
    n_out, n_read, last_sender, first, n = 0, 0, -1, 0, 0
    hoped, usual_s, cut_s = _ZERO, _ZERO, _NO_CUT
    for call in range(len(senders)):
        sender, tick, beacon = senders[call], ticks[call], beacons[call]
        air, noise = mix64(of_air ^ beacon), mix64(of_noise ^ beacon)
        if sender != last_sender:
            last_sender, first = sender, starts[sender]
            n = starts[sender + 1] - first
            lay_out(witnesses, received, first, n, words, latencies, leasts, id_word, latency, least)
            if some_down:
                lay_out_outages(witnesses, first, n, from_tick, to_tick, outage)
            hoped, cut_s = _expected(least, n), _NO_CUT
            if hoped > _ONE + _EARLY and usual_s > _ZERO:
                cut_s = _delay(usual_s, _EARLY / hoped)
                _cut_words(latency, cut_s, n, cut)
            else:
                cut[: full(n)] = 0
        ready, recut = False, False
        while not ready:
            n_heard, m = draw(air, n, id_word, least, cut, chosen, upper, lower)
            every = m == n_heard
            if some_down:
                m = strike_out(m, tick, outage, up, chosen, upper, lower)
            delays(latency, chosen, lower, m, usual, late)
            n_first, at = min(m, most), n_out - n_read
            ordered = m <= FEW and in_order(late, m, places)
            if ordered:
                write_down(
                    m, beyond, first, chosen, upper, late, places, order, noise, link, drawn, noises, at,
                    delay_ns, n_out,
                )  # fmt: skip
                ordered = no_two_equal(delay_ns, n_out, min(m, beyond))
            if not ordered:
                sorted_places(late, m, mix64(of_report ^ beacon), id_word, chosen, late_ns, key, places)
                write_down(
                    m, beyond, first, chosen, upper, late, places, order, noise, link, drawn, noises, at,
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
        if some_down:
            n_heard -= _down(air, np.uint32(tick), n, id_word, least, outage)
        n_heards[call] = n_heard
        n_out += n_first
        out_start[call + 1] = n_out
        if n_out - n_read >= BLOCK:
            read_out(found, n_out - n_read, links, sites, tables, n_read, out.witness, out.rssi_dbm, out.snr_db)
            n_read = n_out
    read_out(found, n_out - n_read, links, sites, tables, n_read, out.witness, out.rssi_dbm, out.snr_db)
