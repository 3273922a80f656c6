"""Source: rust-random/rand 0.8.5 `src/seq/mod.rs` `value_stability_slice` (a slice shuffled by words of PCG32 seeded
with 414); helium/oracles ad055dba `runner.rs` `shuffle_and_split_witnesses` for the seed. No units.
"""

import hashlib

import numpy as np
import pytest

from poc.beacon.chacha import chacha12_words
from poc.schema import POC_IDS
from poc.validator.seeded_shuffle import shuffled_witnesses, shuffles
from tests.oracle.events import LOC4, NOON, Scene
from tests.oracle.scalar_shuffle import drawn, shuffled


def pcg32(state, stream):
    """O'Neill's PCG32 (XSH RR), as rand_pcg 0.3 seeds it."""
    mask, step = 2**64 - 1, stream << 1 | 1
    state = ((state + step) * 6364136223846793005 + step) & mask
    while True:
        turn, word = state >> 59, ((state >> 18 ^ state) >> 27) & 0xFFFFFFFF
        yield (word >> turn | word << (-turn & 31)) & 0xFFFFFFFF
        state = (state * 6364136223846793005 + step) & mask


def test_the_shuffle_of_rand():
    words = pcg32(414, 11634580027462260723)
    assert shuffled(range(13), words) == [9, 5, 3, 10, 7, 12, 8, 11, 6, 4, 0, 2, 1]


def test_many_shuffles_at_once_are_those_one_by_one():
    seeds = [hashlib.sha256(bytes([number])).digest() for number in range(40)]
    counts = np.array([200, *range(60, 21, -1)])
    order = shuffles(np.frombuffer(b"".join(seeds), "<u4").reshape(-1, 8), counts)
    for line, seed, n in zip(order.tolist(), seeds, counts.tolist(), strict=True):
        assert line[:n] == shuffled(range(n), chacha12_words(seed))


@pytest.mark.parametrize("poc_id", [None, bytes(range(32))])
def test_who_is_drawn_under_the_rules_of_2023(poc_id):
    scene = Scene("helium-iot-2023-06").hotspot(1)
    beacon = scene.beacon(1, NOON + 60 * 10**9)
    for i in range(25):
        scene.hotspot(100 + i, cell=LOC4)
        scene.report(100 + i, beacon, received_ns=NOON + 61 * 10**9 + i * 10**6)
    if poc_id:
        words = np.frombuffer(poc_id, "<u8")
        columns = {f"word_{i}": [int(word)] for i, word in enumerate(words)}
        scene.more["poc_ids"] = POC_IDS.table(beacon=[beacon["beacon"]], **columns)
    verdicts = scene.judge().verdicts["witness_verdicts"]
    expected = drawn(list(range(100, 125)), poc_id or beacon["beacon"].to_bytes(8, "little"), 14)
    assert sorted(verdicts["witness"][verdicts["selected"]].tolist()) == sorted(expected)


def test_groups_of_any_size_give_the_same(monkeypatch):
    scene = Scene("helium-iot-2023-06").hotspot(1)
    for hotspot in range(100, 120):
        scene.hotspot(hotspot, cell=LOC4)
    for number in range(5):
        beacon = scene.beacon(1, NOON + 60 * 10**9 + number)
        for hotspot in range(100, 115 + number):
            scene.report(hotspot, beacon)
    judgement = scene.judge()
    receptions = judgement.joined["receptions"]
    row = judgement.joined["joined_beacons"].rows_of(receptions["beacon"])
    arguments = receptions, row, np.ones(len(row), bool), type("limits", (), {"max_witnesses": 14})
    whole = shuffled_witnesses(*arguments)
    monkeypatch.setattr("poc.validator.seeded_shuffle._AT_ONCE", 20)
    assert (shuffled_witnesses(*arguments) == whole).all() and whole.sum() == 5 * 14
