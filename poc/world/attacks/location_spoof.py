"""Lone wrong assertion (A1 of `spec/fraud.md` §1): one real radio, other coordinates.

Trace: far hotspots hear it, near ones do not; residuals grow with the asserted distance. Helium's live rules stop it
only where a true link is stronger than free space over the asserted distance allows (`bad_rssi`), beyond 100 km or
nearer than 8 cells. A lone liar does not know who sent what it hears, so all that it can do about `bad_rssi` on its
own reports is to write no signal stronger than any sender within `safe_km` could have (`forging = "fspl-aware"`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from maps.geodesy import destination
from maps.grid import cells_from_coordinates, resolutions
from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.signals import blind_cap_dbm
from radio_models.lora.receiver import reported_snr_db


@dataclass(frozen=True, slots=True)
class LocationSpoof:
    """Members assert a place `min_km` to `max_km` away in a random direction and report what they hear.

    With forging = "fspl-aware" they report no signal stronger than passes for any sender up to `safe_km` away.
    """

    min_km: float = 1.0
    max_km: float = 5.0
    forging: Literal["none", "fspl-aware"] = "none"
    safe_km: float = 20.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.min_km <= self.max_km <= 10_000.0:
            raise ValueError(
                f"min_km = {self.min_km} and max_km = {self.max_km}, "
                "expected 0 <= min_km <= max_km <= 10000; swap or lower them."
            )
        if not 0.1 <= self.safe_km <= 100.0:
            raise ValueError(f"safe_km = {self.safe_km}, expected 0.1 to 100 km; correct it.")

    @property
    def forges(self) -> bool:
        """Large runs need not gather all reports of those who only stand elsewhere."""
        return self.forging != "none"

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        ids = hotspots["hotspot"]
        reach_m = 1000.0 * (self.min_km + (self.max_km - self.min_km) * keys.of("reach").uniform(ids))
        bearing_deg = 360.0 * keys.of("bearing").uniform(ids)
        asserted = destination(truth["latitude_deg"], truth["longitude_deg"], bearing_deg, reach_m)
        resolution = int(resolutions(hotspots["cell"][:1])[0]) if len(hotspots) else 12
        return hotspots.replace(cell=cells_from_coordinates(*asserted, resolution)), truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        if self.forging == "none":
            return Forgery()
        reports = view.reports["witness_reports"]
        cap_dbm = blind_cap_dbm(view, self.safe_km) - np.floor(6.0 * keys.of("lowered").uniform(reports["report"]))
        strong = reports["rssi_dbm"] > cap_dbm
        reports, cap_dbm = reports.take(strong), cap_dbm[strong]
        snr_db = np.minimum(reports["snr_db"], reported_snr_db(cap_dbm, view.radio.noise_figure_db))
        return Forgery(change={"witness_reports": reports.replace(rssi_dbm=cap_dbm, snr_db=snr_db)})
