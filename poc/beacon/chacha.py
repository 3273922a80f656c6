"""ChaCha12 as the Rust crate `rand_chacha` runs it: 64-bit block counter from 0, 64-bit nonce 0, 32-bit words out.

Source: D. J. Bernstein, "ChaCha, a variant of Salsa20" (2008), with 12 rounds; helium/proto `beacon/src/lib.rs` draws
payload bytes from it. One word at a time and meant to be read; `payload_compiled.py` is the fast form.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

ROUNDS = 12
#: "expand 32-byte k" as four little-endian words.
CONSTANTS = (0x61707865, 0x3320646E, 0x79622D32, 0x6B206574)
#: Which four words a quarter round mixes: columns, then diagonals.
QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip
_MASK = 0xFFFFFFFF


def chacha12_words(seed: bytes) -> Iterator[int]:
    """The endless 32-bit words of the generator seeded with 32 bytes.

    >>> words = chacha12_words(bytes(32))
    >>> hex(next(words))
    '0x6a9af49b'
    """
    key = [int.from_bytes(seed[i : i + 4], "little") for i in range(0, 32, 4)]
    counter = 0
    while True:
        start = [*CONSTANTS, *key, counter & _MASK, counter >> 32, 0, 0]
        state = list(start)
        for _ in range(ROUNDS // 2):
            for quarter in QUARTERS:
                _mix(state, *quarter)
        yield from ((word + first) & _MASK for word, first in zip(state, start, strict=True))
        counter += 1


def _mix(state: list[int], a: int, b: int, c: int, d: int) -> None:
    for to, other, turned, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[to] = (state[to] + state[other]) & _MASK
        word = state[turned] ^ state[to]
        state[turned] = ((word << by) | (word >> (32 - by))) & _MASK


def chacha12_block(seeds: npt.NDArray[np.uint32], counter: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    """The 16 words of one block of many generators, (n, 16); `seeds` (n, 8) little-endian, `counter` of each block.

    >>> int(chacha12_block(np.zeros((1, 8), np.uint32), 0)[0, 0]) == next(chacha12_words(bytes(32)))
    True
    """
    start = np.zeros((16, len(seeds)), np.uint32)
    start[:4] = np.array(CONSTANTS, np.uint32)[:, None]
    start[4:12] = np.asarray(seeds, np.uint32).T
    start[12] = counter
    state = start.copy()
    for _ in range(ROUNDS // 2):
        for a, b, c, d in QUARTERS:
            for to, other, turned, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                state[to] += state[other]
                word = state[turned] ^ state[to]
                state[turned] = (word << np.uint32(by)) | (word >> np.uint32(32 - by))
    return (state + start).T


def chacha12_low_bytes(seeds: npt.NDArray[np.uint32], n_words: int) -> npt.NDArray[np.uint8]:
    """The low byte of each of the first `n_words` words of many generators, (n, n_words); `seeds` (n, 8) little-endian.

    >>> chacha12_low_bytes(np.zeros((1, 8), np.uint32), 2).tolist() == [[w & 255 for w, _ in zip(
    ...     chacha12_words(bytes(32)), range(2))]]
    True
    """
    blocks = [chacha12_block(seeds, counter) for counter in range(-(-n_words // 16))]
    return np.concatenate(blocks, axis=1)[:, :n_words].astype(np.uint8)
