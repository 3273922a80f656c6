"""All tests together: a calibrated probability for each hotspot, the evidence that weighs most, and its doubt.

Every test gives a log-likelihood ratio; a logistic model of hinges over them, fitted on simulated worlds of several
densities, channels and kinds of lies (benchmarks/fit_fusion.py), turns them into a probability. Beside it stands the
lie whose only trace is a better place, with odds that are not fitted: so a lone liar is not measured by the traces that
groups leave. Everything is done twice: first everybody is believed, then hotspots count as far as the first look
believes them, and the company that a hotspot keeps counts as well. What a hotspot says to have heard can be forged, so
it may accuse but never acquit. Where the neighbourhood cannot decide, the verdict is *undecided* whatever the model
says.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise, repeat
from multiprocessing import get_context

import numpy as np

from poc.detectors.edges import edge_scores, link_scores
from poc.detectors.evidence import Evidence
from poc.detectors.fusion_weights import FIRST, SECOND
from poc.detectors.live_checks import LiveChecks
from poc.detectors.missing_witness import missing_traces
from poc.detectors.network import Network, network_of
from poc.detectors.packet_spread import spread_trace
from poc.detectors.posterior import Estimate
from poc.detectors.relocation import Relocation
from poc.detectors.residual import residual_trace
from poc.detectors.shadowing_twin import twin_trace
from poc.detectors.survey import ANYWHERE_M, Survey, Trace, listening, survey_with
from poc.detectors.tiling import MOST, Piece, pieces_of
from poc.detectors.wording import evidence_in_words
from poc.schema import EDGE_SCORES, RECEPTIONS, SCORES, WITNESS_VERDICTS
from poc.table import Array, Table
from radio_models.special_functions import expit, logit

#: Hinges of each test's ratio: the model is linear between them and flat outside the first and the last.
KNOTS: dict[str, tuple[float, ...]] = {
    "relocation": (-4.0, -2.0, 0.0, 2.0, 6.0, 14.0),
    "own-reports": (-1.0, 1.0, 3.0, 6.0, 14.0),
    "missing-witness": (-12.0, -4.0, 0.0, 4.0, 10.0, 20.0),
    "missing-beacons": (-12.0, -4.0, 0.0, 4.0, 10.0, 20.0),
    "shadowing-twin": (0.0, 4.0, 8.0, 16.0, 30.0),
    "packet-spread": (-4.0, 0.0, 4.0, 10.0, 20.0),
    "residual": (-2.0, 0.0, 2.0, 6.0, 12.0),
    "live-checks": (-1.0, 0.0, 4.0, 12.0),
    "company": (0.05, 0.15, 0.3, 0.6, 0.9),
    "confirmed": (0.0, 1.0, 2.0, 3.5),
}
#: Log-odds of a lie that shows in nothing but its place: before looking, and for each nat of the two tests of places
#: between bounds [nat]. Less than the nats themselves, since reports are less independent than the tests suppose.
_LONE = -4.0
_LONE_SLOPES = {"relocation": (0.7, -6.0, 20.0), "own-reports": (0.3, 0.0, 6.0)}
#: Probability above which nobody is put whom the neighbourhood cannot judge.
_CLOSED_GROUP_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the network: features by name, one value for each row, and what is needed to say why."""

    survey: Survey
    features: dict[str, Array]
    traces: dict[str, Trace]
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Fusion:
    """liar_share: share of lies expected before looking; the model was fitted at 0.1. suspect_above, honest_below:
    verdicts by probability. fewest_confirmed: a hotspot that fewer trusted others could confirm or contradict stays
    undecided. least_exponent: where signals fade with the asserted distance less than so (half of free space), the
    places of the whole network explain nothing, and nobody is judged. n_threads: of the compiled scan in large
    networks.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(Fusion().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1
    suspect_above: float = 0.9
    honest_below: float = 0.05
    fewest_confirmed: float = 1.5
    least_exponent: float = 1.0
    n_threads: int = 1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id; one without a valid asserted cell stays undecided."""
        return self.score_all(evidence)[0]

    def score_all(self, evidence: Evidence, frequency_hz: float | None = None) -> tuple[Table, Table]:
        """(SCORES, EDGE_SCORES), in pieces where the network is large; with n_threads above 1 two pieces at a time.

        frequency_hz of the links; by default that of the receptions, or 868.1 MHz.
        """
        if frequency_hz is None and len(evidence.receptions):
            frequency_hz = float(np.median(evidence.receptions["frequency_hz"]))
        evidence = replace(
            evidence, receptions=RECEPTIONS.empty(), witness_verdicts=WITNESS_VERDICTS.empty(), city=None
        )
        pieces = pieces_of(evidence)
        if self.n_threads == 1 or len(evidence.hotspots) <= MOST:
            parts = [self._piece(piece, frequency_hz) for piece in pieces]
        else:
            alone = replace(self, n_threads=1)
            with ProcessPoolExecutor(min(self.n_threads, 2), mp_context=get_context("spawn")) as pool:
                parts = list(pool.map(alone._piece, pieces, repeat(frequency_hz)))
        scores, links = (Table.concat([part[which] for part in parts]) for which in (0, 1))
        return scores.sort("hotspot"), edge_scores(links.sort("beaconer", "witness"), scores)

    def _piece(self, piece: Piece, frequency_hz: float | None) -> tuple[Table, Table]:
        """(SCORES of a piece's own hotspots, EDGE_SCORES of the links they send, as the links alone show them)."""
        network = network_of(piece.evidence)
        hotspots = np.unique(piece.own)
        own = np.flatnonzero(np.isin(network.hotspot, hotspots))
        rows = np.searchsorted(hotspots, network.hotspot[own])
        n = len(hotspots)
        odds, verdict = np.full(n, logit(self.liar_share)), np.full(n, "undecided", object)
        latitude_deg, longitude_deg, radius_m = np.zeros(n), np.zeros(n), np.full(n, ANYWHERE_M)
        family, words = np.full(n, "", object), np.full(n, "no asserted place", object)
        links = EDGE_SCORES.empty()
        if len(own):
            look, log_odds = self.looks(network, frequency_hz, own)
            odds[rows] = log_odds[own] + logit(self.liar_share) - logit(0.1)
            probability = expit(odds[rows])
            decidable = look.features["reachable"][own] >= self.fewest_confirmed
            verdict[rows[decidable & (probability > self.suspect_above)]] = "suspect"
            verdict[rows[decidable & (probability < self.honest_below)]] = "honest"
            capped = ~decidable & (probability > _CLOSED_GROUP_MOST)
            odds[rows[capped]] = logit(_CLOSED_GROUP_MOST)
            estimate = look.estimate
            latitude_deg[rows], longitude_deg[rows] = estimate.latitude_deg, estimate.longitude_deg
            radius_m[rows] = estimate.credible_radius_m
            family[rows], words[rows] = _why(look, probability, self.liar_share, own)
            if look.survey.channel.exponent < self.least_exponent:
                odds[rows], verdict[rows], family[rows] = logit(_CLOSED_GROUP_MOST), "undecided", ""
                words[rows] = "signals hardly fade with the asserted distance: the places here explain nothing"
            links = link_scores(network, look.survey.channel, frequency_hz)
            links = links if len(own) == len(network) else links.take(np.isin(links["beaconer"], hotspots))
        scores = SCORES.table(
            detector=np.full(n, "fusion"),
            hotspot=hotspots,
            probability=expit(odds),
            log_likelihood_ratio=np.clip(odds - logit(self.liar_share), -700.0, 700.0),
            verdict=verdict.astype(np.str_),
            estimated_latitude_deg=latitude_deg,
            estimated_longitude_deg=longitude_deg,
            credible_radius_m=radius_m,
            family=family.astype(np.str_),
            evidence=words.astype(np.str_),
        )
        return scores, links

    def looks(
        self, network: Network, frequency_hz: float | None = None, own: Array | None = None
    ) -> tuple[Look, Array]:
        """(second look, log-odds of a lie at a share of one in ten) of every row of the network; own: the rows whose
        answer counts, all by default, for which alone the second look searches places."""
        own = np.arange(len(network)) if own is None else own
        first = self.look(network, np.full(len(network), 0.1), False, frequency_hz)
        suspicion = expit(log_odds(first.features, FIRST))
        second = self.look(network, suspicion, True, frequency_hz, own)
        return second, log_odds(second.features, SECOND)

    def look(
        self,
        network: Network,
        suspicion: Array,
        final: bool,
        frequency_hz: float | None = None,
        own: Array | None = None,
    ) -> Look:
        """All tests at a given suspicion of each row; only the final look estimates places finely, and those of the own
        rows only (all by default)."""
        own = np.arange(len(network)) if own is None else own
        trust = np.clip(1.0 - suspicion, 0.02, 1.0) if final else np.ones(len(network))
        survey = survey_with(network, trust, own)
        channel = survey.channel
        ratio = np.zeros(len(network))
        ratio[own], estimate = Relocation(n_threads=self.n_threads).judge(survey, final, own)
        sent, heard = missing_traces(network, channel, trust)
        live = LiveChecks()
        traces = {
            "missing-witness": sent,
            "missing-beacons": heard,
            "shadowing-twin": twin_trace(network, channel, trust),
            "packet-spread": spread_trace(network, channel),
            "residual": residual_trace(survey),
            "live-checks": live.trace(network, live.frequency_hz if frequency_hz is None else frequency_hz),
        }
        company, confirmed = _company(network, suspicion, trust)
        traces["own-reports"] = self._own_reports(survey, own) if final else Trace(np.zeros(len(network)), [])
        features = {"relocation": ratio, **{name: trace.ratio for name, trace in traces.items()}}
        features |= {"company": company, "confirmed": np.log1p(confirmed), "reachable": _reachable(survey)}
        return Look(survey, features, traces, estimate)

    def _own_reports(self, survey: Survey, rows: Array) -> Trace:
        """The relocation ratio of what some hotspots say to have heard, 0 for the others."""
        ratio, away_km = np.zeros(len(survey.network)), np.zeros(len(survey.network))
        ratio[rows], estimate = Relocation(n_threads=self.n_threads).judge(listening(survey, rows), False, rows)
        away_km[rows] = np.linalg.norm(estimate.point_m - survey.network.place_m[rows], axis=-1) / 1000.0
        return Trace(ratio, [f"what it says to have heard fits best {away:.1f} km away" for away in away_km.tolist()])


