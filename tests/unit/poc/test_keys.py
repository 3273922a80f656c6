"""Keyed draws follow their distributions, and nothing about how they are asked for changes them."""

import numpy as np
import pytest
from scipy import stats

from poc.keys import Keys, mix64

N = 200_000
KEYS = Keys(seed=7).of("test")
ROWS = np.arange(N)


@pytest.mark.parametrize(
    ("draw", "distribution"),
    [("uniform", stats.uniform()), ("normal", stats.norm()), ("exponential", stats.expon())],
)
@pytest.mark.parametrize("ids", [(ROWS,), (3, ROWS), (ROWS, 3), (ROWS * 2**32,)])
def test_kolmogorov_smirnov(draw, distribution, ids):
    values = getattr(KEYS, draw)(*ids)
    assert stats.kstest(values, distribution.cdf).pvalue > 1e-4


def test_chi_square_of_the_low_and_the_high_byte():
    bits = KEYS.bits(ROWS)
    for shift in (0, 24, 56):
        counts = np.bincount((bits >> np.uint64(shift) & np.uint64(255)).astype(int), minlength=256)
        assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(
    "other",
    [KEYS.uniform(ROWS + 1), Keys(8).of("test").uniform(ROWS), Keys(7).of("text").uniform(ROWS), KEYS.uniform(0, ROWS)],
)
def test_neighbours_are_independent(other):
    """Adjacent ids, the next seed, a similar purpose, one id more: no correlation, and even pairs of cells."""
    mine = KEYS.uniform(ROWS)
    assert abs(np.corrcoef(mine, other)[0, 1]) < 5 / np.sqrt(N)
    joint = np.histogram2d(mine, other, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(joint.ravel()).pvalue > 1e-4


def test_tails():
    values = np.abs(KEYS.normal(np.arange(2_000_000)))
    expected = 2_000_000 * 2 * stats.norm.sf(4)
    assert abs((values > 4).sum() - expected) < 5 * np.sqrt(expected)


def test_one_changed_bit_changes_half_of_the_bits():
    word = KEYS.bits(np.arange(4000))
    for bit in (0, 1, 31, 63):
        with np.errstate(over="ignore"):
            changed = mix64(word) ^ mix64(word ^ np.uint64(1 << bit))
        assert abs(np.bitwise_count(changed).mean() - 32) < 0.5


def test_order_shape_and_company_do_not_matter():
    ids = np.random.default_rng(1).permutation(1000)
    alone = np.array([KEYS.uniform(i, 5) for i in ids[:50].tolist()])
    assert (KEYS.uniform(ids, 5)[:50] == alone).all()
    grid = KEYS.uniform(ids[:20, None], np.arange(7))
    assert grid.shape == (20, 7)
    assert grid[3, 4] == KEYS.uniform(ids[3], 4)


def test_ids_of_any_integer_type_name_the_same_draw():
    assert KEYS.bits(np.uint64(9)) == KEYS.bits(9) == KEYS.bits(np.int16(9)) == KEYS.bits(np.uint8(9))
    assert KEYS.bits(-1) == KEYS.bits(2**64 - 1) == KEYS.bits(np.uint64(2**64 - 1))
    assert KEYS.bits(2**64 + 5) == KEYS.bits(5)


def test_the_order_of_ids_is_part_of_the_name():
    assert KEYS.bits(1, 2) != KEYS.bits(2, 1)
    assert KEYS.bits(1) != KEYS.bits(1, 0)


def test_purposes_nest():
    assert Keys(7).of("test").of("a").bits(1) != Keys(7).of("a").of("test").bits(1)
    assert Keys(1).of("2").bits(0) != Keys(12).bits(0)


def _unmix64(word):
    """The inverse of mix64 on Python integers."""
    mask = 2**64 - 1

    def unshift(value, by):
        found = value
        for _ in range(64 // by + 1):
            found = value ^ (found >> by)
        return found

    word = unshift(word, 31) * pow(0x94D049BB133111EB, -1, 2**64) & mask
    word = unshift(word, 27) * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
    return unshift(word, 30) - 0x9E3779B97F4A7C15 & mask


@pytest.mark.parametrize("word", [0, 1, 2**63, 2**64 - 1])
def test_uniform_never_reaches_its_ends(word):
    """The ids that draw the smallest and the greatest word, found by running the mixer backwards."""
    extreme = np.uint64(_unmix64(_unmix64(word) ^ int(KEYS.root)))
    assert KEYS.bits(extreme) == word
    assert 0.0 < KEYS.uniform(extreme) < 1.0
    assert np.isfinite(KEYS.normal(extreme))
    assert KEYS.integers(6, extreme) in range(6)


def test_integers_are_whole_and_even():
    values = KEYS.integers(7, ROWS)
    assert set(values.tolist()) == set(range(7))
    assert stats.chisquare(np.bincount(values)).pvalue > 1e-4


def test_numbers_that_are_no_integers_are_refused():
    with pytest.raises(TypeError, match="hash or round"):
        KEYS.bits(np.array([0.5]))


def test_draws_are_fixed_for_good():
    """Written down on 2026-11-20: a change here changes every published run."""
    assert KEYS.bits(1).tolist() == 12_589_441_576_928_931_318
    assert KEYS.uniform(2, -3).tolist() == 0.5185740067599411
