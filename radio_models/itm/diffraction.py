"""Diffraction beyond the horizon: smooth-earth and double-knife-edge loss, weighted by roughness. Compiled.

Sources: Longley and Rice, ESSA Tech. Rep. ERL 79-ITS 67 (1968), sections 3.2 and 3.3; Hufford, *The ITS Irregular
Terrain Model, version 1.2.2: the algorithm*, section 4; Vogler (1964) for the three radii of the smooth earth.
"""

from __future__ import annotations

import math

from .compiled import compiled, inlined
from .elementary import cube_root, log10
from .shapes import Obstacle

EARTH_RADIUS_M = 6370e3


@compiled
def roughness_m(distance_m, delta_h_m):  # type: ignore[no-untyped-def]
    """Terrain irregularity that a path of this length sees [m]; ERL 79-ITS 67, equation 3."""
    return delta_h_m * (1.0 - 0.8 * math.exp(-distance_m / 50e3))


@inlined
def sigma_h_m(roughness):  # type: ignore[no-untyped-def]
    """Standard deviation of the terrain inside the first Fresnel zone [m]; ERL 79-ITS 67, equation 3.6a."""
    return 0.78 * roughness * math.exp(-0.5 * math.sqrt(math.sqrt(roughness)))


@compiled
def knife_edge_db(nu_squared):  # type: ignore[no-untyped-def]
    """Loss over one ideal knife edge [dB]; ERL 79-ITS 67, equations 3.27a and 3.27b (they meet near ν = 2.4)."""
    if nu_squared < 5.76:
        return 6.02 + 9.11 * math.sqrt(nu_squared) - 1.27 * nu_squared
    return 12.953 + 10.0 * log10(nu_squared)


@compiled
def height_gain_db(x, k):  # type: ignore[no-untyped-def]
    """Vogler's height function F(x, K) [dB] of a normalised distance; the algorithm, equations 6.2 to 6.7."""
    if x < 200.0:
        w = -math.log(k)
        if k < 1e-5 or x * w * w * w > 5495.0:
            return 17.372 * math.log(x) - 117.0 if x > 1.0 else -117.0
        return 2.5e-5 * x * x / k - 8.686 * w - 15.0
    log_x = math.log(x)
    gain_db = 0.05751 * x - 4.343 * log_x
    if x < 2000.0:
        w = 0.0134 * x * math.exp(-0.005 * x)
        gain_db = (1.0 - w) * gain_db + w * (17.372 * log_x - 117.0)
    return gain_db


@compiled
def _normalised(radius_m, arc_m, f_third, ground_k):  # type: ignore[no-untyped-def]
    """Vogler's normalised distance x and ground parameter K for one of the three radii."""
    c = cube_root(4.0 / 3.0 * EARTH_RADIUS_M / radius_m)
    k = ground_k * c
    return (1.607 - k) * c * c * f_third * (arc_m / 1000.0), k


@inlined
def obstacle(los_angle_rad, smooth_horizons_m, link, terrain, radio):  # type: ignore[no-untyped-def]
    """Collect what does not depend on the distance at which the diffraction loss is wanted."""
    tx_m, rx_m = terrain.tx_horizon_m, terrain.rx_horizon_m
    tx_x, tx_k = _normalised(0.5 * tx_m * tx_m / terrain.tx_effective_m, tx_m, radio.f_third, radio.ground_k)
    rx_x, rx_k = _normalised(0.5 * rx_m * rx_m / terrain.rx_effective_m, rx_m, radio.f_third, radio.ground_k)
    product_m2 = link.tx_height_m * link.rx_height_m
    rough_m = sigma_h_m(roughness_m(smooth_horizons_m, terrain.delta_h_m))
    clutter_db = min(15.0, 5.0 * log10(1.0 + 1e-5 * product_m2 * radio.frequency_mhz * rough_m))
    excess = (terrain.tx_effective_m * terrain.rx_effective_m - product_m2) / (product_m2 + link.low_antenna_m2)
    return Obstacle(
        los_angle_rad,
        tx_m + rx_m,
        tx_x + rx_x,
        height_gain_db(tx_x, tx_k) + height_gain_db(rx_x, rx_k),
        clutter_db,
        math.sqrt(1.0 + excess),
        tx_m + rx_m - los_angle_rad * link.earth_radius_m,
    )


@compiled
def diffraction_db(distance_m, obstacle, link, terrain, radio):  # type: ignore[no-untyped-def]
    """Diffraction loss relative to free space [dB] at one distance; ERL 79-ITS 67, equations 3.23 to 3.38."""
    beyond_m = distance_m - obstacle.horizons_m
    angle_rad = distance_m / link.earth_radius_m - obstacle.los_angle_rad

    nu_squared = 0.0795775 * radio.wave_number * angle_rad * angle_rad * beyond_m  # 0.0795775 is 1 / 4π
    edges_db = knife_edge_db(nu_squared * terrain.tx_horizon_m / (beyond_m + terrain.tx_horizon_m))
    edges_db += knife_edge_db(nu_squared * terrain.rx_horizon_m / (beyond_m + terrain.rx_horizon_m))

    x, _ = _normalised(beyond_m / angle_rad, beyond_m, radio.f_third, radio.ground_k)
    x += obstacle.normalised
    smooth_db = 0.05751 * x - 10.0 * log10(x) - obstacle.height_gains_db - 20.0

    rough_wavelengths = min(roughness_m(distance_m, terrain.delta_h_m) * radio.frequency_mhz / 47.7, 6283.2)
    spread = (obstacle.height_term + obstacle.line_m / distance_m) * rough_wavelengths
    weight = 25.1 / (25.1 + math.sqrt(spread))
    return weight * smooth_db + (1.0 - weight) * edges_db + obstacle.clutter_db
