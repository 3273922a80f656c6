"""The channel as the world made it: what a reference test is told and a detector has to find out.

Written from the radio of a run: median loss over distance, shadowing of pairs and of sites with its correlation, losses
of antennas and mounting, calibration of receivers, fading of packets, sensitivity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from poc.errors import DomainError
from poc.paths import Places, median_loss
from poc.scenario import FleetSection
from poc.table import Array
from radio_models.lora.receiver import (
    RSSI_JITTER_DB,
    esp_dbm_from,
    reported_rssi_dbm,
    reported_snr_db,
    sensitivity_dbm,
)
from radio_models.lora.region_plans import RegionPlan
from radio_models.model import NEEDS_TERRAIN

#: Grid of a hotspot's own loss [dB]: mounting, antenna and site shadowing together.
LOSS_GRID_DB = np.arange(-30.0, 70.0, 0.25)
#: Grid of ln(distance / m) for the median loss: 1 m to 1,000 km in steps of a third of a per cent.
LOG_DISTANCE = np.linspace(0.0, np.log(1e6), 4096)
#: Grid of received powers [dBm].
RECEIVED_DBM = np.arange(-150.0, -9.0, 0.5)
_QUANTILES = (np.arange(400) + 0.5) / 400.0
_MARGIN_DB = np.arange(-40.0, 121.0, 0.5)


@dataclass(frozen=True, slots=True)
class Law:
    """A known channel.

    loss_db: median loss at exp(LOG_DISTANCE) metres. pair_db, correlation_m: shadowing of a pair
    once the sites' own shares are taken out, and how far it reaches. loss_log_density: of a hotspot's own loss on
    LOSS_GRID_DB, with mean and spread. calibration_db: spread of the receivers. sensitivity_dbm: of all of them.
    heard, fade_mean_db, fade_var_db2: chance of a packet, and mean and variance of the fade of those heard, on a grid
    of margins. esp_dbm: mean of the signal power computed from reported RSSI and SNR, on RECEIVED_DBM.
    sloppy_share: honest owners who assert 100 to 300 m off.
    """

    loss_db: Array
    pair_db: float
    correlation_m: float
    loss_log_density: Array
    own_mean_db: float
    own_spread_db: float
    calibration_db: float
    sensitivity_dbm: float
    heard: Array
    fade_mean_db: Array
    fade_var_db2: Array
    esp_dbm: Array
    sloppy_share: float

    def median_db(self, distance_m: Array) -> Array:
        """Median loss [dB] over a distance [m], any shape."""
        return np.interp(np.log(distance_m), LOG_DISTANCE, self.loss_db)

    def received_dbm(self, esp_dbm: Array) -> Array:
        """Received power [dBm] behind a computed signal power: the SNR saturates long before its ceiling."""
        return np.interp(esp_dbm, self.esp_dbm, RECEIVED_DBM)

    def distance_m(self, loss_db: float) -> float:
        """Distance [m] at which the median loss is reached."""
        return float(np.exp(np.interp(loss_db, self.loss_db, LOG_DISTANCE)))

    def correlation(self, distance_m: Array) -> Array:
        """Correlation of the shadowing of two links that share one end, by the distance of the other ends [m]."""
        if self.correlation_m <= 0.0:
            return np.asarray(distance_m == 0.0, float)
        return np.asarray(np.where(distance_m < 6.4 * self.correlation_m, np.exp(-distance_m / self.correlation_m), 0))


def law_of(radio: Any, fleet: FleetSection, plan: RegionPlan) -> Law:
    """The law of a run from its radio (path_loss, shadowing, fading, noise_figure_db), fleet section and region plan.

    Raises DomainError where loss is not a matter of distance alone: the references scan thousands of places.
    """
    if type(radio.path_loss) in NEEDS_TERRAIN:
        raise DomainError(
            "the reference tests need a path loss that follows from distance; choose one without terrain."
        )
    n = len(LOG_DISTANCE)
    end = Places(np.zeros(n), np.zeros(n), np.full(n, fleet.height_median_m))
    loss_db, _ = median_loss(radio.path_loss, None, end, end, np.exp(LOG_DISTANCE), float(np.mean(plan.channels_hz)))
    sigma_db = float(radio.shadowing.sigma_db)
    site = float(getattr(radio.shadowing, "site_correlation", 0.0))
    density = _own_loss_density(fleet, sigma_db * np.sqrt(site))
    mean_db = float((density * LOSS_GRID_DB).sum())
    heard, mean, var = _packets(radio.fading, 0.25 * fleet.outage_share + 1e-3)
    return Law(
        loss_db=np.asarray(loss_db),
        pair_db=max(sigma_db * float(np.sqrt(1.0 - 2.0 * site)), 0.5),
        correlation_m=float(getattr(radio.shadowing, "correlation_m", 0.0)),
        loss_log_density=np.log(np.maximum(density, 1e-300) / (LOSS_GRID_DB[1] - LOSS_GRID_DB[0])),
        own_mean_db=mean_db,
        own_spread_db=float(np.sqrt((density * (LOSS_GRID_DB - mean_db) ** 2).sum())),
        calibration_db=max(fleet.rssi_bias_spread_db, 0.05),
        sensitivity_dbm=float(sensitivity_dbm(plan.poc_spreading_factor, radio.noise_figure_db)),
        heard=heard,
        fade_mean_db=mean,
        fade_var_db2=var + RSSI_JITTER_DB**2 + 1.0 / 12.0,
        esp_dbm=_signal_powers(radio.noise_figure_db),
        sloppy_share=fleet.sloppy_share,
    )


def _own_loss_density(fleet: FleetSection, site_db: float) -> Array:
    """Probability on LOSS_GRID_DB: max(0, normal), a share of poor antennas on top, smoothed by the site's shadowing.

    As `poc.world.fleet` draws it.
    """
    step = LOSS_GRID_DB[1] - LOSS_GRID_DB[0]
    edges = np.append(LOSS_GRID_DB - 0.5 * step, LOSS_GRID_DB[-1] + 0.5 * step)
    below = ndtr((edges - fleet.mean_loss_db) / max(fleet.bias_spread_db, 1e-3))
    density = np.diff(np.where(edges < 0.0, 0.0, below))
    excess = np.exp(-0.5 * (np.arange(0.0, 5.0, step / fleet.poor_antenna_db)) ** 2)  # half of a normal distribution
    poor = np.convolve(density, excess / excess.sum())[: len(density)]
    share = fleet.poor_antenna_share
    density = (1.0 - share) * density + share * poor
    if site_db > 0.0:
        reach = np.arange(-80, 81) * step
        kernel = np.exp(-0.5 * (reach / site_db) ** 2)
        density = np.convolve(density, kernel / kernel.sum(), mode="same")
    return np.asarray(density / density.sum())


def _signal_powers(noise_figure_db: float) -> Array:
    jitter = ndtri(_QUANTILES)[None, :]
    rssi_dbm = reported_rssi_dbm(RECEIVED_DBM[:, None], noise_figure_db, 0.0, jitter)
    snr_db = reported_snr_db(RECEIVED_DBM[:, None] + 0.25 * (_QUANTILES - 0.5), noise_figure_db)
    return np.asarray(esp_dbm_from(rssi_dbm, snr_db).mean(axis=1))


def _packets(fading: Any, lost: float) -> tuple[Array, Array, Array]:
    """(chance to be heard, mean and variance of the fade of packets heard) on _MARGIN_DB.

    An affected hotspot is down for a quarter of an epoch on average: packets lost on any link."""
    fade_db = np.asarray(fading.fading_db(_QUANTILES))
    through = fade_db[None, :] >= -_MARGIN_DB[:, None]
    through[:, -1] = True
    count = through.sum(axis=1)
    mean = (through * fade_db).sum(axis=1) / count
    var = (through * (fade_db - mean[:, None]) ** 2).sum(axis=1) / count
    return np.clip(np.asarray(fading.survival(_MARGIN_DB)) * (1.0 - lost), 1e-9, 1.0), mean, var


def heard_levels(law: Law, n_heard: Array, n_sent: Array, margin_db: Array) -> tuple[Array, Array]:
    """(mean of the margin without fading [dB], its variance) of links heard n_heard times of n_sent at a mean margin.

    Moments of the exact likelihood of count and mean under a flat prior, on a grid.
    """
    mean, var = np.empty(len(n_heard)), np.empty(len(n_heard))
    offset = np.arange(-30.0, 9.0, 0.5)
    for rows in np.array_split(np.arange(len(n_heard)), max(1, len(n_heard) // 20_000)):
        u = margin_db[rows, None] + offset
        h, missed = n_heard[rows, None], np.maximum(n_sent - n_heard, 0.0)[rows, None]
        p, fade, spread = (
            np.interp(u, _MARGIN_DB, column) for column in (law.heard, law.fade_mean_db, law.fade_var_db2)
        )
        value = h * np.log(p) + missed * np.log1p(-np.minimum(p, 1.0 - 1e-6))
        value -= 0.5 * h * (margin_db[rows, None] - u - fade) ** 2 / spread + 0.5 * np.log(spread)
        weight = np.exp(value - value.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        mean[rows] = (weight * u).sum(axis=1)
        var[rows] = (weight * (u - mean[rows, None]) ** 2).sum(axis=1) + 1.0 / 48.0
    return mean, var


def silent_levels(law: Law, n_sent: Array) -> tuple[Array, Array]:
    """(edge, spread) [dB]: P(no packet of n_sent heard | margin) ≈ Φ((edge − margin) / spread)."""
    counts, where = np.unique(np.maximum(n_sent, 1.0), return_inverse=True)
    edge, spread = np.empty(len(counts)), np.empty(len(counts))
    for row, count in enumerate(counts):
        silent = (1.0 - law.heard) ** count
        edge[row] = np.interp(-0.5, -silent, _MARGIN_DB)
        early, late = np.interp(-0.8413, -silent, _MARGIN_DB), np.interp(-0.1587, -silent, _MARGIN_DB)
        spread[row] = max(0.5 * (late - early), 0.1)
    return edge[where], spread[where]
