"""RSSI and SNR forging (A6, A7 of `spec/fraud.md` §1): members rewrite the strengths in their own reports.

Trace by level: one constant value (a denylist batch of 2022-03-12 was drawn from −140 dBm and −20 dB); a strength that
has nothing to do with distance; SNR that does not follow RSSI. Helium looks at an upper bound of RSSI alone, so all but
the boost pass. A member knows who sent only where a friend did; strangers' beacons can only be rewritten blindly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.signals import blind_cap_dbm
from radio_models.lora.receiver import reported_snr_db, sensitivity_dbm


@dataclass(frozen=True, slots=True)
class SignalForging:
    """Members report other signal strengths than they hear.

    level: `constant` (−140 dBm, −20 dB), `boost` (`boost_db` stronger: claims rank by strength under `guarded`),
    `fspl-aware` (never above what passes for a sender up to `safe_km` away, SNR left as it was), `model-aware` (drawn
    anew from what an average receiver hears, so that nothing tells of the place).
    """

    level: Literal["constant", "boost", "fspl-aware", "model-aware"] = "model-aware"
    boost_db: float = 10.0
    safe_km: float = 20.0

    def __post_init__(self) -> None:
        if not -60.0 <= self.boost_db <= 60.0 or not 0.1 <= self.safe_km <= 100.0:
            raise ValueError(
                f"boost_db = {self.boost_db} and safe_km = {self.safe_km}, expected −60 to 60 dB and 0.1 to 100 km."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        return hotspots, truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        reports = view.reports["witness_reports"]
        rssi_dbm, snr_db = reports["rssi_dbm"], reports["snr_db"]
        noise_figure_db = view.radio.noise_figure_db
        u = keys.of("drawn").uniform(reports["report"])
        if self.level == "constant":
            rssi_dbm, snr_db = np.full(len(reports), -140.0), np.full(len(reports), -20.0)
        elif self.level == "boost":
            rssi_dbm = rssi_dbm + np.round(self.boost_db)
            snr_db = reported_snr_db(rssi_dbm, noise_figure_db)
        elif self.level == "fspl-aware":
            rssi_dbm = np.minimum(rssi_dbm, blind_cap_dbm(view, self.safe_km) - np.floor(6.0 * u))
        else:
            least_dbm = float(sensitivity_dbm(view.plan.poc_spreading_factor, noise_figure_db))
            received_dbm = least_dbm - 15.0 * np.log(u)  # strengths above a threshold fall off exponentially in dB
            rssi_dbm = np.round(np.minimum(received_dbm, -60.0))
            snr_db = reported_snr_db(received_dbm, noise_figure_db)
        return Forgery(change={"witness_reports": reports.replace(rssi_dbm=rssi_dbm, snr_db=snr_db)})
