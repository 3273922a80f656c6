"""Links carried from epoch to epoch: when few hotspots join, leave, move or retune, only their pairs are computed anew.

A link depends on its two ends and nothing else, so what is carried and what is computed anew are the bits that
computing all of it would give; only the order of a sender's links may differ, on which no draw depends.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from poc.table import Array, Table
from poc.world.witnessing.links import Airspace, Links
from poc.world.witnessing.neighbours import COMPILED_FROM
from poc.world.witnessing.sites import Ground

MOST_CHANGED = 0.25  # share of the fleet; with more it is quicker to compute everything
SLACK_CDB = (
    2  # sums in another order may round to another 0.01 dB: candidates of the mirror are looked at this much wider
)


class Pairs(NamedTuple):
    """Directed links by pair, ascending by sender: sites (int64, int32) and power [0.01 dBm] (int16)."""

    sender: Array
    witness: Array
    received_cdbm: Array


@dataclass(frozen=True, slots=True)
class Change:
    """What of one airspace is there in the next: for each site its place in the other, −1 where it changed.

    `fresh`: all links of the next airspace that begin or end at a changed site; `n_outside` of them lie outside the
    domain of the path-loss model.
    """

    of_new: Array
    of_old: Array
    fresh: Pairs
    n_outside: int


@dataclass(slots=True)
class CarriedLinks:
    """The links of a fleet by ranges of `step` senders, kept up to `most` links; `hotspot` are the ids by site."""

    step: int
    most: int
    airspace: Airspace | None = None
    hotspot: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    _kept: dict[int, Links] = field(default_factory=dict)
    _before: dict[int, Links] = field(default_factory=dict)
    _change: Change | None = None
    _n_outside: dict[int, int] = field(default_factory=dict)

    def follow(self, airspace: Airspace, truth: Table) -> None:
        """From now on give the links of this airspace, whose sites are rows of `truth`."""
        before, hotspot = self.airspace, truth["hotspot"][airspace.ground.sites.row]
        self._before, self._change = {}, None
        if before is not None and len(self._kept) == self._n_ranges(before) and not self.n_outside:
            self._change = change_between(before, self.hotspot, airspace, hotspot)
            self._before = self._kept if self._change is not None else {}
        self.airspace, self.hotspot, self._kept, self._n_outside = airspace, hotspot, {}, {}

    def forget(self) -> None:
        """Let go of the airspace, of which no more links will be asked."""
        self.airspace, self.hotspot = None, np.zeros(0, np.uint64)

    @property
    def n_outside(self) -> int:
        """Links asked for so far that lie outside the distance domain of the path-loss model."""
        return sum(self._n_outside.values())

    def links(self, begin: int, end: int, *, keep: bool) -> Links:
        """The links of the senders `begin` to `end`, a whole range; kept for the next time if wanted and few enough."""
        assert self.airspace is not None
        links = self._kept.get(begin)
        if links is None:
            links = self.airspace.links(begin, end) if self._change is None else self._carried(begin, end)
            self._n_outside[begin] = links.n_outside
            if keep and sum(map(len, list(self._kept.values()))) + len(links) <= self.most:
                self._kept[begin] = links
            if len(self._kept) == self._n_ranges(self.airspace):
                self._before = {}
        return links

    def _n_ranges(self, airspace: Airspace) -> int:
        return -(-len(airspace.ground) // self.step)

    def _carried(self, begin: int, end: int) -> Links:
        assert self._change is not None
        change = self._change
        stays = np.flatnonzero(change.of_new[begin:end] >= 0)
        counts = np.zeros(end - begin, np.int64)
        counts[stays], witness, received_cdbm = self._rows_before(change.of_new[begin:end][stays])
        first, last = np.searchsorted(change.fresh.sender, (begin, end))
        sender, witness_now, cdbm_now = (column[first:last] for column in change.fresh)
        fresh = Pairs(sender - begin, witness_now, cdbm_now)
        merge = merged_compiled if len(change.of_new) >= COMPILED_FROM else merged
        links = merge(counts, witness, received_cdbm, change.of_old, fresh)
        # nothing that is carried lies outside, or nothing would be carried; what is fresh is counted once
        return replace(links, n_outside=change.n_outside if begin == 0 else 0)

    def _rows_before(self, sites: Array) -> tuple[Array, Array, Array]:
        """Number of links of each of some sites before, and these links one behind the other."""
        counts, witness, received_cdbm = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)], [np.zeros(0, np.int16)]
        new_run = np.flatnonzero((np.diff(sites, prepend=-2) != 1) | (sites % self.step == 0))
        for run in np.split(sites, new_run[1:]) if len(sites) else []:
            range_ = int(run[0]) // self.step * self.step
            links, first, last = self._before[range_], int(run[0]) - range_, int(run[-1]) - range_ + 1
            counts.append(np.diff(links.start[first : last + 1]))
            witness.append(links.witness[links.start[first] : links.start[last]])
            received_cdbm.append(links.received_cdbm[links.start[first] : links.start[last]])
        return np.concatenate(counts), np.concatenate(witness), np.concatenate(received_cdbm)


def merged(counts: Array, witness: Array, received_cdbm: Array, of_old: Array, fresh: Pairs) -> Links:
    """Links of a range of senders: of the `counts` that each had those whose witness stays, then the fresh ones.

    `witness` and `received_cdbm` are what they had, one sender behind the other; `of_old` is where a witness stands
    now, −1 where it is gone. Senders of `fresh` count within the range.
    """
    witness = of_old[witness]
    stays = witness >= 0
    ends, n_before = np.cumsum(counts), np.concatenate(([0], np.cumsum(stays)))
    n_stay = n_before[ends] - n_before[ends - counts]
    n_fresh = np.bincount(fresh.sender, minlength=len(counts))
    start = np.concatenate(([0], np.cumsum(n_stay + n_fresh)))
    links = Links(start, np.empty(start[-1], np.int32), np.empty(start[-1], np.int16), 0)
    fresh_to = np.arange(len(fresh.sender)) + np.cumsum(n_stay)[fresh.sender]
    stay_to = np.arange(n_before[-1]) + np.repeat(np.cumsum(n_fresh) - n_fresh, n_stay)
    links.witness[stay_to], links.witness[fresh_to] = witness[stays], fresh.witness
    links.received_cdbm[stay_to], links.received_cdbm[fresh_to] = received_cdbm[stays], fresh.received_cdbm
    return links


def merged_compiled(counts: Array, witness: Array, received_cdbm: Array, of_old: Array, fresh: Pairs) -> Links:
    """The same in one pass, for many links."""
    from poc.world.witnessing.carrying_compiled import merge

    most = len(witness) + len(fresh.sender) + 1  # one more, on which the pass may step before it knows
    start, new_witness, new_cdbm = (
        np.empty(len(counts) + 1, np.int64),
        np.empty(most, np.int32),
        np.empty(most, np.int16),
    )
    n = merge(
        counts, witness, received_cdbm, of_old, fresh.sender, fresh.witness, fresh.received_cdbm, start, new_witness,
        new_cdbm,
    )  # fmt: skip
    return Links(start, new_witness[:n], new_cdbm[:n], 0)


def change_between(old: Airspace, old_hotspot: Array, new: Airspace, new_hotspot: Array) -> Change | None:
    """What changed between two airspaces of one setting, whose sites are these hotspots; None where it is too much."""
    if not len(old_hotspot):
        return None
    by_id = np.argsort(old_hotspot)
    was = by_id[np.minimum(np.searchsorted(old_hotspot, new_hotspot, sorter=by_id), len(by_id) - 1)]
    same = old_hotspot[was] == new_hotspot
    for before, after in (
        (old.places.latitude_deg, new.places.latitude_deg),
        (old.places.longitude_deg, new.places.longitude_deg),
        (old.places.height_m, new.places.height_m),
        (old.ground.sites.sent_cdb, new.ground.sites.sent_cdb),
        (old.ground.sites.heard_cdb, new.ground.sites.heard_cdb),
        (old.ground.sites.kind, new.ground.sites.kind),
    ):
        same &= before[was] == after
    if np.count_nonzero(~same) > MOST_CHANGED * len(same):
        return None
    of_new = np.where(same, was, -1).astype(np.int64)
    of_old = np.full(len(old_hotspot), -1, np.int32)
    of_old[was[same]] = np.flatnonzero(same)
    return Change(of_new, of_old, *pairs_of(new, np.flatnonzero(~same)))


def pairs_of(airspace: Airspace, sites: Array) -> tuple[Pairs, int]:
    """All links that begin or end at some sites (ascending), and how many candidates were outside the domain."""
    parts, n_outside = [Pairs(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int16))], 0
    for run in np.split(sites, np.flatnonzero(np.diff(sites) != 1) + 1) if len(sites) else []:
        begin, end = int(run[0]), int(run[-1]) + 1
        links = airspace.links(begin, end)
        sender = np.repeat(np.arange(begin, end), np.diff(links.start))
        parts.append(Pairs(sender, links.witness, links.received_cdbm))
        n_outside += links.n_outside
    here = np.zeros(len(airspace.ground), bool)
    here[sites] = True
    sender, witness, distance_m = _may_be_heard_by(airspace, sites)
    apart = np.flatnonzero(~here[sender])
    sender, witness, received_cdbm, n_more = airspace.received(sender[apart], witness[apart], distance_m[apart])
    parts.append(Pairs(sender, witness.astype(np.int32), received_cdbm))
    order = np.argsort(np.concatenate([part.sender for part in parts]), kind="stable")
    columns = (np.concatenate(column)[order] for column in zip(*parts, strict=True))
    return Pairs(*columns), n_outside + n_more


def _may_be_heard_by(airspace: Airspace, witnesses: Array) -> tuple[Array, Array, Array]:
    """Candidate senders of some witnesses: sender, witness, distance [m] along the chord where it will be looked at.

    Looked up in the mirror: everybody sends what he hears and hears what he sends.
    """
    runs = np.split(witnesses, np.flatnonzero(np.diff(witnesses) != 1) + 1) if len(witnesses) else []
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    if airspace.law is not None and airspace.shadow is not None and len(airspace.ground) >= COMPILED_FROM:
        mirror = replace(
            airspace,
            ground=_mirrored(airspace.ground),
            least_cdbm=np.float32(airspace.least_cdbm - SLACK_CDB),
            floor_cdbm=airspace.floor_cdbm - SLACK_CDB,
        )
        for run in runs:
            begin, end = int(run[0]), int(run[-1]) + 1
            links = mirror.links(begin, end)
            witness = np.repeat(np.arange(begin, end), np.diff(links.start))
            found.append((links.witness.astype(np.int64), witness, np.zeros(len(witness))))
    else:
        near = airspace.neighbourhoods()
        near = replace(near, sent_db=near.heard_db, heard_db=near.sent_db)
        for run in runs:
            pairs = near.pairs(int(run[0]), int(run[-1]) + 1)
            found.append((pairs.witness, pairs.sender, pairs.distance_m))
    sender, witness, distance_m = (np.concatenate(column) for column in zip(*found, strict=True))
    return sender, witness, distance_m


def _mirrored(ground: Ground) -> Ground:
    sites, bins = ground.sites, ground.bins
    n_rows = len(bins.n_columns)
    class_of_bin = np.searchsorted(bins.of_row[::n_rows], np.arange(len(bins.band)), side="right") - 1
    loudest_of_bin = np.maximum.reduceat(sites.sent_cdb, bins.first[:-1])
    loudest = np.full(len(bins.loudest_cdb), np.iinfo(np.int16).min, np.int16)
    np.maximum.at(loudest, class_of_bin, loudest_of_bin)
    return Ground(
        sites._replace(sent_cdb=sites.heard_cdb, heard_cdb=sites.sent_cdb), bins._replace(loudest_cdb=loudest)
    )
