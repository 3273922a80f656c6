import blake3
import numpy as np

from poc.beacon.entropy import LIFE_S, TICK_S, bytes_of, entropies, entropies_between, entropy_bytes, entropy_id
from poc.keys import Keys

MINUTE_NS = TICK_S * 10**9


def test_bytes_are_the_hash_of_timestamp_and_block():
    block = bytes(range(32))
    stamp = np.array([1_677_163_710], "<i8").tobytes()
    assert entropy_bytes(1_677_163_710, block) == blake3.blake3(stamp + block).digest()


def test_about_three_are_alive_at_any_time():
    assert LIFE_S // TICK_S == 3


def test_the_same_minute_has_the_same_entropy_in_every_epoch():
    whole = entropies_between(0, 100 * MINUTE_NS, Keys(7))
    part = entropies_between(40 * MINUTE_NS + 1, 50 * MINUTE_NS, Keys(7))
    assert part["start_s"].tolist() == [60 * i for i in range(40, 50)]
    rows = whole.rows_of(part["entropy"])
    assert whole.take(rows).equals(part)


def test_another_seed_another_entropy():
    a, b = (entropies_between(0, 10 * MINUTE_NS, Keys(seed))["entropy"] for seed in (1, 2))
    assert len(set(a.tolist()) | set(b.tolist())) == 20


def test_bytes_survive_the_table_and_name_it():
    data = [bytes([i] * 32) for i in range(3)]
    table = entropies(data, [0, 60, 120], [0, 1, 2])
    assert [bytes(row) for row in bytes_of(table)] == data
    assert table["entropy"].tolist() == [entropy_id(item) for item in data]
    assert bytes_of(entropies([], [], [])).shape == (0, 32)
