"""Noise in readings: a receiver that reports no SNR reports the power of signal and noise together.

Near the noise such a reading hardly falls while the signal does, so weak links read too strong. Where a server knows
that the SNR is missing the noise can be taken out again: reading = 10 lg(10^(signal/10) + 10^(noise/10)). The noise
power is found from the links that are heard sometimes: how their mean reading rises with the share of packets heard
depends on how far below the noise a packet is still heard, and its height is the noise. Prior: thermal noise in 125 kHz
(−123 dBm) and the noise figure of a gateway.
"""

from __future__ import annotations

import numpy as np

from poc.detectors.packets import are_strong, fading_db_of, packet_loss_of
from poc.table import Array
from radio_models.special_functions import ndtri

#: Thermal noise in 125 kHz with a noise figure of 6 ± 3 dB.
_NOISE_DBM = (-117.0, 3.0)
#: Signal-to-noise ratios at which a packet may be heard half of the time [dB]: below SF12 to a receiver of plain FSK.
_THRESHOLD_SNR_DB = np.arange(-22.0, 6.1, 0.5)
#: What the model of a receiver is good for [dB].
_MODEL_DB = 0.15
_USUAL_DB = -8.0
#: Links heard now and then read less than so much above the weakest [dB].
_WEAK_DB = 6.0
#: Links grow in number by so much for each decibel that they are weaker (exponent 3 in the plane).
_GROWTH = 10.0 ** (2.0 / 30.0)
_FEWEST = 30
_FADES = ndtri((np.arange(25) + 0.5) / 25.0)


def without_noise(reading_dbm: Array, n_heard: Array, n_sent: Array, var_db2: Array) -> tuple[Array, Array]:
    """(signal [dBm], variance over packets [dB²]) of links from their mean readings and the variance of those.

    >>> [len(part) for part in without_noise(*[np.zeros(0)] * 4)]
    [0, 0]
    """
    if not len(reading_dbm):
        return reading_dbm, var_db2
    strong = are_strong(reading_dbm)
    fading_db = fading_db_of(n_heard[strong], n_sent[strong], var_db2[strong])
    lost = packet_loss_of(n_heard, n_sent, reading_dbm)
    noise_dbm, threshold_db = _noise(reading_dbm, n_heard, n_sent, fading_db, lost)
    share = 1.0 - 10.0 ** (0.1 * (noise_dbm - reading_dbm))  # of the reading's power
    # no packet is heard below the threshold
    share = np.maximum(share, 1.0 / (1.0 + 10.0 ** (-0.1 * threshold_db)))
    signal_dbm = np.maximum(reading_dbm, noise_dbm) + 10.0 * np.log10(share)
    return signal_dbm, var_db2 / share**2


def _noise(reading_dbm: Array, n_heard: Array, n_sent: Array, fading_db: float, lost: float) -> tuple[float, float]:
    """(power of the noise [dBm], signal over noise at which half of the packets are heard [dB])."""
    mean, spread = _NOISE_DBM
    n_usual = float(np.median(n_sent))
    # a strong link that misses packets has lost them otherwise
    weak = reading_dbm < np.quantile(reading_dbm, 0.03) + _WEAK_DB
    some = weak & (n_heard < n_usual) & (np.abs(n_sent - n_usual) < 0.5)
    if n_usual < 2.0 or some.sum() < _FEWEST:
        return min(mean, float(reading_dbm.min())), _USUAL_DB
    count = np.rint(n_heard[some]).astype(np.int64)
    counts, weight = np.unique(count, return_counts=True)
    measured = np.bincount(count, reading_dbm[some])[counts] / weight
    precision = 1.0 / (_MODEL_DB**2 + 4.0 / weight)
    found = []
    for threshold_db in _THRESHOLD_SNR_DB.tolist():
        off = measured - _readings_db(threshold_db, counts, round(n_usual), fading_db, lost)
        noise_dbm = ((precision * off).sum() + mean / spread**2) / (precision.sum() + spread**-2)
        cost = (precision * (off - noise_dbm) ** 2).sum() + ((noise_dbm - mean) / spread) ** 2
        found.append((float(cost), float(noise_dbm), threshold_db))
    return min(found)[1:]


def _readings_db(threshold_db: float, counts: Array, n_sent: int, fading_db: float, lost: float) -> Array:
    """Mean reading over the noise [dB] of links by packets heard, fading and the censoring of weak packets included."""
    level = threshold_db + fading_db * np.arange(-4.0, 4.01, 0.1)
    packet = level[:, None] + fading_db * _FADES
    heard = packet > threshold_db
    chance = np.clip(heard.mean(axis=1) * (1.0 - lost), 1e-4, 1.0 - 1e-4)
    reading = 10.0 * np.log10(1.0 + 10.0 ** (0.1 * packet))
    mean = (reading * heard).sum(axis=1) / np.maximum(heard.sum(axis=1), 1)
    prior = -np.arange(len(level)) * 0.1 * fading_db * np.log(_GROWTH)
    log_share = counts[:, None] * np.log(chance) + (n_sent - counts[:, None]) * np.log1p(-chance) + prior
    share = np.exp(log_share - log_share.max(axis=1, keepdims=True)) * heard.any(axis=1)
    return np.asarray((share * mean).sum(axis=1) / share.sum(axis=1))
