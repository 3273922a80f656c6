"""One-way relay (A5 of `spec/fraud.md` §1): a real receiver hears, keys elsewhere report it, over the net.

Trace: the receive side is right, but no neighbour of the asserted place ever hears the keys; reports come tens of
milliseconds late, far below any limit of Helium (4.0 s after the beacon, 1.5 s after the first witness). Strengths that
are scattered per key pass every live rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import asserted_around, check_group, check_share, leaders, shares_of, without_radio
from poc.world.forging.reports import copies, fed_pairs, in_group_heard, in_group_reports
from poc.world.forging.signals import Forging, Signals, apart_readings
from radio_models.lora.receiver import reported_snr_db


@dataclass(frozen=True, slots=True)
class Relay:
    """Groups of `group_size`: one real station, and keys elsewhere that assert cells up to `spread_km` around it.

    The keys report what the station hears, `delay_s` later, each with a share `fed_share` of the packets. forging:
    strengths as the station's (none), or scattered by key and packet (fspl-aware, model-aware); at that level the group
    vouches for its own beacons. `silent` keys have no radio; others are still heard where they really stand. Sizes of
    groups are drawn from `smallest_group` on where that is above 0, and each key's share from `least_fed_share` to
    `fed_share` where that is less. With `own_receiver` the scattered strengths are read anew as by a receiver of the
    key's own, so that RSSI and SNR fit each other and what is too weak goes unreported.
    """

    group_size: int = 5
    spread_km: float = 2.0
    delay_s: float = 0.05
    fed_share: float = 0.8
    silent: bool = True
    forging: Forging = "model-aware"
    smallest_group: int = 0
    least_fed_share: float = 1.0
    own_receiver: bool = False

    def __post_init__(self) -> None:
        check_group(self.group_size, self.spread_km, self.smallest_group)
        check_share(self.least_fed_share)
        if not 0.0 <= self.delay_s <= 60.0 or not 0.0 <= self.fed_share <= 1.0:
            raise ValueError(
                f"delay_s = {self.delay_s} and fed_share = {self.fed_share}, expected 0 to 60 s and 0 to 1."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        leader = leaders(hotspots["hotspot"], self.group_size, keys, self.smallest_group)
        station = leader == np.arange(len(leader))
        site = truth["latitude_deg"][leader], truth["longitude_deg"][leader]
        around = asserted_around(hotspots, *site, self.spread_km, keys)
        cell = np.where(station, hotspots["cell"], around["cell"])
        truth = truth.replace(group=hotspots["hotspot"][leader])
        return hotspots.replace(cell=cell), without_radio(truth, ~station) if self.silent else truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        reports = view.reports["witness_reports"]
        is_station = view.own["hotspot"] == view.own["group"]
        elsewhere = ~is_station[view.own.rows_of(reports["hotspot"])] | in_group_heard(view)
        at_station = view.hearing(~elsewhere)
        row, member = fed_pairs(at_station, is_station)
        source, own = at_station.reports["witness_reports"].take(row), view.own.take(member)
        made = self._signals(view, source, own, keys)
        added = [
            copies(view, source, own, made, keys, self.delay_s),
            in_group_reports(view, self.forging, keys.of("vouching")),
        ]
        return Forgery(
            add={"witness_reports": Table.concat(added)}, drop={"witness_reports": reports["report"][elsewhere]}
        )

    def _signals(self, view: View, source: Table, own: Table, keys: Keys) -> Signals:
        share = shares_of(own["hotspot"], self.least_fed_share, self.fed_share, keys)
        fed = keys.of("fed").uniform(source["payload"], own["hotspot"]) < share
        if self.forging == "none":
            return Signals(source["rssi_dbm"], source["snr_db"], fed)
        noise_figure_db = view.radio.noise_figure_db
        apart_db = 0.5 * view.radio.shadowing.sigma_db * keys.of("apart").normal(own["hotspot"])
        packet = keys.of("packet").uniform(source["report"], own["hotspot"])
        if self.own_receiver:
            made = apart_readings(view, source, own, apart_db + view.radio.fading.fading_db(packet), keys)
            return Signals(made.rssi_dbm, made.snr_db, made.heard & fed)
        rssi_dbm = np.round(source["rssi_dbm"] + apart_db + view.radio.fading.fading_db(packet))
        rssi_dbm = np.clip(rssi_dbm, -135.0, -40.0)
        return Signals(rssi_dbm, reported_snr_db(rssi_dbm, noise_figure_db), fed)
