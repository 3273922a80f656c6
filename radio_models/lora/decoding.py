"""How likely a packet is decoded near the SNR limit, and what keeps a concentrator from trying at all.

A run uses these where `[radio.receiver]` asks for them; else it draws fading around a hard limit, and its hotspots send
so rarely that packets hardly meet (a beacon lasts a third of a second, every six hours).
"""

from __future__ import annotations

import heapq
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError
from radio_models.lora.receiver import snr_limit_db
from radio_models.special_functions import ndtr

Array = npt.NDArray[np.float64]

SUCCESS_AT_LIMIT = 0.9  # of a packet at the data sheet's limit


def decode_probability(snr_db: npt.ArrayLike, spreading_factor: int, *, n_bytes: int = 51) -> Array:
    """Probability that a packet of `n_bytes` at this true SNR [dB] is decoded; any shape.

    The slope is that of the modulation, from the approximation of its bit errors by Elshabrawy and Robert (IEEE
    Wireless Communications Letters 7, 2018), without error correction; its place is shifted so that nine packets in ten
    are decoded at the limit of `receiver.snr_limit_db`, which a real demodulator needs 2 to 3 dB more for than theory.
    Raises RadioError for another spreading factor than 5 to 12 or no bytes.

    >>> decode_probability([-15.0, -12.5, -11.5], 9).round(2).tolist()
    [0.0, 0.9, 1.0]
    """
    if n_bytes < 1:
        raise RadioError(f"n_bytes is {n_bytes}, expected 1 or more; correct it.")
    limit_db = float(snr_limit_db(spreading_factor))
    shift_db = _theory_db(spreading_factor, n_bytes) - limit_db
    return _success(np.asarray(snr_db, np.float64) + shift_db, spreading_factor, n_bytes)


def _success(snr_db: Array, spreading_factor: int, n_bytes: int) -> Array:
    energy = 10.0 ** (0.1 * snr_db) * 2.0 ** (spreading_factor + 1)
    bit_error = 0.5 * ndtr(np.sqrt(1.386 * spreading_factor + 1.154) - np.sqrt(energy))
    return np.asarray((1.0 - bit_error) ** (8 * n_bytes))


@lru_cache(maxsize=64)
def _theory_db(spreading_factor: int, n_bytes: int) -> float:
    """SNR at which theory decodes SUCCESS_AT_LIMIT of the packets, by halving."""
    low_db, high_db = -40.0, 10.0
    for _ in range(60):
        middle_db = 0.5 * (low_db + high_db)
        if _success(np.asarray(middle_db), spreading_factor, n_bytes) < SUCCESS_AT_LIMIT:
            low_db = middle_db
        else:
            high_db = middle_db
    return high_db


def finds_demodulator(
    start_s: npt.ArrayLike, end_s: npt.ArrayLike, receiver: npt.ArrayLike, *, n_demodulators: int = 8
) -> npt.NDArray[np.bool_]:
    """Which packets a concentrator has a demodulator left for: those that come while all are busy are lost, (packets,).

    `start_s`, `end_s` [s] and the number of the `receiver` of each packet that could be heard; 8 demodulators for
    SX1301 and SX1302 as usually configured, 16 in the SX1302 itself. Packets are taken in the order of their start.

    >>> finds_demodulator([0.0, 0.1, 0.2], [1.0, 1.0, 1.0], [7, 7, 7], n_demodulators=2).tolist()
    [True, True, False]
    """
    begin, end, where = np.asarray(start_s, np.float64), np.asarray(end_s, np.float64), np.asarray(receiver)
    if not (begin.shape == end.shape == where.shape and begin.ndim == 1):
        raise RadioError(f"packets have shapes {begin.shape}, {end.shape}, {where.shape}, expected one (packets,).")
    found = np.zeros(len(begin), bool)
    busy_until: dict[int, list[float]] = {}
    for packet in np.lexsort((end, begin)).tolist():
        busy = busy_until.setdefault(int(where[packet]), [])
        while busy and busy[0] <= begin[packet]:
            heapq.heappop(busy)
        if len(busy) < n_demodulators:
            heapq.heappush(busy, float(end[packet]))
            found[packet] = True
    return found


def deaf_while_sending(
    start_s: npt.ArrayLike,
    end_s: npt.ArrayLike,
    receiver: npt.ArrayLike,
    own_start_s: npt.ArrayLike,
    own_end_s: npt.ArrayLike,
    sender: npt.ArrayLike,
) -> npt.NDArray[np.bool_]:
    """Which packets overlap with a transmission of their own receiver (half duplex), (packets,).

    >>> deaf_while_sending([0.0, 2.0], [1.0, 3.0], [7, 7], [0.5], [1.5], [7]).tolist()
    [True, False]
    """
    begin, end, where = np.asarray(start_s, np.float64), np.asarray(end_s, np.float64), np.asarray(receiver)
    own_begin, own_end, who = np.asarray(own_start_s, np.float64), np.asarray(own_end_s, np.float64), np.asarray(sender)
    # one list of both, by receiver and time: what was sent before a packet ends stands before it
    n_own = len(who)
    of = np.unique(np.concatenate([who, where]), return_inverse=True)[1]
    sent = np.arange(n_own + len(begin)) < n_own
    order = np.lexsort((sent, np.concatenate([own_begin, end]), of))
    ends, place = np.unique(own_end, return_inverse=True)
    rank = of * (len(ends) + 1)  # how late an end is among all ends, apart for each receiver; nothing sent: 0
    rank[:n_own] += place + 1
    latest = np.maximum.accumulate(rank[order]) - of[order] * (len(ends) + 1)
    found = np.zeros(len(order), np.int64)
    found[order] = latest
    before = found[n_own:]
    return np.asarray((before > 0) & (np.concatenate([[-np.inf], ends])[before] > begin))
