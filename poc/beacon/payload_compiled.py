"""Payloads and their digests for many beacons in one compiled loop: SHA-256, ChaCha12, BLAKE3, one block each.

Same bytes as the scalar functions of `payload.py`, which tests hold it to. Sources: FIPS 180-4, Bernstein 2008
(ChaCha), O'Connor et al. 2020 (BLAKE3, single chunk). No GIL, cached on disk; words are uint32 throughout.
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
_BLAKE_ORDER = np.array([2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8])
_BLAKE_ROUNDS, _ONLY_BLOCK = 7, 1 | 2 | 8  # chunk start, chunk end, root


@nb.njit(nogil=True, cache=True)
def payloads(
    remote: Array, start_s: Array, entropy_row: Array, local_entropy: Array, result: Array, digest: Array
) -> None:
    """Fill `result` (n, 51) uint8 and `digest` (n) uint64; `result` with no rows is left alone.

    `remote` (m, 32) uint8 and `start_s` (m) int64 are the entropies, `entropy_row` (n) which of them each beacon used,
    `local_entropy` (n) uint32 little-endian.
    """
    words, schedule = np.empty(16, np.uint32), np.empty(64, np.uint32)
    seed, state, chosen = np.empty(8, np.uint32), np.empty(16, np.uint32), np.empty(64, np.uint8)
    chosen[PAYLOAD_BYTES:] = 0
    for i in range(len(entropy_row)):
        row = entropy_row[i]
        for w in range(8):
            words[w] = _big_endian(remote[row, 4 * w : 4 * w + 4])
        stamp = np.uint64(start_s[row])
        words[8] = _swapped(np.uint32(stamp & np.uint64(0xFFFFFFFF)))
        words[9] = _swapped(np.uint32(stamp >> np.uint64(32)))
        words[10] = _swapped(local_entropy[i])
        words[11] = 0
        words[12] = 0
        words[13] = 0x80000000
        words[14] = 0
        words[15] = 8 * _HASHED_BYTES
        _sha256(words, schedule, seed)
        for block in range(4):
            _chacha12(seed, block, state)
            for w in range(min(16, PAYLOAD_BYTES - 16 * block)):
                chosen[16 * block + w] = state[w] & np.uint32(0xFF)
        if len(result):
            for b in range(PAYLOAD_BYTES):
                result[i, b] = chosen[b]
        digest[i] = _blake3(chosen, words, state)


@nb.njit(nogil=True, cache=True)
def _swapped(x: Word) -> Word:
    low = ((x & np.uint32(0xFF)) << np.uint32(24)) | ((x & np.uint32(0xFF00)) << np.uint32(8))
    return np.uint32(low | ((x >> np.uint32(8)) & np.uint32(0xFF00)) | (x >> np.uint32(24)))


@nb.njit(nogil=True, cache=True)
def _big_endian(four: Array) -> Word:
    return np.uint32(
        (np.uint32(four[0]) << np.uint32(24))
        | (np.uint32(four[1]) << np.uint32(16))
        | (np.uint32(four[2]) << np.uint32(8))
        | np.uint32(four[3])
    )


@nb.njit(nogil=True, cache=True)
def _right(x: Word, by: int) -> Word:
    return np.uint32((x >> np.uint32(by)) | (x << np.uint32(32 - by)))


@nb.njit(nogil=True, cache=True)
def _sha256(words: Array, schedule: Array, seed: Array) -> None:
    """One block from the initial state; `seed` gets the digest as little-endian words, as ChaCha reads it."""
    schedule[:16] = words
    for t in range(16, 64):
        x, y = schedule[t - 15], schedule[t - 2]
        spread_x = _right(x, 7) ^ _right(x, 18) ^ (x >> np.uint32(3))
        spread_y = _right(y, 17) ^ _right(y, 19) ^ (y >> np.uint32(10))
        schedule[t] = np.uint32(schedule[t - 16] + spread_x + schedule[t - 7] + spread_y)
    a, b, c, d = _INITIAL[0], _INITIAL[1], _INITIAL[2], _INITIAL[3]
    e, f, g, h = _INITIAL[4], _INITIAL[5], _INITIAL[6], _INITIAL[7]
    for t in range(64):
        choice = (e & f) ^ (~e & g)
        first = np.uint32(h + (_right(e, 6) ^ _right(e, 11) ^ _right(e, 25)) + choice + _SHA_CONSTANTS[t] + schedule[t])
        second = np.uint32((_right(a, 2) ^ _right(a, 13) ^ _right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c)))
        h, g, f, e = g, f, e, np.uint32(d + first)
        d, c, b, a = c, b, a, np.uint32(first + second)
    seed[0], seed[1], seed[2], seed[3] = a, b, c, d
    seed[4], seed[5], seed[6], seed[7] = e, f, g, h
    for w in range(8):
        seed[w] = _swapped(np.uint32(seed[w] + _INITIAL[w]))


@nb.njit(nogil=True, cache=True)
def _quarter(s: Array, a: int, b: int, c: int, d: int, x: Word, y: Word) -> None:
    """BLAKE3's quarter round with message words x and y; with zeros and turned the other way it would be ChaCha's."""
    s[a] = np.uint32(s[a] + s[b] + x)
    s[d] = _right(s[d] ^ s[a], 16)
    s[c] = np.uint32(s[c] + s[d])
    s[b] = _right(s[b] ^ s[c], 12)
    s[a] = np.uint32(s[a] + s[b] + y)
    s[d] = _right(s[d] ^ s[a], 8)
    s[c] = np.uint32(s[c] + s[d])
    s[b] = _right(s[b] ^ s[c], 7)


@nb.njit(nogil=True, cache=True)
def _chacha_quarter(s: Array, a: int, b: int, c: int, d: int) -> None:
    s[a] = np.uint32(s[a] + s[b])
    s[d] = _right(s[d] ^ s[a], 16)
    s[c] = np.uint32(s[c] + s[d])
    s[b] = _right(s[b] ^ s[c], 20)
    s[a] = np.uint32(s[a] + s[b])
    s[d] = _right(s[d] ^ s[a], 24)
    s[c] = np.uint32(s[c] + s[d])
    s[b] = _right(s[b] ^ s[c], 25)


@nb.njit(nogil=True, cache=True)
def _chacha12(seed: Array, block: int, state: Array) -> None:
    state[:4] = _CHACHA_CONSTANTS
    state[4:12] = seed
    state[12] = block
    state[13:] = 0
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
        state[w] = np.uint32(state[w] + _CHACHA_CONSTANTS[w])
    for w in range(8):
        state[4 + w] = np.uint32(state[4 + w] + seed[w])
    state[12] = np.uint32(state[12] + np.uint32(block))


@nb.njit(nogil=True, cache=True)
def _blake3(chosen: Array, words: Array, state: Array) -> Word:
    """First eight bytes, little-endian, of the BLAKE3 hash of the 51 bytes at the head of `chosen`."""
    for w in range(16):
        words[w] = (
            np.uint32(chosen[4 * w])
            | (np.uint32(chosen[4 * w + 1]) << np.uint32(8))
            | (np.uint32(chosen[4 * w + 2]) << np.uint32(16))
            | (np.uint32(chosen[4 * w + 3]) << np.uint32(24))
        )
    state[:8] = _INITIAL
    state[8:12] = _INITIAL[:4]
    state[12], state[13], state[14], state[15] = 0, 0, PAYLOAD_BYTES, _ONLY_BLOCK
    permuted = np.empty(16, np.uint32)
    for turn in range(_BLAKE_ROUNDS):
        _quarter(state, 0, 4, 8, 12, words[0], words[1])
        _quarter(state, 1, 5, 9, 13, words[2], words[3])
        _quarter(state, 2, 6, 10, 14, words[4], words[5])
        _quarter(state, 3, 7, 11, 15, words[6], words[7])
        _quarter(state, 0, 5, 10, 15, words[8], words[9])
        _quarter(state, 1, 6, 11, 12, words[10], words[11])
        _quarter(state, 2, 7, 8, 13, words[12], words[13])
        _quarter(state, 3, 4, 9, 14, words[14], words[15])
        if turn < _BLAKE_ROUNDS - 1:
            for w in range(16):
                permuted[w] = words[_BLAKE_ORDER[w]]
            words[:] = permuted
    low = np.uint64(state[0] ^ state[8])
    return low | (np.uint64(state[1] ^ state[9]) << np.uint64(32))
