"""The area sweep: every pixel once, each as its own link would have it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from radio_models import itm
from radio_models.errors import RadioError

RADIO: dict[str, Any] = {
    "frequency_mhz": 868.0,
    "tx_height_m": 25.0,
    "rx_height_m": 2.0,
    "climate": 5,
    "surface_refractivity": 301.0,
    "polarization": 1,
    "relative_permittivity": 15.0,
    "conductivity_s_per_m": 0.005,
    "mdvar": 12,
    "time_pct": 50.0,
    "location_pct": 50.0,
    "situation_pct": 50.0,
}
N_ROWS, N_COLUMNS = 90, 120
PIXELS: dict[str, Any] = {"pixel_height_m": 92.7, "pixel_width_m": np.linspace(66.0, 68.0, N_ROWS)}


def hills() -> npt.NDArray[np.float64]:
    rows, columns = np.mgrid[:N_ROWS, :N_COLUMNS]
    rolling = (
        300.0 + 60.0 * np.sin(rows / 9.0 + 1.0) * np.cos(columns / 13.0) + 25.0 * np.sin(columns / 3.1 + rows / 5.3)
    )
    return np.asarray(rolling + np.random.default_rng(3).normal(0.0, 3.0, rolling.shape))


def distance_m(row: int, column: int) -> npt.NDArray[np.float64]:
    rows, columns = np.mgrid[:N_ROWS, :N_COLUMNS]
    return np.asarray(np.hypot((rows - row) * 92.7, (columns - column) * 67.0))


@pytest.mark.parametrize("radials_per_pixel", [1, 3, 32])
def test_every_pixel_within_the_radius_has_a_loss_and_no_other(radials_per_pixel: int) -> None:
    swept = itm.sweep(hills(), 40, 70, radius_m=3000.0, radials_per_pixel=radials_per_pixel, **PIXELS, **RADIO)
    whole = np.full((N_ROWS, N_COLUMNS), np.inf)
    rows, columns = swept.loss_db.shape
    whole[swept.first_row : swept.first_row + rows, swept.first_column : swept.first_column + columns] = swept.loss_db
    distances_m = distance_m(40, 70)
    assert np.all(np.isfinite(whole[distances_m < 2900.0]))
    assert not np.any(np.isfinite(whole[distances_m > 3100.0]))


def test_a_pixel_is_what_point_to_point_gives_for_its_profile() -> None:
    ground_m = hills()
    swept = itm.sweep(ground_m, 40, 70, radius_m=4000.0, **PIXELS, **RADIO)
    checked = 0
    for row in range(4, 88, 7):
        for column in range(15, 118, 9):
            loss_db = float(swept.loss_db[row - swept.first_row, column - swept.first_column])
            if not np.isfinite(loss_db):
                continue
            profile_m, step_m = itm.profile_to(ground_m, 40, 70, row, column, radius_m=4000.0, **PIXELS)
            assert profile_m[0] == ground_m[40, 70]
            assert abs(loss_db - float(itm.point_to_point(profile_m, step_m, **RADIO).loss_db)) < 1e-4  # float32
            checked += 1
    assert checked > 60


@pytest.mark.parametrize("ground", ["ridges", "terraces", "sea with an island", "plain"])
def test_every_pixel_is_its_own_link_on_any_ground(ground: str) -> None:
    rows, columns = np.mgrid[:N_ROWS, :N_COLUMNS]
    ground_m = {
        "ridges": 400.0 + 300.0 * np.abs(np.sin((rows + 0.4 * columns) / 7.0)),
        "terraces": 50.0 * np.floor((rows + columns) / 17.0),
        "sea with an island": np.maximum(120.0 - 3.0 * np.hypot(rows - 40.0, columns - 70.0), 0.0),
        "plain": 212.5 + 0.01 * rows,
    }[ground]
    swept = itm.sweep(ground_m, 40, 70, radius_m=2500.0, **PIXELS, **RADIO)
    differences = []
    for row in range(14, 67):
        for column in range(34, 107):
            loss_db = float(swept.loss_db[row - swept.first_row, column - swept.first_column])
            if not np.isfinite(loss_db) or (row, column) == (40, 70):
                continue
            profile_m, step_m = itm.profile_to(ground_m, 40, 70, row, column, radius_m=2500.0, **PIXELS)
            differences.append(loss_db - float(itm.point_to_point(profile_m, step_m, **RADIO).loss_db))
    assert len(differences) > 2500
    assert np.max(np.abs(differences)) < 1e-4  # float32


def test_the_profile_of_a_pixel_ends_beside_it_and_is_as_long_as_the_way() -> None:
    ground_m = hills()
    for row, column in ((40, 100), (80, 75), (10, 20), (41, 71), (39, 70)):
        profile_m, step_m = itm.profile_to(ground_m, 40, 70, row, column, radius_m=4000.0, **PIXELS)
        assert abs(profile_m[-1] - ground_m[row, column]) < 1.0
        assert abs((len(profile_m) - 1) * step_m / distance_m(40, 70)[row, column] - 1.0) < 0.01
        assert step_m * 2048.0 == round(step_m * 2048.0)


def test_threads_do_not_show() -> None:
    one = itm.sweep(hills(), 30, 30, radius_m=2500.0, n_threads=1, **PIXELS, **RADIO)
    three = itm.sweep(hills(), 30, 30, radius_m=2500.0, n_threads=3, **PIXELS, **RADIO)
    np.testing.assert_array_equal(one.loss_db, three.loss_db)


def test_nothing_is_known_behind_a_hole_or_beyond_the_raster() -> None:
    ground_m = hills()
    ground_m[40, 80] = np.nan
    swept = itm.sweep(ground_m, 40, 70, radius_m=50_000.0, **PIXELS, **RADIO)
    assert swept.loss_db.shape == ground_m.shape
    assert (swept.first_row, swept.first_column) == (0, 0)
    assert np.isposinf(swept.loss_db[40, 80:]).all()
    assert np.isfinite(swept.loss_db[40, :80]).all()
    assert np.isfinite(swept.loss_db).mean() > 0.9


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"row": 90}, "the transmitter is at pixel 90, 70"),
        ({"radius_m": 0.0}, "radius_m is 0 m"),
        ({"pixel_height_m": float("nan")}, "pixel_height_m is nan m"),
        ({"pixel_width_m": [1.0, 2.0]}, "pixel_width_m has 2 values"),
        ({"elevation_m": np.zeros(5)}, r"elevation_m has shape \(5,\)"),
        ({"radials_per_pixel": 0}, "radials_per_pixel is 0"),
        ({"frequency_mhz": 5.0}, "frequency_mhz is 5 MHz"),
        ({"frequency_mhz": [868.0, 900.0]}, "frequency_mhz has shape"),
        ({"loudness": 11}, "lack or do not know loudness"),
    ],
)
def test_bad_input_is_an_error_that_names_it(change: dict[str, Any], told: str) -> None:
    given = {"elevation_m": hills(), "row": 40, "column": 70, "radius_m": 1000.0} | PIXELS | RADIO | change
    with pytest.raises(RadioError, match=told):
        itm.sweep(**given)
