"""Who should have heard a hotspot, and who did: from asserted places and the habits of the run itself.

How likely a live receiver hears a sender at an asserted distance is counted over a sample of senders of the same run,
in bins of distance, the hotspot in question left out. No radio model and no truth enters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maps.geodesy import great_circle_m
from poc.keys import Keys
from poc.metrics.columns import Columns, parts, rows_in
from poc.report.asserted_places import asserted_places
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

EDGES_M = np.concatenate([[0.0], np.geomspace(250.0, 128_000.0, 28)])
N_SAMPLED_SENDERS = 200
LIKELY, UNLIKELY = 0.5, 0.05


@dataclass(frozen=True, slots=True)
class ExpectedWitnesses:
    """One sender: the live receivers with asserted distance, chance to hear it, and whether they did."""

    witness: Array
    distance_m: Array
    chance: Array
    heard: Array

    @property
    def n_expected(self) -> float:
        return float(np.sum(np.sort(self.chance)))

    @property
    def n_heard(self) -> int:
        return int(self.heard.sum())

    @property
    def surprise(self) -> float:
        """Log-likelihood deficit [nat] of what happened against the average outcome at these chances; large = odd."""
        chance = np.clip(self.chance, 0.002, 0.998)
        happened = np.where(self.heard, np.log(chance), np.log1p(-chance))
        average = chance * np.log(chance) + (1.0 - chance) * np.log1p(-chance)
        return float(np.sum(np.sort(average - happened)))

    def silent_near(self) -> Array:
        """Rows of receivers that would more likely than not have heard it, and did not; nearest first."""
        rows = np.flatnonzero(~self.heard & (self.chance >= LIKELY))
        return rows[np.lexsort([self.witness[rows], self.distance_m[rows]])]

    def heard_far(self) -> Array:
        """Rows of receivers that heard it against a chance of 5 % at most; farthest first."""
        rows = np.flatnonzero(self.heard & (self.chance <= UNLIKELY))
        return rows[np.lexsort([self.witness[rows], -self.distance_m[rows]])]


@dataclass(frozen=True, slots=True)
class Habits:
    """How links come about in a run, and the links of the hotspots asked about.

    `n_there` and `n_heard` (sampled senders, bins) count live receivers by distance and those that heard; `sender` and
    `witness` are rows of `places`.
    """

    places: Columns
    alive: Array
    sampled: Array
    n_there: Array
    n_heard: Array
    sender: Array
    witness: Array

    @staticmethod
    def of(run: RunData, hotspots: Array, first_epoch: int) -> Habits | None:
        """The habits of a run, its links read piece by piece; None where it kept no links or nobody asserts a place."""
        places = asserted_places(run)
        name = next((name for name in ("link_statistics", "witness_verdicts") if name in run.tables), None)
        if places is None or name is None:
            return None
        n = len(places["hotspot"])
        asked = np.zeros(n + 1, bool)
        asked[rows_in(places["hotspot"], hotspots)] = True
        sending = np.zeros(n + 1, bool)
        hearing = np.zeros(n + 1, bool)
        for sender, witness in _links(run, name, places, first_epoch):
            sending[sender] = hearing[witness] = True
        rows = np.flatnonzero(sending[:-1])
        order = np.argsort(Keys(0).of("expected-witnesses").bits(places["hotspot"][rows]), kind="stable")
        sampled = rows[order][: N_SAMPLED_SENDERS + 1]
        asked[sampled] = True
        asked[-1] = False
        kept = [np.zeros((2, 0), np.int64)]
        for sender, witness in _links(run, name, places, first_epoch):
            use = asked[sender] | asked[witness]
            kept.append(np.unique(np.stack([sender[use], witness[use]]), axis=1))
        sender, witness = np.unique(np.concatenate(kept, axis=1), axis=1)
        live = _alive(run, first_epoch, places)
        alive = (sending | hearing)[:-1] if live is None else live
        there, heard = _counted(places, alive, sampled, sender, witness)
        return Habits(places, alive, sampled, there, heard, sender, witness)

    def witnesses_of(self, hotspot: int) -> ExpectedWitnesses | None:
        """The receivers of one hotspot; None where it asserts no place."""
        return self._peers(hotspot, self.sender, self.witness)

    def heard_by(self, hotspot: int) -> ExpectedWitnesses | None:
        """The other way round: the live senders that it should have heard, `witness` being the sender."""
        return self._peers(hotspot, self.witness, self.sender)

    def _peers(self, hotspot: int, end: Array, peer: Array) -> ExpectedWitnesses | None:
        row = int(rows_in(self.places["hotspot"], np.array([hotspot], np.uint64))[0])
        if row < 0:
            return None
        others = np.flatnonzero(self.sampled != row)[:N_SAMPLED_SENDERS]
        chance_by_bin = self.n_heard[others].sum(axis=0) / np.maximum(self.n_there[others].sum(axis=0), 1)
        distance_m = _distances_m(self.places["latitude_deg"], self.places["longitude_deg"], row)
        heard = np.zeros(len(self.alive), bool)
        heard[peer[end == row]] = True
        peers = self.alive | heard
        peers[row] = False
        return ExpectedWitnesses(
            self.places["hotspot"][peers], distance_m[peers], chance_by_bin[_bin(distance_m[peers])], heard[peers]
        )


def expected_witnesses(run: RunData, hotspot: int, first_epoch: int) -> ExpectedWitnesses | None:
    """The receivers of one hotspot; None where the run kept no links or the hotspot asserts no place."""
    habits = Habits.of(run, np.array([hotspot], np.uint64), first_epoch)
    return habits.witnesses_of(hotspot) if habits else None


def _links(run: RunData, name: str, places: Columns, first_epoch: int) -> Iterator[tuple[Array, Array]]:
    """Sender and witness of links between asserted places, as rows; a link may come again."""
    for piece in parts(run.tables, name, "beaconer", "witness", first_epoch=first_epoch) or ():
        sender, witness = (rows_in(places["hotspot"], piece[end]) for end in ("beaconer", "witness"))
        use = (sender >= 0) & (witness >= 0) & (sender != witness)
        yield sender[use], witness[use]


def _counted(places: Columns, alive: Array, sampled: Array, sender: Array, witness: Array) -> tuple[Array, Array]:
    """Live receivers, and those that heard, by distance bin for each sampled sender."""
    there, heard = (np.zeros((len(sampled), len(EDGES_M)), np.int64) for _ in range(2))
    order = np.argsort(sender, kind="stable")
    for number, row in enumerate(sampled.tolist()):
        place = _bin(_distances_m(places["latitude_deg"], places["longitude_deg"], row))
        others = alive.copy()
        others[row] = False
        start, stop = np.searchsorted(sender[order], [row, row + 1])
        hearing = witness[order[start:stop]]
        there[number] = np.bincount(place[others], minlength=len(EDGES_M))
        heard[number] = np.bincount(place[hearing[others[hearing]]], minlength=len(EDGES_M))
    return there, heard


def _alive(run: RunData, first_epoch: int, places: Columns) -> Array | None:
    """Hotspots that sent anything: a miss counts only for a receiver that showed life. None where nothing tells."""
    pieces = parts(run.tables, "activity", "hotspot", "n_beacons", "n_witnessed", first_epoch=first_epoch)
    if pieces is None:
        return None
    alive = np.zeros(len(places["hotspot"]) + 1, bool)
    for piece in pieces:
        sent = (piece["n_beacons"] > 0) | (piece["n_witnessed"] > 0)
        alive[rows_in(places["hotspot"], piece["hotspot"][sent])] = True
    return alive[:-1]


def _distances_m(latitude_deg: Array, longitude_deg: Array, row: int) -> Array:
    return np.asarray(great_circle_m(latitude_deg[row], longitude_deg[row], latitude_deg, longitude_deg))


def _bin(distance_m: Array) -> Array:
    return np.searchsorted(EDGES_M, distance_m, side="right") - 1
