"""Log-likelihood of places of one hotspot: what honest witnesses received of it, and what they did not.

Receptions are jointly Gaussian with the correlated shadowing of witnesses that stand near each other; silent witnesses
are conditioned on the receptions around them and then taken as independent; the hotspot's own loss is integrated out
over its true distribution by adaptive Gauss–Hermite quadrature (J. Liu and D. Pierce, Biometrika 81, 1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.censoring import MissTable
from poc.metrics.references.honest import Fleet, OwnLosses
from poc.metrics.references.law import LOG_DISTANCE, LOSS_GRID_DB, Law
from poc.metrics.references.quadrature import integrate, inverse
from poc.table import Array

#: Pairs that never hear each other for reasons the law does not hold: outages over all beacons.
_UNEXPLAINED = 0.003
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_SILENCE = MissTable.of(_UNEXPLAINED)


@dataclass(frozen=True, slots=True)
class Subject:
    """One hotspot's evidence: heard (h) and silent (m) honest witnesses.

    level_db, read_db: loss without fading, and the witness's own loss as read. edge_db: the loss that silence exceeds,
    the witness's own loss taken out. precision: inverse covariance of the receptions. pull: how a reception moves the
    expected shadowing of a silent witness. spread_db: of each silent witness, given the receptions.
    """

    heard_m: Array
    level_db: Array
    precision: Array
    silent_m: Array
    edge_db: Array
    pull: Array
    spread_db: Array


def subject_of(
    fleet: Fleet, own: OwnLosses, law: Law, row: int, links: Array, witnesses: Array, believed: bool
) -> Subject:
    """The evidence on one hotspot. links: rows of its links to honest witnesses; witnesses: all honest in reach,
    ascending.

    believed: whether the hotspot's links went into `own`; then they are taken out again, as its place is in question.
    """
    j = fleet.witness[links]
    level, var = fleet.level_db[links], fleet.level_var_db2[links]
    read, read_var = own.read_db[j], own.read_var_db2[j]
    if believed:
        left = level - law.median_db(fleet.distance_m(np.full(len(j), row), j)) - own.loss_db[row]
        share = 1.0 / (law.pair_db**2 + var + own.loss_var_db2[row])
        remaining = np.maximum(1.0 / read_var - share, 1.0 / (law.own_spread_db**2 + law.calibration_db**2))
        read, read_var = (read / read_var - share * left) / remaining, 1.0 / remaining
    known = np.zeros(len(fleet.hotspot), np.bool_)
    known[j] = known[row] = True
    k = witnesses[~known[witnesses]]
    s2 = law.pair_db**2
    heard_m, silent_m = fleet.place_m[j], fleet.place_m[k]
    covariance = s2 * law.correlation(_distances(heard_m, heard_m)) + np.diag(var + read_var + 1e-3)
    precision = inverse(covariance)
    cross = s2 * law.correlation(_distances(silent_m, heard_m))
    pull = np.einsum("mh,hk->mk", cross, precision)
    variance = s2 - (pull * cross).sum(axis=1) + own.loss_var_db2[k] + fleet.edge_spread_db[row] ** 2
    return Subject(
        heard_m=heard_m,
        level_db=level - read,
        precision=precision,
        silent_m=silent_m,
        edge_db=fleet.edge_db[row] + fleet.gain_dbi[k] - own.loss_db[k],
        pull=pull,
        spread_db=np.sqrt(np.maximum(variance, 0.25)),
    )


def log_likelihoods(subject: Subject, law: Law, points_m: Array) -> Array:
    """Log-likelihood of each place (points, 3) [m], up to a constant of the subject; the Earth's centre = nowhere."""
    return integrate(
        np.ascontiguousarray(points_m), subject.heard_m, subject.level_db, subject.precision, subject.silent_m,
        subject.edge_db, subject.pull, subject.spread_db, law.loss_db, float(LOG_DISTANCE[1]), law.loss_log_density,
        (float(LOSS_GRID_DB[0]), float(LOSS_GRID_DB[1] - LOSS_GRID_DB[0]), law.own_mean_db, law.own_spread_db**-2),
        _SILENCE.value, _SILENCE.slope, _SILENCE.curvature, _NODES, np.log(_WEIGHTS) + 0.5 * _NODES**2,
    )  # fmt: skip


def _distances(a: Array, b: Array) -> Array:
    return np.sqrt(np.square(a[:, None, :] - b[None, :, :]).sum(axis=-1))
