"""P.1812 against Py1812, the twin of the ITU's validation code; the tables and their making: data/p1812/SOURCE.md."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from radio_models import p526
from radio_models.p1812 import BasicTransmissionLoss, basic_transmission_loss

DATA = Path(__file__).parent / "data" / "p1812"
TOLERANCE_DB = 1e-6
PROFILES = ("distance", "elevation", "clutter_height", "zone")


def read(name: str) -> dict[str, np.ndarray]:
    """Columns by the name before the unit."""
    with (DATA / name).open() as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))
    return {title.split(" [")[0]: np.array(column, float) for title, *column in zip(*rows, strict=True)}


LINKS = read("links.csv")
PROFILE = {name: column.reshape(LINKS["case"].size, -1) for name, column in read("profiles.csv").items()}


@pytest.fixture(scope="module")
def found() -> BasicTransmissionLoss:
    return basic_transmission_loss(
        PROFILE["distance"],
        PROFILE["elevation"],
        PROFILE["clutter_height"],
        frequency_ghz=LINKS["frequency"],
        time_pct=LINKS["time"],
        location_pct=LINKS["location"],
        tx_height_m=LINKS["tx_height"],
        rx_height_m=LINKS["rx_height"],
        polarization=LINKS["polarization"],
        latitude_deg=LINKS["latitude"],
        refractivity_lapse=LINKS["refractivity_lapse"],
        surface_refractivity=LINKS["surface_refractivity"],
        tx_coast_distance_km=LINKS["tx_coast_distance"],
        rx_coast_distance_km=LINKS["rx_coast_distance"],
        zone=PROFILE["zone"],
    )


def test_the_table_covers_sea_coast_inland_both_polarisations_and_both_kinds_of_path() -> None:
    assert {1.0, 3.0, 4.0} == set(np.unique(PROFILE["zone"]))
    assert set(LINKS["polarization"]) == {0.0, 1.0}
    assert np.sum(LINKS["sea_fraction"] > 0.75) > 20
    assert np.sum(LINKS["tx_horizon_distance_km"] + LINKS["rx_horizon_distance_km"] < PROFILE["distance"][:, -1]) > 20


@pytest.mark.parametrize("name", [name for name in LINKS if name.endswith(("_db", "_pct", "_km", "_mrad", "_m"))])
def test_every_value_equals_the_reference(found: BasicTransmissionLoss, name: str) -> None:
    """Intermediate values are printed to 10 digits, the loss to all."""
    got, expected = getattr(found, name), LINKS[name]
    np.testing.assert_allclose(got, expected, rtol=1e-9 if name != "loss_db" else 0.0, atol=TOLERANCE_DB)


def test_the_fraction_over_sea_equals_the_reference(found: BasicTransmissionLoss) -> None:
    np.testing.assert_allclose(found.sea_fraction, LINKS["sea_fraction"], rtol=1e-9, atol=1e-12)


def test_no_link_is_flagged(found: BasicTransmissionLoss) -> None:
    assert not np.any(found.return_code)


def test_the_plain_p526_gives_the_compiled_diffraction_and_the_reference(found: BasicTransmissionLoss) -> None:
    distance, elevation = PROFILE["distance"], PROFILE["elevation"]
    surface = elevation + PROFILE["clutter_height"]
    surface[:, [0, -1]] = elevation[:, [0, -1]]
    ends = {"tx_height_m": elevation[:, 0] + LINKS["tx_height"], "rx_height_m": elevation[:, -1] + LINKS["rx_height"]}
    smooth_tx, smooth_rx = p526.smooth_surface_heights_m(distance, elevation, **ends)
    np.testing.assert_allclose(smooth_tx, found.tx_smooth_height_m, rtol=0, atol=1e-9)
    np.testing.assert_allclose(smooth_rx, found.rx_smooth_height_m, rtol=0, atol=1e-9)
    plain = p526.delta_bullington_loss_db(
        distance,
        surface,
        **ends,
        tx_smooth_height_m=smooth_tx,
        rx_smooth_height_m=smooth_rx,
        effective_earth_radius_km=found.effective_earth_radius_km,
        frequency_ghz=LINKS["frequency"],
        polarization=LINKS["polarization"],
        sea_fraction=found.sea_fraction,
    )
    np.testing.assert_allclose(plain, found.diffraction_median_db, rtol=0, atol=1e-9)
    np.testing.assert_allclose(plain, LINKS["diffraction_median_db"], rtol=1e-9, atol=TOLERANCE_DB)
