"""How far to look: the radius follows from a stated miss probability, not from habit (design §6).

A link is left out when its mean margin over the sensitivity is so low that shadowing and fading together would carry
it over with less than the stated probability.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from poc.table import Array

FADE_FLOOR = 1e-6  # a beacon this unlikely to be heard on a given link is not drawn
_MAX_DISTANCE_M = 400_000.0


def deficit_db(sigma_db: float, fading: Any, miss_probability: float) -> float:
    """Margin below zero at which a link is heard with `miss_probability`.

    >>> from radio_models.fading import FADING
    >>> 24 < deficit_db(8.0, FADING["none"](), 1e-3) < 25
    True
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()

    def heard(margin_db: float) -> float:
        return float((weights * fading.survival(margin_db + sigma_db * nodes)).sum())

    if sigma_db == 0.0:
        return fade_floor_db(fading, miss_probability)
    return -_bisect(heard, miss_probability, -30.0 - 8.0 * sigma_db, 80.0)


def fade_floor_db(fading: Any, probability: float = FADE_FLOOR) -> float:
    """How far below the sensitivity the mean of a link may lie and still be heard with `probability`."""
    return -_bisect(lambda margin: float(fading.survival(np.float64(margin))), probability, -80.0, 80.0)


def radius_m(loss_db: Callable[[Array], Array], budget_db: float) -> float:
    """The largest distance [m] at which the loss is still within the budget, on a grid of 1 % steps."""
    distance_m = np.geomspace(10.0, _MAX_DISTANCE_M, 1065)
    within = np.flatnonzero(loss_db(distance_m) <= budget_db)
    return float(distance_m[min(within[-1] + 1, len(distance_m) - 1)]) if len(within) else float(distance_m[0])


def _bisect(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return low
