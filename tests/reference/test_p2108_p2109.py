"""P.2108 against NTIA's code and crc-covlib, P.2109 against crc-covlib; the tables: data/p210*/SOURCE.md."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from radio_models.p2108 import REPRESENTATIVE_HEIGHT_M, height_gain_loss_db, statistical_loss_db
from radio_models.p2109 import COEFFICIENTS, building_entry_loss_db

DATA = Path(__file__).parent / "data"
TOLERANCE_DB = 1e-6


def rows(path: str) -> list[list[str]]:
    with (DATA / path).open() as file:
        return list(csv.reader(line for line in file if not line.startswith("#")))[1:]


@pytest.mark.parametrize("clutter", REPRESENTATIVE_HEIGHT_M)
def test_height_gain_equals_ntia(clutter: str) -> None:
    table = np.array([row[1:] for row in rows("p2108/height_gain.csv") if row[0] == clutter], float)
    assert len(table) == 25
    f, antenna, width, top, expected = table.T
    got = height_gain_loss_db(f, antenna, clutter, clutter_height_m=top, street_width_m=width)
    np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE_DB)


def test_statistical_loss_equals_ntia_with_its_normal_and_crc_with_the_exact_one() -> None:
    f, d, pct, ntia, crc = np.array(rows("p2108/statistical.csv"), float).T
    np.testing.assert_allclose(
        statistical_loss_db(f, d, pct, inverse_normal="rational"), ntia, rtol=0, atol=TOLERANCE_DB
    )
    np.testing.assert_allclose(statistical_loss_db(f, d, pct), crc, rtol=0, atol=TOLERANCE_DB)
    np.testing.assert_allclose(statistical_loss_db(f, d, pct), ntia, rtol=0, atol=5e-3)


@pytest.mark.parametrize("building", COEFFICIENTS)
def test_entry_loss_equals_crc(building: str) -> None:
    table = np.array([row[1:] for row in rows("p2109/entry.csv") if row[0] == building], float)
    assert len(table) == 75
    f, pct, angle, expected = table.T
    got = building_entry_loss_db(f, pct, building, elevation_angle_deg=angle)
    np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE_DB)
