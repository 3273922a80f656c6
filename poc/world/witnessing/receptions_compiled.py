"""The draws of beacons on links as one compiled loop, bit for bit what `hearing.hear_in_numpy` gives.

Strict floating point, no GIL, no threads of its own, cached. Loops over flat scratch arrays, so that the compiler can
work on many links at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from poc.table import Array
from poc.world.backhaul import LEAST_DELAY, MEAN_EXTRA_DELAY
from poc.world.witnessing.tables import HALF_BITS, LOWEST_CDBM, NODE_BITS, SIDE
from radio_models.float32_compiled import mix64, normal, rounded, uniform_log
from radio_models.lora.receiver import RSSI_JITTER_DB

_JITTER_DB, _PERCENT, _HALF = np.float32(RSSI_JITTER_DB), np.float32(0.01), np.float32(0.5)
_32, _31, _ALL = np.uint64(32), np.uint32(31), np.uint32(0xFFFFFFFF)
_FRACTION_BITS = 23 - NODE_BITS
_FRACTION = np.int32((1 << _FRACTION_BITS) - 1)
_TO_FRACTION = np.float32(2.0**-_FRACTION_BITS)
_ROUNDER = 6755399441055744.0  # 1.5 × 2^52
_STRONGEST, _LOWEST = np.int32(32767), np.int32(LOWEST_CDBM)
ROOM = 2**17  # links of a sender that a sorting key can number


class Draws(NamedTuple):
    """Working arrays of one thread, as long as the most links of a sender."""

    id_word: Array
    least: Array
    word: Array
    heard: Array
    chosen: Array
    late: Array
    key: Array


def draws(n: int) -> Draws:
    """Working arrays for senders with up to `n` links."""
    kinds: tuple[Any, ...] = (np.uint64, np.uint32, np.uint64, np.uint8, np.int32, np.int64, np.int64)
    return Draws(*(np.empty(n + 64, kind) for kind in kinds))


class Found(NamedTuple):
    """Receptions before they are read out: upper half of the word, word of the noise, median power, calibration."""

    drawn: Array
    jitter: Array
    received: Array
    bias: Array
    fade: Array


def found_of(n: int) -> Found:
    """Room for `n` receptions."""
    whole, single = np.int32, np.float32
    return Found(*[np.empty(n, kind) for kind in (np.uint32, whole, whole, single, whole)])


_part = numba.njit(error_model="numpy", nogil=True)


@_part
def _lay_out(links, first, n, id_word, least, work):  # type: ignore[no-untyped-def]
    """Put what every beacon of a sender asks of its links side by side."""
    words, leasts, witness, received = work.id_word, work.least, links.witness, links.received_cdbm
    for k in range(n):
        words[k] = id_word[np.uint32(witness[first + k])]
    for k in range(n):
        leasts[k] = least[np.uint32(np.int32(received[first + k]) - LOWEST_CDBM)]


@_part
def _draw(air, n, work):  # type: ignore[no-untyped-def]
    """The links that hear this beacon, up or not; how many they are."""
    id_word, least, word, heard, chosen = work.id_word, work.least, work.word, work.heard, work.chosen
    for k in range(n):
        drawn = mix64(air ^ id_word[k])
        word[k] = drawn
        heard[k] = np.uint8(np.uint32(drawn >> _32) >= least[k])
    m = np.uint64(0)
    for k in range(n):
        chosen[m] = k
        m += np.uint64(heard[k])
    return np.int64(m)


@_part
def _sort(key, n):  # type: ignore[no-untyped-def]
    """Shell sort; keys are unique, so the result is one."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, n):
            held, place = key[k], k
            while place >= gap and key[place - gap] > held:
                key[place] = key[place - gap]
                place -= gap
            key[place] = held
        gap //= 3


@_part
def _settle_ties(key, n, late, report, id_word, chosen):  # type: ignore[no-untyped-def]
    """Put reports that arrive in the same nanosecond in order of their ids."""
    for k in range(1, n):
        place = k
        while place > 0:
            one, two = key[place - 1] & (ROOM - 1), key[place] & (ROOM - 1)
            if late[one] != late[two]:
                break
            if mix64(report ^ id_word[chosen[one]]) < mix64(report ^ id_word[chosen[two]]):
                break
            key[place - 1], key[place] = key[place], key[place - 1]
            place -= 1


