"""Low power and selective beaconing (A13 of `spec/fraud.md` §1): be heard just enough.

Trace: far fewer witnesses than the place should give, and none of the strong ones; a bad antenna looks alike. Alone it
only lowers pay; on top of a wrong assertion (`with`) it takes away the witnesses that contradict it.
"""

from __future__ import annotations

from dataclasses import dataclass

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View


@dataclass(frozen=True, slots=True)
class LowPower:
    """Members send `lower_db` less than they claim; they report a share of their beacons and of what they hear."""

    lower_db: float = 12.0
    beacon_share: float = 1.0
    witness_share: float = 1.0

    def __post_init__(self) -> None:
        shares = (self.beacon_share, self.witness_share)
        if not 0.0 <= self.lower_db <= 200.0 or not all(0.0 <= share <= 1.0 for share in shares):
            raise ValueError(
                f"lower_db = {self.lower_db}, beacon_share = {self.beacon_share} and witness_share = "
                f"{self.witness_share}, expected 0 to 200 dB and shares from 0 to 1."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        return hotspots, truth.replace(power_dbm=truth["power_dbm"] - self.lower_db)

    @property
    def forges(self) -> bool:
        return self.beacon_share < 1.0 or self.witness_share < 1.0

    def forge(self, view: View, keys: Keys) -> Forgery:
        shares = {"beacons": self.beacon_share, "witness_reports": self.witness_share}
        drop = {}
        for name, share in shares.items():
            table = view.reports[name]
            ids = table[table.schema.key[0]]
            drop[name] = ids[keys.of(name).uniform(ids) >= share]
        return Forgery(drop=drop)
