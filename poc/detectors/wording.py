"""The evidence for or against an asserted place, in one sentence with numbers."""

from __future__ import annotations

import numpy as np

from poc.detectors.channel import Channel
from poc.detectors.network import Network
from poc.detectors.sightings import Sightings
from poc.table import Array


def evidence_in_words(network: Network, channel: Channel, sightings: Sightings, away_m: Array) -> list[str]:
    """One sentence for each row of the network; away_m is the distance from asserted to estimated place [m]."""
    own_db = np.where(network.n_beacons > 0, channel.biases.transmit_db, channel.biases.receive_db)
    distance_m = network.distance_m(sightings.subject, sightings.counterpart)
    stronger_db = channel.loss_db(distance_m) + own_db[sightings.subject] - sightings.level_db
    counts = sightings.weight > 0.05
    listens = network.n_beacons == 0
    return [
        _sentence(
            stronger_db[span][counts[span]],
            distance_m[span][counts[span]],
            sightings.heard[span][counts[span]],
            channel,
            bool(listens[row]),
            float(away_m[row]),
        )
        for row in range(len(sightings))
        for span in [slice(sightings.start[row], sightings.start[row + 1])]
    ]


def _sentence(
    stronger_db: Array, distance_m: Array, heard: Array, channel: Channel, listens: bool, away_m: float
) -> str:
    if not len(heard):
        return "no other hotspot that showed life is in reach of the asserted place"
    verb = "heard" if listens else "heard by"
    deviant = heard & (stronger_db > 1.5 * channel.sigma_db)
    parts = []
    if deviant.any():
        parts.append(
            f"{verb} {deviant.sum()} {_plural(deviant.sum())} {_range_km(distance_m[deviant])} away "
            f"{_middle(stronger_db[deviant]):.0f} dB stronger than expected"
        )
    elif heard.any():
        parts.append(
            f"{verb} {heard.sum()} {_plural(heard.sum())} {_range_km(distance_m[heard])} away as expected "
            f"(median {_middle(stronger_db[heard]):+.0f} dB)"
        )
    else:
        parts.append("heard nobody" if listens else "heard by nobody")
    if not heard.all():
        # as far as a typical pair is heard with more than half a shadowing spread in hand
        sure_db = _middle(stronger_db[~heard] - channel.loss_db(distance_m[~heard]))
        near_m = 10.0 ** ((-sure_db - 0.5 * channel.sigma_db - channel.intercept_db) / (10.0 * channel.exponent) + 3.0)
        near = distance_m < near_m
        if near.any():
            parts.append(
                f"{'did not hear' if listens else 'not heard by'} {(near & ~heard).sum()} of {near.sum()} "
                f"within {near_m / 1000.0:.1f} km"
            )
    if away_m > 0.0:
        parts.append(f"fits best {away_m / 1000.0:.1f} km from the asserted place")
    return ", ".join(parts)


def _middle(values: Array) -> float:
    return float(np.sort(values)[len(values) // 2])


def _plural(count: int) -> str:
    return "hotspot" if count == 1 else "hotspots"


def _range_km(distance_m: Array) -> str:
    low, high = (f"{value / 1000.0:.1f}" for value in (distance_m.min(), distance_m.max()))
    return f"{low} km" if low == high else f"{low}–{high} km"
