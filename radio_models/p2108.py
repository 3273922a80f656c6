"""Clutter loss at a terminal: Recommendation ITU-R P.2108-1, sections 3.1 (height gain) and 3.2 (statistical).

Both are *added* to a loss computed as if there were no clutter; `refuse_double_counting` guards that.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.elementwise import evaluate, log10, normal_quantile, part, power_of_ten, smaller
from radio_models.errors import RadioError
from radio_models.floats import Floats, floats, percentage, within
from radio_models.inverse_normal import InverseNormal, normal_deviate
from radio_models.p526 import knife_edge_loss_db

Clutter = Literal["water", "open", "suburban", "urban", "forest", "dense-urban"]

# Table 3 of P.2108-1 [m].
REPRESENTATIVE_HEIGHT_M: dict[str, float] = {
    "water": 10.0,
    "open": 10.0,
    "suburban": 10.0,
    "urban": 15.0,
    "forest": 15.0,
    "dense-urban": 20.0,
}
OPEN_KINDS = ("water", "open")
FREE_OF_CLUTTER = ("free-space", "two-ray", "plane-earth", "itm", "p526", "p1812")


def height_gain_loss_db(
    frequency_ghz: ArrayLike,
    antenna_height_m: ArrayLike,
    clutter: Clutter,
    *,
    clutter_height_m: ArrayLike | None = None,
    street_width_m: ArrayLike = 27.0,
) -> Floats:
    """Additional loss Ah of one terminal below its clutter [dB], section 3.1; 0 for an antenna at its height or above.

    `frequency_ghz` 0.03–3 [GHz], `antenna_height_m` above ground, more than 0 [m], `clutter_height_m` R [m], by default
    that of table 3, `street_width_m` [m]; any shapes that broadcast. The basic loss belonging to it is computed to
    height R, not to the antenna.

    Errors: `RadioError` for a value out of range or an unknown kind of clutter.

    >>> height_gain_loss_db(0.868, [1.5, 15.0], "urban").round(3).tolist()
    [22.419, 0.0]
    """
    if clutter not in REPRESENTATIVE_HEIGHT_M:
        raise RadioError(f"clutter is '{clutter}'; expected one of {', '.join(REPRESENTATIVE_HEIGHT_M)}.")
    f = within("frequency_ghz", frequency_ghz, 0.03, 3.0, "GHz")
    h = _positive("antenna_height_m", antenna_height_m)
    default_m = REPRESENTATIVE_HEIGHT_M[clutter]
    top = _positive("clutter_height_m", default_m if clutter_height_m is None else clutter_height_m)
    width = _positive("street_width_m", street_width_m)
    below = np.maximum(top - h, 0.0)
    if clutter in OPEN_KINDS:
        loss = -(21.8 + 6.2 * np.log10(f)) * np.log10(np.minimum(h, top) / top)
    else:
        angle_deg = np.degrees(np.arctan(below / width))
        loss = knife_edge_loss_db(0.342 * np.sqrt(f) * np.sqrt(below * angle_deg)) - 6.03
    return floats(np.where(below > 0.0, loss, 0.0))


def statistical_loss_db(
    frequency_ghz: ArrayLike,
    distance_km: ArrayLike,
    location_pct: ArrayLike,
    *,
    inverse_normal: InverseNormal = "exact",
) -> Floats:
    """Clutter loss not exceeded at `location_pct` of the locations for one terminal well below urban or suburban
    clutter [dB], section 3.2.

    `frequency_ghz` 0.5–67 [GHz], `distance_km` of the path, at least 0.25 [km], for both ends at least 1;
    `location_pct` in (0, 100) [%]; any shapes that broadcast. The loss at 2 km is the most that any distance gives.

    Errors: `RadioError` for a value out of range.

    >>> statistical_loss_db(0.868, [0.25, 1.0, 5.0], 50).round(3).tolist()
    [18.272, 24.34, 24.384]
    """
    f = within("frequency_ghz", frequency_ghz, 0.5, 67.0, "GHz")
    d = within("distance_km", distance_km, 0.25, np.inf, "km")
    pct = percentage("location_pct", location_pct)
    if inverse_normal == "exact":
        return evaluate(_statistical_at_share, f, d, pct)
    return evaluate(_statistical, f, d, normal_deviate(pct / 100.0, inverse_normal))


def _statistical_at_share(f: Any, d: Any, pct: Any) -> Any:
    return _statistical(f, d, normal_quantile(pct / 100.0))


@part
def _statistical(f: Any, d: Any, deviate: Any) -> Any:
    return smaller(_uncapped_db(f, d, deviate), _uncapped_db(f, 2.0, deviate))


@part
def _uncapped_db(f: Any, d: Any, deviate: Any) -> Any:
    """Equation (3)."""
    lg_f = log10(f)
    long_db = -2.0 * log10(power_of_ten(-5.0 * lg_f - 12.5) + 10.0**-16.5)
    short_db = 32.98 + 23.9 * log10(d) + 3.0 * lg_f
    long_weight, short_weight = power_of_ten(-0.2 * long_db), power_of_ten(-0.2 * short_db)
    both = long_weight + short_weight
    sigma_db = np.sqrt((16.0 * long_weight + 36.0 * short_weight) / both)
    return -5.0 * log10(both) + sigma_db * deviate


def refuse_double_counting(path_loss: str, clutter_height_m: ArrayLike = 0.0) -> None:
    """Raise `RadioError` unless clutter loss may be added to the model named `path_loss` (as in a scenario).

    Empirical and street models contain their clutter, and so do P.1812 and P.526 when `clutter_height_m` of their
    profiles is above 0.

    >>> refuse_double_counting("itm")
    >>> refuse_double_counting("hata")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    radio_models.errors.RadioError: P.2108 clutter on top of hata counts clutter twice; use ... or drop it.
    """
    if path_loss not in FREE_OF_CLUTTER:
        raise RadioError(
            f"P.2108 clutter on top of {path_loss} counts clutter twice; use {', '.join(FREE_OF_CLUTTER)} or drop it."
        )
    highest_m = float(np.max(floats(clutter_height_m), initial=0.0))
    if highest_m > 0.0:
        raise RadioError(
            f"P.2108 clutter on top of {path_loss} whose profile has clutter of {highest_m:g} m counts clutter twice; "
            "use one of the two."
        )


def _positive(name: str, values: ArrayLike) -> Floats:
    column = floats(values)
    if not np.all((column > 0.0) & np.isfinite(column)):
        worst = column[~((column > 0.0) & np.isfinite(column))].flat[0]
        raise RadioError(f"{name} is {worst:g}; expected a finite number above 0 m.")
    return column
