"""Helium's draw of 14 witnesses before HIP-83: a shuffle whose generator is seeded with the hash of the poc_id.

The generator is ChaCha12, the shuffle that of Fisher and Yates from the back, a place is drawn by the upper half of a
product. Source: helium/oracles at ad055dba (2023-06-30) `runner.rs` `shuffle_and_split_witnesses` (SHA-256 of the
poc_id into `StdRng`), rust-random/rand 0.8.5 `src/seq/mod.rs` `shuffle`, `src/distributions/uniform.rs`
`sample_single_inclusive`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from poc.beacon.chacha import chacha12_block
from poc.table import Table

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint32]
_AT_ONCE = 1 << 21  # places held at a time


def shuffled_witnesses(
    receptions: Table, beacon_row: Rows, valid: Flags, limits: Any, poc_ids: Table | None = None
) -> Flags:
    """The `limits.max_witnesses` valid receptions of each beacon that Helium would have drawn, as flags.

    `poc_ids` are POC_IDS; the number of a beacon without one stands for it, as in runs, whose hotspots have no keys.
    Receptions stand in order of arrival; how Helium ordered two of one millisecond is unknown.

    >>> from types import SimpleNamespace
    >>> from poc.schema import RECEPTIONS
    >>> none = np.zeros(0, np.int64)
    >>> shuffled_witnesses(RECEPTIONS.empty(), none, none.astype(bool), SimpleNamespace(max_witnesses=14)).tolist()
    []
    """
    chosen = valid.copy()
    rows = np.flatnonzero(valid)
    begin, count = np.unique(beacon_row[rows], return_index=True, return_counts=True)[1:]
    crowded = np.flatnonzero(count > limits.max_witnesses)
    if not len(crowded):
        return chosen
    crowded = crowded[np.argsort(-count[crowded], kind="stable")]
    seeds = _seeds(receptions["beacon"][rows[begin[crowded]]], poc_ids)
    for some in _groups(count[crowded]):
        group = crowded[some]
        order = shuffles(seeds[some], count[group])
        for line, first, n in zip(order, begin[group].tolist(), count[group].tolist(), strict=True):
            chosen[rows[first + line[limits.max_witnesses : n]]] = False
    return chosen


def shuffles(seeds: Words, counts: Rows) -> Rows:
    """The order in which 0 … n − 1 comes out of each shuffle, (m, largest n); `seeds` (m, 8), `counts` falling.

    >>> sorted(shuffles(np.zeros((1, 8), np.uint32), np.array([5]))[0].tolist())
    [0, 1, 2, 3, 4]
    """
    order = np.tile(np.arange(int(counts[0])), (len(counts), 1))
    words = _Words(seeds)
    for last in range(int(counts[0]) - 1, 0, -1):
        lines = np.arange(int(np.searchsorted(-counts, -last)))  # those with more than `last` places
        place = _place(words, lines, last + 1)
        order[lines, last], order[lines, place] = order[lines, place], order[lines, last]
    return order


def _place(words: _Words, lines: Rows, n: int) -> Rows:
    """A place below `n` for each line. A word is drawn again where its product's lower half is beyond the zone."""
    zone = np.uint64((n << (32 - n.bit_length())) - 1)
    place, waiting = np.zeros(len(lines), np.int64), np.arange(len(lines))
    while len(waiting):
        product = words.next(lines[waiting]).astype(np.uint64) * np.uint64(n)
        place[waiting] = (product >> np.uint64(32)).astype(np.int64)
        waiting = waiting[(product & np.uint64(0xFFFFFFFF)) > zone]
    return place


class _Words:
    """The words of many generators, each read at its own pace."""

    def __init__(self, seeds: Words) -> None:
        self._seeds, self._read = seeds, np.zeros(len(seeds), np.int64)
        self._block = np.zeros((len(seeds), 16), np.uint32)

    def next(self, lines: Rows) -> Words:
        empty = lines[self._read[lines] % 16 == 0]
        if len(empty):
            self._block[empty] = chacha12_block(self._seeds[empty], self._read[empty] // 16)
        word = self._block[lines, self._read[lines] % 16]
        self._read[lines] += 1
        return word


def _seeds(beacon: npt.NDArray[np.uint64], poc_ids: Table | None) -> Words:
    """SHA-256 of each poc_id as eight little-endian words."""
    known = {} if poc_ids is None else _bytes_of(poc_ids)
    ids = (known.get(number, number.to_bytes(8, "little")) for number in beacon.tolist())
    return np.frombuffer(b"".join(hashlib.sha256(one).digest() for one in ids), "<u4").reshape(-1, 8)


def _bytes_of(poc_ids: Table) -> dict[int, bytes]:
    data = np.stack([poc_ids[f"word_{i}"] for i in range(4)], axis=1).astype("<u8")
    return {number: line.tobytes() for number, line in zip(poc_ids["beacon"].tolist(), data, strict=True)}


def _groups(counts: Rows) -> Iterator[slice]:
    """Neighbours of falling counts whose places are few enough to be held at once."""
    begin = 0
    while begin < len(counts):
        end = begin + max(_AT_ONCE // int(counts[begin]), 1)
        yield slice(begin, end)
        begin = end
