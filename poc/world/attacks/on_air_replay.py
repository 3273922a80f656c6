"""On-air replay (A5 of `spec/fraud.md` §1): a recorded beacon is sent again on the air, where it was heard.

Trace: reports that come seconds after the beacon, and honest victims who heard the copy, often far stronger than the
sender could have been. Helium: `bad_rssi` where the copy is too strong, `too_late` beyond its lag limits,
`entropy_expired` after three minutes; the ingest latency classifier looked for it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Emissions, Forgery, View


@dataclass(frozen=True, slots=True)
class OnAirReplay:
    """Members stand where they say they do and send a share `share` of what they hear again, `delay_s` later."""

    share: float = 0.3
    delay_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0 or not 0.0 <= self.delay_s <= 86_400.0:
            raise ValueError(f"share = {self.share} and delay_s = {self.delay_s}, expected 0 to 1 and 0 to 86400 s.")

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        return hotspots, truth

    def rebroadcast(self, view: View, keys: Keys) -> Emissions:
        reports = view.reports["witness_reports"]
        reports = reports.take(keys.of("chosen").uniform(reports["report"]) < self.share)
        own = view.own.take(view.own.rows_of(reports["hotspot"]))
        clock_ns = np.round(own["clock_offset_s"] * 1e9).astype(np.int64)
        delay_s = self.delay_s * (0.8 + 0.4 * keys.of("delay").uniform(reports["report"]))
        return Emissions(
            reports["hotspot"],
            reports["heard_ns"] - clock_ns + np.round(1e9 * delay_s).astype(np.int64),
            reports["payload"],
            reports["frequency_hz"],
        )

    def forge(self, view: View, keys: Keys) -> Forgery:
        return Forgery()
