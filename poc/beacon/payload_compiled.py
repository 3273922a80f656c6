"""Payloads and their digests for many beacons in one compiled loop: SHA-256, ChaCha12, BLAKE3, one block each.

Same bytes as the scalar functions of `payload.py`, which tests hold it to. Sources: FIPS 180-4, Bernstein 2008
(ChaCha), O'Connor et al. 2020 (BLAKE3, single chunk). No GIL, cached on disk; words are uint32 throughout.

Sixteen beacons go side by side: word w of beacon l stands at `16 w + l`, so that every step is a loop over neighbours
at fixed distances, which the compiler turns into vector instructions.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from poc.beacon.chacha import CONSTANTS, ROUNDS
from poc.table import Array

PAYLOAD_BYTES = 51
Word = Any  # uint32 or uint64: inside a kernel numba knows which
_HASHED_BYTES = 52  # 32 remote, 8 timestamp, 4 local, 8 zero
_LANES = 16


def _root_fractions(n: int, power: int) -> list[int]:
    """First 32 bits of the fractional parts of the square (2) or cube (3) roots of the first primes (FIPS 180-4)."""
    primes: list[int] = []
    candidate = 2
    while len(primes) < n:
        if all(candidate % p for p in primes):
            primes.append(candidate)
        candidate += 1
    roots = []
    for prime in primes:
        shifted = prime << (32 * power)  # (root · 2^32)^power
        root = round(shifted ** (1 / power))
        while root**power > shifted:
            root -= 1
        while (root + 1) ** power <= shifted:
            root += 1
        roots.append(root & 0xFFFFFFFF)
    return roots


_SHA_CONSTANTS = np.array(_root_fractions(64, 3), np.uint32)
_INITIAL = np.array(_root_fractions(8, 2), np.uint32)  # SHA-256 and BLAKE3 start from the same words
_CHACHA_CONSTANTS = np.array(CONSTANTS, np.uint32)
_BLAKE_ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
_BLAKE_ROUNDS, _ONLY_BLOCK = 7, 1 | 2 | 8  # chunk start, chunk end, root


_part = nb.njit(nogil=True, forceinline=True)


@nb.njit(nogil=True, cache=True)
def payloads(
    remote: Array, start_s: Array, entropy_row: Array, local_entropy: Array, result: Array, digest: Array
) -> None:
    """Fill `result` (n, 51) uint8 and `digest` (n) uint64; `result` with no rows is left alone.

    `remote` (m, 32) uint8 and `start_s` (m) int64 are the entropies, `entropy_row` (n) which of them each beacon used,
    `local_entropy` (n) uint32 little-endian.
    """
    heads = _heads(remote, start_s)
    words, seed, state = (
        np.empty(16 * _LANES, np.uint32),
        np.empty(8 * _LANES, np.uint32),
        np.empty(16 * _LANES, np.uint32),
    )
    message = np.empty(16 * _LANES, np.uint32)
    n = len(entropy_row)
    for first in range(0, n, _LANES):
        m = min(_LANES, n - first)
        for lane in range(_LANES):
            i = first + min(lane, m - 1)  # the last lanes do the last beacon again
            row = entropy_row[i]
            for w in range(10):
                words[w * _LANES + lane] = heads[row, w]
            words[10 * _LANES + lane] = _swapped(local_entropy[i])
        words[11 * _LANES :] = 0
        words[13 * _LANES : 14 * _LANES] = 0x80000000
        words[15 * _LANES :] = 8 * _HASHED_BYTES
        _sha256(words, state, seed)
        message[:] = 0
        for block in range(4):
            _chacha12(seed, block, state)
            for w in range(min(16, PAYLOAD_BYTES - 16 * block)):
                _place_byte(state, w, message, (16 * block + w) // 4, 8 * (w % 4))
        if len(result):
            for lane in range(m):
                for b in range(PAYLOAD_BYTES):
                    result[first + lane, b] = np.uint8(message[(b >> 2) * _LANES + lane] >> np.uint32(8 * (b & 3)))
        _blake3(message, words, state)
        for lane in range(m):
            low, high = state[lane] ^ state[8 * _LANES + lane], state[_LANES + lane] ^ state[9 * _LANES + lane]
            digest[first + lane] = np.uint64(low) | (np.uint64(high) << np.uint64(32))


@_part
def _heads(remote: Array, start_s: Array) -> Array:
    """The first ten words that are hashed for each entropy: its bytes and its timestamp, big-endian."""
    heads = np.empty((len(remote), 10), np.uint32)
    for row in range(len(remote)):
        for w in range(8):
            heads[row, w] = _big_endian(remote[row, 4 * w : 4 * w + 4])
        stamp = np.uint64(start_s[row])
        heads[row, 8] = _swapped(np.uint32(stamp & np.uint64(0xFFFFFFFF)))
        heads[row, 9] = _swapped(np.uint32(stamp >> np.uint64(32)))
    return heads


@_part
def _swapped(x: Word) -> Word:
    low = ((x & np.uint32(0xFF)) << np.uint32(24)) | ((x & np.uint32(0xFF00)) << np.uint32(8))
    return np.uint32(low | ((x >> np.uint32(8)) & np.uint32(0xFF00)) | (x >> np.uint32(24)))


@_part
def _big_endian(four: Array) -> Word:
    return np.uint32(
        (np.uint32(four[0]) << np.uint32(24))
        | (np.uint32(four[1]) << np.uint32(16))
        | (np.uint32(four[2]) << np.uint32(8))
        | np.uint32(four[3])
    )


@_part
def _right(x: Word, by: int) -> Word:
    return np.uint32((x >> np.uint32(by)) | (x << np.uint32(32 - by)))


@_part
def _place_byte(state: Array, w: int, message: Array, to: int, shift: int) -> None:
    """Put the low byte of word w of the state into a word of the message."""
    for k in range(_LANES):
        message[to * _LANES + k] |= np.uint32((state[w * _LANES + k] & np.uint32(0xFF)) << np.uint32(shift))


@_part
def _spread(w: Array, t: int) -> None:
    """The next word of SHA-256's schedule in place of the one sixteen before it; t counts modulo 16."""
    one, nine, fourteen = ((t + 1) & 15) * _LANES, ((t + 9) & 15) * _LANES, ((t + 14) & 15) * _LANES
    for k in range(_LANES):
        x, y = w[one + k], w[fourteen + k]
        spread_x = _right(x, 7) ^ _right(x, 18) ^ (x >> np.uint32(3))
        spread_y = _right(y, 17) ^ _right(y, 19) ^ (y >> np.uint32(10))
        w[t * _LANES + k] = np.uint32(w[t * _LANES + k] + spread_x + w[nine + k] + spread_y)


