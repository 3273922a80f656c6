"""From measured links to a path-loss model: the censored fit, plain least squares beside it, every model's error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maps.city import City
from poc.calibration.measurements import Measured
from poc.errors import DataError
from poc.paths import median_loss
from poc.table import Array
from radio_models.calibrate import LinkCounts, LogDistanceFit, fit_log_distance
from radio_models.errors import RadioError
from radio_models.model import PATH_LOSS

SIDES = ("none", "transmitters", "receivers", "both")
MIN_LINKS_FOR_A_BIAS = 5
PLAUSIBLE_EXPONENT, PLAUSIBLE_SIGMA_DB = (0.5, 8.0), 20.0
_OWN_FIT = "log-distance, this fit"
_TYPICAL_PACKET_SIGMA_DB = 3.4  # fixed links of the Grenoble set, RSSI, median of 32 (spec/fraud.md §3)
_CLEAR_OF_CENSORING_DB = 10.0
_MIN_PACKETS_FOR_A_SPREAD = 5


@dataclass(frozen=True, slots=True)
class Budget:
    """What both ends contribute: EIRP [dBm], receiver gain [dBi], frequency [Hz], share of packets lost anyhow."""

    eirp_dbm: float = 16.0
    rx_gain_dbi: float = 0.0
    frequency_hz: float = 868e6
    other_loss_share: float = 0.02

    @property
    def level_dbm(self) -> float:
        """The level that would arrive without any loss [dBm]."""
        return self.eirp_dbm + self.rx_gain_dbi


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The result: the fit, the spread of packets, plain least squares, errors by model, and what it cannot show.

    `residual_db` is measured less predicted level by this fit, NaN for links that were never heard.
    """

    measured: Measured
    budget: Budget
    fit: LogDistanceFit
    packet_sigma_db: float
    least_squares: tuple[float, float]
    models: list[dict[str, Any]]
    residual_db: Array
    remarks: list[str]

    @property
    def is_plausible(self) -> bool:
        """Whether exponent and sigma are such as radio has; without counted losses a fit may run away from the data."""
        return _is_plausible(self.fit)

    def rows(self) -> list[dict[str, Any]]:
        """Parameters with their 95 % intervals, then one row for each model."""
        fit, (slope, sigma_db) = self.fit, self.least_squares
        rows: list[dict[str, Any]] = [
            {"what": what, "value": round(e.value, 3), "low": round(e.interval[0], 3), "high": round(e.interval[1], 3)}
            for what, e in (
                ("exponent", fit.exponent),
                ("loss at 1 km [dB]", fit.loss_at_1_km_db),
                ("sigma of links [dB]", fit.sigma_db),
            )
        ]
        rows.append({"what": "sigma of packets [dB]", "value": round(self.packet_sigma_db, 3)})
        rows.append({"what": "exponent by least squares, too flat", "value": round(slope, 3)})
        rows.append({"what": "sigma by least squares [dB], too small", "value": round(sigma_db, 3)})
        for kind, biases in (("transmitter", fit.transmitter_bias_db), ("receiver", fit.receiver_bias_db)):
            if biases:
                spread_db = float(np.std([bias.value for bias in biases.values()]))
                rows.append({"what": f"spread of {len(biases)} {kind} biases [dB]", "value": round(spread_db, 3)})
        return rows + [{"what": f"RMSE of {row['model']} [dB]", "value": row["rmse_db"], **row} for row in self.models]


def calibrate(measured: Measured, budget: Budget, *, biases: str = "none", city: City | None = None) -> Calibration:
    """Fit a log-distance law to the links, and hold every member of `PATH_LOSS` with its defaults against them.

    `biases` says which ends get one ("none", "transmitters", "receivers", "both"); ends with fewer than
    MIN_LINKS_FOR_A_BIAS links get none. Terrain models take part where `city` has the ground under both ends.
    Raises DataError when the links do not bear a fit.
    """
    if biases not in SIDES:
        raise DataError(f"biases is '{biases}', expected one of {', '.join(SIDES)}; choose one.")
    packet_db = _packet_sigma_db(measured)
    ends = {
        "transmitter": _with_enough(measured.tx) if biases in ("transmitters", "both") else None,
        "receiver": _with_enough(measured.rx) if biases in ("receivers", "both") else None,
    }
    try:
        fit = fit_log_distance(
            LinkCounts(
                measured.distance_m, measured.n_heard, measured.level_dbm, measured.n_sent, budget.level_dbm,
                measured.sensitivity_dbm, **ends,
            ),
            packet_sigma_db=packet_db,
            other_loss_share=budget.other_loss_share,
        )  # fmt: skip
    except RadioError as error:
        cure = " Losses were not counted; count what was sent." if measured.n_sent is None else ""
        raise DataError(f"the measurements do not bear a fit: {error}{cure}") from error
    heard = measured.heard
    x = 10.0 * np.log10(measured.distance_m[heard] / 1000.0)
    loss_db = budget.level_dbm - measured.level_dbm[heard]
    line = np.polyfit(x, loss_db, 1)
    predicted_db = fit.loss_at_1_km_db.value + 10.0 * fit.exponent.value * np.log10(measured.distance_m / 1000.0)
    bias_db = sum(
        np.array([found[end].value if end in found else 0.0 for end in rows])
        for found, rows in ((fit.transmitter_bias_db, measured.tx), (fit.receiver_bias_db, measured.rx))
    )
    residual_db = np.where(heard, measured.level_dbm - (budget.level_dbm - predicted_db + bias_db), np.nan)
    return Calibration(
        measured, budget, fit, packet_db,
        (float(line[0]), float(np.std(loss_db - np.polyval(line, x), ddof=2))),
        _errors_by_model(measured, budget, residual_db, city),
        residual_db, _remarks(measured, fit),
    )  # fmt: skip


