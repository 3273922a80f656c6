"""How likely a link's receptions and losses are, given the mean and the spread of local levels.

The local level of a link is L ~ N(mean, sigma²); packets spread around it with `packet_sigma_db` and are heard when
they exceed the sensitivity. For known packet spread the number heard and their mean level are sufficient, so that a
link with k packets heard (mean level y) and m lost weighs

    ∫ N(L; mean, sigma²) · N(y; L, packet²/k) · P(lost | L)^m dL
    P(lost | L) = e + (1 − e) Φ((sensitivity − L) / packet)

with e the share of packets lost for reasons that have nothing to do with the level (collisions, outages). With packet
spread 0 this is Tobin's censored likelihood (J. Tobin, Econometrica 26 (1958) 24). Where losses were not counted, a
link counts only because it was heard, which is the truncated likelihood (T. Amemiya, Econometrica 41 (1973) 997).
First and second derivatives are moments of L given the data (T. A. Louis, J. R. Stat. Soc. B 44 (1982) 226).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import erfcx, log_ndtr

from radio_models.floats import Floats

_NODES_PER_PANEL = 24  # of Gauss and Legendre
_REACH = 7.5  # standard deviations that are integrated over
_ONSET = (-4.0, 2.0)  # packet spreads around the sensitivity between which losses set in
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
_LOG_ROOT_2_PI = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, slots=True)
class Observed:
    """Links as columns: packets heard, their mean level [dBm] (unused where none), packets lost, sensitivity [dBm]."""

    n_heard: Floats
    level_dbm: Floats
    n_lost: Floats
    sensitivity_dbm: Floats
    packet_sigma_db: float
    other_loss_share: float


@dataclass(frozen=True, slots=True)
class Score:
    """Log-likelihood of each link and its derivatives by the mean [1/dB] and by ln(sigma)."""

    log_likelihood: Floats
    by_mean: Floats
    by_log_sigma: Floats
    by_mean_twice: Floats
    by_mean_and_log_sigma: Floats
    by_log_sigma_twice: Floats


def censored(mean_dbm: Floats, sigma_db: float, seen: Observed) -> Score:
    """Score of links whose losses were counted, (links,)."""
    heard = seen.n_heard > 0
    packet_variance = seen.packet_sigma_db**2 / np.maximum(seen.n_heard, 1.0)
    weight = np.where(heard, sigma_db**2 / (sigma_db**2 + packet_variance), 0.0)
    level_dbm = np.where(heard, seen.level_dbm, mean_dbm)
    centre_dbm = mean_dbm + weight * (level_dbm - mean_dbm)
    spread_db = sigma_db * np.sqrt(1.0 - weight)
    total_db = np.sqrt(sigma_db**2 + packet_variance)
    direct = -0.5 * ((level_dbm - mean_dbm) / total_db) ** 2 - np.log(total_db) - _LOG_ROOT_2_PI
    # a packet spread of 0 leaves no room for losses on a link that is heard
    n_lost = seen.n_lost if seen.packet_sigma_db > 0.0 else np.where(heard, 0.0, seen.n_lost)

    # panels of nodes end where the level has its bulk and where losses set in
    bulk_dbm, high_dbm = centre_dbm - _REACH * spread_db, centre_dbm + _REACH * spread_db
    low_dbm = np.minimum(bulk_dbm, np.minimum(seen.sensitivity_dbm, high_dbm) - _REACH * spread_db)
    ends_dbm = [low_dbm, bulk_dbm, centre_dbm, high_dbm]
    ends_dbm += [np.clip(seen.sensitivity_dbm + k * seen.packet_sigma_db, low_dbm, high_dbm) for k in _ONSET]
    panels = list(pairwise(np.sort(ends_dbm, axis=0)))
    local_dbm = np.concatenate([_between(low, high) for low, high in panels], axis=1)
    width_db = np.concatenate([_widths(low, high) for low, high in panels], axis=1)
    safe_db = np.maximum(spread_db, 1e-9)[:, None]
    log_weight = np.log(np.maximum(width_db / safe_db, 1e-300)) - _LOG_ROOT_2_PI
    log_weight = log_weight - 0.5 * ((local_dbm - centre_dbm[:, None]) / safe_db) ** 2
    log_weight = log_weight + np.where(n_lost > 0, n_lost, 0.0)[:, None] * _log_lost(local_dbm, seen)

    top = log_weight.max(axis=1)
    share = np.exp(log_weight - top[:, None])
    total = share.sum(axis=1)
    # nothing to integrate where the level is known for certain
    exact = spread_db == 0.0
    log_integral = np.where(exact, 0.0, top + np.log(total))
    score = _from_moments(share / total[:, None], (local_dbm - mean_dbm[:, None]) / sigma_db, sigma_db)
    pinned = _from_moments(np.ones((len(mean_dbm), 1)), ((level_dbm - mean_dbm) / sigma_db)[:, None], sigma_db)
    columns = [np.where(exact, one, other) for one, other in zip(pinned, score, strict=True)]
    return Score(np.where(heard, direct, 0.0) + log_integral, *columns)


def truncated(mean_dbm: Floats, sigma_db: float, seen: Observed) -> Score:
    """Score of links of which only the heard ones are known: N(y; mean, total²) / Φ((mean − sensitivity) / total)."""
    packet_variance = seen.packet_sigma_db**2 / np.maximum(seen.n_heard, 1.0)
    total_db = np.sqrt(sigma_db**2 + packet_variance)
    share = sigma_db**2 / total_db**2  # d ln(total) / d ln(sigma)
    u = (seen.level_dbm - mean_dbm) / total_db
    a = (mean_dbm - seen.sensitivity_dbm) / total_db
    hazard = np.sqrt(2.0 / np.pi) / erfcx(-a / np.sqrt(2.0))  # φ(a) / Φ(a), without underflow
    falling = hazard * (hazard + a)  # − d hazard / d a
    log_likelihood = -0.5 * u**2 - np.log(total_db) - _LOG_ROOT_2_PI - log_ndtr(a)
    by_log_total = u**2 - 1.0 + a * hazard
    by_log_total_twice = -2.0 * u**2 - a * hazard + a**2 * falling
    return Score(
        log_likelihood=log_likelihood,
        by_mean=(u - hazard) / total_db,
        by_log_sigma=by_log_total * share,
        by_mean_twice=(falling - 1.0) / total_db**2,
        by_mean_and_log_sigma=(-2.0 * u + hazard - a * falling) / total_db * share,
        by_log_sigma_twice=by_log_total_twice * share**2 + by_log_total * 2.0 * share * (1.0 - share),
    )


def _log_lost(local_dbm: Floats, seen: Observed) -> Floats:
    """Logarithm of the probability that a packet is lost at this local level."""
    below_db = seen.sensitivity_dbm[:, None] - local_dbm
    if seen.packet_sigma_db > 0.0:
        log_weak = log_ndtr(below_db / seen.packet_sigma_db)
    else:
        log_weak = np.where(below_db >= 0.0, 0.0, -np.inf)
    if seen.other_loss_share == 0.0:
        return np.asarray(np.maximum(log_weak, -1e6))
    return np.asarray(np.log(seen.other_loss_share + (1.0 - seen.other_loss_share) * np.exp(log_weak)))


def _from_moments(share: Floats, u: Floats, sigma_db: float) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Derivatives from the distribution of u = (L − mean) / sigma given the data, (links, nodes)."""
    first, second = (share * u).sum(axis=1), (share * u**2).sum(axis=1)
    third, fourth = (share * u**3).sum(axis=1), (share * u**4).sum(axis=1)
    return (
        first / sigma_db,
        second - 1.0,
        (second - first**2 - 1.0) / sigma_db**2,
        (third - first * second - 2.0 * first) / sigma_db,
        fourth - second**2 - 2.0 * second,
    )


def _between(low: Floats, high: Floats) -> Floats:
    return np.asarray(low[:, None] + 0.5 * (high - low)[:, None] * (_NODE + 1.0))


def _widths(low: Floats, high: Floats) -> Floats:
    return np.asarray(0.5 * (high - low)[:, None] * _WEIGHT)
