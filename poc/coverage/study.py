"""A coverage study as the command runs it: one site, some models, perhaps a fleet beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from maps.city import City, load_city
from maps.errors import MapError
from poc.coverage.grid import Grid, grid_around
from poc.coverage.level import (
    QUANTILES_PERCENT,
    Levels,
    Receiver,
    Site,
    best_server,
    quantile_dbm,
    received_dbm,
    summary,
)
from poc.errors import DataError
from poc.plugin import build
from radio_models.antenna import Isotropic
from radio_models.model import PATH_LOSS
from radio_models.presets import DEFAULT_RADIO


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Median levels of one site [dBm] by model on one grid."""

    city: City
    grid: Grid
    site: Site
    receiver: Receiver
    levels: Mapping[str, Levels]

    def rows(self) -> list[dict[str, Any]]:
        """One row for each model: area and people covered at P10, P50 and P90."""
        return [
            {"model": name, **summary(self.city, self.grid, level_dbm, self.receiver)}
            for name, level_dbm in self.levels.items()
        ]

    def bands(self, model: str) -> dict[str, Levels]:
        """P10, P50 and P90 of the received power [dBm], for a GeoTIFF."""
        return {
            f"P{percent} of received power [dBm]": quantile_dbm(self.levels[model], percent, self.receiver.sigma_db)
            for percent in QUANTILES_PERCENT
        }


def cover(
    city: City, site: Site, receiver: Receiver, models: Sequence[str], frequency_hz: float, radius_m: float
) -> Coverage:
    """The coverage of one site within a radius, by path-loss models named as in a scenario.

    Raises PocError for an unknown model, one that does not describe the site, or a place beside the map.
    """
    if not 100.0 <= radius_m <= 300_000.0:
        raise DataError(f"the radius is {radius_m / 1000.0:g} km, expected 0.1 to 300 km; correct it.")
    members = {name: model_of(name) for name in models}
    place = np.array([site.latitude_deg]), np.array([site.longitude_deg])
    grid = grid_around(city, *place, radius_m)
    levels = {
        name: received_dbm(city, grid, site, model, receiver, frequency_hz, radius_m) for name, model in members.items()
    }
    return Coverage(city, grid, site, receiver, levels)


def city_named(name_or_path: str) -> City:
    """A bundled city or a city file; DataError in one sentence where it is neither. Loads nothing that draws."""
    try:
        return load_city(name_or_path)
    except MapError as error:
        raise DataError(str(error)) from error


def model_of(name: str) -> Any:
    """A path-loss model by name with the settings of the default radio where that is it; ScenarioError otherwise."""
    default = DEFAULT_RADIO["path_loss"]
    return build("path loss", PATH_LOSS, default if name == default["name"] else {"name": name}, "--model")


@dataclass(frozen=True, slots=True, eq=False)
class BestServer:
    """Which of the `sites` is loudest in each pixel, −1 where none is heard, and one row for each site."""

    grid: Grid
    sites: list[Site]
    best: npt.NDArray[np.int16]
    rows: list[dict[str, Any]]


def serve(
    city: City, site: Site, fleet: Path, receiver: Receiver, model: str, frequency_hz: float, radius_m: float
) -> BestServer:
    """The site among a fleet from a file (see `maps.placement.reading`): who serves which pixel, and how much.

    What the file does not say of height and gain is as for the site; everybody has the site's power.
    Raises PocError for a file that cannot be read or a fleet beside the map.
    """
    from maps.placement.reading import read_places  # its neighbours load what one site does without

    try:
        places = read_places(fleet)
    except MapError as error:
        raise DataError(str(error)) from error
    names = places.extras.get("id", np.arange(1, len(places) + 1).astype(str))
    peak_dbi = float(site.antenna.gain_dbi(0.0, 0.0))
    gain_dbi, height_m = (
        np.where(np.isnan(given), otherwise, given)
        for given, otherwise in (
            (places.extras.get("gain_dbi", np.full(len(places), np.nan)), peak_dbi),
            (places.extras.get("height_m", np.full(len(places), np.nan)), site.height_m),
        )
    )
    sites = [site] + [
        Site(float(a), float(b), float(h), site.power_dbm, site.cable_loss_db, Isotropic(float(g)), str(name))
        for a, b, h, g, name in zip(
            places.latitude_deg, places.longitude_deg, height_m, gain_dbi, names.tolist(), strict=True
        )
    ]
    latitude, longitude = (
        np.array([getattr(one, name) for one in sites]) for name in ("latitude_deg", "longitude_deg")
    )
    grid = grid_around(city, latitude, longitude, radius_m)
    member = model_of(model)
    levels = [received_dbm(city, grid, one, member, receiver, frequency_hz, radius_m) for one in sites]
    best = best_server(levels, receiver.sensitivity_dbm)
    area_km2 = np.broadcast_to(grid.pixel_km2[:, None], grid.shape)
    served_km2 = np.bincount(best[best >= 0], area_km2[best >= 0], minlength=len(sites))
    rows = []
    for number, one in enumerate(sites):
        heard = levels[number] >= receiver.sensitivity_dbm
        rows.append({
            "site": one.name, "best_server_km2": round(float(served_km2[number]), 2),
            "covered_km2": round(float(area_km2[heard].sum()), 2),
        })  # fmt: skip
    return BestServer(grid, sites, best, rows)
