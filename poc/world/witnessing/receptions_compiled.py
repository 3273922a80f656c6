"""The draws of beacons on links as one compiled loop, bit for bit what `hearing.hear_in_numpy` gives.

Strict floating point, no GIL, no threads of its own, cached. Loops over flat scratch arrays, so that the compiler can
work on many links at once; what a function needs it is handed as arrays, since a tuple is handed over whole.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from poc.table import Array
from poc.world.backhaul import LEAST_DELAY, MEAN_EXTRA_DELAY
from poc.world.witnessing.drawing_compiled import draw
from poc.world.witnessing.packing_compiled import KERNEL, PART, SIDE, in_vectors, pack, place
from poc.world.witnessing.tables import HALF_BITS, LOWEST_CDBM, NODE_BITS
from poc.world.witnessing.tables import SIDE as SIDE_OF_FADES
from radio_models.float32_compiled import mix64, normal, rounded, uniform_log
from radio_models.lora.receiver import RSSI_JITTER_DB

_JITTER_DB, _PERCENT, _HALF = np.float32(RSSI_JITTER_DB), np.float32(0.01), np.float32(0.5)
_32, _31, _ALL = np.uint64(32), np.uint32(31), np.uint32(0xFFFFFFFF)
_NEVER_COMES, _16, _TICK = np.float32(np.inf), np.uint32(16), np.uint32(0xFFFF)
_FRACTION_BITS = 23 - NODE_BITS
_FRACTION = np.int32((1 << _FRACTION_BITS) - 1)
_TO_FRACTION = np.float32(2.0**-_FRACTION_BITS)
_ROUNDER = 6755399441055744.0  # 1.5 × 2^52
_STRONGEST, _LOWEST = np.int32(32767), np.int32(LOWEST_CDBM)
ROOM = 2**17  # links of a sender that a sorting key can number
BLOCK = 2048  # receptions read out at a time
FEW = 800  # receptions of a beacon that are sooner held against each other than sorted


class Draws(NamedTuple):
    """Working arrays of one thread, as long as the most links of a sender.

    Of its links: word of the witness, least upper half of a word that is heard, latency, ticks of the outage (the first
    in the lower half, the one after it in the upper half). Of those that hear a beacon, side by side: whether they are
    up, number of the link, halves of the word, latency, delay [s, ns], place in order of arrival, which has each place.
    """

    id_word: Array
    least: Array
    latency: Array
    outage: Array
    up: Array
    chosen: Array
    upper: Array
    lower: Array
    usual: Array
    late: Array
    late_ns: Array
    places: Array
    order: Array
    key: Array


def draws(n: int) -> Draws:
    """Working arrays for senders with up to `n` links."""
    whole, single, half, word = np.int32, np.float32, np.uint32, np.uint64
    kinds: tuple[Any, ...] = (
        word, half, single, half, np.uint8, whole, half, half, single, single, np.int64, whole, whole, np.int64,
    )  # fmt: skip
    return Draws(*(np.zeros(n + 64, kind) for kind in kinds))  # no number so small that it takes a processor long


class Found(NamedTuple):
    """Receptions before they are read out: link, upper half of the word, start of the noise; and what becomes of it."""

    link: Array
    drawn: Array
    noise: Array
    jitter: Array
    power: Array
    error: Array


def found_of(n: int) -> Found:
    """Room for `n` receptions."""
    whole = np.int32
    return Found(*[np.empty(n + 64, kind) for kind in (whole, np.uint32, np.uint64, whole, whole, np.float32)])


_part = numba.njit(**PART)


@_part
def full(n):  # type: ignore[no-untyped-def]
    """The next multiple of SIDE: loops over it leave the compiler no remainder to do one by one."""
    return (n + SIDE - 1) & -SIDE


@_part
def lay_out(  # type: ignore[no-untyped-def]
    witness, received, first, n, words, latencies, least, id_word, latency, leasts
):
    """Put what every beacon of a sender asks of its links side by side."""
    in_vectors()
    for k in range(n):
        id_word[k] = words[np.uint32(witness[np.uint64(first + k)])]
    for k in range(n):
        latency[k] = latencies[np.uint32(witness[np.uint64(first + k)])]
    for k in range(n):
        leasts[k] = least[np.uint32(np.int32(received[np.uint64(first + k)]) - _LOWEST)]
    for k in range(n, full(n)):
        leasts[k] = _ALL


@_part
def lay_out_outages(witness, first, n, from_tick, to_tick, outage):  # type: ignore[no-untyped-def]
    """Put the outages of a sender's links side by side."""
    for k in range(n):
        site = np.uint32(witness[np.uint64(first + k)])
        outage[k] = np.uint32(from_tick[site]) | (np.uint32(to_tick[site]) << _16)


