"""How well a score ranks liars above honest hotspots: ROC, area, average precision, intervals, calibration.

Counts are whole numbers and sums are exact, so results do not depend on the order of the rows.
Sources: T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), for ROC with ties and
the area; E. B. Wilson, JASA 22 (1927), for the interval of a proportion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.table import Array

_NORMAL_QUANTILE_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Roc:
    """Liars and honest hotspots at or above each distinct score, from the highest score down; starts at (0, 0)."""

    n_true: Array
    n_false: Array

    @property
    def n_liars(self) -> int:
        return int(self.n_true[-1])

    @property
    def n_honest(self) -> int:
        return int(self.n_false[-1])

    @property
    def true_positive_rate(self) -> Array:
        return np.asarray(self.n_true / max(self.n_liars, 1))

    @property
    def false_positive_rate(self) -> Array:
        return np.asarray(self.n_false / max(self.n_honest, 1))


def roc(score: Array, is_liar: Array) -> Roc:
    """The receiver operating characteristic of a score; equal scores move together.

    >>> curve = roc(np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, True, False, False]))
    >>> curve.n_true.tolist(), curve.n_false.tolist()
    ([0, 1, 2, 2], [0, 0, 1, 2])
    """
    order = np.argsort(-score, kind="stable")
    score, is_liar = score[order], is_liar[order].astype(bool)
    last_of_ties = np.flatnonzero(np.append(score[1:] != score[:-1], True)) if len(score) else np.zeros(0, np.int64)
    n_true = np.cumsum(is_liar, dtype=np.int64)[last_of_ties]
    return Roc(np.append(np.int64(0), n_true), np.append(np.int64(0), last_of_ties + 1 - n_true))


def area_under(curve: Roc) -> float | None:
    """Chance that a liar scores above an honest hotspot, ties counting half; None without both kinds.

    >>> area_under(roc(np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, True, False, False])))
    0.875
    """
    if not curve.n_liars or not curve.n_honest:
        return None
    steps = np.diff(curve.n_false).tolist()
    heights = (curve.n_true[1:] + curve.n_true[:-1]).tolist()
    doubled = sum(step * height for step, height in zip(steps, heights, strict=True))
    return float(doubled / (2 * curve.n_liars * curve.n_honest))


def sensitivity_index(area: float | None, n_liars: int, n_honest: int) -> float | None:
    """d′ of two normal distributions with this area under their curve; a full area counts as half a pair short of one.

    Source: Green and Swets, "Signal Detection Theory and Psychophysics" (1966): area = Φ(d′ / √2).

    >>> sensitivity_index(0.5, 10, 10), round(sensitivity_index(0.9, 10, 10), 2)
    (0.0, 1.81)
    """
    from scipy.special import ndtri

    if area is None or not n_liars or not n_honest:
        return None
    short = 0.5 / (n_liars * n_honest)
    return float(math.sqrt(2.0) * ndtri(min(max(area, short), 1.0 - short)))


def n_found_at(curve: Roc, false_positive_rate: float) -> int:
    """Most liars that can be found with at most this share of the honest hotspots accused."""
    return int(curve.n_true[curve.n_false <= false_positive_rate * curve.n_honest + 1e-9][-1])


def average_precision(curve: Roc, liar_share: float | None = None) -> float | None:
    """Precision averaged over the liars, at the share of liars in the data or at a stated one; None without liars.

    >>> average_precision(roc(np.array([3.0, 2.0, 1.0]), np.array([True, False, True])))
    0.8333333333333333
    """
    if not curve.n_liars or (liar_share is not None and not curve.n_honest):
        return None
    found, accused = curve.n_true[1:].astype(np.float64), curve.n_false[1:].astype(np.float64)
    if liar_share is not None:
        found, accused = liar_share * found / curve.n_liars, (1.0 - liar_share) * accused / curve.n_honest
    total = found + accused
    precision = np.divide(found, total, out=np.zeros_like(total), where=total > 0)
    return math.fsum((np.diff(curve.n_true) * precision).tolist()) / curve.n_liars


def wilson_interval(n_hits: int, n_tries: int) -> list[float] | None:
    """The 95 % interval of a proportion; None without a try.

    >>> [round(bound, 4) for bound in wilson_interval(8, 10)]
    [0.4902, 0.9433]
    """
    if not n_tries:
        return None
    z2 = _NORMAL_QUANTILE_95**2
    share = n_hits / n_tries
    middle = (share + z2 / (2 * n_tries)) / (1 + z2 / n_tries)
    half = math.sqrt(share * (1 - share) * z2 / n_tries + z2 * z2 / (4 * n_tries**2)) / (1 + z2 / n_tries)
    return [max(0.0, middle - half), min(1.0, middle + half)]


def calibration(probability: Array, is_liar: Array, n_bins: int = 10) -> dict[str, Any]:
    """Whether stated probabilities come true: Brier score, expected calibration error and the bins behind it.

    Source: Naeini, Cooper and Hauskrecht, AAAI 2015, for the error over equal-width bins.

    >>> calibration(np.array([0.0, 1.0]), np.array([False, True]))["brier_score"]
    0.0
    """
    n = len(probability)
    if not n:
        return {"brier_score": None, "expected_calibration_error": None, "bins": []}
    place = np.minimum((probability * n_bins).astype(np.int64), n_bins - 1)
    bins, errors = [], []
    for number in range(n_bins):
        inside = place == number
        n_inside = int(inside.sum())
        if not n_inside:
            continue
        stated = math.fsum(probability[inside].tolist()) / n_inside
        observed = int(is_liar[inside].sum()) / n_inside
        errors.append(n_inside * abs(stated - observed))
        bins.append({
            "from": number / n_bins, "to": (number + 1) / n_bins, "n_hotspots": n_inside,
            "mean_probability": stated, "liar_share": observed,
        })  # fmt: skip
    return {
        "brier_score": math.fsum(((probability - is_liar) ** 2).tolist()) / n,
        "expected_calibration_error": math.fsum(errors) / n,
        "bins": bins,
    }


def equal_mass_calibration_error(probability: Array, is_liar: Array, n_bins: int = 15) -> float | None:
    """Expected calibration error over bins of equally many hotspots; None without any.

    Source: Nixon et al., "Measuring calibration in deep learning", CVPR workshops 2019 (adaptive bins).

    >>> equal_mass_calibration_error(np.array([0.0, 0.5, 0.5, 1.0]), np.array([False, True, False, True]), 3)
    0.0
    """
    n = len(probability)
    if not n:
        return None
    bins = np.array_split(np.argsort(probability, kind="stable"), min(n_bins, n))
    # hotspots of one probability stand for each other, wherever a bin cuts them
    _, place = np.unique(probability, return_inverse=True)
    share = np.bincount(place, is_liar.astype(np.float64)) / np.bincount(place)
    errors = [len(part) * abs(float((probability[part] - share[place[part]]).mean())) for part in bins]
    return math.fsum(errors) / n


def log_loss_skill(probability: Array, is_liar: Array) -> float | None:
    """1 − log-loss / log-loss of the share of liars said of everybody; None unless there are both kinds.

    >>> log_loss_skill(np.array([0.5, 0.5]), np.array([True, False]))
    0.0
    """
    base = float(is_liar.mean()) if len(is_liar) else 0.0
    if not 0.0 < base < 1.0:
        return None
    sure = np.clip(probability, 1e-12, 1.0 - 1e-12)
    loss = -math.fsum(np.where(is_liar, np.log(sure), np.log1p(-sure)).tolist()) / len(is_liar)
    return 1.0 - loss / -(base * math.log(base) + (1.0 - base) * math.log(1.0 - base))
