"""What one site puts down on every pixel: received power by a path-loss model, its quantiles, and what that covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from maps.city import City
from maps.geodesy import EARTH_RADIUS_M, bearing_deg, great_circle_m
from maps.grid import coordinates_from_cells
from poc.coverage.grid import Grid
from poc.errors import DataError, DomainError
from poc.paths import Places, median_loss
from radio_models.antenna import Antenna, Isotropic
from radio_models.errors import RadioError
from radio_models.itm.model import Itm

Levels = npt.NDArray[np.float32]

QUANTILES_PERCENT = (10, 50, 90)
EFFECTIVE_EARTH = 4.0 / 3.0
PIXELS_TOGETHER = 200_000


@dataclass(frozen=True, slots=True)
class Site:
    """One transmitter: place [deg], height above ground [m], conducted power [dBm], cable loss [dB] and antenna."""

    latitude_deg: float
    longitude_deg: float
    height_m: float = 12.0
    power_dbm: float = 14.0
    cable_loss_db: float = 0.0
    antenna: Antenna = field(default_factory=lambda: Isotropic(3.0))
    name: str = "site"

    def place(self) -> Places:
        return Places(*(np.array([value]) for value in (self.latitude_deg, self.longitude_deg, self.height_m)))


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who listens in every pixel: height [m], gain [dBi], weakest level heard [dBm]; and the local spread of levels.

    `sigma_db` is the standard deviation of the local mean around the model's median (shadowing).
    """

    height_m: float = 2.0
    gain_dbi: float = 0.0
    sensitivity_dbm: float = -129.5
    sigma_db: float = 8.0


def received_dbm(
    city: City, grid: Grid, site: Site, model: Any, receiver: Receiver, frequency_hz: float, radius_m: float
) -> Levels:
    """Median power at the receiver's port [dBm] in every pixel, (rows, columns); NaN beyond the radius and where the
    model cannot judge.

    ITM goes by radial sweep from the nearest post, every other model pixel by pixel.
    Raises DomainError for a frequency or height that the model does not describe or for terrain that it lacks.
    """
    try:
        model.domain.check_setup(frequency_hz, site.height_m, receiver.height_m)
        rows, columns = grid.window(site.latitude_deg, site.longitude_deg, radius_m)
        near = grid.cut(rows, columns)
        latitude, longitude = (part.astype(np.float64) for part in np.meshgrid(
            near.latitude_deg, near.longitude_deg, indexing="ij"
        ))  # fmt: skip
        distance_m = np.asarray(great_circle_m(site.latitude_deg, site.longitude_deg, latitude, longitude))
        inside = distance_m <= radius_m
        if isinstance(model, Itm) and near.ground_m is not None:
            loss_db = _swept_db(near, near.ground_m, site, model, receiver, frequency_hz, radius_m)
        else:
            loss_db = np.full(near.shape, np.inf)
            loss_db[inside] = _pixel_by_pixel_db(
                city, site, model, receiver, frequency_hz, latitude[inside], longitude[inside], distance_m[inside]
            )
    except RadioError as error:
        raise DomainError(str(error)) from error
    gain_dbi = _gain_dbi(near, site, receiver, latitude, longitude, distance_m)
    level_dbm = site.power_dbm - site.cable_loss_db + gain_dbi - loss_db + receiver.gain_dbi
    whole = np.full(grid.shape, np.nan, np.float32)
    whole[rows, columns] = np.where(inside & np.isfinite(level_dbm), level_dbm, np.nan)
    return whole


def quantile_dbm(median_dbm: Levels, percent: float, sigma_db: float) -> Levels:
    """The level that `percent` % of the places in a pixel fall short of, for log-normal shadowing.

    >>> quantile_dbm(np.array([-100.0], np.float32), 10, 8.0).round(2).tolist()
    [-110.25]
    """
    return np.asarray(median_dbm + np.float32(sigma_db * NormalDist().inv_cdf(percent / 100.0)), np.float32)