@_part
def _note_who_is_up(m, tick, outage, chosen, up):  # type: ignore[no-untyped-def]
    in_vectors()
    tick = np.uint32(tick)
    for k in range(full(m)):
        ticks = outage[np.uint32(chosen[k])]
        up[k] = np.uint8((tick < (ticks & _TICK)) | (tick >= (ticks >> _16)))
    for k in range(m, full(m)):
        up[k] = 0


@_part
def strike_out(m, tick, outage, up, chosen, upper, lower):  # type: ignore[no-untyped-def]
    """Leave out those whose witness is down; how many are left."""
    _note_who_is_up(m, tick, outage, chosen, up)
    wide = full(m)
    pack(up, 0, wide, upper, upper, 0)
    pack(up, 0, wide, lower, lower, 0)
    m = pack(up, 0, wide, chosen, chosen, 0)
    for k in range(SIDE):
        chosen[m + k] = 0
    return m


@_part
def delays(latency, chosen, lower, m, usual, late):  # type: ignore[no-untyped-def]
    """Delay of each of `m` reports from the lower half of its word [s]; infinite for those that fill up the lanes."""
    in_vectors()
    for k in range(full(m)):
        usual[k] = latency[np.uint32(chosen[k])]
    for k in range(full(m)):
        late[k] = usual[k] * (LEAST_DELAY + MEAN_EXTRA_DELAY * uniform_log(lower[k]))
    for k in range(m, full(m)):
        late[k] = _NEVER_COMES


@_part
def ns_of(late_s):  # type: ignore[no-untyped-def]
    """A delay in whole nanoseconds."""
    return np.int64((np.float64(late_s) * 1e9 + _ROUNDER) - _ROUNDER)


@_part
def in_order(late, m, places):  # type: ignore[no-untyped-def]
    """The place of each report in order of arrival; False where two arrive at the same time."""
    in_vectors()
    place(late, m, places)
    total = np.int64(0)
    for k in range(full(m)):
        total += np.int64(places[k])
    total -= (full(m) - m) * m  # those that never come
    return 2 * total == m * (m - 1)


@_part
def no_two_equal(late_ns, first, n):  # type: ignore[no-untyped-def]
    """Whether `n` times in order are all different."""
    in_vectors()
    equal, first = np.int64(0), np.uint64(first)
    for k in range(1, n):
        equal += np.int64(late_ns[first + np.uint64(k)] == late_ns[first + np.uint64(k - 1)])
    return equal == 0


