"""The normal deviate behind clutter and entry-loss statistics: the exact one, and the one of reference codes."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from radio_models.errors import RadioError
from radio_models.floats import Floats, floats

InverseNormal = Literal["exact", "rational"]


def normal_deviate(probability: ArrayLike, inverse_normal: InverseNormal = "exact") -> Floats:
    """Value a standard normal stays below with `probability` in (0, 1); any shape.

    `exact` is exact to rounding. `rational` is formula 26.2.23 of Abramowitz and Stegun, off by less than 4.5e-4, which
    NTIA's codes for P.2108 and P.2109 use: take it to reproduce their digits.

    Errors: `RadioError` for a probability outside (0, 1) or an unknown form.

    >>> normal_deviate([0.1, 0.5]).round(4).tolist()
    [-1.2816, 0.0]
    >>> normal_deviate(0.1, "rational").round(4).item()
    -1.2817
    """
    p = floats(probability)
    if not np.all((p > 0.0) & (p < 1.0)):
        worst = p[~((p > 0.0) & (p < 1.0))].flat[0]
        raise RadioError(f"the probability is {worst:g}; expected more than 0 and less than 1.")
    if inverse_normal == "exact":
        return floats(ndtri(p))
    if inverse_normal != "rational":
        raise RadioError(f"inverse_normal is '{inverse_normal}'; expected 'exact' or 'rational'.")
    t = np.sqrt(-2.0 * np.log(np.minimum(p, 1.0 - p)))
    ratio = ((0.010328 * t + 0.802853) * t + 2.515517) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return floats(np.where(p > 0.5, t - ratio, ratio - t))
