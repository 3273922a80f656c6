"""Software-only hotspots (A16 of `spec/fraud.md` §1): keys on a server that know the payloads, and no radio.

The payload of a beacon follows from public entropy and four bytes that its sender chooses, so a server that runs many
keys knows all their payloads, and a few real receivers among them tell it what strangers send. Trace: nobody honest
ever hears the keys; strangers' beacons are reported with strengths that have nothing to do with the asserted places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells
from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View
from poc.world.forging.groups import check_group, leaders, without_radio
from poc.world.forging.reports import copies, fed_pairs, in_group_heard, in_group_reports
from poc.world.forging.signals import Forging, Signals
from radio_models.lora.receiver import reported_snr_db, sensitivity_dbm


@dataclass(frozen=True, slots=True)
class SoftwareOnly:
    """Groups of `group_size` keys that assert the places they were given; a share `ear_share` has a real receiver.

    What an ear hears is reported by all keys of its group asserted within `feed_km` of it, with strengths drawn from
    what an average receiver hears. forging says how the group vouches for its own beacons.
    """

    group_size: int = 25
    ear_share: float = 0.1
    feed_km: float = 3.0
    forging: Forging = "fspl-aware"

    def __post_init__(self) -> None:
        check_group(self.group_size, 1.0)
        if not 0.0 <= self.ear_share <= 1.0 or not 0.0 <= self.feed_km <= 300.0:
            raise ValueError(
                f"ear_share = {self.ear_share} and feed_km = {self.feed_km}, expected 0 to 1 and 0 to 300 km."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        truth = truth.replace(group=truth["hotspot"][leaders(truth["hotspot"], self.group_size, keys)])
        return hotspots, without_radio(truth, keys.of("ear").uniform(truth["hotspot"]) >= self.ear_share)

    def forge(self, view: View, keys: Keys) -> Forgery:
        within = in_group_heard(view)
        on_air = view.reports["witness_reports"].take(within)
        strangers = view.hearing(~within)
        reports, own = strangers.reports["witness_reports"], view.own
        ears = keys.of("ear").uniform(own["hotspot"]) < self.ear_share
        row, member = fed_pairs(strangers, ears)
        place = coordinates_from_cells(view.hotspots["cell"])
        ear, key = (view.hotspots.rows_of(ids) for ids in (reports["hotspot"][row], own["hotspot"][member]))
        apart_m = great_circle_m(place[0][ear], place[1][ear], place[0][key], place[1][key])
        near = apart_m <= 1000.0 * self.feed_km
        source, keys_near = reports.take(row[near]), own.take(member[near])
        noise_figure_db = view.radio.noise_figure_db
        least_dbm = float(sensitivity_dbm(view.plan.poc_spreading_factor, noise_figure_db))
        received_dbm = least_dbm - 15.0 * np.log(keys.of("drawn").uniform(source["report"], keys_near["hotspot"]))
        rssi_dbm = np.round(np.minimum(received_dbm, -80.0))
        made = Signals(rssi_dbm, reported_snr_db(received_dbm, noise_figure_db), rssi_dbm < 0.0)
        added = [
            copies(strangers, source, keys_near, made, keys, 0.02),
            in_group_reports(view, self.forging, keys.of("vouching")),
        ]
        return Forgery(add={"witness_reports": Table.concat(added)}, drop={"witness_reports": on_air["report"]})
