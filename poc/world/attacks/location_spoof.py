"""Lone wrong assertion (A1 of `spec/fraud.md` §1): one real radio, other coordinates.

Trace: far hotspots hear it, near ones do not; residuals grow with the asserted distance. Helium's live rules stop it
only where a true link is stronger than free space over the asserted distance allows (`bad_rssi`), beyond 100 km or
nearer than 8 cells.
"""

from __future__ import annotations

from dataclasses import dataclass

from maps.geodesy import destination
from maps.grid import cells_from_coordinates, resolutions
from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View


@dataclass(frozen=True, slots=True)
class LocationSpoof:
    """Members assert a place `min_km` to `max_km` away in a random direction and report what they hear."""

    min_km: float = 1.0
    max_km: float = 5.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.min_km <= self.max_km <= 10_000.0:
            raise ValueError(
                f"min_km = {self.min_km} and max_km = {self.max_km}, "
                "expected 0 <= min_km <= max_km <= 10000; swap or lower them."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        ids = hotspots["hotspot"]
        reach_m = 1000.0 * (self.min_km + (self.max_km - self.min_km) * keys.of("reach").uniform(ids))
        bearing_deg = 360.0 * keys.of("bearing").uniform(ids)
        asserted = destination(truth["latitude_deg"], truth["longitude_deg"], bearing_deg, reach_m)
        resolution = int(resolutions(hotspots["cell"][:1])[0]) if len(hotspots) else 12
        return hotspots.replace(cell=cells_from_coordinates(*asserted, resolution)), truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        return Forgery()
