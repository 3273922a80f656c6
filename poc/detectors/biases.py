"""What each hotspot's own equipment adds to the loss: a bias when it sends and one when it hears, not independent.

Both share the antenna, the cable and the surroundings of the site, so what is learnt of one speaks of the other: the
prior of a hotspot's two biases is a two-dimensional normal distribution whose spreads and correlation are estimated
from the fleet (empirical Bayes; Dempster, Laird and Rubin, J. R. Statist. Soc. B 39, 1977).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from poc.detectors.censoring import LINK_LOSS, MissTable
from poc.table import COMPILED_FROM, Array

_SPREAD_DB = (4.0, 20.0)  # prior value and the hotspots it counts for
_CORRELATION = (0.5, 20.0)
#: Silence of a pair this many spreads beyond hearing is no news.
_NO_NEWS = 4.0
_MISSES = MissTable.of(LINK_LOSS)
_ROUNDS = 3
_TAIL = 4.0  # degrees of freedom by which receptions weigh: a liar at the other end pulls little


@dataclass(frozen=True, slots=True)
class Observations:
    """Directed pairs: heard ones with their level, missed ones with the level they must have exceeded."""

    beaconer: Array
    witness: Array
    log_distance_km: Array
    level_db: Array
    variance_db2: Array
    weight: Array


@dataclass(frozen=True, slots=True)
class Biases:
    """Posterior of the biases (extra loss, one value for each row): means, and the precision matrix of the two.

    transmit_spread_db, receive_spread_db, correlation: of the biases over hotspots.
    """

    transmit_db: Array
    receive_db: Array
    precision_tt: Array
    precision_tr: Array
    precision_rr: Array
    transmit_spread_db: float
    receive_spread_db: float
    correlation: float

    @staticmethod
    def unknown(n: int) -> Biases:
        """No report yet: no variance either, so that the first fit of the law is not blurred by the prior."""
        zero, sure = np.zeros(n), np.full(n, 1e12)
        return Biases(zero, zero, sure, zero, sure, _SPREAD_DB[0], _SPREAD_DB[0], _CORRELATION[0])

    @property
    def transmit_var_db2(self) -> Array:
        return np.asarray(self.precision_rr / self._determinant())

    @property
    def receive_var_db2(self) -> Array:
        return np.asarray(self.precision_tt / self._determinant())

    def prior(self) -> tuple[float, float, float]:
        """(tt, tr, rr) of the precision of the prior."""
        left = 1.0 - self.correlation**2
        return (
            1.0 / (left * self.transmit_spread_db**2),
            -self.correlation / (left * self.transmit_spread_db * self.receive_spread_db),
            1.0 / (left * self.receive_spread_db**2),
        )

    def without(
        self, rows: Array, transmit: tuple[Array, Array], receive: tuple[Array, Array], receiving: Array
    ) -> tuple[Array, Array]:
        """(mean, variance) of one bias of each row, a pair's own shares in both taken out again.

        transmit, receive: (precision, value) that the pair brought to either bias. receiving: which bias is asked for.
        """
        prior_tt, _, prior_rr = self.prior()
        (share_t, value_t), (share_r, value_r) = transmit, receive
        tt, tr, rr = self.precision_tt[rows], self.precision_tr[rows], self.precision_rr[rows]
        mean_t, mean_r = self.transmit_db[rows], self.receive_db[rows]
        b_t = tt * mean_t + tr * mean_r - share_t * value_t
        b_r = tr * mean_t + rr * mean_r - share_r * value_r
        tt, rr = np.maximum(tt - share_t, prior_tt), np.maximum(rr - share_r, prior_rr)
        determinant = tt * rr - tr**2
        mean = np.where(receiving, tt * b_r - tr * b_t, rr * b_t - tr * b_r) / determinant
        return mean, np.where(receiving, tt, rr) / determinant

    def _determinant(self) -> Array:
        return np.asarray(self.precision_tt * self.precision_rr - self.precision_tr**2)


def tail_weight(square: Array) -> Array:
    """How much a reception counts whose squared distance from expectation is so many variances."""
    return np.asarray((_TAIL + 1.0) / (_TAIL + square))


def improve(
    biases: Biases,
    heard: Observations,
    missed: Observations,
    residual_db: Array,
    excess_db: Array,
    sigma_db: float,
    trust: Array,
) -> Biases:
    """Alternating Newton steps on both biases, censored, then one EM step of their spreads and correlation.

    residual_db: level less law of heard pairs; excess_db the same of missed pairs. trust: of each row; what the trusted
    have in common belongs to the law and is taken out.
    """
    n = len(biases.transmit_db)
    transmit, receive = biases.transmit_db.copy(), biases.receive_db.copy()
    newton_steps = _compiled_steps if len(excess_db) > COMPILED_FROM else _steps
    precisions = newton_steps(transmit, receive, biases.prior(), heard, missed, residual_db, excess_db, sigma_db)
    prior_tr = biases.prior()[1]
    total = max(float(trust.sum()), 1e-9)
    transmit, receive = (bias - float((trust * bias).sum()) / total for bias in (transmit, receive))
    found = replace(
        biases, transmit_db=transmit, receive_db=receive,
        precision_tt=precisions[0], precision_tr=np.full(n, prior_tr), precision_rr=precisions[1],
    )  # fmt: skip
    return _with_spreads(found)


def _steps(
    transmit: Array,
    receive: Array,
    priors: tuple[float, float, float],
    heard: Observations,
    missed: Observations,
    residual_db: Array,
    excess_db: Array,
    sigma_db: float,
) -> tuple[Array, Array]:
    """Overwrite both biases; the precision of either."""
    n, precisions = len(transmit), [np.zeros(0), np.zeros(0)]
    heard_s2, missed_s = sigma_db**2 + heard.variance_db2, np.sqrt(sigma_db**2 + missed.variance_db2)
    news = transmit[missed.beaconer] + receive[missed.witness] - excess_db < _NO_NEWS * missed_s
    senders, listeners = missed.beaconer[news], missed.witness[news]
    excess_db, missed_s, missed_weight = excess_db[news], missed_s[news], missed.weight[news]
    for _ in range(_ROUNDS):
        for side in (0, 1):
            bias, rows = (transmit, heard.beaconer) if side == 0 else (receive, heard.witness)
            other, prior = (receive, priors[0]) if side == 0 else (transmit, priors[2])
            missed_rows = senders if side == 0 else listeners
            left = residual_db - transmit[heard.beaconer] - receive[heard.witness]
            precision = heard.weight / heard_s2 * tail_weight(left * left / heard_s2)
            z = (transmit[senders] + receive[listeners] - excess_db) / missed_s
            slope, curvature = _MISSES.bends_at(z)
            gradient = _sums(rows, precision * left, n)
            gradient += _sums(missed_rows, missed_weight * slope / missed_s, n) - prior * bias - priors[1] * other
            curving = _sums(rows, precision, n) + prior
            curving += _sums(missed_rows, missed_weight * curvature / missed_s**2, n)
            bias += np.clip(gradient / curving, -15.0, 15.0)
            precisions[side] = curving
    return precisions[0], precisions[1]


def _compiled_steps(
    transmit: Array,
    receive: Array,
    priors: tuple[float, float, float],
    heard: Observations,
    missed: Observations,
    residual_db: Array,
    excess_db: Array,
    sigma_db: float,
) -> tuple[Array, Array]:
    """The same for many pairs."""
    from poc.detectors.fits_compiled import newton_steps

    precisions = np.empty_like(transmit), np.empty_like(receive)
    newton_steps(
        (heard.beaconer, heard.witness), heard.weight, sigma_db**2 + heard.variance_db2, residual_db,
        (missed.beaconer, missed.witness), missed.weight, np.sqrt(sigma_db**2 + missed.variance_db2), excess_db,
        _NO_NEWS, _TAIL, priors, _MISSES.slope, _MISSES.curvature, _ROUNDS, transmit, receive, *precisions,
    )  # fmt: skip
    return precisions


def _with_spreads(found: Biases) -> Biases:
    """One EM step with the tails cut at three spreads."""
    limit_t, limit_r = 3.0 * found.transmit_spread_db, 3.0 * found.receive_spread_db
    t, r = np.clip(found.transmit_db, -limit_t, limit_t), np.clip(found.receive_db, -limit_r, limit_r)
    determinant = found.precision_tt * found.precision_rr - found.precision_tr**2
    mean, weight = _SPREAD_DB
    total = len(t) + weight
    square_t = (float((t * t + found.precision_rr / determinant).sum()) + weight * mean**2) / total
    square_r = (float((r * r + found.precision_tt / determinant).sum()) + weight * mean**2) / total
    common = float((t * r - found.precision_tr / determinant).sum())
    mean, weight = _CORRELATION
    correlation = (common / np.sqrt(square_t * square_r) + weight * mean) / (len(t) + weight)
    return replace(
        found, transmit_spread_db=float(np.sqrt(square_t)), receive_spread_db=float(np.sqrt(square_r)),
        correlation=float(np.clip(correlation, 0.0, 0.95)),
    )  # fmt: skip


def _sums(rows: Array, values: Array, n: int) -> Array:
    """Sums of values by row number; floats also where there is nothing to add."""
    return np.bincount(rows, values, n).astype(np.float64)
