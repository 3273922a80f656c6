"""The receiver model against the measured conducted curve (Bonn, 100 packets a row, SF7, 125 kHz).

Source: mclab-hbrs/lora-bonn, `rpp-gateway-verification/` (commit 74d9e29a55ea, Data licence Germany 2.0, MCLab
Hochschule Bonn-Rhein-Sieg 2021): 14 dBm through 80 dB and a stepped attenuator; means over each file's `rssi` and
`snr` columns. The rig leaves two unknowns, the loss of its cables and the calibration of the gateway, which are
fitted here.
"""

import numpy as np
import pytest
from scipy.optimize import least_squares

from radio_models.lora.receiver import (
    NOISE_FIGURE_DB,
    RSSI_JITTER_DB,
    SNR_CEILING_DB,
    esp_dbm_from,
    noise_floor_dbm,
    reported_rssi_dbm,
    reported_snr_db,
)

# attenuator [dB], RSSI mean [dBm] and sd [dB], SNR mean [dB], ESP mean [dBm]
BONN = np.array(
    [
        (5.0, -78.72, 1.036, 9.129, -79.235),
        (15.0, -88.81, 1.277, 9.291, -89.306),
        (25.0, -99.03, 1.439, 9.119, -99.543),
        (35.0, -108.68, 1.062, 7.962, -109.334),
        (45.0, -118.80, 1.110, 2.508, -120.742),
        (55.0, -122.86, 1.531, -6.723, -130.447),
    ]
)
TRANSMITTED_DBM = 14.0 - 80.0


def packets(cable_loss_db: float, bias_db: float, n: int = 4001) -> tuple[np.ndarray, np.ndarray]:
    """RSSI and SNR [rows, packets] that the model reports, jitter at the quantiles of a normal distribution."""
    from scipy.special import ndtri

    jitter = ndtri((np.arange(n) + 0.5) / n)
    received = (TRANSMITTED_DBM - BONN[:, 0] - cable_loss_db)[:, None] + np.zeros(n)
    return reported_rssi_dbm(received, NOISE_FIGURE_DB, bias_db, jitter), reported_snr_db(received)


@pytest.fixture(scope="module")
def rig() -> tuple[float, float]:
    """Cable loss and calibration bias [dB] that suit the six rows best."""

    def misfit(unknowns: np.ndarray) -> np.ndarray:
        received = TRANSMITTED_DBM - BONN[:, 0] - unknowns[0]
        noise_dbm = float(noise_floor_dbm())
        rssi = 10 * np.log10(10 ** (received / 10) + 10 ** (noise_dbm / 10)) + unknowns[1]
        snr = -10 * np.log10(10 ** (-(received - noise_dbm) / 10) + 10 ** (-SNR_CEILING_DB / 10))
        return np.concatenate([rssi - BONN[:, 1], snr - BONN[:, 3]])

    loss_db, bias_db = least_squares(misfit, [2.0, -6.0]).x
    return float(loss_db), float(bias_db)


def test_the_rig_comes_out_plausible(rig: tuple[float, float]) -> None:
    assert 0.0 < rig[0] < 4.0
    assert -8.0 < rig[1] < -4.0


def test_rssi_follows_the_measured_curve_and_flattens_at_the_noise(rig: tuple[float, float]) -> None:
    rssi, _ = packets(*rig)
    assert np.abs(rssi.mean(axis=1) - BONN[:, 1]).max() < 1.1
    assert np.array_equal(rssi, np.round(rssi))


def test_snr_follows_the_measured_curve_and_its_ceiling(rig: tuple[float, float]) -> None:
    _, snr = packets(*rig)
    assert np.abs(snr[:, 0] - BONN[:, 3]).max() < 0.75
    assert np.array_equal(snr * 4, np.round(snr * 4))


def test_esp_follows_the_measured_curve(rig: tuple[float, float]) -> None:
    rssi, snr = packets(*rig)
    assert np.abs(esp_dbm_from(rssi, snr).mean(axis=1) - BONN[:, 4]).max() < 1.25


def test_spread_from_packet_to_packet_is_the_median_of_the_rows(rig: tuple[float, float]) -> None:
    rssi, _ = packets(*rig)
    assert np.median(rssi.std(axis=1)) == pytest.approx(np.median(BONN[:, 2]), abs=0.05)
    assert rssi.std(axis=1).min() > RSSI_JITTER_DB