def basis(features: dict[str, Array]) -> Array:
    """Hinge functions of the features, (rows, 1 + number of hinges); the first column is 1.

    >>> basis({name: np.array([knots[0]]) for name, knots in KNOTS.items()})[0].sum()
    np.float64(1.0)
    """
    columns = [np.ones(len(features["relocation"]))]
    for name, knots in KNOTS.items():
        for low, high in pairwise(knots):
            columns.append((np.clip(features[name], low, high) - low) / (high - low))
    return np.column_stack(columns)


def log_odds(features: dict[str, Array], weights: tuple[float, ...]) -> Array:
    """Log-odds of a lie by the model, or of one that shows in its place alone."""
    return np.logaddexp(np.einsum("rk,k->r", basis(features), np.array(weights)), lone_log_odds(features))


def lone_log_odds(features: dict[str, Array]) -> Array:
    """Log-odds of a lie that shows in its place alone.

    >>> lone_log_odds({"relocation": np.array([0.0, 10.0]), "own-reports": np.zeros(2)}).tolist()
    [-4.0, 3.0]
    """
    total = np.full(len(features["relocation"]), _LONE)
    for name, (slope, low, high) in _LONE_SLOPES.items():
        total += slope * np.clip(features[name], low, high)
    return total


def _company(network: Network, suspicion: Array, trust: Array) -> tuple[Array, Array]:
    """(mean suspicion of those that hear a hotspot or are heard by it, trusted witnesses that hear it)."""
    n = len(network)
    a, b = network.heard_beaconer, network.heard_witness
    total = np.bincount(a, suspicion[b], n) + np.bincount(b, suspicion[a], n)
    count = np.bincount(a, minlength=n) + np.bincount(b, minlength=n)
    return (total + 0.1 * 2.0) / (count + 2.0), np.bincount(a, trust[b], n)


