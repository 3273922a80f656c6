"""Extended Hata as a batch and as a path-loss model."""

import numpy as np
import pytest

from radio_models.ehata import ExtendedHata, ehata_median_loss_db, extended_hata_loss_db
from radio_models.errors import RadioError
from radio_models.paths import Paths

HILLS = np.round(100.0 + 60.0 * np.sin(np.arange(300) / 23.0) + 20.0 * np.cos(np.arange(300) / 5.0), 2)


def test_a_batch_is_its_links_one_by_one() -> None:
    ground = np.stack([HILLS, HILLS[::-1], np.full(300, 50.0)])
    frequency_mhz = np.array([1600.0, 2500.0, 3600.0])
    batch = extended_hata_loss_db(ground, 60.0, frequency_mhz, 50.0, 2.0)
    assert batch.shape == (3,)
    ones = [float(extended_hata_loss_db(ground[i], 60.0, frequency_mhz[i], 50.0, 2.0)) for i in range(3)]
    assert batch == pytest.approx(ones, rel=1e-14)


def test_one_profile_serves_many_frequencies() -> None:
    losses = extended_hata_loss_db(HILLS, 60.0, [1500.0, 3000.0], 50.0, 2.0)
    assert losses.shape == (2,)
    assert losses[1] > losses[0]


def test_reliability_spreads_around_the_median() -> None:
    low, middle, high = (
        float(extended_hata_loss_db(HILLS, 60.0, 2000.0, 50.0, 2.0, reliability=r)) for r in (0.1, 0.5, 0.9)
    )
    # 7.5 dB at 2 GHz times 1.2816, within the rational approximation
    assert (middle - low, high - middle) == pytest.approx((9.612, 9.612), abs=0.005)


def test_flat_ground_costs_what_the_median_says_less_the_rolling_hill_constant() -> None:
    flat = extended_hata_loss_db(np.full(101, 10.0), 50.0, 2000.0, 50.0, 2.0)
    lg = np.log10(15.0)
    constant = -1.5072013 + lg * (8.458676 - 6.102538 * lg)
    # the rational inverse normal is 2e-7 sigma off at one half
    assert flat == pytest.approx(float(ehata_median_loss_db(5.0, 2000.0, 50.0, 2.0)) - constant, abs=1e-5)


def test_the_model_reads_the_profile_from_the_lower_antenna_either_way() -> None:
    model = ExtendedHata("suburban")
    there = model.loss_db(Paths(17_940.0, 2e9, 50.0, 2.0, elevation_m=HILLS, step_m=60.0))
    back = model.loss_db(Paths(17_940.0, 2e9, 2.0, 50.0, elevation_m=HILLS[::-1], step_m=60.0))
    direct = extended_hata_loss_db(HILLS[::-1], 60.0, 2000.0, 50.0, 2.0, environment="suburban")
    assert there == back == direct


def test_the_model_takes_its_step_from_the_distance_where_none_is_given() -> None:
    given = ExtendedHata().loss_db(Paths(17_940.0, 2e9, 50.0, 2.0, elevation_m=HILLS, step_m=60.0))
    assert ExtendedHata().loss_db(Paths(17_940.0, 2e9, 50.0, 2.0, elevation_m=HILLS)) == given


def test_without_terrain_it_is_the_median() -> None:
    losses = ExtendedHata().loss_db(Paths([1e3, 5e3], 3.6e9, 30.0, 1.5))
    assert losses == pytest.approx(ehata_median_loss_db([1.0, 5.0], 3600.0, 30.0, 1.5))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"elevation_m": [1.0, 2.0]}, r"elevation_m has shape \(2,\)"),
        ({"elevation_m": [1.0, np.nan, 2.0]}, "elevation_m holds NaN"),
        ({"step_m": 0.0}, "step_m is 0; expected more than 0 m"),
        ({"frequency_mhz": np.inf}, "frequency_mhz is inf; expected"),
        ({"base_height_m": -5.0}, "base_height_m is -5; expected"),
        ({"step_m": [60.0] * 2, "frequency_mhz": [2e3] * 3}, r"step_m \(2,\), frequency_mhz \(3,\).*do not broadcast"),
        ({"reliability": 1.0}, "reliability is 1"),
        ({"environment": "sea"}, "environment is 'sea'"),
    ],
)
def test_bad_input_is_named(change: dict, word: str) -> None:
    arguments = {
        "elevation_m": HILLS,
        "step_m": 60.0,
        "frequency_mhz": 2000.0,
        "base_height_m": 50.0,
        "mobile_height_m": 2.0,
        **change,
    }
    with pytest.raises(RadioError, match=word):
        extended_hata_loss_db(**arguments)


def test_a_hole_in_one_profile_of_a_batch_costs_its_own_link_alone() -> None:
    ground = np.stack([HILLS, HILLS, HILLS])
    ground[1, 7] = np.nan
    alone = float(extended_hata_loss_db(HILLS, 60.0, 2000.0, 50.0, 2.0))
    assert extended_hata_loss_db(ground, 60.0, 2000.0, 50.0, 2.0) == pytest.approx([alone, np.inf, alone])
    paths = Paths(17_940.0, 2e9, 50.0, 2.0, elevation_m=ground, step_m=60.0)
    assert np.isfinite(ExtendedHata().loss_db(paths)).tolist() == [True, False, True]
    steps_m = extended_hata_loss_db(HILLS, [60.0, np.nan, 60.0], 2000.0, 50.0, 2.0)
    assert steps_m == pytest.approx([alone, np.inf, alone])


def test_links_in_a_grid_are_those_links() -> None:
    one = float(ExtendedHata().loss_db(Paths(17_940.0, 2e9, 50.0, 2.0, elevation_m=HILLS, step_m=60.0)))
    grid = ExtendedHata().loss_db(Paths(np.full((2, 3), 17_940.0), 2e9, 50.0, 2.0, elevation_m=HILLS, step_m=60.0))
    assert grid == pytest.approx(np.full((2, 3), one))


def test_a_wrong_environment_is_named() -> None:
    with pytest.raises(RadioError, match="environment is 'sea'"):
        ExtendedHata("sea")
