"""Means and intervals against scipy's distributions."""

import pytest
from scipy import stats

from poc.experiments.intervals import Mean, mean_over, with_interval


@pytest.mark.parametrize("values", [[1.0, 2.0], [0.3, 0.1, 0.9, 0.4], [5.0, 5.0, 5.5]])
def test_the_interval_is_that_of_students_distribution(values):
    mean = mean_over(values)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=sum(values) / len(values), scale=stats.sem(values))
    assert (mean.low, mean.high) == pytest.approx((low, high), rel=1e-9)


def test_missing_values_are_left_out_and_counted():
    assert mean_over([None, 4.0, None]) == Mean(1, 4.0)
    assert mean_over([None]) == Mean(0, None)


def test_numbers_for_people():
    assert with_interval(0.123, 0.1, 0.2, "{:.0%}") == "12% [10%, 20%]"
