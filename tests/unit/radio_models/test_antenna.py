"""Antenna patterns keep their shape and peak."""

import numpy as np
import pytest

from radio_models.antenna import ANTENNAS


@pytest.mark.parametrize("name", ANTENNAS)
def test_scalars_and_arrays_agree_and_stay_finite(name: str) -> None:
    antenna = ANTENNAS[name]()
    azimuth, elevation = np.meshgrid(np.arange(-180.0, 361.0, 45.0), np.arange(-90.0, 91.0, 15.0))
    gain = antenna.gain_dbi(azimuth, elevation)
    assert gain.shape == azimuth.shape
    assert np.isfinite(gain).all()
    assert float(antenna.gain_dbi(azimuth[4, 2], elevation[4, 2])) == pytest.approx(gain[4, 2])


def test_isotropic_is_its_peak_everywhere() -> None:
    assert ANTENNAS["isotropic"](peak_gain_dbi=2.3).gain_dbi([0.0, 77.0], -90.0).tolist() == [2.3, 2.3]


def test_a_dipole_has_its_gain_at_the_horizon_and_nothing_overhead() -> None:
    dipole = ANTENNAS["dipole"]()
    assert dipole.gain_dbi(123.0, 0.0) == pytest.approx(2.15, abs=0.005)
    assert dipole.gain_dbi(0.0, 90.0) == dipole.gain_dbi(0.0, -90.0) == -40.0
    # half power at 39° above the horizon: the beam of a half-wave dipole is 78° wide
    assert dipole.gain_dbi(0.0, 39.0) == pytest.approx(2.15 - 3.0, abs=0.1)


@pytest.mark.parametrize(("name", "most"), [("dipole", 1.001), ("sector", 1.0), ("collinear", 1.08)])
def test_patterns_radiate_what_they_are_fed(name: str, most: float) -> None:
    # the mean over the sphere of a passive antenna's gain cannot exceed 1; F.1336's side lobes at 8 dBi make it 1.074
    antenna = ANTENNAS[name]()
    sine = np.linspace(-1.0, 1.0, 2001)
    azimuth = np.linspace(0.0, 360.0, 181)[:-1]
    gain = antenna.gain_dbi(azimuth[None, :], np.degrees(np.arcsin(sine))[:, None])
    mean = np.mean(10.0 ** (0.1 * gain))
    assert 0.5 < mean < most


def test_a_collinear_trades_elevation_for_gain() -> None:
    collinear = ANTENNAS["collinear"](peak_gain_dbi=8.0)
    assert collinear.gain_dbi(0.0, 0.0) == 8.0
    assert collinear.gain_dbi(0.0, 30.0) < ANTENNAS["dipole"]().gain_dbi(0.0, 30.0) - 3.0


def test_a_sector_looks_one_way() -> None:
    sector = ANTENNAS["sector"](azimuth_deg=350.0, peak_gain_dbi=14.0, azimuth_width_deg=65.0)
    assert sector.gain_dbi(350.0, 0.0) == 14.0
    # half power at half the width, across north
    assert sector.gain_dbi(22.5, 0.0) == pytest.approx(14.0 - 3.0)
    assert sector.gain_dbi(-42.5, 0.0) == pytest.approx(14.0 - 3.0)
    assert sector.gain_dbi(170.0, 0.0) == 14.0 - 30.0
