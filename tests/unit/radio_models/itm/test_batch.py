"""The batch interface: shapes, kinds of input, bad input, independence from chunks and threads."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from radio_models import itm
from radio_models.errors import RadioError

RADIO: dict[str, Any] = {
    "frequency_mhz": 868.0,
    "tx_height_m": 12.0,
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
AREA = RADIO | {"distance_km": 20.0, "delta_h_m": 90.0, "tx_siting_criteria": 1, "rx_siting_criteria": 0}


def hills(n_links: int, n_points: int) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(7)
    return np.asarray(np.round(np.cumsum(rng.normal(size=(n_links, n_points)), axis=1) * 8.0 + 400.0))


def test_one_link_has_no_axis_and_many_have_one() -> None:
    one = itm.point_to_point(hills(1, 30)[0], 90.0, **RADIO)
    assert one.loss_db.shape == one.mode.shape == ()
    assert one.effective_heights_m.shape == (2,)
    many = itm.point_to_point(hills(4, 30), 90.0, **RADIO)
    assert many.loss_db.shape == many.warnings.shape == (4,)
    assert many.horizon_angles_rad.shape == (4, 2)
    assert many.loss_db[0] == one.loss_db
    none = itm.point_to_point(hills(4, 30)[:0], 90.0, **RADIO)
    assert none.loss_db.shape == (0,)


def test_one_profile_serves_a_sweep_of_parameters() -> None:
    frequency_mhz, tx_height_m = np.array([100.0, 868.0, 868.0, 3500.0]), np.array([5.0, 5.0, 80.0, 80.0])
    profile = hills(1, 200)[0]
    sweep = itm.point_to_point(profile, 60.0, **(RADIO | {"frequency_mhz": frequency_mhz, "tx_height_m": tx_height_m}))
    for link in range(4):
        alone = RADIO | {"frequency_mhz": frequency_mhz[link], "tx_height_m": tx_height_m[link]}
        assert itm.point_to_point(profile, 60.0, **alone).loss_db == sweep.loss_db[link]
    assert len(set(sweep.loss_db)) == 4


def test_any_kind_of_array_gives_the_same_loss() -> None:
    profiles = hills(6, 50)
    expected = itm.point_to_point(profiles, 90.0, **RADIO).loss_db
    frozen = profiles.copy()
    frozen.flags.writeable = False
    wide = np.zeros((12, 100))
    wide[::2, ::2] = profiles
    for other in (
        profiles.astype(np.float32),
        profiles.astype(np.int16),
        profiles.astype(np.int32),
        profiles.astype(">f4"),
        np.asfortranarray(profiles),
        frozen,
        wide[::2, ::2],
        profiles.tolist(),
    ):
        np.testing.assert_array_equal(itm.point_to_point(other, 90.0, **RADIO).loss_db, expected)


def test_chunks_and_threads_do_not_show() -> None:
    profiles = np.resize(hills(64, 12), (5000, 12))
    step_m = np.linspace(20.0, 400.0, 5000)
    one = itm.point_to_point(profiles, step_m, n_threads=1, **RADIO)
    three = itm.point_to_point(profiles, step_m, n_threads=3, **RADIO)
    np.testing.assert_array_equal(one.loss_db, three.loss_db)
    np.testing.assert_array_equal(one.warnings, three.warnings)
    tail = itm.point_to_point(profiles[4990:], step_m[4990:], **RADIO)
    np.testing.assert_array_equal(tail.loss_db, one.loss_db[4990:])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("step_m", 0.0, "a finite number above 0 m"),
        ("step_m", float("nan"), "a finite number above 0 m"),
        ("frequency_mhz", 19.9, "20 to 20000 MHz"),
        ("tx_height_m", 0.4, "0.5 to 3000 m"),
        ("rx_height_m", float("inf"), "0.5 to 3000 m"),
        ("rx_height_m", float("nan"), "0.5 to 3000 m"),
        ("climate", 8, "one of 1, 2, 3, 4, 5, 6, 7"),
        ("climate", 2.5, "one of 1, 2, 3, 4, 5, 6, 7"),
        ("surface_refractivity", 249.0, "250 to 400 N-units"),
        ("polarization", 2, "one of 0, 1"),
        ("relative_permittivity", 0.9, "a finite number of at least 1"),
        ("conductivity_s_per_m", 0.0, "a finite number above 0 S/m"),
        ("mdvar", 4, "one of 0, 1, 2, 3, 10"),
        ("time_pct", 0.0, "0 to 100 %, ends excluded"),
        ("location_pct", 100.0, "0 to 100 %, ends excluded"),
        ("situation_pct", float("nan"), "0 to 100 %, ends excluded"),
    ],
)
def test_a_bad_scalar_is_an_error_that_names_it(name: str, value: float, told: str) -> None:
    with pytest.raises(RadioError, match=rf"^{name} is .*expected {told}"):
        itm.point_to_point(hills(3, 20), **({"step_m": 90.0} | RADIO | {name: value}))


@pytest.mark.parametrize("name", ["distance_km", "delta_h_m", "tx_siting_criteria", "rx_siting_criteria"])
def test_a_bad_scalar_is_an_error_in_area_mode_too(name: str) -> None:
    with pytest.raises(RadioError, match=f"^{name} is -1"):
        itm.area(**(AREA | {name: -1}))


@pytest.mark.parametrize(
    ("elevation_m", "told"),
    [
        ([1.0, 2.0], "elevation_m has 2 points, expected at least 3"),
        ([1.0, np.nan, 2.0], "elevation_m holds nan"),
        ([1.0, np.inf, 2.0], "elevation_m holds inf"),
        (["a", "b", "c"], "elevation_m is <U1"),
        (np.zeros((2, 2, 5)), r"elevation_m is float64 of shape \(2, 2, 5\)"),
    ],
)
def test_a_bad_profile_is_an_error(elevation_m: Any, told: str) -> None:
    with pytest.raises(RadioError, match=told):
        itm.point_to_point(elevation_m, 90.0, **RADIO)


def test_columns_of_different_lengths_are_an_error_that_names_them() -> None:
    with pytest.raises(RadioError, match="climate 2, elevation_m 3"):
        itm.point_to_point(hills(3, 20), 90.0, **(RADIO | {"climate": [5, 6]}))
    with pytest.raises(RadioError, match=r"climate has shape \(2, 2\)"):
        itm.point_to_point(hills(3, 20), 90.0, **(RADIO | {"climate": [[5, 6], [5, 6]]}))
    with pytest.raises(RadioError, match="climate is 'temperate'"):
        itm.point_to_point(hills(3, 20), 90.0, **(RADIO | {"climate": "temperate"}))


def test_a_failure_inside_a_batch_is_flagged_and_loses_nothing_else() -> None:
    profiles = hills(8, 40)
    expected = itm.point_to_point(profiles, 90.0, **RADIO).loss_db
    holed = profiles.copy()
    holed[1, 17], holed[2, 0], holed[3, 39] = np.nan, np.inf, 2e6
    bad = {
        "step_m": np.array([90.0, 90.0, 90.0, 90.0, 0.0, 90.0, 90.0, 90.0]),
        "tx_height_m": np.array([12.0, 12.0, 12.0, 12.0, 12.0, np.nan, 12.0, 12.0]),
        "climate": np.array([5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.5, 5.0]),
    }
    result = itm.point_to_point(holed, **(RADIO | bad))
    codes = itm.ReturnCode
    hole = codes.ELEVATION_NOT_FINITE
    assert result.return_code[1:7].tolist() == [
        hole,
        hole,
        hole,
        codes.PATH_DISTANCE,
        codes.TX_HEIGHT,
        codes.CLIMATE,
    ]
    assert np.all(np.isposinf(result.loss_db[1:7]))
    assert not np.any(result.horizon_distances_m[1:7])
    np.testing.assert_array_equal(result.loss_db[[0, 7]], expected[[0, 7]])
    for values in (result.loss_db, result.reference_attenuation_db, result.effective_heights_m):
        assert not np.any(np.isnan(values))


def test_ground_too_deep_or_too_high_for_the_atmosphere_fails() -> None:
    profiles = np.tile(np.linspace(0.0, 100.0, 30), (3, 1)) + np.array([[0.0], [-9000.0], [9000.0]])
    result = itm.point_to_point(profiles, 90.0, **RADIO)
    codes = itm.ReturnCode
    assert result.return_code[1:].tolist() == [codes.REFRACTIVITY_AT_PATH_LARGE, codes.REFRACTIVITY_AT_PATH_SMALL]
    assert np.isfinite(result.loss_db[0])


def test_warnings_combine() -> None:
    result = itm.point_to_point(hills(1, 10)[0], 20.0, **(RADIO | {"rx_height_m": 0.7, "frequency_mhz": 30.0}))
    expected = itm.WarningFlag.RX_HEIGHT | itm.WarningFlag.FREQUENCY | itm.WarningFlag.PATH_BELOW_1_KM
    assert itm.WarningFlag(int(result.warnings)) & expected == expected
    assert result.return_code == itm.ReturnCode.SUCCESS_WITH_WARNINGS


def test_importing_compiles_nothing() -> None:
    script = "import sys, radio_models.itm; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
