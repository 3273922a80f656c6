"""What the radio model of the run promises: the chance that a device in each cell of the city is heard, and how loud.

Modelled, not measured: independent shadowing towards the nearest hotspots, no traffic, no interference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from maps.geodesy import great_circle_m, unit_vectors
from maps.grid import coordinates_from_cells, parents
from poc.coverage.level import Receiver
from poc.metrics.columns import newest, rows_in
from poc.paths import Places, median_loss
from poc.plugin import build
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.payload import differences, tenths
from poc.table import Array
from radio_models.errors import RadioError
from radio_models.lora.region_plans import REGION_PLANS
from radio_models.model import PATH_LOSS
from radio_models.presets import DEFAULT_RADIO

if TYPE_CHECKING:
    from maps.city import City
    from poc.store import RunData

MAX_CELLS = 12_000
N_NEAREST = 8
DEVICE_DBM, DEVICE_HEIGHT_M = 14.0, 2.0
_LOWEST_DBM = -200.0


def coverage_columns(run: RunData, hotspots: Hotspots) -> tuple[dict[str, Array], dict[str, Any] | None]:
    """(columns, facts) of the coverage at asserted and, for graders, at true places; facts are None without a model.

    `coverage_percent` is the chance to be heard by at least one of the N_NEAREST hotspots.
    """
    city, scenario = run.city, run.manifest.get("scenario", {})
    if city is None or not len(city.cells) or "fleet" not in scenario:
        return {}, None
    cells = _cells_of(city)
    asserted = newest(run.tables, "hotspots", "hotspot", "gain_dbi", "elevation_m")
    assert asserted is not None  # or there were no hotspots to show
    row = rows_in(hotspots.ids, asserted["hotspot"])
    lost_db = float(scenario["fleet"].get("mean_loss_db", 0.0))
    sites = (hotspots.latitude_deg[row], hotspots.longitude_deg[row], asserted["elevation_m"], asserted["gain_dbi"])
    try:
        loss = _Loss(run.manifest, city)
        chance, level_dbm = _covered(loss, cells, *sites, lost_db)
        made = {
            "coverage_cell": differences(cells),
            "coverage_percent": _percent(chance),
            "level_tenths_db_over_minus_200": tenths(level_dbm - _LOWEST_DBM),
        }
        truth = newest(run.tables, "truth", "hotspot", "latitude_deg", "longitude_deg", "height_m", "gain_dbi")
        if truth is not None:
            there = (truth["latitude_deg"], truth["longitude_deg"], truth["height_m"], truth["gain_dbi"])
            made["coverage_actual_percent"] = _percent(_covered(loss, cells, *there, 0.0)[0])
    except RadioError:
        return {}, None
    device = f"{DEVICE_DBM:g} dBm, {DEVICE_HEIGHT_M:g} m above ground, outdoors"
    return made, {"model": loss.name, "device": device, "n_nearest": N_NEAREST, "sigma_db": loss.sigma_db}


class _Loss:
    """The path loss of the run with its shadowing, at the first beacon channel of the map's region."""

    def __init__(self, manifest: Any, city: City) -> None:
        radio = manifest["scenario"].get("radio", {})
        section = radio.get("path_loss") or DEFAULT_RADIO["path_loss"]
        shadowing = radio.get("shadowing") or DEFAULT_RADIO["shadowing"]
        self.name, self.sigma_db = str(section["name"]), float(shadowing.get("sigma_db", 0.0))
        self._model, self._city = build("path loss", PATH_LOSS, section, "radio.path_loss"), city
        region = manifest["scenario"]["fleet"].get("region") or city.region
        self._frequency_hz = float(REGION_PLANS[region].channels_hz[0])

    def __call__(self, sites: Places, devices: Places) -> Array:
        distance_m = np.asarray(great_circle_m(
            sites.latitude_deg, sites.longitude_deg, devices.latitude_deg, devices.longitude_deg
        ))  # fmt: skip
        return median_loss(self._model, self._city, sites, devices, distance_m, self._frequency_hz)[0]


def _cells_of(city: City) -> Array:
    cells, resolution = np.unique(city.cells), city.resolution
    while len(cells) > MAX_CELLS and resolution > 0:
        resolution -= 1
        cells = np.unique(parents(cells, resolution))
    return cells


def _covered(
    loss: _Loss, cells: Array, latitude: Array, longitude: Array, height_m: Array, gain_dbi: Array, lost_db: float
) -> tuple[Array, Array]:
    """(chance to be heard, median level of the best hotspot [dBm]) of each cell."""
    from scipy.spatial import cKDTree

    placed = np.flatnonzero(np.isfinite(latitude))
    middle = coordinates_from_cells(cells)
    if not len(placed):
        return np.zeros(len(cells)), np.full(len(cells), np.nan)
    tree = cKDTree(unit_vectors(latitude[placed], longitude[placed]))
    near = tree.query(unit_vectors(*middle), min(N_NEAREST, len(placed)))[1].reshape(len(cells), -1)
    site, cell = placed[near.ravel()], np.repeat(np.arange(len(cells)), near.shape[1])
    sites = Places(latitude[site], longitude[site], np.maximum(height_m[site], 1.0).astype(np.float64))
    devices = Places(middle[0][cell], middle[1][cell], np.full(len(cell), DEVICE_HEIGHT_M))
    level_dbm = (DEVICE_DBM + gain_dbi[site] - lost_db - loss(sites, devices)).reshape(near.shape)
    margin_db = level_dbm - Receiver().sensitivity_dbm
    heard = ndtr(margin_db / loss.sigma_db) if loss.sigma_db > 0 else (margin_db >= 0).astype(np.float64)
    best = level_dbm.max(axis=1)
    return 1.0 - np.prod(1.0 - heard, axis=1), np.where(np.isfinite(best), best, np.nan)


def _percent(chance: Array) -> Array:
    return np.round(100.0 * chance).astype(np.uint8)