@_part
def _sort(key, n):  # type: ignore[no-untyped-def]
    """Shell sort; keys are unique, so the result is one."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, n):
            held, at = key[k], k
            while at >= gap and key[at - gap] > held:
                key[at] = key[at - gap]
                at -= gap
            key[at] = held
        gap //= 3


@_part
def _settle_ties(key, n, late_ns, report, id_word, chosen):  # type: ignore[no-untyped-def]
    """Put reports that arrive in the same nanosecond in order of their ids."""
    for k in range(1, n):
        at = k
        while at > 0:
            one, two = key[at - 1] & (ROOM - 1), key[at] & (ROOM - 1)
            if late_ns[one] != late_ns[two]:
                break
            if mix64(report ^ id_word[chosen[one]]) < mix64(report ^ id_word[chosen[two]]):
                break
            key[at - 1], key[at] = key[at], key[at - 1]
            at -= 1


@_part
def sorted_places(late, m, report, id_word, chosen, late_ns, key, places):  # type: ignore[no-untyped-def]
    """The place of each report in order of arrival, ties by report id, however many there are."""
    for k in range(m):
        late_ns[k] = ns_of(late[k])
        key[k] = late_ns[k] * ROOM + k
    _sort(key, m)
    _settle_ties(key, m, late_ns, report, id_word, chosen)
    for k in range(m):
        places[key[k] & (ROOM - 1)] = k
    for k in range(m, full(m)):
        places[k] = m


@_part
def write_down(  # type: ignore[no-untyped-def]
    m, last, first, chosen, upper, late, places, order, noise, link, drawn, start, n, delay_ns, n_out
):
    """Note the first `last` reports on a call in order of arrival."""
    in_vectors()
    for k in range(full(m)):
        order[np.uint32(min(places[k], last))] = k
    for k in range(min(m, last)):
        report = np.uint32(order[k])
        link[np.uint64(n + k)] = np.int32(first) + chosen[report]
        drawn[np.uint64(n + k)] = upper[report]
        delay_ns[np.uint64(n_out + k)] = ns_of(late[report])
    for k in range(full(min(m, last))):
        start[np.uint64(n + k)] = noise


@numba.njit(**(PART | {"forceinline": False}))
def read_out(found, n, links, sites, tables, first, witness, rssi_dbm, snr_db):  # type: ignore[no-untyped-def]
    """Witness, RSSI [dBm] and SNR [dB] as reported of the `n` packets in `found`, from the place `first` on."""
    in_vectors()
    link, drawn, noise, jitter, power, error = found
    starts, steps, of_link, received = tables.fade_cdb, tables.fade_step_cdb, links.witness, links.received_cdbm
    id_word, bias, first = sites.id_word, sites.bias_cdb, np.uint64(first)
    for k in range(n):
        witness[first + np.uint64(k)] = of_link[np.uint32(link[k])]
    for k in range(n):
        noise[k] ^= id_word[np.uint32(witness[first + np.uint64(k)])]
    for k in range(n):
        error[k] = np.float32(bias[np.uint32(witness[first + np.uint64(k)])])
    for k in range(n):
        upper = drawn[k] >> _31
        from_end = np.float32(np.uint32(drawn[k] ^ _ALL) if upper else drawn[k]) + _HALF
        bits = np.float32(from_end).view(np.int32)
        node = np.uint32((bits >> _FRACTION_BITS) - HALF_BITS + SIDE_OF_FADES * np.int32(upper))
        along = np.float32(bits & _FRACTION) * _TO_FRACTION
        power[k] = np.int32(rounded(starts[node] + along * steps[node]))
    weakest = np.int32(tables.sensitivity_cdbm)
    for k in range(n):
        whole = np.int32(received[np.uint32(link[k])]) + power[k]
        whole = whole if whole > weakest else weakest
        power[k] = (whole if whole < _STRONGEST else _STRONGEST) - _LOWEST
    for k in range(n):
        jitter[k] = np.int32(mix64(noise[k]) >> _32)
    for k in range(n):
        error[k] = error[k] * _PERCENT + _JITTER_DB * normal(jitter[k])
    total, ratio = tables.total_dbm, tables.snr_db
    for k in range(n):
        rssi_dbm[first + np.uint64(k)] = rounded(total[np.uint32(power[k])] + error[k])
    for k in range(n):
        snr_db[first + np.uint64(k)] = ratio[np.uint32(power[k])]


@numba.njit(**KERNEL)
def expected(calls, links, least):  # type: ignore[no-untyped-def]
    """How many reports there will be, about."""
    sender, start, received = calls.sender, links.start, links.received_cdbm
    total, of_sender, last_sender = 0.0, 0.0, -1
    for call in range(len(sender)):
        if sender[call] != last_sender:
            last_sender, never = sender[call], np.uint64(0)
            first, last = start[last_sender], start[last_sender + 1]
            for k in range(first, last):
                never += np.uint64(least[np.uint32(np.int32(received[np.uint64(k)]) - _LOWEST)])
            of_sender = np.float64(last - first) - np.float64(never) * 2.0**-32
        total += of_sender
    return total


@numba.njit(**KERNEL)
def receptions(calls, begin, links, sites, down, tables, some_down, work, found, start, out):  # type: ignore[no-untyped-def]
    """Receptions of the calls from `begin` on: fills the columns of `out` and `start`; how many calls were done.

    It stops early where the columns might not hold the next call. `some_down`: whether anybody is down at all.
    """
    id_word, least, latency, outage, up, chosen, upper, lower, usual, late, late_ns, places, order, key = work
    from_tick, to_tick = down
    senders, ticks, beacons, of_air, of_noise, of_report = calls
    starts, witnesses, received = links
    words, latencies, leasts, delay_ns = sites.id_word, sites.latency_s, tables.least, out.delay_ns
    link, drawn, noises = found.link, found.drawn, found.noise
    n_out, n_read, last_sender, first, n = 0, 0, -1, 0, 0
    start[0] = 0
    n_done = len(senders) - begin
    for call in range(begin, len(senders)):
        sender = senders[call]
        if sender != last_sender:
            last_sender, first = sender, starts[sender]
            n = starts[sender + 1] - first
            lay_out(witnesses, received, first, n, words, latencies, leasts, id_word, latency, least)
            if some_down:
                lay_out_outages(witnesses, first, n, from_tick, to_tick, outage)
        if n_out + n > len(delay_ns):
            n_done = call - begin
            break
        beacon = beacons[call]
        noise = mix64(of_noise ^ beacon)
        _, m = draw(mix64(of_air ^ beacon), n, id_word, least, None, chosen, upper, lower)
        if some_down:
            m = strike_out(m, ticks[call], outage, up, chosen, upper, lower)
        delays(latency, chosen, lower, m, usual, late)
        at = n_out - n_read
        ordered = m <= FEW and in_order(late, m, places)
        if ordered:
            write_down(
                m, m, first, chosen, upper, late, places, order, noise, link, drawn, noises, at, delay_ns,
                n_out,
            )  # fmt: skip
            ordered = no_two_equal(delay_ns, n_out, m)
        if not ordered:
            sorted_places(late, m, mix64(of_report ^ beacon), id_word, chosen, late_ns, key, places)
            write_down(
                m, m, first, chosen, upper, late, places, order, noise, link, drawn, noises, at, delay_ns,
                n_out,
            )  # fmt: skip
        n_out += m
        start[call - begin + 1] = n_out
        if n_out - n_read >= BLOCK:
            read_out(found, n_out - n_read, links, sites, tables, n_read, out.witness, out.rssi_dbm, out.snr_db)
            n_read = n_out
    read_out(found, n_out - n_read, links, sites, tables, n_read, out.witness, out.rssi_dbm, out.snr_db)
    return n_done


@numba.njit(**KERNEL)
def arrive(start, heard_ns, row, witness, delay_ns):  # type: ignore[no-untyped-def]
    """Turn sites into rows and delays into times of arrival, in place."""
    for call in range(len(heard_ns)):
        for k in range(start[call], start[call + 1]):
            witness[np.uint64(k)] = row[np.uint32(witness[np.uint64(k)])]
            delay_ns[np.uint64(k)] += heard_ns[call]
