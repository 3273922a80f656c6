"""ITM behind the plug-point for path loss."""

from __future__ import annotations

import numpy as np
import pytest

from radio_models import itm
from radio_models.errors import RadioError
from radio_models.itm.model import Itm
from radio_models.paths import Paths


def ridge(n_points: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(300.0 + 80.0 * np.sin(np.arange(n_points) / 7.0))


def test_loss_has_the_shape_of_the_paths() -> None:
    one = Paths(5000.0, 868e6, 12.0, 2.0, elevation_m=ridge(60))
    assert Itm().loss_db(one).shape == ()
    many = Paths([5000.0, 9000.0], 868e6, 12.0, 2.0, elevation_m=np.stack([ridge(60), ridge(60)]))
    assert Itm().loss_db(many).shape == (2,)
    assert Itm().loss_db(many)[0] == Itm().loss_db(one)
    sweep = Paths(5000.0, [433e6, 868e6, 2.4e9], 12.0, 2.0, elevation_m=ridge(60))
    assert Itm().loss_db(sweep)[1] == Itm().loss_db(one)
    grid = Paths(np.full((2, 1), 5000.0), np.array([433e6, 868e6, 2.4e9]), 12.0, 2.0, elevation_m=ridge(60))
    np.testing.assert_array_equal(Itm().loss_db(grid), np.tile(Itm().loss_db(sweep), (2, 1)))


def test_settings_and_steps_reach_the_algorithm() -> None:
    paths = Paths(9999.0, 868e6, 12.0, 2.0, elevation_m=ridge(60), step_m=90.0)
    settings = {
        "climate": 7,
        "surface_refractivity": 350.0,
        "polarization": 0,
        "relative_permittivity": 80.0,
        "conductivity_s_per_m": 5.0,
        "mdvar": 3,
        "time_pct": 90.0,
        "location_pct": 70.0,
        "situation_pct": 80.0,
    }
    direct = itm.point_to_point(ridge(60), 90.0, frequency_mhz=868.0, tx_height_m=12.0, rx_height_m=2.0, **settings)
    assert Itm(**settings).loss_db(paths) == direct.loss_db  # type: ignore[arg-type]


def test_paths_without_terrain_and_bad_settings_are_errors() -> None:
    with pytest.raises(RadioError, match="needs a terrain profile"):
        Itm().loss_db(Paths(5000.0, 868e6, 12.0, 2.0))
    with pytest.raises(RadioError, match="climate is 9"):
        Itm(climate=9)
    with pytest.raises(RadioError, match="frequency is 10 MHz"):
        Itm.domain.check_setup(10e6, 12.0, 2.0)


def test_a_hole_in_one_profile_is_an_infinite_loss_for_its_link_alone() -> None:
    profiles = np.stack([ridge(60), ridge(60)])
    profiles[0, 5] = np.nan
    loss_db = Itm().loss_db(Paths([5000.0, 5000.0], 868e6, 12.0, 2.0, elevation_m=profiles))
    assert np.isposinf(loss_db[0])
    assert np.isfinite(loss_db[1])
