"""One look at the evidence that several tests share: the network, its channel, and who saw whom, at a given trust."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from poc.detectors.channel import Channel, estimate_channel
from poc.detectors.evidence import Evidence
from poc.detectors.network import Network, crowding, network_of
from poc.detectors.sightings import Sightings, sightings_of
from poc.schema import SCORES
from poc.table import Array, Table

#: Half the length of a meridian ring: the radius that holds the whole Earth.
ANYWHERE_M = 20_015_000.0
#: Hotspots nearer than this share their shadowing (spec fraud.md §3: 1/e at 30 to 130 m).
DECORRELATION_M = 60.0


@dataclass(frozen=True, slots=True)
class Survey:
    """trust: how far each row of the network is believed, 0 to 1."""

    network: Network
    channel: Channel
    sightings: Sightings
    trust: Array


def survey_of(evidence: Evidence) -> Survey:
    """The survey that believes everybody alike."""
    network = network_of(evidence)
    return survey_with(network, np.ones(len(network)))


def survey_with(network: Network, trust: Array, rows: Array | None = None) -> Survey:
    """The survey of a network at a given trust; who missed whom only of some rows, of all by default."""
    channel = estimate_channel(network, trust)
    crowd = crowding(network, DECORRELATION_M)
    return Survey(network, channel, sightings_of(network, channel, trust, crowd, rows=rows), trust)


def listening(survey: Survey, rows: Array | None = None) -> Survey:
    """The same survey, everybody judged by what it says to have heard; misses of some rows only, of all by default."""
    network, channel, trust = survey.network, survey.channel, survey.trust
    crowd = crowding(network, DECORRELATION_M)
    return replace(survey, sightings=sightings_of(network, channel, trust, crowd, listening=True, rows=rows))


@dataclass(frozen=True, slots=True)
class Trace:
    """What one test says of each row of the network: a log-likelihood ratio for lying [nat], and a sentence."""

    ratio: Array
    words: list[str]


def scores_of_trace(detector: str, evidence: Evidence, network: Network, trace: Trace, liar_share: float) -> Table:
    """SCORES of a test that estimates no place: odds by Bayes' rule from the share of lies expected before looking."""
    hotspots = np.unique(evidence.hotspots["hotspot"])
    n, rows = len(hotspots), np.searchsorted(hotspots, network.hotspot)
    ratio, words = np.zeros(n), np.full(n, "no asserted place", object)
    ratio[rows], words[rows] = np.clip(trace.ratio, -50.0, 50.0), trace.words
    probability = 1.0 / (1.0 + np.exp(-ratio) * (1.0 - liar_share) / liar_share)
    latitude_deg, longitude_deg = np.zeros(n), np.zeros(n)
    latitude_deg[rows], longitude_deg[rows] = network.latitude_deg, network.longitude_deg
    return SCORES.table(
        detector=np.full(n, detector),
        hotspot=hotspots,
        probability=probability,
        log_likelihood_ratio=ratio,
        verdict=np.where(probability > 0.9, "suspect", "undecided"),
        estimated_latitude_deg=latitude_deg,
        estimated_longitude_deg=longitude_deg,
        credible_radius_m=np.full(n, ANYWHERE_M),
        family=np.full(n, detector),
        evidence=words.astype(np.str_),
    )