@_part
def _round(s: Array, w: Array, t: int, constant: Word) -> None:
    """One round: instead of moving the eight words on, they change roles with t."""
    a, b, c, d = ((0 - t) & 7) * _LANES, ((1 - t) & 7) * _LANES, ((2 - t) & 7) * _LANES, ((3 - t) & 7) * _LANES
    e, f, g, h = ((4 - t) & 7) * _LANES, ((5 - t) & 7) * _LANES, ((6 - t) & 7) * _LANES, ((7 - t) & 7) * _LANES
    for k in range(_LANES):
        x, y = s[a + k], s[e + k]
        choice = (y & s[f + k]) ^ (~y & s[g + k])
        most = (x & s[b + k]) ^ (x & s[c + k]) ^ (s[b + k] & s[c + k])
        turned = _right(y, 6) ^ _right(y, 11) ^ _right(y, 25)
        first = np.uint32(s[h + k] + turned + choice + constant + w[t * _LANES + k])
        s[d + k] = np.uint32(s[d + k] + first)
        s[h + k] = np.uint32(first + (_right(x, 2) ^ _right(x, 13) ^ _right(x, 22)) + most)


@_part
def _sha256(words: Array, state: Array, seed: Array) -> None:
    """One block from the initial state; `seed` gets the digest as little-endian words, as ChaCha reads it."""
    for w in range(8):
        state[w * _LANES : (w + 1) * _LANES] = _INITIAL[w]
    for turn in range(4):
        for t in range(16):
            if turn > 0:
                _spread(words, t)
            _round(state, words, t, _SHA_CONSTANTS[16 * turn + t])
    for w in range(8):
        for k in range(_LANES):
            seed[w * _LANES + k] = _swapped(np.uint32(state[w * _LANES + k] + _INITIAL[w]))


