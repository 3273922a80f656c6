"""Attenuator or coax rig (A3 of `spec/fraud.md` §1): radios joined by cables, the loss between any two dialled in.

Trace: packets of one link differ by the receiver's jitter alone (1.0 to 1.5 dB against about 3.4 dB on the air), unless
the rig fades in software; few or no honest links. A dialled loss above free space passes every live rule of Helium.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells
from poc.keys import Keys
from poc.table import Array, Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import NO_RADIO_DB, asserted_around, check_group, in_one_room, leaders
from poc.world.forging.reports import in_group_heard, in_group_pairs, report_beacons
from poc.world.forging.signals import (
    Ends,
    Forging,
    Signals,
    check_margin,
    ends_of,
    modelled_dbm,
    readings,
    scattered_dbm,
    would_hear,
)
from radio_models.free_space import free_space_loss_db


@dataclass(frozen=True, slots=True)
class AttenuatorRig:
    """Groups of `group_size` on one bench, cabled to each other, assert cells up to `spread_km` around it.

    forging says what the attenuators are set to: `loss_db` for every pair (none), free space between the asserted
    places and 3 to 20 dB more (fspl-aware), or what the law of radio gives there (model-aware). `antenna` puts the
    bench on one outside antenna through a splitter; without it nobody outside hears or is heard. `software_fading`
    adds the fading that a cable does not have. Sizes of groups are drawn from `smallest_group` on where that is above
    0. `as_neighbours`: a beacon is reported only by those whom the law of radio would have let hear it. `margin_db`
    above 0 sets fspl-aware attenuators so that each pair lies above the least that can be heard by an exponential
    draw with this mean [dB].
    """

    group_size: int = 10
    spread_km: float = 3.0
    forging: Forging = "fspl-aware"
    loss_db: float = 120.0
    antenna: bool = False
    software_fading: bool = False
    smallest_group: int = 0
    as_neighbours: bool = False
    margin_db: float = 0.0

    def __post_init__(self) -> None:
        check_group(self.group_size, self.spread_km, self.smallest_group)
        check_margin(self.margin_db)
        if not 0.0 <= self.loss_db <= 200.0:
            raise ValueError(f"loss_db = {self.loss_db}, expected 0 to 200 dB; correct it.")

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        leader = leaders(hotspots["hotspot"], self.group_size, keys, self.smallest_group)
        site = truth["latitude_deg"][leader], truth["longitude_deg"][leader]
        splitter_db = 10.0 * np.log10(self.group_size) + 2.0
        outside = truth["gain_dbi"][leader] - splitter_db if self.antenna else np.full(len(truth), NO_RADIO_DB)
        truth = in_one_room(truth, leader, keys).replace(gain_dbi=outside, height_m=truth["height_m"][leader])
        hotspots = asserted_around(hotspots, *site, self.spread_km, keys)
        return hotspots.replace(owner=hotspots["owner"][leader]), truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        beacon, member = in_group_pairs(view)
        beacons, own = view.reports["beacons"].take(beacon), view.own.take(member)
        ends = ends_of(view, beacons, own["hotspot"])
        received_dbm = self._cabled_dbm(view, ends, keys)
        if self.software_fading:
            received_dbm = received_dbm + view.radio.fading.fading_db(
                keys.of("fading").uniform(ends.beacon, own["hotspot"])
            )
        made = readings(view, received_dbm, ends, keys)
        if self.as_neighbours:
            made = Signals(made.rssi_dbm, made.snr_db, made.heard & would_hear(view, ends, keys))
        added = report_beacons(view, beacons, own, made, keys)
        on_air = view.reports["witness_reports"].take(in_group_heard(view))
        return Forgery(add={"witness_reports": added}, drop={"witness_reports": on_air["report"]})

    def _cabled_dbm(self, view: View, ends: Ends, keys: Keys) -> Array:
        """Power at the far end of the cable, the same for every packet of a pair, both ways alike."""
        if self.forging == "model-aware":
            return modelled_dbm(view, ends, keys)
        if self.forging == "none":
            return ends.power_dbm - self.loss_db
        if self.margin_db:
            return scattered_dbm(view, ends, keys, self.margin_db, fading=False)
        hotspots = view.hotspots
        latitude_deg, longitude_deg = coordinates_from_cells(hotspots["cell"])
        distance_m = great_circle_m(
            latitude_deg[ends.sender],
            longitude_deg[ends.sender],
            latitude_deg[ends.witness],
            longitude_deg[ends.witness],
        )
        ids = hotspots["hotspot"]
        pair = np.minimum(ids[ends.sender], ids[ends.witness]), np.maximum(ids[ends.sender], ids[ends.witness])
        above_db = 3.0 + 17.0 * keys.of("dial").uniform(*pair)
        free_space_db = free_space_loss_db(np.maximum(distance_m, 1.0), float(np.mean(view.plan.channels_hz)))
        return np.asarray(ends.power_dbm - free_space_db - above_db)
