"""Building entry loss: Recommendation ITU-R P.2109-2, Annex 1, section 3. Draw once per building, not per packet."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from radio_models.elementwise import evaluate, log10, normal_quantile, part, power_of_ten
from radio_models.errors import RadioError
from radio_models.floats import Floats, percentage, within
from radio_models.inverse_normal import InverseNormal, normal_deviate

Building = Literal["traditional", "thermally-efficient"]


class Coefficients(NamedTuple):
    """Table 1 of P.2109-2."""

    r: float
    s: float
    t: float
    u: float
    v: float
    w: float
    x: float
    y: float
    z: float


COEFFICIENTS: dict[str, Coefficients] = {
    "traditional": Coefficients(12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    "thermally-efficient": Coefficients(28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
}


def building_entry_loss_db(
    frequency_ghz: ArrayLike,
    probability_pct: ArrayLike,
    building: Building = "traditional",
    *,
    elevation_angle_deg: ArrayLike = 0.0,
    inverse_normal: InverseNormal = "exact",
) -> Floats:
    """Loss into a building not exceeded with `probability_pct`, between isotropic antennas in and out [dB].

    `frequency_ghz` 0.08–100 [GHz], `probability_pct` in (0, 100) [%], `elevation_angle_deg` of the path at the façade,
    −90…90 [degrees]; any shapes that broadcast.

    Errors: `RadioError` for a value out of range or an unknown kind of building.

    >>> building_entry_loss_db(0.868, 50.0).round(1).item()
    14.2
    >>> building_entry_loss_db(0.868, 50.0, "thermally-efficient").round(1).item()
    31.2
    """
    if building not in COEFFICIENTS:
        raise RadioError(f"building is '{building}'; expected one of {', '.join(COEFFICIENTS)}.")
    f = within("frequency_ghz", frequency_ghz, 0.08, 100.0, "GHz")
    angle = within("elevation_angle_deg", elevation_angle_deg, -90.0, 90.0, "degrees")
    pct = percentage("probability_pct", probability_pct)
    if inverse_normal == "exact":
        return evaluate(_entry_at_share, f, angle, pct, settings=COEFFICIENTS[building])
    deviate = normal_deviate(pct / 100.0, inverse_normal)
    return evaluate(_entry, f, angle, deviate, settings=COEFFICIENTS[building])


def _entry_at_share(
    f: Any, angle: Any, pct: Any,
    r: float, s: float, t: float, u: float, v: float, w: float, x: float, y: float, z: float,
) -> Any:  # fmt: skip
    return _entry(f, angle, normal_quantile(pct / 100.0), r, s, t, u, v, w, x, y, z)


@part
def _entry(
    f: Any, angle: Any, deviate: Any,
    r: float, s: float, t: float, u: float, v: float, w: float, x: float, y: float, z: float,
) -> Any:  # fmt: skip
    lg_f = log10(f)
    direct = r + s * lg_f + t * lg_f**2 + 0.212 * np.abs(angle) + deviate * (u + v * lg_f)
    around = w + x * lg_f + deviate * (y + z * lg_f)
    return 10.0 * log10(power_of_ten(0.1 * direct) + power_of_ten(0.1 * around) + 0.5011872336272722)
