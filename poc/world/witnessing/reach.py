"""How far to look: the radius follows from a stated miss probability, not from habit (design §6).

A link is left out when its mean margin over the sensitivity is so low that shadowing and fading together would carry
it over with less than the stated probability.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from poc.table import Array
from poc.world.witnessing.neighbours import Reach

FADE_FLOOR = 1e-6  # a beacon this unlikely to be heard on a given link is not drawn
_MAX_DISTANCE_M = 400_000.0
_STEP_DB = 0.25


def deficit_db(sigma_db: float, fading: Any, miss_probability: float) -> float:
    """Margin below zero at which a link is heard with `miss_probability`.

    >>> from radio_models.fading import FADING
    >>> 24 < deficit_db(8.0, FADING["none"](), 1e-3) < 25
    True
    """
    nodes = np.linspace(-6.0, 6.0, 1201)
    weights = np.exp(-0.5 * nodes**2)
    weights = weights / weights.sum()

    def heard(margin_db: float) -> float:
        return float((weights * fading.survival(margin_db + sigma_db * nodes)).sum())

    if sigma_db == 0.0:
        return fade_floor_db(fading, miss_probability)
    return -_bisect(heard, miss_probability, -30.0 - 8.0 * sigma_db, 80.0)


def fade_floor_db(fading: Any, probability: float = FADE_FLOOR) -> float:
    """How far below the sensitivity the mean of a link may lie and still be heard with `probability`."""
    return -_bisect(lambda margin: float(fading.survival(np.float64(margin))), probability, -80.0, 80.0)


def reach_of(loss_db: Callable[[Array], Array], lowest_db: float, highest_db: float) -> Reach:
    """The largest distance at which the loss is still within each budget, on a grid of 1 % steps of distance."""
    distance_m = np.geomspace(10.0, _MAX_DISTANCE_M, 1065)
    least_beyond_db = np.minimum.accumulate(loss_db(distance_m)[::-1])[::-1]  # from here on outwards
    budget_db = np.arange(lowest_db, highest_db + _STEP_DB, _STEP_DB)
    far = np.searchsorted(least_beyond_db, budget_db, side="right")
    return Reach(float(lowest_db), _STEP_DB, distance_m[np.minimum(far, len(distance_m) - 1)] ** 2)


def _bisect(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return low
