"""Who should have heard a hotspot, and who did: from asserted places and the habits of the run itself.

How likely a live receiver hears a sender at an asserted distance is counted over a sample of senders of the same run,
in bins of distance, the hotspot in question left out. No radio model and no truth enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maps.geodesy import great_circle_m
from poc.keys import Keys
from poc.metrics.columns import columns, rows_in
from poc.metrics.witnessing import links
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


def expected_witnesses(run: RunData, hotspot: int, first_epoch: int) -> ExpectedWitnesses | None:
    """The receivers of one hotspot; None where the run kept no links or the hotspot asserts no place."""
    places, edges = asserted_places(run), links(run.tables, first_epoch)
    if places is None or edges is None:
        return None
    row = int(rows_in(places["hotspot"], np.array([hotspot], np.uint64))[0])
    if row < 0:
        return None
    sender, witness = (rows_in(places["hotspot"], end) for end in edges)
    placed = (sender >= 0) & (witness >= 0)
    sender, witness = sender[placed], witness[placed]
    alive = np.isin(places["hotspot"], _alive(run, first_epoch, edges))
    sending = np.setdiff1d(sender, [row])
    ranked = sending[np.argsort(Keys(0).of("expected-witnesses").bits(places["hotspot"][sending]), kind="stable")]
    chance_by_bin = _chances(places["latitude_deg"], places["longitude_deg"], alive, sender, witness, ranked)
    distance_m = _distances_m(places["latitude_deg"], places["longitude_deg"], row)
    heard = np.zeros(len(alive), bool)
    heard[witness[sender == row]] = True
    receiving = alive | heard
    receiving[row] = False
    chance = chance_by_bin[_bin(distance_m[receiving])]
    return ExpectedWitnesses(places["hotspot"][receiving], distance_m[receiving], chance, heard[receiving])


def _chances(
    latitude_deg: Array, longitude_deg: Array, alive: Array, sender: Array, witness: Array, ranked: Array
) -> Array:
    """Share of live receivers that heard a sampled sender, by distance bin; 0 where nobody stands."""
    n_there, n_heard = np.zeros(len(EDGES_M), np.int64), np.zeros(len(EDGES_M), np.int64)
    order = np.argsort(sender, kind="stable")
    for row in ranked[:N_SAMPLED_SENDERS].tolist():
        place = _bin(_distances_m(latitude_deg, longitude_deg, row))
        others = alive.copy()
        others[row] = False
        start, stop = np.searchsorted(sender[order], [row, row + 1])
        hearing = witness[order[start:stop]]
        n_there += np.bincount(place[others], minlength=len(EDGES_M))
        n_heard += np.bincount(place[hearing[others[hearing]]], minlength=len(EDGES_M))
    return np.asarray(n_heard / np.maximum(n_there, 1))


def _alive(run: RunData, first_epoch: int, edges: tuple[Array, Array]) -> Array:
    """Hotspots that sent anything: a miss counts only for a receiver that showed life."""
    activity = columns(run.tables, "activity", "hotspot", "n_beacons", "n_witnessed", first_epoch=first_epoch)
    if activity is None:
        return np.unique(np.concatenate(edges))
    return np.unique(activity["hotspot"][(activity["n_beacons"] > 0) | (activity["n_witnessed"] > 0)])


def _distances_m(latitude_deg: Array, longitude_deg: Array, row: int) -> Array:
    return np.asarray(great_circle_m(latitude_deg[row], longitude_deg[row], latitude_deg, longitude_deg))


def _bin(distance_m: Array) -> Array:
    return np.searchsorted(EDGES_M, distance_m, side="right") - 1
