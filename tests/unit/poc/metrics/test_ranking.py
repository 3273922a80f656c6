import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poc.metrics.ranking import area_under, average_precision, calibration, n_found_at, roc, wilson_interval

scored = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: 0 < sum(liar for _, liar in rows) < len(rows)
)


def split(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in rows], float), np.array([liar for _, liar in rows])


@given(scored)
def test_area_is_the_chance_that_a_liar_outranks_an_honest_one(rows: list[tuple[int, bool]]) -> None:
    wins = [
        1.0 if liar_score > score else 0.5 if liar_score == score else 0.0
        for liar_score, is_liar in rows
        for score, is_other_liar in rows
        if is_liar and not is_other_liar
    ]
    assert area_under(roc(*split(rows))) == pytest.approx(sum(wins) / len(wins), abs=1e-12)


@given(scored, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_order_of_rows_does_not_matter_to_the_last_bit(rows: list[tuple[int, bool]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = roc(*split(rows)), roc(*split(shuffled))
    assert (one.n_true == other.n_true).all() and (one.n_false == other.n_false).all()
    assert average_precision(one) == average_precision(other)


def test_by_hand() -> None:
    # scores 5 liar, 4 honest, 3 liar + honest tied, 1 honest
    curve = roc(np.array([5.0, 4.0, 3.0, 3.0, 1.0]), np.array([True, False, True, False, False]))
    assert curve.n_true.tolist() == [0, 1, 1, 2, 2]
    assert curve.n_false.tolist() == [0, 0, 1, 2, 3]
    assert area_under(curve) == pytest.approx((3 + 1.5) / 6)
    assert average_precision(curve) == pytest.approx((1 / 1 + 2 / 4) / 2)
    assert [n_found_at(curve, rate) for rate in (0.0, 0.33, 0.34, 0.67)] == [1, 1, 1, 2]


def test_average_precision_at_a_stated_share_of_liars() -> None:
    curve = roc(np.array([3.0, 2.0, 1.0]), np.array([True, False, True]))
    # second liar: all liars and all honest are in, so precision is the share of liars itself
    assert average_precision(curve, 0.05) == pytest.approx((1.0 + 0.05) / 2)
    assert average_precision(curve, 2 / 3) == pytest.approx(average_precision(curve))


def test_one_kind_alone_has_no_area() -> None:
    only_liars = roc(np.array([1.0, 2.0]), np.array([True, True]))
    nobody = roc(np.zeros(0), np.zeros(0, bool))
    assert area_under(only_liars) is None and average_precision(only_liars) == 1.0
    assert area_under(nobody) is None and average_precision(nobody) is None


def test_wilson_interval_against_newcombe() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (n_hits, n_tries), bounds in published.items():
        assert wilson_interval(n_hits, n_tries) == pytest.approx(list(bounds), abs=5e-5)
    assert wilson_interval(0, 0) is None


def test_calibration_by_hand() -> None:
    probability = np.array([0.05, 0.15, 0.15, 1.0])
    grades = calibration(probability, np.array([False, False, True, True]))
    assert grades["brier_score"] == pytest.approx((0.05**2 + 0.15**2 + 0.85**2) / 4)
    assert grades["expected_calibration_error"] == pytest.approx((0.05 + 2 * 0.35) / 4)
    assert [entry["n_hotspots"] for entry in grades["bins"]] == [1, 2, 1]
    assert calibration(np.zeros(0), np.zeros(0, bool))["brier_score"] is None
    assert all(math.isfinite(entry["mean_probability"]) for entry in grades["bins"])
