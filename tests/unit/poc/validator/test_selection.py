"""The cap on witnesses counts within each beacon and among the valid only."""

import numpy as np

from poc.profiles.limits import HeliumLimits
from poc.schema import RECEPTIONS
from poc.validator.selection import first_arrivals


def test_cap_by_beacon_among_the_valid():
    beacon_row = np.array([0, 0, 0, 0, 2, 2, 3])
    valid = np.array([True, False, True, True, True, True, False])
    selected = first_arrivals(RECEPTIONS.empty(), beacon_row, valid, HeliumLimits(max_witnesses=2))
    assert selected.tolist() == [True, False, True, False, True, True, False]


def test_nobody_is_selected_under_a_cap_of_nothing():
    row, valid = np.array([0, 0]), np.array([True, True])
    assert not first_arrivals(RECEPTIONS.empty(), row, valid, HeliumLimits(max_witnesses=0)).any()


def test_no_receptions():
    none = np.zeros(0, np.int64), np.zeros(0, bool)
    assert len(first_arrivals(RECEPTIONS.empty(), *none, HeliumLimits())) == 0
