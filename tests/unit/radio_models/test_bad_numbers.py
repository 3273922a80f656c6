"""Closed forms refuse what no formula can work with, and say which argument holds it."""

import numpy as np
import pytest

from radio_models import cost231, ehata, free_space, hata, log_distance, p1411, tr38901, two_ray
from radio_models.errors import RadioError

LINK = {"distance_km": 1.0, "frequency_mhz": 900.0, "base_height_m": 30.0, "mobile_height_m": 1.5}
RAYS = {"distance_m": 100.0, "frequency_hz": 868e6, "tx_height_m": 10.0, "rx_height_m": 2.0}
CELL = {"d_2d_m": 100.0, "frequency_ghz": 2.0, "h_bs_m": 25.0, "h_ut_m": 1.5}
FUNCTIONS = [
    (hata.okumura_hata_loss_db, LINK),
    (cost231.cost231_hata_loss_db, LINK),
    (cost231.walfisch_ikegami_loss_db, LINK),
    (cost231.walfisch_ikegami_canyon_loss_db, {"distance_km": 1.0, "frequency_mhz": 900.0}),
    (ehata.ehata_median_loss_db, LINK),
    (free_space.free_space_loss_db, {"distance_m": 1.0, "frequency_hz": 1e9}),
    (two_ray.two_ray_loss_db, RAYS),
    (two_ray.plane_earth_loss_db, RAYS),
    (tr38901.uma_los_loss_db, CELL),
    (tr38901.uma_nlos_loss_db, CELL),
    (tr38901.umi_los_loss_db, CELL),
    (tr38901.umi_nlos_loss_db, CELL),
    (tr38901.rma_los_loss_db, CELL),
    (tr38901.rma_nlos_loss_db, CELL),
]


@pytest.mark.parametrize(("function", "given"), FUNCTIONS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_a_bad_number_is_an_error_that_names_it(function, given, bad) -> None:
    assert np.isfinite(function(**given))
    for name in given:
        with pytest.raises(RadioError, match=f"{name} is {bad:g}, expected a finite number"):
            function(**{**given, name: [given[name], bad]})


@pytest.mark.parametrize(("function", "given"), FUNCTIONS)
def test_shapes_that_do_not_broadcast_are_named(function, given) -> None:
    one, two, *_ = given
    with pytest.raises(RadioError, match=rf"do not broadcast.*{one} \(2,\).*{two} \(3,\)"):
        function(**{**given, one: [given[one]] * 2, two: [given[two]] * 3})


def test_the_rest_of_them() -> None:
    with pytest.raises(RadioError, match="frequency_ghz is 0, expected"):
        p1411.site_general_loss_db(100.0, 0.0, "street-los")
    with pytest.raises(RadioError, match="distance_m is 0, expected"):
        log_distance.slope_loss_db(120.0, 3.0, 0.0, 1000.0)
    with pytest.raises(RadioError, match="street_angle_deg is 100; expected 0 to 90 degrees"):
        cost231.walfisch_ikegami_loss_db(**LINK, street_angle_deg=100.0)
    with pytest.raises(RadioError, match="environment_height_m is nan, expected"):
        tr38901.uma_los_loss_db(100.0, 2.0, environment_height_m=float("nan"))
    with pytest.raises(RadioError, match="state is 'maybe', expected los or nlos"):
        tr38901.shadow_sigma_db("uma", "maybe")
    with pytest.raises(RadioError, match="d_2d_m is nan, expected"):
        tr38901.shadow_sigma_db("rma", "los", float("nan"))
    assert tr38901.shadow_sigma_db("umi", "los", [50.0, 60.0], h_ut_m=[[1.5], [3.0]]).shape == (2, 2)
    with pytest.raises(RadioError, match="frequency_mhz is 'x', expected numbers"):
        hata.okumura_hata_loss_db(1.0, "x", 30.0, 1.5)
