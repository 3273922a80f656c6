"""Witness stuffing (A4 of `spec/fraud.md` §1): one receiver feeds many keys that have no radio of their own.

Trace: the same packets reported by every key, incoming and outgoing witnesses alike, nobody honest ever hears the keys.
Helium's live rules see keys far from the receiver claim signals too strong for their distance (`bad_rssi`); the
published similarity classifier is aimed at it. Helium's issue 2993 lists 573 hotspots in one go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import (
    asserted_around,
    check_group,
    check_share,
    in_one_room,
    leaders,
    shares_of,
    without_radio,
)
from poc.world.forging.reports import copies, fed_pairs, in_group_reports
from poc.world.forging.signals import Forging, Signals, apart_readings, blind_cap_dbm
from radio_models.lora.receiver import reported_snr_db

_SAFE_KM = 20.0
_PACKET_SPREAD_DB = 3.4  # of fixed links on the air, `spec/fraud.md` §3


@dataclass(frozen=True, slots=True)
class WitnessStuffing:
    """Groups of `group_size` keys fed by the receiver of one of them, asserted up to `spread_km` around it.

    Each key reports a share `fed_share` of the packets. forging says what strengths: as received (none), never above
    what passes up to 20 km away (fspl-aware), or scattered by key and packet as if received apart (model-aware); and,
    at the same level, how the group vouches for its own beacons, which are never on the air. Sizes of groups are
    drawn from `smallest_group` on where that is above 0, and each key's share from `least_fed_share` to `fed_share`
    where that is less. With `own_receiver` model-aware strengths are read anew as by a receiver of the key's own, so
    that RSSI and SNR fit each other and what is too weak goes unreported.
    """

    group_size: int = 20
    spread_km: float = 5.0
    fed_share: float = 1.0
    forging: Forging = "fspl-aware"
    smallest_group: int = 0
    least_fed_share: float = 1.0
    own_receiver: bool = False

    def __post_init__(self) -> None:
        check_group(self.group_size, self.spread_km, self.smallest_group)
        check_share(self.least_fed_share)
        if not 0.0 <= self.fed_share <= 1.0:
            raise ValueError(f"fed_share = {self.fed_share}, expected 0 to 1; correct it.")

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        leader = leaders(hotspots["hotspot"], self.group_size, keys, self.smallest_group)
        site = truth["latitude_deg"][leader], truth["longitude_deg"][leader]
        hotspots = asserted_around(hotspots, *site, self.spread_km, keys)
        truth = without_radio(in_one_room(truth, leader, keys), leader != np.arange(len(leader)))
        return hotspots.replace(owner=hotspots["owner"][leader]), truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        row, member = fed_pairs(view, view.own["hotspot"] == view.own["group"])
        source, own = view.reports["witness_reports"].take(row), view.own.take(member)
        share = shares_of(own["hotspot"], self.least_fed_share, self.fed_share, keys)
        fed = keys.of("fed").uniform(source["payload"], own["hotspot"]) < share
        made = self._signals(view, source, own, keys)
        added = [
            copies(view, source, own, Signals(made.rssi_dbm, made.snr_db, made.heard & fed), keys, 0.0),
            in_group_reports(view, self.forging, keys.of("vouching")),
        ]
        return Forgery(add={"witness_reports": Table.concat(added)})

    def _signals(self, view: View, source: Table, own: Table, keys: Keys) -> Signals:
        rssi_dbm, snr_db = source["rssi_dbm"], source["snr_db"]
        if self.forging == "fspl-aware":
            low = blind_cap_dbm(view, _SAFE_KM) - np.floor(
                6.0 * keys.of("cap").uniform(source["report"], own["hotspot"])
            )
            rssi_dbm = np.minimum(rssi_dbm, low)
        elif self.forging == "model-aware":
            apart_db = view.radio.shadowing.sigma_db * keys.of("apart").normal(own["hotspot"])
            packet_db = _PACKET_SPREAD_DB * keys.of("packet").normal(source["report"], own["hotspot"])
            if self.own_receiver:
                return apart_readings(view, source, own, apart_db + packet_db, keys)
            rssi_dbm = np.clip(np.round(rssi_dbm + apart_db + packet_db), -135.0, -40.0)
        snr_db = np.where(rssi_dbm == source["rssi_dbm"], snr_db, reported_snr_db(rssi_dbm, view.radio.noise_figure_db))
        return Signals(rssi_dbm, snr_db, np.ones(len(rssi_dbm), bool))
