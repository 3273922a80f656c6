"""The receive-side reference: do the reports of a hotspot fit the place where it stands?

Where an attack leaves places true and forges reports (signal-forging, starvation), the two tests on what others report
of a hotspot have nothing to find. This one looks at what a hotspot reports itself of everybody, and what it does not.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.detectors.evidence import Evidence
from poc.metrics.references.honest import Fleet, OwnLosses, fleet_of, own_losses
from poc.metrics.references.law import LOSS_GRID_DB, Law
from poc.table import Array, Table
from radio_models.special_functions import logsumexp

#: Shares of a forger's pairs that are made up, alike likely.
_MADE_UP = (0.05, 0.3, 1.0)
_EVERY_GRID = 4  # own losses are integrated in steps of 1 dB
_REPORTED = 0.9  # chance that a forger has a report of a pair that it makes up
_UNEXPLAINED = 0.003
_ANY_LEVEL_DB = 150.0  # the range of levels that can be written at all
_SHIFT_DB = 60.0  # how far off a forger may set all its readings


def receive_side(evidence: Evidence, truth: Table, law: Law) -> tuple[Array, Array]:
    """(hotspots in ascending id, log-likelihood ratio of forged against honest reports of each).

    truth: TRUTH of the same hotspots; places are where they really are, losses of the honest as all links show them,
    of others unknown. Honest: levels and silences follow the law, the hotspot's own loss integrated out. Forged: a
    share of its pairs (5, 30 or 100 %) is reported nine times in ten with a level that knows no distance, either as
    all levels of the network are spread or any; or all its readings are off by up to 60 dB. Approximations: shadowing
    of pairs as independent, sums of packets as Gaussian moments; the spread of packets, SNR and times are not looked
    at, and levels below what a receiver can read count as at its limit.
    """
    truth = truth.sort("hotspot")
    fleet = fleet_of(evidence, truth["hotspot"][truth["attack"] == ""], law)
    row = truth.rows_of(fleet.hotspot)
    place_m = EARTH_RADIUS_M * unit_vectors(truth["latitude_deg"][row], truth["longitude_deg"][row])
    own = own_losses(fleet, law, _reach_m(fleet, law))
    order = np.argsort(fleet.witness, kind="stable")
    start = np.searchsorted(fleet.witness[order], np.arange(len(fleet.hotspot) + 1))
    usual = float(fleet.level_db.mean()), float(fleet.level_db.std())
    ratio = np.zeros(len(fleet.hotspot))
    for witness in np.flatnonzero(fleet.n_beacons > 0).tolist():
        links = order[start[witness] : start[witness + 1]]
        honest, made_up = _pair_terms(fleet, own, law, witness, links, place_m, usual)
        ratio[witness] = _ratio(honest, made_up, law)
    return fleet.hotspot, ratio


def _pair_terms(
    fleet: Fleet, own: OwnLosses, law: Law, witness: int, links: Array, place_m: Array, usual: tuple[float, float]
) -> tuple[Array, Array]:
    """Log-likelihood of every pair of a witness: (own losses, pairs) if honest, (pairs,) if made up."""
    distance_m = np.maximum(np.linalg.norm(place_m - place_m[witness], axis=-1), 5.0)
    near = (distance_m < _reach_m(fleet, law)) & (fleet.n_beacons > 0)
    near[fleet.beaconer[links]] = near[witness] = False
    heard, silent = fleet.beaconer[links], np.flatnonzero(near)
    x = LOSS_GRID_DB[::_EVERY_GRID, None]
    left = fleet.level_db[links] - law.median_db(distance_m[heard]) - own.loss_db[heard]
    var = law.pair_db**2 + law.calibration_db**2 + fleet.level_var_db2[links] + own.loss_var_db2[heard]
    of_heard = -0.5 * (left - x) ** 2 / var - 0.5 * np.log(2.0 * np.pi * var)
    edge = fleet.edge_db[silent] + fleet.gain_dbi[witness] - law.median_db(distance_m[silent]) - own.loss_db[silent]
    spread = np.sqrt(law.pair_db**2 + own.loss_var_db2[silent] + fleet.edge_spread_db[silent] ** 2)
    of_silent = np.logaddexp(np.log(_UNEXPLAINED), log_ndtr((x - edge) / spread))
    level = (fleet.level_db[links] - usual[0]) / usual[1]
    as_all = -0.5 * level**2 - np.log(usual[1]) - 0.5 * np.log(2.0 * np.pi)
    made_up = np.log(0.5 * _REPORTED) + np.logaddexp(as_all, -np.log(_ANY_LEVEL_DB))
    return np.hstack([of_heard, of_silent]), np.append(made_up, np.full(len(silent), np.log(1.0 - _REPORTED)))


def _ratio(honest: Array, made_up: Array, law: Law) -> float:
    prior = law.loss_log_density[::_EVERY_GRID]
    flat = np.full(len(prior), -np.log(2.0 * _SHIFT_DB))
    as_honest = logsumexp(honest.sum(axis=1) + prior)
    stories = [honest.sum(axis=1) + flat]
    for share in _MADE_UP:
        keep = np.log(max(1.0 - share, 1e-300))
        stories.append(np.logaddexp(keep + honest, np.log(share) + made_up).sum(axis=1) + prior)
    as_forged = logsumexp(np.concatenate(stories)) - np.log(len(stories))
    return float(as_forged - as_honest)


def _reach_m(fleet: Fleet, law: Law) -> float:
    """Beyond this a typical pair would need more than three spreads of luck."""
    budget = float(np.quantile(fleet.edge_db, 0.9, method="lower") + np.median(fleet.gain_dbi)) - 2.0 * law.own_mean_db
    return law.distance_m(budget + 1.5 * float(np.sqrt(law.pair_db**2 + 2.0 * law.own_spread_db**2)))
