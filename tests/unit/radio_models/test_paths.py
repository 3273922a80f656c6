"""Paths: scalars and arrays alike, guards, and errors that say what is wrong."""

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.paths import Paths


def test_scalars_make_one_link() -> None:
    paths = Paths(1000.0, 868e6, 10.0, 2.0)
    assert paths.shape == ()
    assert paths.n_links == 1


def test_fields_broadcast_and_any_of_them_sets_the_shape() -> None:
    paths = Paths(np.full((3, 1), 10.0), 868e6, np.full(4, 10.0), 2.0)
    assert paths.shape == (3, 4)
    assert paths.n_links == 12


def test_profiles_set_the_shape_too() -> None:
    assert Paths(1000.0, 868e6, 10.0, 2.0, elevation_m=np.zeros((5, 20)), step_m=50.0).shape == (5,)
    assert Paths(1000.0, 868e6, 10.0, 2.0, elevation_m=np.zeros(20), step_m=50.0).shape == ()


def test_short_distances_and_low_antennas_are_guarded() -> None:
    paths = Paths([0.0, 0.5, 2.0], 868e6, [0.0, 0.05, 3.0], 2.0)
    assert paths.distance_m.tolist() == [1.0, 1.0, 2.0]
    assert paths.tx_height_m.tolist() == [0.1, 0.1, 3.0]


def test_no_links_at_all() -> None:
    assert Paths(np.zeros(0), 868e6, np.zeros(0), np.zeros(0)).n_links == 0


def test_steps_of_their_own_make_links_of_their_own() -> None:
    assert Paths(500.0, 868e6, 10.0, 2.0, elevation_m=np.zeros(9), step_m=[10.0, 20.0]).shape == (2,)


def test_base_is_the_higher_end_whichever_way_the_link_points() -> None:
    paths = Paths(1000.0, 868e6, [10.0, 2.0], [2.0, 10.0])
    assert paths.base_height_m.tolist() == [10.0, 10.0]
    assert paths.mobile_height_m.tolist() == [2.0, 2.0]


def test_ground_distance_is_the_leg_of_the_triangle() -> None:
    assert Paths(5.0, 868e6, 4.0, 1.0).ground_distance_m == pytest.approx(4.0)
    assert Paths(2.0, 868e6, 40.0, 1.0).ground_distance_m == 1.0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"distance_m": [1.0, np.nan]}, "distance_m holds nan"),
        ({"distance_m": -1.0}, "distance_m holds -1"),
        ({"frequency_hz": np.inf}, "frequency_hz holds inf"),
        ({"frequency_hz": 0.0}, "frequency_hz holds 0"),
        ({"tx_height_m": -0.1}, "tx_height_m holds -0.1"),
        ({"rx_height_m": np.array([1.0, np.nan])}, "rx_height_m holds nan"),
        ({"distance_m": np.ones(3), "tx_height_m": np.ones(2)}, "do not broadcast"),
        ({"distance_m": np.ones(3), "elevation_m": np.zeros((2, 9))}, "do not broadcast"),
        ({"distance_m": np.ones(3), "step_m": np.ones(2)}, "do not broadcast"),
        ({"distance_m": "far"}, "distance_m is 'far', expected numbers"),
        ({"step_m": "wide"}, "step_m is 'wide', expected numbers"),
    ],
)
def test_errors_name_the_field_and_its_value(change: dict, word: str) -> None:
    fields = {"distance_m": 100.0, "frequency_hz": 868e6, "tx_height_m": 10.0, "rx_height_m": 2.0}
    with pytest.raises(RadioError, match=word):
        Paths(**{**fields, **change})