@_part
def _quarter(s: Array, a: int, b: int, c: int, d: int, words: Array, x: int, y: int) -> None:
    """BLAKE3's quarter round with message words x and y; with zeros and turned the other way it would be ChaCha's."""
    a, b, c, d, x, y = a * _LANES, b * _LANES, c * _LANES, d * _LANES, x * _LANES, y * _LANES
    for k in range(_LANES):
        p, q, r, t = s[a + k], s[b + k], s[c + k], s[d + k]
        p = np.uint32(p + q + words[x + k])
        t = _right(t ^ p, 16)
        r = np.uint32(r + t)
        q = _right(q ^ r, 12)
        p = np.uint32(p + q + words[y + k])
        t = _right(t ^ p, 8)
        r = np.uint32(r + t)
        q = _right(q ^ r, 7)
        s[a + k], s[b + k], s[c + k], s[d + k] = p, q, r, t


@_part
def _chacha_quarter(s: Array, a: int, b: int, c: int, d: int) -> None:
    a, b, c, d = a * _LANES, b * _LANES, c * _LANES, d * _LANES
    for k in range(_LANES):
        p, q, r, t = s[a + k], s[b + k], s[c + k], s[d + k]
        p = np.uint32(p + q)
        t = _right(t ^ p, 16)
        r = np.uint32(r + t)
        q = _right(q ^ r, 20)
        p = np.uint32(p + q)
        t = _right(t ^ p, 24)
        r = np.uint32(r + t)
        q = _right(q ^ r, 25)
        s[a + k], s[b + k], s[c + k], s[d + k] = p, q, r, t


@_part
def _chacha12(seed: Array, block: int, state: Array) -> None:
    for w in range(4):
        state[w * _LANES : (w + 1) * _LANES] = _CHACHA_CONSTANTS[w]
    state[4 * _LANES : 12 * _LANES] = seed
    state[12 * _LANES :] = 0
    state[12 * _LANES : 13 * _LANES] = block
    for _ in range(ROUNDS // 2):
        _chacha_quarter(state, 0, 4, 8, 12)
        _chacha_quarter(state, 1, 5, 9, 13)
        _chacha_quarter(state, 2, 6, 10, 14)
        _chacha_quarter(state, 3, 7, 11, 15)
        _chacha_quarter(state, 0, 5, 10, 15)
        _chacha_quarter(state, 1, 6, 11, 12)
        _chacha_quarter(state, 2, 7, 8, 13)
        _chacha_quarter(state, 3, 4, 9, 14)
    for w in range(4):
        for k in range(_LANES):
            state[w * _LANES + k] += _CHACHA_CONSTANTS[w]
    for k in range(8 * _LANES):
        state[4 * _LANES + k] += seed[k]
    for k in range(_LANES):
        state[12 * _LANES + k] += np.uint32(block)


@_part
def _blake3(message: Array, words: Array, state: Array) -> None:
    """The state after hashing the 51 bytes of the message as a chunk of one block; `words` is for working in."""
    for w in range(8):
        state[w * _LANES : (w + 1) * _LANES] = _INITIAL[w]
    for w in range(4):
        state[(8 + w) * _LANES : (9 + w) * _LANES] = _INITIAL[w]
    state[12 * _LANES : 14 * _LANES] = 0
    state[14 * _LANES : 15 * _LANES] = PAYLOAD_BYTES
    state[15 * _LANES :] = _ONLY_BLOCK
    words[:] = message
    permuted = np.empty_like(words)
    for turn in range(_BLAKE_ROUNDS):
        _quarter(state, 0, 4, 8, 12, words, 0, 1)
        _quarter(state, 1, 5, 9, 13, words, 2, 3)
        _quarter(state, 2, 6, 10, 14, words, 4, 5)
        _quarter(state, 3, 7, 11, 15, words, 6, 7)
        _quarter(state, 0, 5, 10, 15, words, 8, 9)
        _quarter(state, 1, 6, 11, 12, words, 10, 11)
        _quarter(state, 2, 7, 8, 13, words, 12, 13)
        _quarter(state, 3, 4, 9, 14, words, 14, 15)
        if turn < _BLAKE_ROUNDS - 1:
            for w in range(16):
                source = _BLAKE_ORDER[w] * _LANES
                permuted[w * _LANES : (w + 1) * _LANES] = words[source : source + _LANES]
            words[:] = permuted
