"""Sybil keys on one real station (A9 of `spec/fraud.md` §1): one radio that sends and receives for many keys.

Trace: honest hotspots hear every key with one and the same shadowing, and every key reports the same packets with the
same strengths. A live rule of Helium meets it only near the station (`bad_rssi`); the keys cannot hear each other, so
among themselves they have nothing to report unless they forge.
"""

from __future__ import annotations

from dataclasses import dataclass

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import asserted_around, check_group, leaders
from poc.world.forging.reports import copies, fed_pairs, in_group_heard, in_group_reports
from poc.world.forging.signals import Forging, Signals

_RADIO = (
    "latitude_deg", "longitude_deg", "height_m", "gain_dbi", "power_dbm", "rssi_bias_db", "latency_s", "clock_offset_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SybilStation:
    """Groups of `group_size` keys on the radio of one, asserted up to `spread_km` around it.

    forging other than "none" lets the keys also vouch for each other. Sizes of groups are drawn from `smallest_group`
    on where that is above 0.
    """

    group_size: int = 6
    spread_km: float = 1.5
    forging: Forging = "none"
    smallest_group: int = 0

    def __post_init__(self) -> None:
        check_group(self.group_size, self.spread_km, self.smallest_group)

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        leader = leaders(hotspots["hotspot"], self.group_size, keys, self.smallest_group)
        truth = truth.replace(
            **{name: truth[name][leader] for name in _RADIO}, group=truth["hotspot"][leader]
        )  # fmt: skip
        hotspots = asserted_around(hotspots, truth["latitude_deg"], truth["longitude_deg"], self.spread_km, keys)
        shared = {name: hotspots[name][leader] for name in ("owner", "gain_dbi", "elevation_m")}
        return hotspots.replace(**shared), truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        reports = view.reports["witness_reports"]
        is_station = view.own["hotspot"] == view.own["group"]
        of_station = is_station[view.own.rows_of(reports["hotspot"])] & ~in_group_heard(view)
        received = view.hearing(of_station)
        row, member = fed_pairs(received, is_station)
        source = received.reports["witness_reports"].take(row)
        same = Signals(source["rssi_dbm"], source["snr_db"], row >= 0)
        added = [copies(view, source, view.own.take(member), same, keys, 0.0)]
        if self.forging != "none":
            added.append(in_group_reports(view, self.forging, keys.of("vouching")))
        return Forgery(
            add={"witness_reports": Table.concat(added)}, drop={"witness_reports": reports["report"][~of_station]}
        )
