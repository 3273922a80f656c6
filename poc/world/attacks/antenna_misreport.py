"""Gain or height misreport (A10 of `spec/fraud.md` §1): another antenna than the one that is asserted.

Trace: one constant bias on all links, which cable loss explains as well. A claimed gain above the real one raises the
bound of `bad_rssi`; a real one above the claim sends hotter than the rules allow and reaches further. Height is used by
no rule of Helium at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View

_GAINS_DBI = (0.0, 15.0)  # what a hotspot can assert and still be given power in every region


@dataclass(frozen=True, slots=True)
class AntennaMisreport:
    """Members assert `claimed_db` more gain than they have, or mount `hidden_db` more than they assert.

    `claimed_m` is added to the asserted height. A hotspot that claims more gain goes on sending as before.
    """

    forges: ClassVar[bool] = False
    claimed_db: float = 0.0
    hidden_db: float = 9.0
    claimed_m: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.claimed_db <= 15.0 or not 0.0 <= self.hidden_db <= 40.0:
            raise ValueError(
                f"claimed_db = {self.claimed_db} and hidden_db = {self.hidden_db}, expected 0 to 15 and 0 to 40 dB."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        gain_dbi = np.clip(np.round(hotspots["gain_dbi"] + self.claimed_db, 1), *_GAINS_DBI)
        elevation_m = np.maximum(hotspots["elevation_m"] + np.round(self.claimed_m), 0.0)
        return (
            hotspots.replace(gain_dbi=gain_dbi, elevation_m=elevation_m),
            truth.replace(gain_dbi=truth["gain_dbi"] + self.hidden_db),
        )

    def forge(self, view: View, keys: Keys) -> Forgery:
        return Forgery()
