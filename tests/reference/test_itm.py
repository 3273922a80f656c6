"""ITM against NTIA's C++ (repository NTIA/itm, commit 183ad95); the tables and their making: data/itm/SOURCE.md."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from radio_models import itm

DATA = Path(__file__).parent / "data" / "itm"
Rows = list[dict[str, str]]

INPUTS = (
    "tx_height_m",
    "rx_height_m",
    "frequency_mhz",
    "polarization",
    "relative_permittivity",
    "conductivity_s_per_m",
    "climate",
    "mdvar",
    "time_pct",
    "location_pct",
    "situation_pct",
)
TOLERANCE_DB = 1e-6


def read(name: str) -> Rows:
    with (DATA / name).open() as file:
        return list(csv.DictReader(file))


def columns(rows: Rows, *names: str) -> dict[str, npt.NDArray[np.float64]]:
    return {name: np.array([float(row[name]) for row in rows]) for name in names}


def arguments(rows: Rows, *more: str) -> dict[str, npt.NDArray[np.float64]]:
    refractivity = columns(rows, "surface_refractivity_n_units")["surface_refractivity_n_units"]
    return columns(rows, *INPUTS, *more) | {"surface_refractivity": refractivity}


def check(rows: Rows, result: itm.ItmLoss) -> None:
    expected = columns(rows, "warnings", "return_code")
    np.testing.assert_array_equal(result.return_code, expected["return_code"])
    np.testing.assert_array_equal(result.warnings, expected["warnings"])
    failed = expected["return_code"] >= 1000
    assert np.all(np.isposinf(result.loss_db[failed]))

    good = [row for row, bad in zip(rows, failed, strict=True) if not bad]
    for name in ("loss_db", "reference_attenuation_db", "free_space_db"):
        np.testing.assert_allclose(
            getattr(result, name)[~failed], columns(good, name)[name], rtol=0, atol=TOLERANCE_DB, err_msg=name
        )
    np.testing.assert_array_equal(result.mode[~failed], columns(good, "mode")["mode"])
    np.testing.assert_allclose(result.delta_h_m[~failed], columns(good, "delta_h_m")["delta_h_m"], rtol=1e-9, atol=1e-9)
    for ours, theirs in (
        ("effective_heights_m", "effective_height_m"),
        ("horizon_distances_m", "horizon_distance_m"),
        ("horizon_angles_rad", "horizon_angle_rad"),
    ):
        for terminal, end in enumerate(("tx", "rx")):
            name = f"{end}_{theirs}"
            np.testing.assert_allclose(
                getattr(result, ours)[~failed, terminal], columns(good, name)[name], rtol=1e-9, atol=1e-12, err_msg=name
            )


def test_point_to_point_agrees_with_ntia() -> None:
    by_length: dict[int, Rows] = defaultdict(list)
    for row in read("point_to_point.csv"):
        by_length[row["elevation_m"].count(" ") + 1].append(row)
    assert sum(len(rows) for rows in by_length.values()) > 250
    for rows in by_length.values():
        elevation_m = np.array([[float(height) for height in row["elevation_m"].split()] for row in rows])
        check(rows, itm.point_to_point(elevation_m, **arguments(rows, "step_m")))


def test_area_agrees_with_ntia() -> None:
    rows = read("area.csv")
    assert len(rows) >= 300
    given = arguments(rows, "distance_km", "tx_siting_criteria", "rx_siting_criteria")
    check(rows, itm.area(delta_h_m=columns(rows, "delta_h_m_in")["delta_h_m_in"], **given))


@pytest.mark.parametrize("name", ["point_to_point.csv", "area.csv"])
def test_tables_reach_every_mode_climate_and_kind_of_variability(name: str) -> None:
    rows = read(name)
    assert {row["mode"] for row in rows if row["mode"]} == {"1", "2", "3"}
    assert {float(row["climate"]) for row in rows} >= set(range(1, 8))
    assert {int(float(row["mdvar"])) % 10 for row in rows} >= {0, 1, 2, 3}
    assert len({row["return_code"] for row in rows}) > 8