def _errors_by_model(measured: Measured, budget: Budget, own_db: Array, city: City | None) -> list[dict[str, Any]]:
    """One row for each model that holds at these heights and this frequency, the least RMSE first."""
    heard = np.flatnonzero(measured.heard)
    senders, receivers = measured.senders.take(heard), measured.receivers.take(heard)
    distance_m, level_dbm = measured.distance_m[heard], measured.level_dbm[heard]
    rows = [_error_row(_OWN_FIT, own_db[heard], 0)]
    for name, member in PATH_LOSS.items():
        model = member()
        try:
            model.domain.check_setup(budget.frequency_hz, senders.height_m, receivers.height_m)
            loss_db, outside = median_loss(model, city, senders, receivers, distance_m, budget.frequency_hz)
        except RadioError:
            continue  # the model says nothing about such links
        usable = np.isfinite(loss_db)
        if usable.any():
            error_db = (level_dbm - (budget.level_dbm - loss_db))[usable]
            rows.append(_error_row(name, error_db, int(outside[usable].sum())))
    return sorted(rows, key=lambda row: row["rmse_db"])


def _error_row(name: str, error_db: Array, n_outside: int) -> dict[str, Any]:
    return {
        "model": name,
        "rmse_db": round(float(np.sqrt(np.mean(error_db**2))), 2),
        "mean_error_db": round(float(error_db.mean()), 2),
        "rmse_without_mean_db": round(float(error_db.std()), 2),
        "n_links": len(error_db),
        "n_outside_domain": n_outside,
    }


def _packet_sigma_db(measured: Measured) -> float:
    """Median spread within links that are strong enough to lose hardly a packet; a typical one where there are none."""
    many = (measured.n_heard >= _MIN_PACKETS_FOR_A_SPREAD) & np.isfinite(measured.spread_db)
    clear = many & (measured.level_dbm > measured.sensitivity_dbm + _CLEAR_OF_CENSORING_DB)
    return float(np.median(measured.spread_db[clear])) if clear.sum() >= 3 else _TYPICAL_PACKET_SIGMA_DB


def _is_plausible(fit: LogDistanceFit) -> bool:
    low, high = PLAUSIBLE_EXPONENT
    return low <= fit.exponent.value <= high and fit.sigma_db.value <= PLAUSIBLE_SIGMA_DB


def _with_enough(end: Array) -> Array:
    """The ends, −1 for those with too few links to tell a bias from shadowing."""
    n_links = np.bincount(end)
    return np.where(n_links[end] >= MIN_LINKS_FOR_A_BIAS, end, -1)


def _remarks(measured: Measured, fit: LogDistanceFit) -> list[str]:
    """What these measurements cannot show, in plain words."""
    remarks = [
        "Loss at 1 km, EIRP and antenna gains cannot be told apart: a decibel too much in one is one too much in the "
        "other.",
        "RMSE is over heard links only, where every model looks better than it is: the links that failed are missing.",
    ]
    if measured.n_sent is None:
        remarks.append(
            "The file counts no losses: the fit assumes that all links down to the sensitivity were recorded, and "
            "nothing in the file can confirm that; count what was sent to be sure."
        )
    if not _is_plausible(fit):
        remarks.insert(
            0,
            f"Do not use this fit: exponent {fit.exponent.value:.1f} and sigma {fit.sigma_db.value:.1f} dB are nothing "
            "that radio does; the receptions alone do not tell the slope from what was lost.",
        )
    elif fit.exponent.value < 1.5:
        remarks.append(
            f"An exponent of {fit.exponent.value:.2f} is below that of free space over rough ground: the links differ "
            "by more than their distance, so do not extrapolate with it."
        )
    for kind, ends in (("transmitter", measured.tx), ("receiver", measured.rx)):
        if len(np.unique(ends)) == 1:
            remarks.append(f"There is one {kind}: its own gain and surroundings are part of the loss at 1 km.")
    n_heard = int(measured.heard.sum())
    if n_heard < 100:
        remarks.append(f"Only {n_heard} links were heard: the intervals assume many more than that.")
    return remarks
