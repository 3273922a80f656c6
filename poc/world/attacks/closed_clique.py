"""Closed clique (A8 of `spec/fraud.md` §1): keys without radio that report each other and nobody else.

Trace: none in the forged edges when they follow the law of radio. What remains is absence: honest neighbours of the
asserted places never hear the clique, nor the clique them. Where it asserts a place that nobody honest can hear
(`remote_km`), the likelihood ratio is 1: an honest village looks the same. The zero-reciprocity classifier is blind,
since the members reciprocate each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.geodesy import destination
from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import asserted_around, check_group, leaders, without_radio
from poc.world.forging.reports import vouching
from poc.world.forging.signals import Forging, Likeness, check_margin


@dataclass(frozen=True, slots=True)
class ClosedClique:
    """Groups of `group_size` keys assert cells within `spread_km` of the home of one of them and vouch for each other.

    With `remote_km` above 0 the whole group asserts a place that far away in a random direction. forging: numbers
    that look like radio (none), just under free space (fspl-aware), or the law of radio itself (model-aware). Sizes
    of groups are drawn from `smallest_group` on where that is above 0. `as_neighbours`: a beacon is vouched for only
    by those whom the law of radio would have let hear it. `margin_db` above 0 scatters fspl-aware strengths by an
    exponential draw of each pair with this mean over the least that can be heard [dB].
    """

    group_size: int = 10
    spread_km: float = 3.0
    remote_km: float = 0.0
    forging: Forging = "model-aware"
    smallest_group: int = 0
    as_neighbours: bool = False
    margin_db: float = 0.0

    def __post_init__(self) -> None:
        check_group(self.group_size, self.spread_km, self.smallest_group)
        check_margin(self.margin_db)
        if not 0.0 <= self.remote_km <= 5_000.0:
            raise ValueError(f"remote_km = {self.remote_km}, expected 0 to 5000 km; correct it.")

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        ids = hotspots["hotspot"]
        leader = leaders(ids, self.group_size, keys, self.smallest_group)
        site = destination(
            truth["latitude_deg"][leader], truth["longitude_deg"][leader],
            360.0 * keys.of("remote").uniform(ids[leader]), np.full(len(ids), 1000.0 * self.remote_km),
        )  # fmt: skip
        hotspots = asserted_around(hotspots, *site, self.spread_km, keys)
        return hotspots, without_radio(truth, np.ones(len(ids), bool)).replace(group=ids[leader])

    def forge(self, view: View, keys: Keys) -> Forgery:
        return vouching(view, self.forging, keys, likeness=Likeness(self.as_neighbours, self.margin_db))
