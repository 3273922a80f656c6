"""Bayesian relocation: is there a better place for this hotspot than the one it asserts?

The likelihood of every candidate place comes from what *other* hotspots report of it, misses included, with the
subject's own power and antenna bias integrated out jointly (scan.py) in a channel estimated from the same reports
(channel.py). Odds of "elsewhere" against "as asserted" follow by integrating over places under a stated prior. Then
everything is repeated with the suspects' reports counting less. Source: spec fraud.md §0, §5 and §6; likelihood ratio
as the optimal test: Yan, Nevat, Peters and Malaney, arXiv 1410.5499.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.candidates import RINGS, ROUGH_RINGS, Likelihood, around, hexagon_offsets, search
from poc.detectors.channel import Channel
from poc.detectors.evidence import Evidence
from poc.detectors.network import SAME_PLACE_M, Network, network_of
from poc.detectors.posterior import Estimate, estimate_from, log_likelihood_elsewhere, together
from poc.detectors.scan import log_likelihoods
from poc.detectors.sightings import Sightings
from poc.detectors.survey import ANYWHERE_M, Survey, survey_with
from poc.detectors.wording import evidence_in_words
from poc.schema import SCORES
from poc.table import Array, Table
from radio_models.special_functions import expit, logit

#: Hotspots whose places are looked at together.
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Relocation:
    """The detector's settings.

    liar_share: share of lies expected before looking. tolerance_m: an honest owner may be this far off.
    farthest_m: a liar may be as far off as this; between the two every factor of distance is equally likely.
    sloppy_share: of the honest owners, those who are off by half the tolerance. nowhere_share: of the lies, those whose
    radio is in nobody's hearing. dead_share: honest hotspots whose transmitter nobody hears. scale, offset_nat: the
    calibrated map from log-likelihood ratio to log-odds, fitted on simulated worlds of several densities, exponents and
    spreads and not steeper than 1 by choice, since real links are less independent than simulated ones.
    suspect_above, honest_below: verdicts by probability, undecided between them. n_rounds: how often everything is
    repeated with suspects trusted less. n_threads: of the compiled scan in large networks.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(Relocation().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1
    tolerance_m: float = 400.0
    farthest_m: float = 50_000.0
    sloppy_share: float = 0.05
    nowhere_share: float = 0.005
    dead_share: float = 0.001
    scale: float = 1.0
    offset_nat: float = 1.0
    suspect_above: float = 0.9
    honest_below: float = 0.05
    n_rounds: int = 2
    n_threads: int = 1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id; one without a valid asserted cell stays undecided."""
        network = network_of(evidence)
        hotspots = np.unique(evidence.hotspots["hotspot"])
        rows = np.searchsorted(hotspots, network.hotspot)
        n, n_placed = len(hotspots), len(network)
        probability, ratio = np.full(n, self.liar_share), np.zeros(n)
        latitude_deg, longitude_deg = np.zeros(n), np.zeros(n)
        radius_m = np.full(n, ANYWHERE_M)
        words = np.full(n, "no asserted place", object)
        if n_placed:
            trust = np.ones(n_placed)
            for left in reversed(range(self.n_rounds)):
                survey = survey_with(network, trust)
                ratio[rows], estimate = self.judge(survey, final=left == 0)
                probability[rows] = expit(self.scale * ratio[rows] + self.offset_nat + logit(self.liar_share))
                # squared: neighbours of liars look doubtful as long as everybody is believed
                trust = np.clip(1.0 - probability[rows] ** 2, 0.02, 1.0)
            latitude_deg[rows], longitude_deg[rows] = estimate.latitude_deg, estimate.longitude_deg
            radius_m[rows] = estimate.credible_radius_m
            away_m = np.linalg.norm(estimate.point_m - network.place_m, axis=-1)
            away_m = np.where(probability[rows] > self.liar_share, away_m, 0.0)
            words[rows] = evidence_in_words(network, survey.channel, survey.sightings, away_m)
        return SCORES.table(
            detector=np.full(n, "relocation"),
            hotspot=hotspots,
            probability=probability,
            log_likelihood_ratio=ratio,
            verdict=np.select(
                [probability > self.suspect_above, probability < self.honest_below], ["suspect", "honest"], "undecided"
            ),
            estimated_latitude_deg=latitude_deg,
            estimated_longitude_deg=longitude_deg,
            credible_radius_m=radius_m,
            family=np.full(n, "relocation"),
            evidence=words.astype(np.str_),
        )

    def judge(self, survey: Survey, final: bool, rows: Array | None = None) -> tuple[Array, Estimate]:
        """(log-likelihood ratio, estimated place) of some rows of the network, or of all; only the final round looks
        finely. In blocks, whose lattices stay in the processor's caches."""
        rows = np.arange(len(survey.network)) if rows is None else rows
        scale_m = _scale_m(survey.network, survey.channel, survey.sightings)
        blocks = [rows[first : first + _BLOCK] for first in range(0, len(rows), _BLOCK)] or [rows]
        ratios, estimates = zip(*(self._block(survey, final, block, scale_m[block]) for block in blocks), strict=True)
        return np.concatenate(ratios), together(estimates)

    def _block(self, survey: Survey, final: bool, rows: Array, scale_m: Array) -> tuple[Array, Estimate]:
        network, channel, sightings = survey.network, survey.channel, survey.sightings
        law = (channel.intercept_db, 10.0 * channel.exponent)

        def likelihood(points_m: Array) -> Array:
            return log_likelihoods(sightings, rows, points_m, law, SAME_PLACE_M, n_threads=self.n_threads)

        asserted_m, hub = network.place_m[rows], sightings.hub[rows]
        hub_m = np.where((hub >= 0)[:, None], network.place_m[hub], asserted_m)
        found = search(asserted_m, hub_m, scale_m, likelihood, RINGS if final else ROUGH_RINGS)
        honest, nowhere = self._as_asserted(asserted_m, hub >= 0, likelihood)
        elsewhere = np.logaddexp(
            np.log1p(-self.nowhere_share)
            + log_likelihood_elsewhere(found, asserted_m, self.tolerance_m, self.farthest_m),
            np.log(self.nowhere_share) + nowhere,
        )
        ratio = np.where(np.diff(sightings.start)[rows] > 0, elsewhere - honest, 0.0)
        return np.clip(ratio, -700.0, 700.0), estimate_from(found)

    def _as_asserted(self, asserted_m: Array, is_heard: Array, likelihood: Likelihood) -> tuple[Array, Array]:
        """Log-likelihoods of "where it says, or a little beside it" and of "in nobody's hearing"."""
        beside_m = np.repeat(hexagon_offsets(1)[None] * (0.5 * self.tolerance_m), len(asserted_m), axis=0)
        points_m = around(asserted_m, beside_m)
        points_m = np.concatenate([points_m, np.zeros((len(points_m), 1, 3))], axis=1)
        values = likelihood(points_m)
        share = np.log(np.array([1.0 - self.sloppy_share] + [self.sloppy_share / 6.0] * 6))
        honest = np.logaddexp.reduce(values[:, :7] + share, axis=1)
        nowhere = values[:, 7]
        dead = np.logaddexp(np.log1p(-self.dead_share) + honest, np.log(self.dead_share) + nowhere)
        return np.where(is_heard, honest, dead), nowhere


def _scale_m(network: Network, channel: Channel, sightings: Sightings) -> Array:
    """The scale on which each subject is heard: its place is about so far from its hub at most [m]."""
    heard = np.flatnonzero(sightings.heard)
    subject, other = sightings.subject[heard], sightings.counterpart[heard]
    distance_m = network.distance_m(sightings.hub[subject], other)
    order = np.lexsort((distance_m, subject))
    start = np.searchsorted(subject, np.arange(len(sightings) + 1))
    some = start[1:] > start[:-1]
    scale_m = np.full(len(sightings), max(0.5 * network.reach_m, 1000.0))
    scale_m[some] = distance_m[order][(start[:-1] + start[1:])[some] // 2]
    # the strongest link bounds the scale from below: one hotspot alone has a ring of places around it
    lowest_db = np.full(len(sightings), np.inf)
    np.minimum.at(lowest_db, subject, sightings.level_db[heard])
    ring_m = 10.0 ** ((lowest_db[some] - channel.intercept_db) / (10.0 * channel.exponent) + 3.0)
    scale_m[some] = np.maximum(scale_m[some], np.minimum(ring_m, 0.5 * network.reach_m))
    return np.asarray(np.maximum(scale_m, 150.0))
