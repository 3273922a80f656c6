"""Means over seeds with their doubt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `n` worlds and its 95 % interval; the bounds are None below two worlds."""

    n: int
    mean: float | None
    low: float | None = None
    high: float | None = None


def mean_over(values: Sequence[float | None]) -> Mean:
    """Mean and Student's 95 % interval of the values that are there.

    Source: Student, "The probable error of a mean", Biometrika 6 (1908).

    >>> mean_over([1.0, 2.0, 3.0, None]).mean, round(mean_over([1.0, 2.0, 3.0]).low, 3)
    (2.0, -0.484)
    """
    there = [float(value) for value in values if value is not None]
    n = len(there)
    if not n:
        return Mean(0, None)
    mean = math.fsum(there) / n
    if n < 2:
        return Mean(n, mean)
    from scipy.special import stdtrit

    variance = math.fsum((value - mean) ** 2 for value in there) / (n - 1)
    half = float(stdtrit(n - 1, 0.975)) * math.sqrt(variance / n)
    return Mean(n, mean, mean - half, mean + half)


def with_interval(mean: float | None, low: float | None, high: float | None, form: str = "{:.3g}") -> str:
    """A number with its interval as text for people; a dash where there is none.

    >>> with_interval(0.5, 0.25, 0.75), with_interval(0.5, None, None), with_interval(None, None, None)
    ('0.5 [0.25, 0.75]', '0.5', '–')
    """
    if mean is None:
        return "–"
    if low is None or high is None:
        return form.format(mean)
    return f"{form.format(mean)} [{form.format(low)}, {form.format(high)}]"
