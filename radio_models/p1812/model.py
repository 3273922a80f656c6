"""P.1812 as a member of the path-loss plug-point: links with terrain profiles in, decibels out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from radio_models.domain import Domain
from radio_models.errors import RadioError
from radio_models.floats import Floats
from radio_models.p1812.columns import DOMAIN_KM, PARAMETER_RANGES
from radio_models.p1812.loss import basic_transmission_loss
from radio_models.paths import Paths

LINKS_TOGETHER = 8192  # bounds the memory for the distances of the points


@dataclass(frozen=True, slots=True)
class P1812:
    """ITU-R P.1812 over the profile of each link, with one clutter height and one climate for all.

    A link whose profile is bad gets +inf: nothing is heard over it. `location_pct` 50 leaves the spread over locations
    to the shadowing of the scenario; another value takes it from P.1812, and shadowing on top would count it twice.

    >>> hill = [0.0, 20.0, 80.0, 20.0, 0.0, 0.0]
    >>> ends = {"distance_m": 5e3, "frequency_hz": 868e6, "tx_height_m": 20.0, "rx_height_m": 5.0}
    >>> paths = Paths(**ends, elevation_m=hill, step_m=1000.0)
    >>> P1812().loss_db(paths).round(2).item()
    141.22
    """

    time_pct: float = 50.0
    location_pct: float = 50.0
    polarization: int = 1
    latitude_deg: float = 45.0
    refractivity_lapse: float = 45.0
    surface_refractivity: float = 325.0
    tx_coast_distance_km: float = 500.0
    rx_coast_distance_km: float = 500.0
    zone: int = 4
    clutter_height_m: float = 0.0
    resolution_m: float = 100.0

    domain: ClassVar[Domain] = Domain(
        "p1812",
        "ITU-R P.1812-6",
        frequency_hz=(PARAMETER_RANGES["frequency_ghz"][0] * 1e9, PARAMETER_RANGES["frequency_ghz"][1] * 1e9),
        base_height_m=PARAMETER_RANGES["tx_height_m"][:2],
        mobile_height_m=PARAMETER_RANGES["rx_height_m"][:2],
        distance_m=(DOMAIN_KM[0] * 1e3, DOMAIN_KM[1] * 1e3),
    )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`; RadioError without profiles or when a value is wrong for every link."""
        if paths.elevation_m is None:
            raise RadioError(
                "p1812 was given links without elevation_m; load a city with terrain or choose a model without."
            )
        elevation_m = np.atleast_2d(paths.elevation_m)
        n_points = elevation_m.shape[-1]
        if n_points < 2:
            raise RadioError(
                f"elevation_m has shape {np.shape(paths.elevation_m)}; expected profiles of at least 5 points."
            )
        step_m = paths.ground_distance_m / (n_points - 1) if paths.step_m is None else np.asarray(paths.step_m)
        frequency_hz, tx_m, rx_m = (
            np.broadcast_to(values, paths.shape).reshape(-1)
            for values in (paths.frequency_hz, paths.tx_height_m, paths.rx_height_m)
        )
        step_km = np.broadcast_to(step_m / 1e3, paths.shape).reshape(-1, 1)
        heights_m = np.broadcast_to(elevation_m, (paths.n_links, n_points))
        loss_db = np.empty(paths.n_links)
        for start in range(0, paths.n_links, LINKS_TOGETHER):
            links = slice(start, start + LINKS_TOGETHER)
            loss_db[links] = basic_transmission_loss(
                step_km[links] * np.arange(n_points),
                heights_m[links],
                self.clutter_height_m,
                frequency_ghz=frequency_hz[links] / 1e9,
                tx_height_m=tx_m[links],
                rx_height_m=rx_m[links],
                time_pct=self.time_pct,
                location_pct=self.location_pct,
                polarization=self.polarization,
                latitude_deg=self.latitude_deg,
                refractivity_lapse=self.refractivity_lapse,
                surface_refractivity=self.surface_refractivity,
                tx_coast_distance_km=self.tx_coast_distance_km,
                rx_coast_distance_km=self.rx_coast_distance_km,
                zone=self.zone,
                resolution_m=self.resolution_m,
            ).loss_db
        return loss_db.reshape(paths.shape)
