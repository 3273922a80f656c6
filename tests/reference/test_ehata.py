"""Extended Hata against NTIA's C++ on 300 profiles (data/ehata/SOURCE.md), and against the points it was fitted to."""

import csv
from pathlib import Path

import numpy as np
import pytest

from radio_models.ehata import ehata_median_loss_db, extended_hata_loss_db, location_sigma_db
from radio_models.ehata_path import read_terrain

with (Path(__file__).parent / "data/ehata/losses.csv").open() as file:
    ROWS = [
        {key: value if key == "environment" else float(value) for key, value in row.items()}
        for row in csv.DictReader(file)
    ]


def profile(row: dict) -> np.ndarray:
    x = np.arange(int(row["n_points"])) * row["step_m"]
    waves = row["wave1_m"] * np.sin(x / row["length1_m"]) + row["wave2_m"] * np.cos(x / row["length2_m"])
    ridge = row["ridge_m"] * np.exp(-(((x - row["ridge_at"] * x[-1]) / row["ridge_width_m"]) ** 2))
    return np.round(np.maximum(row["offset_m"] + waves + ridge, row["floor_m"]), 2)


def test_all_rows_of_ntias_code() -> None:
    found = [
        float(
            extended_hata_loss_db(
                profile(row),
                row["step_m"],
                row["frequency_mhz"],
                row["base_height_m"],
                row["mobile_height_m"],
                environment=row["environment"],
                reliability=row["reliability"],
            )
        )
        for row in ROWS
    ]
    assert found == pytest.approx([row["loss_db"] for row in ROWS], abs=1e-9, rel=0)


def test_the_rows_take_every_branch() -> None:
    seen = [read_terrain(profile(r), r["step_m"], r["base_height_m"], r["mobile_height_m"]) for r in ROWS]
    assert {terrain.single_horizon for terrain in seen} == {True, False}
    assert min(terrain.sea_share for terrain in seen) == 0.0
    assert max(terrain.sea_share for terrain in seen) == 1.0
    assert min(terrain.distance_km for terrain in seen) < 3.0
    assert max(terrain.distance_km for terrain in seen) > 60.0
    assert min(terrain.mobile_slope_mrad for terrain in seen) < 0.0 < max(terrain.mobile_slope_mrad for terrain in seen)


# frequency [MHz]: Okumura's basic median attenuation at 1 km and 100 km, suburban relief [dB], TR-15-517 appendix A
ANCHORS = {1500.0: (22.0, 63.5, 11.5), 2000.0: (23.5, 65.75, 12.4), 3000.0: (25.85, 69.5, 14.0)}


@pytest.mark.parametrize(("frequency_mhz", "anchors"), ANCHORS.items())
def test_the_anchors_come_out(frequency_mhz: float, anchors: tuple[float, float, float]) -> None:
    free_db = [32.4478 + 20 * np.log10(frequency_mhz) + 20 * np.log10(np.hypot(d, 0.197)) for d in (1.0, 100.0)]
    urban = ehata_median_loss_db([1.0, 100.0], frequency_mhz, 200.0, 3.0)
    assert urban - free_db == pytest.approx(anchors[:2], abs=0.01)
    suburban = ehata_median_loss_db(1.0, frequency_mhz, 200.0, 3.0, environment="suburban")
    assert urban[0] - suburban == pytest.approx(anchors[2], abs=1e-6)


def test_sigma_at_its_anchors() -> None:
    assert location_sigma_db([1500.0, 2000.0, 3000.0]) == pytest.approx([7.1, 7.5, 8.1], abs=1e-5)
    assert location_sigma_db(1500.0, "rural") == pytest.approx(9.1, abs=1e-5)