def summary(city: City, grid: Grid, median_dbm: Levels, receiver: Receiver) -> dict[str, Any]:
    """Area [km²] and population within reach, at the level that 90, 50 and 10 % of the places exceed.

    `area_p10_km2` counts a pixel when its P10 level is heard, so that nine places in ten are; `people_*` likewise.
    """
    latitude, longitude = coordinates_from_cells(city.cells)
    down, right = grid.step_deg
    row = np.round((grid.latitude_deg[0] - latitude) / down).astype(np.int64)
    column = np.round((longitude - grid.longitude_deg[0]) / right).astype(np.int64)
    on_grid = (row >= 0) & (row < grid.shape[0]) & (column >= 0) & (column < grid.shape[1])
    known = np.isfinite(median_dbm)
    found: dict[str, Any] = {"area_km2": round(float((known * grid.pixel_km2[:, None]).sum()), 2)}
    for percent in QUANTILES_PERCENT:
        # NaN compares false: what is not known is not covered
        covered = quantile_dbm(median_dbm, percent, receiver.sigma_db) >= receiver.sensitivity_dbm
        found[f"area_p{percent}_km2"] = round(float((covered * grid.pixel_km2[:, None]).sum()), 2)
        people = city.population[on_grid][covered[row[on_grid], column[on_grid]]]
        found[f"people_p{percent}"] = round(float(people.sum()))
    return found


def best_server(levels: list[Levels], sensitivity_dbm: float) -> npt.NDArray[np.int16]:
    """Which site is loudest in each pixel, counted from 0; −1 where the median of none is heard.

    >>> best_server([np.array([[-90.0, np.nan]]), np.array([[-80.0, -140.0]])], -120.0).tolist()
    [[1, -1]]
    """
    if not levels or len(levels) >= 2**15:
        raise DataError(f"{len(levels)} sites were given, expected 1 to {2**15 - 1}; give fewer.")
    best = np.full(levels[0].shape, -1, np.int16)
    loudest = np.full(levels[0].shape, sensitivity_dbm, np.float32)
    for number, level_dbm in enumerate(levels):
        better = level_dbm >= loudest if number == 0 else (level_dbm > loudest) | ((level_dbm == loudest) & (best < 0))
        best[better] = number
        loudest[better] = level_dbm[better]
    return best


def _swept_db(
    near: Grid, ground_m: Levels, site: Site, model: Itm, receiver: Receiver, frequency_hz: float, radius_m: float
) -> Any:
    from radio_models.itm.raster import sweep

    row, column = near.pixel_of(site.latitude_deg, site.longitude_deg)
    swept = sweep(
        ground_m, row, column, pixel_height_m=near.pixel_height_m, pixel_width_m=near.pixel_width_m,
        radius_m=radius_m, frequency_mhz=frequency_hz / 1e6, tx_height_m=site.height_m, rx_height_m=receiver.height_m,
        climate=model.climate, surface_refractivity=model.surface_refractivity, polarization=model.polarization,
        relative_permittivity=model.relative_permittivity, conductivity_s_per_m=model.conductivity_s_per_m,
        mdvar=model.mdvar, time_pct=model.time_pct, location_pct=model.location_pct, situation_pct=model.situation_pct,
    )  # fmt: skip
    loss_db = np.full(near.shape, np.inf)
    n_rows, n_columns = swept.loss_db.shape
    loss_db[swept.first_row : swept.first_row + n_rows, swept.first_column : swept.first_column + n_columns] = (
        swept.loss_db
    )
    return loss_db


def _pixel_by_pixel_db(
    city: City, site: Site, model: Any, receiver: Receiver, frequency_hz: float, latitude_deg: Any, longitude_deg: Any,
    distance_m: Any,
) -> Any:  # fmt: skip
    loss_db = np.empty(len(distance_m))
    one = site.place()
    for start in range(0, len(distance_m), PIXELS_TOGETHER):
        some = slice(start, start + PIXELS_TOGETHER)
        there = Places(latitude_deg[some], longitude_deg[some], np.full(len(distance_m[some]), receiver.height_m))
        here = one.take(np.zeros(len(distance_m[some]), np.int64))
        loss_db[some] = median_loss(model, city, here, there, distance_m[some], frequency_hz)[0]
    return loss_db


def _gain_dbi(near: Grid, site: Site, receiver: Receiver, latitude: Any, longitude: Any, distance_m: Any) -> Any:
    """The antenna's gain towards each pixel, over the effective Earth."""
    if isinstance(site.antenna, Isotropic):
        return site.antenna.peak_gain_dbi
    rise_m = receiver.height_m - site.height_m - distance_m**2 / (2.0 * EFFECTIVE_EARTH * EARTH_RADIUS_M)
    if near.ground_m is not None:
        row, column = near.pixel_of(site.latitude_deg, site.longitude_deg)
        rise_m = rise_m + near.ground_m - float(near.ground_m[row, column])
    elevation_deg = np.degrees(np.arctan2(rise_m, np.maximum(distance_m, 1.0)))
    azimuth_deg = bearing_deg(site.latitude_deg, site.longitude_deg, latitude, longitude)
    return site.antenna.gain_dbi(azimuth_deg, elevation_deg)