@_part
def read_out(found, n, tables, rssi_dbm, snr_db):  # type: ignore[no-untyped-def]
    """RSSI [dBm] and SNR [dB] as reported of the first `n` packets in `found`; in steps that work on many at once."""
    drawn, jitter, received, bias, fade = found.drawn, found.jitter, found.received, found.bias, found.fade
    starts, steps = tables.fade_cdb, tables.fade_step_cdb
    for k in range(n):
        upper = drawn[k] >> _31
        from_end = np.float32(np.uint32(drawn[k] ^ _ALL) if upper else drawn[k]) + _HALF
        bits = np.float32(from_end).view(np.int32)
        node = np.uint32((bits >> _FRACTION_BITS) - HALF_BITS + SIDE * np.int32(upper))
        along = np.float32(bits & _FRACTION) * _TO_FRACTION
        fade[k] = np.int32(rounded(starts[node] + along * steps[node]))
    weakest = np.int32(tables.sensitivity_cdbm)
    for k in range(n):
        power = received[k] + fade[k]
        power = power if power > weakest else weakest
        received[k] = (power if power < _STRONGEST else _STRONGEST) - _LOWEST
    for k in range(n):
        bias[k] = bias[k] * _PERCENT + _JITTER_DB * normal(jitter[k])
    total, ratio = tables.total_dbm, tables.snr_db
    for k in range(n):
        place = np.uint32(received[k])
        rssi_dbm[k] = rounded(total[place] + bias[k])
        snr_db[k] = ratio[place]


@numba.njit(error_model="numpy", nogil=True, cache=True)
def receptions(calls, begin, links, sites, down, tables, work, found, start, out):  # type: ignore[no-untyped-def]
    """Receptions of the calls from `begin` on: fills the columns of `out` and `start`; how many calls were done.

    It stops early where the columns might not hold the next call.
    """
    down_from, down_to = down
    n_out, last_sender, first, n = 0, -1, 0, 0
    start[0] = 0
    for call in range(begin, len(calls.sender)):
        sender = calls.sender[call]
        if sender != last_sender:
            first = links.start[sender]
            n = links.start[sender + 1] - first
            _lay_out(links, first, n, sites.id_word, tables.least, work)
            last_sender = sender
        if n_out + n > len(out.witness):
            read_out(found, n_out, tables, out.rssi_dbm, out.snr_db)
            return call - begin
        m = _draw(calls.air[call], n, work)
        tick, n_up = calls.tick[call], 0
        for k in range(m):
            link = work.chosen[k]
            witness = links.witness[first + link]
            if tick < down_from[witness] or tick >= down_to[witness]:
                work.chosen[n_up] = link
                delay_s = sites.latency_s[witness] * (
                    LEAST_DELAY + MEAN_EXTRA_DELAY * uniform_log(np.uint32(work.word[link]))
                )
                late = np.int64((np.float64(delay_s) * 1e9 + _ROUNDER) - _ROUNDER)
                work.late[n_up] = late
                work.key[n_up] = late * ROOM + n_up
                n_up += 1
        _sort(work.key, n_up)
        _settle_ties(work.key, n_up, work.late, calls.report[call], work.id_word, work.chosen)
        for k in range(n_up):
            place = work.key[k] & (ROOM - 1)
            link = work.chosen[place]
            witness = links.witness[first + link]
            found.drawn[n_out] = np.uint32(work.word[link] >> _32)
            found.jitter[n_out] = np.int32(mix64(calls.noise[call] ^ work.id_word[link]) >> _32)
            found.received[n_out] = links.received_cdbm[first + link]
            found.bias[n_out] = sites.bias_cdb[witness]
            out.witness[n_out] = witness
            out.delay_ns[n_out] = work.late[place]
            n_out += 1
        start[call - begin + 1] = n_out
    read_out(found, n_out, tables, out.rssi_dbm, out.snr_db)
    return len(calls.sender) - begin
