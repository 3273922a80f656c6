"""First-14 starvation (`spec/helium-iot.md` §15.4): friends report a beacon before it can have been heard.

Whoever sends knows the payload beforehand and tells its friends; fourteen reports that come first take every rewarded
place, and a report before the beacon's own starts the 1.5 s clock, after which honest witnesses are `too_late`: in
EU868 a beacon alone lasts 2.5 s. Trace: reports that precede the packet they speak of. No live rule looks at that.
"""

from __future__ import annotations

from dataclasses import dataclass

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import check_group, leaders
from poc.world.forging.reports import vouching
from poc.world.forging.signals import Forging


@dataclass(frozen=True, slots=True)
class Starvation:
    """Groups of `group_size` real hotspots where they say they are; each beacon is reported by all the others of the
    group, `ahead_s` before the beacon's own report arrives."""

    group_size: int = 15
    ahead_s: float = 1.0
    forging: Forging = "fspl-aware"

    def __post_init__(self) -> None:
        check_group(self.group_size, 1.0)
        if not -10.0 <= self.ahead_s <= 170.0:
            raise ValueError(f"ahead_s = {self.ahead_s}, expected −10 to 170 s; correct it.")

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        return hotspots, truth.replace(group=truth["hotspot"][leaders(truth["hotspot"], self.group_size, keys)])

    def forge(self, view: View, keys: Keys) -> Forgery:
        return vouching(view, self.forging, keys, self.ahead_s)
