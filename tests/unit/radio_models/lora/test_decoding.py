import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.lora.decoding import deaf_while_sending, decode_probability, finds_demodulator
from radio_models.lora.receiver import snr_limit_db


@pytest.mark.parametrize("factor", range(5, 13))
def test_nine_packets_in_ten_at_the_limit_and_a_soft_edge(factor: int) -> None:
    limit_db = float(snr_limit_db(factor))
    chance = decode_probability(limit_db + np.linspace(-6.0, 6.0, 49), factor)
    assert chance[24] == pytest.approx(0.9, abs=1e-6)
    assert np.all(np.diff(chance) >= 0.0)
    assert chance[0] < 1e-6
    assert chance[-1] == pytest.approx(1.0)


def test_long_packets_have_the_harder_edge() -> None:
    below_db = float(snr_limit_db(9)) - 1.0
    assert decode_probability(below_db, 9, n_bytes=200) < decode_probability(below_db, 9, n_bytes=10)
    with pytest.raises(RadioError, match="n_bytes is 0"):
        decode_probability(0.0, 9, n_bytes=0)


def test_demodulators_are_taken_and_given_back() -> None:
    start = np.array([0.0, 0.0, 0.0, 1.0, 0.5])
    end = np.array([1.0, 1.0, 1.0, 2.0, 1.5])
    assert finds_demodulator(start, end, [1] * 5, n_demodulators=2).tolist() == [True, True, False, True, False]
    assert finds_demodulator(start, end, [1, 1, 2, 1, 2], n_demodulators=2).all()
    assert not finds_demodulator(start, end, [1] * 5, n_demodulators=0).any()


def test_demodulators_against_counting() -> None:
    rng = np.random.default_rng(2)
    start = rng.uniform(0.0, 10.0, 300)
    end, receiver = start + rng.uniform(0.1, 0.6, 300), rng.integers(0, 3, 300)
    found = finds_demodulator(start, end, receiver, n_demodulators=4)
    for packet in np.argsort(start):
        earlier = found & (receiver == receiver[packet]) & (start < start[packet]) & (end > start[packet])
        assert found[packet] == (earlier.sum() < 4)


def test_half_duplex_against_pairs() -> None:
    rng = np.random.default_rng(3)
    start, own_start = rng.uniform(0.0, 50.0, 200), rng.uniform(0.0, 50.0, 60)
    end, own_end = start + 0.4, own_start + rng.uniform(0.1, 2.0, 60)
    receiver, sender = rng.integers(0, 4, 200), rng.integers(0, 5, 60)
    overlap = (own_start[None] < end[:, None]) & (own_end[None] > start[:, None]) & (sender[None] == receiver[:, None])
    assert np.array_equal(deaf_while_sending(start, end, receiver, own_start, own_end, sender), overlap.any(axis=1))
    assert not deaf_while_sending([0.0], [1.0], [3], [], [], []).any()