def _reachable(survey: Survey) -> Array:
    """Trusted counterparts that could confirm or contradict a hotspot: those that hear it, and those that would hear a
    typical radio at its asserted place more likely than not."""
    sightings, network = survey.sightings, survey.network
    distance_m = network.distance_m(sightings.subject, sightings.counterpart)
    counts = sightings.heard | (survey.channel.loss_db(distance_m) < sightings.level_db)
    return np.bincount(sightings.subject[counts], survey.trust[sightings.counterpart[counts]], len(network))


def _why(look: Look, probability: Array, liar_share: float, rows: Array) -> tuple[list[str], list[str]]:
    """(test that weighs most, its evidence in words) of some rows of the network with their probabilities."""
    weights = dict(zip(KNOTS, _parts(look.features), strict=True))
    names = [name for name in KNOTS if name not in ("company", "confirmed")]
    strongest = np.argmax(np.column_stack([weights[name] for name in names]), axis=1)
    network = look.survey.network
    away_m = np.linalg.norm(look.estimate.point_m - network.place_m[rows], axis=-1)
    away_m = np.where(probability > liar_share, away_m, 0.0)
    relocation = evidence_in_words(network, look.survey.channel, look.survey.sightings, away_m, rows)
    family, words = [], []
    for row, place, where in zip(rows.tolist(), strongest[rows].tolist(), relocation, strict=True):
        name = names[place]
        family.append("missing-witness" if name == "missing-beacons" else name)
        told = "" if name == "relocation" else look.traces[name].words[row] + "; "
        words.append(told + where)
    return family, words


def _parts(features: dict[str, Array]) -> list[Array]:
    """What each feature adds to the log-odds; what a lone lie adds is credited to `relocation`."""
    columns, parts, at = basis(features), [], 1
    for knots in KNOTS.values():
        width = len(knots) - 1
        parts.append(np.einsum("rk,k->r", columns[:, at : at + width], np.array(SECOND[at : at + width])))
        at += width
    parts[list(KNOTS).index("relocation")] += log_odds(features, SECOND) - np.einsum(
        "rk,k->r", columns, np.array(SECOND)
    )
    return parts
