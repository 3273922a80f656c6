"""Wormhole (A5 of `spec/fraud.md` §1): what one station hears, its partners send again on the air where they stand.

Trace: links no terrain or distance allows, late by tens of milliseconds, and honest victims: neighbours of a partner
who report in good faith a beacon from far away. Helium listed edges, not hotspots, from September 2023; its lag limits
are a hundred times too slow to notice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Array, Table
from poc.world.attacks.attack import Emissions, Forgery, View
from poc.world.forging.groups import check_group, leaders
from poc.world.forging.reports import copies, fed_pairs
from poc.world.forging.signals import Signals


@dataclass(frozen=True, slots=True)
class Wormhole:
    """Groups of `group_size` real stations, each where it says it is, joined over the net.

    A share `share` of the beacons that one hears is sent again by the others, `delay_s` after it ended; they report it
    too, as strong as it was received there.
    """

    group_size: int = 2
    share: float = 0.5
    delay_s: float = 0.05

    def __post_init__(self) -> None:
        check_group(self.group_size, 1.0)
        if not 0.0 <= self.share <= 1.0 or not 0.0 <= self.delay_s <= 60.0:
            raise ValueError(f"share = {self.share} and delay_s = {self.delay_s}, expected 0 to 1 and 0 to 60 s.")

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        if not len(hotspots):
            return hotspots, truth
        return hotspots, truth.replace(group=truth["hotspot"][leaders(truth["hotspot"], self.group_size, keys)])

    def rebroadcast(self, view: View, keys: Keys) -> Emissions:
        source, member = self._forwarded(view, keys)
        receiver = view.own.take(view.own.rows_of(source["hotspot"]))
        clock_ns = np.round(receiver["clock_offset_s"] * 1e9).astype(np.int64)
        jitter_s = 0.02 * keys.of("jitter").exponential(source["payload"], view.members[member])
        return Emissions(
            view.members[member],
            source["heard_ns"] - clock_ns + np.round(1e9 * (self.delay_s + jitter_s)).astype(np.int64),
            source["payload"],
            source["frequency_hz"],
        )

    def forge(self, view: View, keys: Keys) -> Forgery:
        source, member = self._forwarded(view, keys)
        same = Signals(source["rssi_dbm"], source["snr_db"], member >= 0)
        added = copies(view, source, view.own.take(member), same, keys, self.delay_s)
        return Forgery(add={"witness_reports": added})

    def _forwarded(self, view: View, keys: Keys) -> tuple[Table, Array]:
        """Reports of one station and the row of a partner that gets it; each packet reaches a partner once."""
        reports, own = view.reports["witness_reports"], view.own
        rows, members = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for station in range(self.group_size):
            rank = _rank_in_group(own)
            row, member = fed_pairs(view, rank == station)
            rows.append(row)
            members.append(member)
        row, member = np.concatenate(rows), np.concatenate(members)
        chosen = keys.of("chosen").uniform(reports["payload"][row]) < self.share
        row, member = row[chosen], member[chosen]
        word = Keys(0, "once").bits(reports["payload"][row], own["hotspot"][member])
        once = np.sort(np.unique(word, return_index=True)[1])
        return reports.take(row[once]), member[once]


def _rank_in_group(own: Table) -> Array:
    """0 for the smallest id of each group, 1 for the next …"""
    order = np.lexsort((own["hotspot"], own["group"]))
    group = own["group"][order]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(group, group)
    return rank
