"""Sensitivities and register readings, scalars and arrays."""

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.lora.receiver import (
    SNR_LIMIT_DB,
    esp_dbm_from,
    noise_floor_dbm,
    reported_rssi_dbm,
    reported_snr_db,
    sensitivity_dbm,
    snr_limit_db,
)


def test_sensitivities_at_a_noise_figure_of_6_db() -> None:
    # spec/propagation.md, receiver: 125 kHz
    assert sensitivity_dbm(np.arange(7, 13)) == pytest.approx(
        [-124.5, -127.0, -129.5, -132.0, -134.5, -137.0], abs=0.05
    )
    assert sensitivity_dbm(9, 6.0, 250e3) - sensitivity_dbm(9) == pytest.approx(3.0, abs=0.02)
    assert sensitivity_dbm(9, 6.0, 500e3) - sensitivity_dbm(9) == pytest.approx(6.0, abs=0.03)
    assert float(sensitivity_dbm(12, 3.0)) == pytest.approx(-140.03, abs=0.005)


def test_limits_are_the_table() -> None:
    assert {factor: float(snr_limit_db(factor)) for factor in SNR_LIMIT_DB} == SNR_LIMIT_DB


@pytest.mark.parametrize("factor", [4, 13, 7.5, [7, 99]])
def test_unknown_spreading_factors_are_errors(factor: object) -> None:
    with pytest.raises(RadioError, match="expected a whole number from 5 to 12"):
        snr_limit_db(factor)


def test_strong_signals_read_true_and_weak_ones_read_noise() -> None:
    assert reported_rssi_dbm(-60.0) == -60.0
    assert reported_rssi_dbm(-170.0) == round(float(noise_floor_dbm()))
    assert reported_rssi_dbm(float(noise_floor_dbm())) == round(float(noise_floor_dbm()) + 3.01)


def test_bias_and_jitter_add_before_rounding() -> None:
    assert reported_rssi_dbm([-60.0, -60.0], bias_db=[0.4, 0.6]).tolist() == [-60.0, -59.0]
    assert reported_rssi_dbm(-60.0, jitter=[-2.0, 0.0, 2.0]).tolist() == [-62.0, -60.0, -58.0]


def test_rssi_and_snr_rise_with_the_signal() -> None:
    received = np.linspace(-160.0, -20.0, 2001)
    assert (np.diff(reported_rssi_dbm(received)) >= 0.0).all()
    assert (np.diff(reported_snr_db(received)) >= 0.0).all()
    assert reported_snr_db(received).max() <= 9.25


def test_snr_is_true_where_it_is_low() -> None:
    for snr_db in (-20.0, -12.5, -5.0):
        assert reported_snr_db(noise_floor_dbm() + snr_db) == pytest.approx(snr_db, abs=0.35)


def test_esp_recovers_the_signal_below_the_ceiling() -> None:
    received = np.arange(-135.0, -114.0)
    rssi = 10 * np.log10(10 ** (received / 10) + 10 ** (noise_floor_dbm() / 10))
    assert esp_dbm_from(rssi, received - noise_floor_dbm()) == pytest.approx(received, abs=1e-9)
    # through the registers: rounding of both, and the ceiling
    assert esp_dbm_from(reported_rssi_dbm(received), reported_snr_db(received)) == pytest.approx(received, abs=1.0)


def test_one_noise_figure_for_each_receiver() -> None:
    assert reported_rssi_dbm(-170.0, np.array([3.0, 9.0])).tolist() == [-120.0, -114.0]
    assert reported_snr_db(-120.0, np.array([3.0, 9.0])).tolist() == [-0.5, -6.0]
