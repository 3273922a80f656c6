"""The evidence for or against an asserted place, in one sentence with numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.channel import Channel
from poc.detectors.network import Network
from poc.detectors.sightings import Sightings
from poc.table import Array


@dataclass(frozen=True, slots=True)
class _Group:
    """Pairs of some kind by subject: how many, nearest and farthest [km], median of what they are stronger by [dB]."""

    n: Array
    nearest_km: Array
    farthest_km: Array
    middle_db: Array


def evidence_in_words(
    network: Network, channel: Channel, sightings: Sightings, away_m: Array, rows: Array | None = None
) -> list[str]:
    """One sentence for each row of the network, or for some rows; away_m: of each of these, the distance from asserted
    to estimated place [m]."""
    rows = np.arange(len(network)) if rows is None else rows
    n = len(network)
    counts = sightings.weight > 0.05
    subject, heard = sightings.subject[counts], sightings.heard[counts]
    distance_m = network.distance_m(subject, sightings.counterpart[counts])
    own_db = np.where(network.n_beacons > 0, channel.biases.transmit_db, channel.biases.receive_db)
    law_db = channel.loss_db(distance_m)
    stronger_db = law_db + own_db[subject] - sightings.level_db[counts]

    def group(some: Array, values_db: Array) -> _Group:
        return _grouped(n, subject[some], distance_m[some] / 1000.0, values_db[some])

    deviant = group(heard & (stronger_db > 1.5 * channel.sigma_db), stronger_db)
    every, silent = group(heard, stronger_db), group(~heard, stronger_db - law_db)
    # as far as a typical pair is heard with more than half a shadowing spread in hand
    sure_db = -silent.middle_db - 0.5 * channel.sigma_db - channel.intercept_db
    near_km = np.minimum(10.0 ** (sure_db / (10.0 * channel.exponent)), 1e5)
    near = distance_m < 1000.0 * near_km[subject]
    n_near, n_missing = np.bincount(subject[near], minlength=n), np.bincount(subject[near & ~heard], minlength=n)
    words = []
    for row, away in zip(rows.tolist(), away_m.tolist(), strict=True):
        listens = network.n_beacons[row] == 0
        verb = "heard" if listens else "heard by"
        if not every.n[row] and not silent.n[row]:
            words.append("no other hotspot that showed life is in reach of the asserted place")
            continue
        if deviant.n[row]:
            told = f"{verb} {_range(deviant, row)} away {deviant.middle_db[row]:.0f} dB stronger than expected"
        elif every.n[row]:
            told = f"{verb} {_range(every, row)} away as expected (median {every.middle_db[row]:+.0f} dB)"
        else:
            told = "heard nobody" if listens else "heard by nobody"
        if silent.n[row] and n_near[row]:
            told += f", {'did not hear' if listens else 'not heard by'} {n_missing[row]} of {n_near[row]} "
            told += f"within {near_km[row]:.1f} km"
        if away > 0.0:
            told += f", fits best {away / 1000.0:.1f} km from the asserted place"
        words.append(told)
    return words


def _grouped(n: int, subject: Array, distance_km: Array, values_db: Array) -> _Group:
    order = np.lexsort((values_db, subject))
    count = np.bincount(subject, minlength=n)
    start = np.cumsum(count) - count
    some = count > 0
    middle_db, nearest_km, farthest_km = np.full(n, -np.inf), np.full(n, np.inf), np.zeros(n)
    middle_db[some] = values_db[order][(start + count // 2)[some]]
    np.minimum.at(nearest_km, subject, distance_km)
    np.maximum.at(farthest_km, subject, distance_km)
    return _Group(count, nearest_km, farthest_km, middle_db)


def _range(group: _Group, row: int) -> str:
    """How many hotspots, how far: '3 hotspots 0.4–2.0 km'."""
    low, high = f"{group.nearest_km[row]:.1f}", f"{group.farthest_km[row]:.1f}"
    hotspots = "1 hotspot" if group.n[row] == 1 else f"{group.n[row]} hotspots"
    return f"{hotspots} {low} km" if low == high else f"{hotspots} {low}–{high} km"
