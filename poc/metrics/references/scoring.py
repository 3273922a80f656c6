"""The two reference tests as rows of SCORES, so that every grade of a detector can be taken of them too."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import expit

from maps.geodesy import EARTH_RADIUS_M, destination, great_circle_m, unit_vectors
from maps.grid import coordinates_from_cells
from poc.detectors.candidates import around, hexagon_offsets, search
from poc.detectors.evidence import Evidence
from poc.detectors.posterior import estimate_from, log_likelihood_elsewhere
from poc.keys import Keys
from poc.metrics.references.honest import fleet_of, own_losses
from poc.metrics.references.law import Law
from poc.metrics.references.likelihood import Subject, log_likelihoods, subject_of
from poc.schema import SCORES
from poc.table import Array, Table

_TOLERANCE_M, _FARTHEST_M, _NOWHERE_SHARE, _DEAD_SHARE = 400.0, 50_000.0, 0.02, 0.002
_SLOPPY_M = (120.0, 200.0, 280.0)
_SLOPPY_RING_M = np.concatenate([np.zeros((1, 2)), *(hexagon_offsets(1)[1:] * off_m for off_m in _SLOPPY_M)])[None]
_TOGETHER = 256  # subjects that are searched side by side; what is said of one does not depend on the others


def references(
    evidence: Evidence, truth: Table, law: Law, keys: Keys | None = None, chosen: Array | None = None
) -> Table:
    """SCORES of `informed` and `clairvoyant`, one row each for every hotspot with a place.

    truth: TRUTH of the same hotspots. keys: of the places at which the clairvoyant test looks for honest hotspots.
    chosen: ids to score, all by default; each is scored as it would be among all.

    Evidence is what honest witnesses report of a hotspot and what they do not: the hotspot's own reports it may forge.
    Approximations: sums of packets as Gaussian moments; silent witnesses independent given the receptions; honest
    witnesses stand where they assert (3 % are 100 to 300 m off); the informed test's prior over places knows no scale
    (every factor of distance from 300 m to 50 km alike). For an honest hotspot the clairvoyant test asks about the
    place that a liar asserting the same would have: a keyed draw of a liar's distance, any bearing.
    """
    truth = truth.sort("hotspot")
    honest_ids = truth["hotspot"][truth["attack"] == ""]
    fleet = fleet_of(evidence, honest_ids, law)
    n = len(fleet.hotspot)
    reach_m = _reach_m(law, fleet.edge_db, fleet.gain_dbi)
    own = own_losses(fleet, law, reach_m)
    tree, honest = cKDTree(fleet.place_m[fleet.honest]), np.flatnonzero(fleet.honest)
    usable = np.flatnonzero(fleet.honest[fleet.witness])
    usable = usable[np.argsort(fleet.beaconer[usable], kind="stable")]
    start = np.searchsorted(fleet.beaconer[usable], np.arange(n + 1))
    true_m = _true_places(fleet.hotspot, evidence, truth, keys or Keys(0).of("clairvoyant"))
    informed, clairvoyant = np.zeros(n), np.zeros(n)
    point_m, radius_m = fleet.place_m.copy(), np.full(n, 20_015_000.0)
    wanted = np.ones(n, np.bool_) if chosen is None else np.isin(fleet.hotspot, chosen)
    every = np.flatnonzero(wanted & (fleet.n_beacons > 0))
    for begin in range(0, len(every), _TOGETHER):
        subjects: list[Subject] = []
        kept, hubs_m, scales_m = [], [], []
        for row in every[begin : begin + _TOGETHER].tolist():
            links = usable[start[row] : start[row + 1]]
            witness = fleet.witness[links]
            hub_m = fleet.place_m[witness[np.argmin(fleet.level_db[links])]] if len(links) else fleet.place_m[row]
            centres = np.stack([fleet.place_m[row], hub_m, true_m[row]])
            near = np.zeros(len(honest), np.bool_)
            for some in tree.query_ball_point(centres, reach_m):
                near[some] = True
            subject = subject_of(fleet, own, law, row, links, honest[near], bool(fleet.honest[row]))
            if len(subject.level_db) or len(subject.edge_db):
                subjects.append(subject)
                kept.append(row)
                hubs_m.append(hub_m)
                scales_m.append(_scale_m(subject, law, hub_m, reach_m))
        if subjects:
            said = _weighed(subjects, law, fleet.place_m[kept], np.stack(hubs_m), np.array(scales_m), true_m[kept])
            informed[kept], clairvoyant[kept], point_m[kept], radius_m[kept] = said
    tables = [
        _scores("informed", fleet.hotspot[wanted], informed[wanted], point_m[wanted], radius_m[wanted]),
        _scores("clairvoyant", fleet.hotspot[wanted], clairvoyant[wanted], true_m[wanted], np.zeros(wanted.sum())),
    ]
    return Table.concat(tables)


def _weighed(
    subjects: list[Subject], law: Law, place_m: Array, hub_m: Array, scale_m: Array, true_m: Array
) -> tuple[Array, Array, Array, Array]:
    """(informed and clairvoyant log-likelihood ratio, estimated place [m], credible radius [m]) of each subject."""

    def likelihood(points_m: Array) -> Array:
        return np.stack([log_likelihoods(one, law, points) for one, points in zip(subjects, points_m, strict=True)])

    found = search(place_m, hub_m, scale_m, likelihood)
    ring = around(place_m, _SLOPPY_RING_M)
    here = likelihood(np.concatenate([ring, np.zeros((len(subjects), 1, 3)), true_m[:, None]], axis=1))
    n_ring = ring.shape[1]
    share = np.log(np.append(1.0 - law.sloppy_share, np.full(n_ring - 1, max(law.sloppy_share, 1e-9) / (n_ring - 1))))
    as_asserted, nowhere = np.logaddexp.reduce(here[:, :n_ring] + share, axis=1), here[:, n_ring]
    as_asserted = np.logaddexp(np.log1p(-_DEAD_SHARE) + as_asserted, np.log(_DEAD_SHARE) + nowhere)
    elsewhere = log_likelihood_elsewhere(found, place_m, _TOLERANCE_M, _FARTHEST_M)
    elsewhere = np.logaddexp(np.log1p(-_NOWHERE_SHARE) + elsewhere, np.log(_NOWHERE_SHARE) + nowhere)
    estimate = estimate_from(found)
    return (
        elsewhere - as_asserted, here[:, n_ring + 1] - as_asserted, estimate.point_m, estimate.credible_radius_m
    )  # fmt: skip


def _reach_m(law: Law, edge_db: Array, gain_dbi: Array) -> float:
    """Beyond this a typical pair would need more than three spreads of luck."""
    budget = float(np.quantile(edge_db, 0.9, method="lower") + np.median(gain_dbi)) - 2.0 * law.own_mean_db
    budget += 1.5 * float(np.sqrt(law.pair_db**2 + 2.0 * law.own_spread_db**2))
    return law.distance_m(budget)


def _scale_m(subject: Subject, law: Law, hub_m: Array, reach_m: float) -> float:
    if not len(subject.level_db):
        return 0.5 * reach_m
    distance_m = np.linalg.norm(subject.heard_m - hub_m, axis=-1)
    lowest_db = subject.level_db.min() - law.own_mean_db
    ring_m = min(law.distance_m(lowest_db), 0.5 * reach_m)
    return max(float(np.median(distance_m)), ring_m, 150.0)


def _true_places(hotspot: Array, evidence: Evidence, truth: Table, keys: Keys) -> Array:
    """Where a liar really is; for an honest hotspot where a liar of the same assertion would be, (n, 3) [m]."""
    rows = truth.rows_of(hotspot)
    truth = truth.take(rows)
    cells = evidence.hotspots.take(evidence.hotspots.rows_of(hotspot))["cell"]
    latitude_deg, longitude_deg = coordinates_from_cells(cells)
    offset_m = great_circle_m(latitude_deg, longitude_deg, truth["latitude_deg"], truth["longitude_deg"])
    lies = np.flatnonzero(truth["attack"] != "")
    place_m = unit_vectors(truth["latitude_deg"], truth["longitude_deg"])
    if len(lies):
        honest = np.flatnonzero(truth["attack"] == "")
        ids = hotspot[honest]
        drawn_m = offset_m[lies][keys.of("liar").integers(len(lies), ids)]
        bearing_deg = 360.0 * keys.of("bearing").uniform(ids)
        there = destination(latitude_deg[honest], longitude_deg[honest], bearing_deg, drawn_m)
        place_m[honest] = unit_vectors(*there)
    return np.asarray(place_m * EARTH_RADIUS_M)


def _scores(name: str, hotspot: Array, ratio: Array, point_m: Array, radius_m: Array) -> Table:
    from maps.geodesy import coordinates_from_vectors

    probability = expit(ratio - np.log(9.0))
    latitude_deg, longitude_deg = coordinates_from_vectors(point_m)
    return SCORES.table(
        detector=np.full(len(hotspot), name),
        hotspot=hotspot,
        probability=probability,
        log_likelihood_ratio=ratio,
        verdict=np.select([probability > 0.9, probability < 0.05], ["suspect", "honest"], "undecided"),
        estimated_latitude_deg=latitude_deg,
        estimated_longitude_deg=longitude_deg,
        credible_radius_m=radius_m,
        family=np.full(len(hotspot), name),
        evidence=np.full(len(hotspot), "a reference test that reads the truth"),
    )
