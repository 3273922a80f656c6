import numpy as np
import pytest

from poc.keys import Keys
from radio_models.errors import RadioError
from radio_models.sight import in_sight


def places(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-2e4, 2e4, (n, 3)) + np.array([6.371e6, 0.0, 0.0])


def test_as_often_in_sight_as_the_probability_says() -> None:
    n = 40_000
    share = in_sight(0.3, places(n), places(n, 1), Keys(4)).mean()
    assert abs(share - 0.3) < 5.0 * np.sqrt(0.3 * 0.7 / n)


def test_both_directions_agree_and_neighbours_mostly() -> None:
    here, there = places(4000), places(4000, 1)
    state = in_sight(0.5, here, there, Keys(4))
    assert np.array_equal(state, in_sight(0.5, there, here, Keys(4)))
    beside, far = (in_sight(0.5, here, there + np.array([0.0, move_m, 0.0]), Keys(4)) for move_m in (5.0, 2000.0))
    assert (state == beside).mean() > 0.9
    assert abs((state == far).mean() - 0.5) < 0.05


def test_certain_states_and_wrong_probabilities() -> None:
    assert in_sight([0.0, 1.0], places(2), places(2, 1), Keys(1)).tolist() == [False, True]
    with pytest.raises(RadioError, match=r"is 1\.2, expected 0 to 1"):
        in_sight(1.2, places(1), places(1, 1), Keys(1))
