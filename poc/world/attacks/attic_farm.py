"""Attic farm (A2 of `spec/fraud.md` §1): many radios in one attic, assertions spread over kilometres.

Trace: far too strong signals inside the group, the same strangers heard by all. Helium's live rules drop the strong
edges (`bad_rssi`) unless the group lowers its reported RSSI below the free-space bound (`forging = "fspl-aware"`),
which every member can, since it knows which payloads its group sent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import asserted_around, check_group, in_one_room, leaders
from poc.world.forging.reports import vouching
from poc.world.forging.signals import Forging, Likeness, check_margin, ends_of, free_space_bound_dbm


@dataclass(frozen=True, slots=True)
class AtticFarm:
    """Groups of `group_size` share one real place and one owner, and assert cells up to `spread_km` around it.

    forging says what they report of each other: what they hear (none), the same lowered under the free-space bound
    (fspl-aware), or what radio between the asserted places would have been like (model-aware). Sizes of groups are
    drawn from `smallest_group` on where that is above 0. With `as_neighbours` or `margin_db` above 0, fspl-aware
    reports of each other are made up instead of lowered: only where the law of radio would have let a neighbour hear,
    and with strengths scattered by an exponential draw of each pair with this mean over the least that can be heard
    [dB].
    """

    group_size: int = 10
    spread_km: float = 3.0
    forging: Forging = "none"
    smallest_group: int = 0
    as_neighbours: bool = False
    margin_db: float = 0.0

    def __post_init__(self) -> None:
        check_group(self.group_size, self.spread_km, self.smallest_group)
        check_margin(self.margin_db)

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        leader = leaders(hotspots["hotspot"], self.group_size, keys, self.smallest_group)
        site = truth["latitude_deg"][leader], truth["longitude_deg"][leader]
        hotspots = asserted_around(hotspots, *site, self.spread_km, keys)
        return hotspots.replace(owner=hotspots["owner"][leader]), in_one_room(truth, leader, keys)

    def forge(self, view: View, keys: Keys) -> Forgery:
        if self.forging == "none":
            return Forgery()
        if self.forging == "model-aware" or self.as_neighbours or self.margin_db:
            return vouching(view, self.forging, keys, likeness=Likeness(self.as_neighbours, self.margin_db))
        beacons, reports = view.reports["beacons"], view.reports["witness_reports"]
        row = beacons.rows_of(reports["payload"], "payload")
        beacons, reports = beacons.take(row[row >= 0]), reports.take(row >= 0)
        bound_dbm = free_space_bound_dbm(view.hotspots, ends_of(view, beacons, reports["hotspot"]))
        lowered = np.floor(bound_dbm - 1.0 - 6.0 * keys.of("lowered").uniform(reports["report"]))
        rssi_dbm = np.minimum(reports["rssi_dbm"], lowered)
        lower = rssi_dbm < reports["rssi_dbm"]
        return Forgery(change={"witness_reports": reports.replace(rssi_dbm=rssi_dbm).take(lower)})
