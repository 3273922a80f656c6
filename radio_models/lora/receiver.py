"""A LoRa receiver: what it can hear, and what it says about what it heard.

True quantities go in, register readings come out: RSSI is signal and noise together and flattens near the noise floor,
SNR saturates for strong signals. Sources: Semtech SX1276 data sheet (SNR limits); Bonn conducted test
(mclab-hbrs/lora-bonn, `rpp-gateway-verification`, 6 × 100 packets), to which tests/reference/test_bonn_receiver.py
holds this file.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

Array = npt.NDArray[np.float64]

THERMAL_NOISE_DBM_PER_HZ = -174.0
NOISE_FIGURE_DB = 6.0
BANDWIDTH_HZ = 125_000.0
SNR_LIMIT_DB = {5: -2.5, 6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
RSSI_JITTER_DB = 1.15  # packet to packet in a cable; with rounding the median of the six Bonn rows, 1.19 dB
SNR_CEILING_DB = 9.2  # what the demodulator makes of a noiseless signal
SNR_STEP_DB = 0.25


def noise_floor_dbm(
    noise_figure_db: npt.ArrayLike = NOISE_FIGURE_DB, bandwidth_hz: npt.ArrayLike = BANDWIDTH_HZ
) -> Array:
    """Thermal noise in the bandwidth [dBm].

    >>> float(noise_floor_dbm(0.0).round(2))
    -123.03
    """
    return np.asarray(
        THERMAL_NOISE_DBM_PER_HZ + 10.0 * np.log10(bandwidth_hz) + np.asarray(noise_figure_db, np.float64)
    )


def snr_limit_db(spreading_factor: npt.ArrayLike) -> Array:
    """Least SNR that can be demodulated [dB], for spreading factors 5 to 12; RadioError otherwise.

    >>> snr_limit_db([7, 12]).tolist()
    [-7.5, -20.0]
    """
    factor = np.asarray(spreading_factor)
    wrong = factor[~np.isin(factor, list(SNR_LIMIT_DB))]
    if wrong.size:
        raise RadioError(f"the spreading factor is {wrong.flat[0]}, expected a whole number from 5 to 12; correct it.")
    return np.asarray(10.0 - 2.5 * factor, np.float64)


def sensitivity_dbm(
    spreading_factor: npt.ArrayLike,
    noise_figure_db: npt.ArrayLike = NOISE_FIGURE_DB,
    bandwidth_hz: npt.ArrayLike = BANDWIDTH_HZ,
) -> Array:
    """Weakest signal that can be demodulated [dBm].

    >>> sensitivity_dbm([7, 12]).round(1).tolist()
    [-124.5, -137.0]
    """
    return np.asarray(noise_floor_dbm(noise_figure_db, bandwidth_hz) + snr_limit_db(spreading_factor))


def total_dbm(
    received_dbm: npt.ArrayLike,
    noise_figure_db: npt.ArrayLike = NOISE_FIGURE_DB,
    bandwidth_hz: npt.ArrayLike = BANDWIDTH_HZ,
) -> Array:
    """Signal and noise together [dBm].

    >>> total_dbm(-200.0).round(2).item()
    -117.03
    """
    noise_mw = 10.0 ** (0.1 * noise_floor_dbm(noise_figure_db, bandwidth_hz))
    return np.asarray(10.0 * np.log10(10.0 ** (0.1 * np.asarray(received_dbm, np.float64)) + noise_mw))


def reported_rssi_dbm(
    received_dbm: npt.ArrayLike,
    noise_figure_db: npt.ArrayLike = NOISE_FIGURE_DB,
    bias_db: npt.ArrayLike = 0.0,
    jitter: npt.ArrayLike = 0.0,
    bandwidth_hz: npt.ArrayLike = BANDWIDTH_HZ,
) -> Array:
    """RSSI as a concentrator reports it [whole dBm].

    `bias_db` is the receiver's calibration error, drawn once for each receiver; `jitter` a standard normal number for
    each packet.

    >>> reported_rssi_dbm([-80.0, -140.0]).tolist()
    [-80.0, -117.0]
    """
    error_db = np.asarray(bias_db, np.float64) + RSSI_JITTER_DB * np.asarray(jitter, np.float64)
    return np.asarray(np.round(total_dbm(received_dbm, noise_figure_db, bandwidth_hz) + error_db))


def reported_snr_db(
    received_dbm: npt.ArrayLike,
    noise_figure_db: npt.ArrayLike = NOISE_FIGURE_DB,
    bandwidth_hz: npt.ArrayLike = BANDWIDTH_HZ,
) -> Array:
    """Mean SNR as a concentrator reports it [dB in steps of 0.25]: the true one, with a soft ceiling.

    >>> reported_snr_db([-80.0, -117.0, -130.0]).tolist()
    [9.25, -0.5, -13.0]
    """
    snr_db = np.asarray(received_dbm, np.float64) - noise_floor_dbm(noise_figure_db, bandwidth_hz)
    measured_db = -10.0 * np.log10(10.0 ** (-0.1 * snr_db) + 10.0 ** (-0.1 * SNR_CEILING_DB))
    return np.asarray(np.round(measured_db / SNR_STEP_DB) * SNR_STEP_DB)


def esp_dbm_from(rssi_dbm: npt.ArrayLike, snr_db: npt.ArrayLike) -> Array:
    """Estimated signal power [dBm] from a reported RSSI [dBm] and SNR [dB]: the RSSI without its share of noise.

    >>> esp_dbm_from(-117.0, 0.0).round(2).item()
    -120.01
    """
    snr_db = np.asarray(snr_db, np.float64)
    return np.asarray(np.asarray(rssi_dbm, np.float64) + snr_db - 10.0 * np.log10(1.0 + 10.0 ** (0.1 * snr_db)))
