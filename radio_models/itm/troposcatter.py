"""Scatter from the troposphere, far beyond the horizon. Compiled.

Sources: Rice, Longley, Norton and Barsis, NBS Technical Note 101 (1967), chapter 9 and annex III; Hufford, *The ITS
Irregular Terrain Model, version 1.2.2: the algorithm*, sections 4.60 to 4.67 and 6.8 to 6.13.
"""

from __future__ import annotations

import math

from .compiled import compiled, inlined
from .elementary import log10

NO_SCATTER_DB = 1001.0  # what the algorithm returns where both normalised heights are below 0.2
_SCATTER_CURVES = ((25.0, 24.0), (80.0, 45.0), (177.0, 68.0), (395.0, 80.0), (705.0, 105.0))
_ROOT_2 = math.sqrt(2.0)


@compiled
def _frequency_gain_curve_db(curve, r):  # type: ignore[no-untyped-def]
    a, b = _SCATTER_CURVES[curve]
    r_squared = r * r
    return 10.0 * log10(1.0 + a / (r_squared * r_squared) + b / r_squared)


@compiled
def _frequency_gain_db(r, efficiency):  # type: ignore[no-untyped-def]
    """H0 for one terminal [dB], linear between the five curves that are tabulated for whole efficiencies."""
    efficiency = min(max(efficiency, 1.0), 5.0)
    curve = int(efficiency)
    share = efficiency - curve
    gain_db = _frequency_gain_curve_db(curve - 1, r)
    if share != 0.0:
        gain_db = (1.0 - share) * gain_db + share * _frequency_gain_curve_db(curve, r)
    return gain_db


@inlined
def _attenuation_function_db(product_m):  # type: ignore[no-untyped-def]
    """F(θd) [dB] of scattering angle times distance [m]; the algorithm, 6.9."""
    if product_m <= 10e3:
        return 133.4 + 0.332e-3 * product_m - 10.0 * log10(product_m)
    if product_m <= 70e3:
        return 104.6 + 0.212e-3 * product_m - 2.5 * log10(product_m)
    return 71.8 + 0.157e-3 * product_m + 5.0 * log10(product_m)


@compiled
def troposcatter_db(distance_m, los_angle_rad, farther_gain_db, link, terrain, radio):  # type: ignore[no-untyped-def]
    """Loss relative to free space [dB] and the frequency gain H0 [dB] used for it.

    `farther_gain_db` is H0 at the farther of the two distances of the scatter line, −1 when this is the farther one:
    where H0 would exceed 15 dB, the value from farther out stands.
    """
    if farther_gain_db > 15.0:
        gain_db = farther_gain_db
    else:
        asymmetry_m = terrain.tx_horizon_m - terrain.rx_horizon_m
        height_ratio = terrain.rx_effective_m / terrain.tx_effective_m
        if asymmetry_m < 0.0:
            asymmetry_m = -asymmetry_m
            height_ratio = 1.0 / height_ratio
        angle_rad = terrain.tx_angle_rad + terrain.rx_angle_rad + distance_m / link.earth_radius_m
        r_tx = 2.0 * radio.wave_number * angle_rad * terrain.tx_effective_m
        r_rx = 2.0 * radio.wave_number * angle_rad * terrain.rx_effective_m
        if r_tx < 0.2 and r_rx < 0.2:
            return NO_SCATTER_DB, farther_gain_db

        s = (distance_m - asymmetry_m) / (distance_m + asymmetry_m)
        q = min(max(0.1, height_ratio / s), 10.0)
        s = max(0.1, s)
        crossover_m = (distance_m - asymmetry_m) * (distance_m + asymmetry_m) * angle_rad * 0.25 / distance_m
        relative = min(1.7, crossover_m / 8.0e3)
        relative_cubed = relative * relative * relative
        layer = 0.031 - link.refractivity * 2.32e-3 + link.refractivity * link.refractivity * 5.67e-6
        efficiency = crossover_m / 1.7556e3 * (1.0 + layer * math.exp(-relative_cubed * relative_cubed))

        mean_db = (_frequency_gain_db(r_tx, efficiency) + _frequency_gain_db(r_rx, efficiency)) / 2.0
        correction_db = 6.0 * (0.6 - log10(max(efficiency, 1.0))) * log10(s) * log10(q)
        gain_db = max(mean_db + min(mean_db, correction_db), 0.0)
        if efficiency < 1.0:
            product = (1.0 + _ROOT_2 / r_tx) * (1.0 + _ROOT_2 / r_rx)
            limit_db = 10.0 * log10(product * product * (r_tx + r_rx) / (r_tx + r_rx + 2.0 * _ROOT_2))
            gain_db = efficiency * gain_db + (1.0 - efficiency) * limit_db
        if gain_db > 15.0 and farther_gain_db >= 0.0:
            gain_db = farther_gain_db

    scatter_rad = distance_m / link.earth_radius_m - los_angle_rad
    product_m = scatter_rad * distance_m
    scatter_squared = scatter_rad * scatter_rad
    loss_db = _attenuation_function_db(product_m) + 10.0 * log10(
        radio.wave_number * 47.7 * scatter_squared * scatter_squared
    )
    return loss_db - 0.1 * (link.refractivity - 301.0) * math.exp(-product_m / 40e3) + gain_db, gain_db
