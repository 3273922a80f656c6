"""A detector beside a reference on the same worlds: rates at a fixed false alarm, their ratio, and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from poc.table import Array


@dataclass(frozen=True, slots=True)
class Paired:
    """Shares of liars found at the stated share of honest hotspots accused, pooled over worlds.

    95 % intervals by bootstrap over worlds and over hotspots within them, both tests on the same draw. ratio is
    rate / reference, None where that is 0.
    """

    rate: float
    rate_interval: tuple[float, float]
    reference: float
    reference_interval: tuple[float, float]
    ratio: float | None
    ratio_interval: tuple[float, float] | None


def rate_at(score: Array, is_liar: Array, false_positive_rate: float = 0.01) -> float:
    """Share of liars above a threshold that accuses at most this share of the honest; ties with it do not count.

    >>> rate_at(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, True, False]), 0.5)
    1.0
    """
    return _rates_at(score, is_liar, (false_positive_rate,))[0]


def rate_intervals(
    worlds: Sequence[tuple[Array, Array]], false_positive_rates: Sequence[float], n_draws: int = 2000, seed: int = 1
) -> list[tuple[float, float]]:
    """95 % intervals of the rates of one test, the draws of `paired_rates`. worlds: (score, is a liar) of each.

    >>> rate_intervals([(np.array([2.0, 0.0, 1.0]), np.array([True, False, False]))], [0.01], n_draws=20)
    [(1.0, 1.0)]
    """
    random = np.random.default_rng(seed)
    draws = np.empty((n_draws, len(false_positive_rates)))
    for draw in draws:
        some = [_redrawn(worlds[k], random) for k in random.integers(len(worlds), size=len(worlds))]
        score, is_liar = (np.concatenate([world[k] for world in some]) for k in (0, 1))
        draw[:] = _rates_at(score, is_liar, false_positive_rates)
    low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def paired_rates(
    worlds: Sequence[tuple[Array, Array, Array]], false_positive_rate: float = 0.01, n_draws: int = 2000, seed: int = 1
) -> Paired:
    """worlds: (score, reference score, is a liar) of each. One threshold for each test over all worlds drawn.

    >>> world = (np.array([2.0, 0.0, 1.0]), np.array([2.0, 0.0, 1.0]), np.array([True, False, False]))
    >>> paired_rates([world, world], n_draws=20).ratio
    1.0
    """
    if not worlds:
        raise ValueError("no worlds were given, expected at least one.")
    random = np.random.default_rng(seed)
    found = np.array(_rates(worlds, false_positive_rate))
    draws = np.empty((n_draws, 2))
    for draw in draws:
        some = [_redrawn(worlds[k], random) for k in random.integers(len(worlds), size=len(worlds))]
        draw[:] = _rates(some, false_positive_rate)
    low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
    ratio = ratio_interval = None
    if found[1] > 0.0:
        ratios = draws[:, 0] / np.where(draws[:, 1] > 0.0, draws[:, 1], np.nan)
        ratio = float(found[0] / found[1])
        ratio_interval = (float(np.nanquantile(ratios, 0.025)), float(np.nanquantile(ratios, 0.975)))
    return Paired(
        float(found[0]), (float(low[0]), float(high[0])), float(found[1]), (float(low[1]), float(high[1])),
        ratio, ratio_interval,
    )  # fmt: skip


def _rates(worlds: Sequence[tuple[Array, ...]], false_positive_rate: float) -> tuple[float, float]:
    is_liar = np.concatenate([world[2] for world in worlds])
    one, two = (rate_at(np.concatenate([world[k] for world in worlds]), is_liar, false_positive_rate) for k in (0, 1))
    return one, two


def _rates_at(score: Array, is_liar: Array, false_positive_rates: Sequence[float]) -> list[float]:
    honest, liars = score[~is_liar], score[is_liar]
    if not len(honest) or not len(liars):
        return [float("nan")] * len(false_positive_rates)
    last = [len(honest) - 1 - int(np.floor(rate * len(honest) + 1e-9)) for rate in false_positive_rates]
    ordered = np.partition(honest, [place for place in last if place >= 0])
    return [float((liars > (ordered[place] if place >= 0 else -np.inf)).mean()) for place in last]


def _redrawn(world: tuple[Array, ...], random: np.random.Generator) -> tuple[Array, ...]:
    rows = random.integers(len(world[0]), size=len(world[0]))
    return tuple(column[rows] for column in world)
