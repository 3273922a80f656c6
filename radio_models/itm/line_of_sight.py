"""Loss inside the horizon: two rays over rough ground, blended into the diffraction line. Compiled.

Sources: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, equations 4.38 to 4.51; Longley and
Rice, ERL 79-ITS 67 (1968), equations 3.16 to 3.21.
"""

from __future__ import annotations

import math

from .compiled import compiled, inlined
from .diffraction import roughness_m, sigma_h_m
from .elementary import log10


@compiled
def _two_ray_db(distance_m, smooth_horizons_m, slope, intercept_db, terrain, radio):  # type: ignore[no-untyped-def]
    """Two rays (4.46 to 4.50) weighted with the diffraction line `intercept + slope · d` (4.51)."""
    total_m = terrain.tx_effective_m + terrain.rx_effective_m
    sin_psi = total_m / math.sqrt(distance_m * distance_m + total_m * total_m)
    rough = radio.wave_number * sigma_h_m(roughness_m(distance_m, terrain.delta_h_m)) * sin_psi
    damping = math.exp(-min(10.0, rough))

    # reflection coefficient (sin ψ − Z) / (sin ψ + Z)
    above, below, z_imaginary = sin_psi - radio.z_real, sin_psi + radio.z_real, radio.z_imaginary
    scale = damping / (below * below + z_imaginary * z_imaginary)
    real = (above * below - z_imaginary * z_imaginary) * scale
    imaginary = -(above + below) * z_imaginary * scale
    power = real * real + imaginary * imaginary
    if power < 0.25 or power < sin_psi:
        grow = math.sqrt(sin_psi / power)
        real *= grow
        imaginary *= grow

    phase = radio.wave_number * 2.0 * terrain.tx_effective_m * terrain.rx_effective_m / distance_m
    if phase > math.pi / 2.0:
        phase = math.pi - (math.pi / 2.0) ** 2 / phase
    real += math.cos(phase)
    imaginary -= math.sin(phase)
    rays_db = -10.0 * log10(real * real + imaginary * imaginary)

    weight = 1.0 / (1.0 + radio.frequency_mhz * terrain.delta_h_m / max(10e3, smooth_horizons_m))
    return weight * rays_db + (1.0 - weight) * (slope * distance_m + intercept_db)


@inlined
def line_of_sight_db(smooth_horizons_m, slope, intercept_db, link, terrain, radio):  # type: ignore[no-untyped-def]
    """A curve a + k1·d + k2·ln d through the losses at three distances, read at the distance of the link [dB]."""
    horizons_m = terrain.tx_horizon_m + terrain.rx_horizon_m
    far_m, far_db = smooth_horizons_m, smooth_horizons_m * slope + intercept_db
    near_m = 0.04 * radio.frequency_mhz * terrain.tx_effective_m * terrain.rx_effective_m
    if intercept_db >= 0.0:
        near_m = min(near_m, 0.5 * horizons_m)
        middle_m = near_m + 0.25 * (horizons_m - near_m)
    else:
        middle_m = max(0.25 * horizons_m, -intercept_db / slope)
    middle_db = _two_ray_db(middle_m, far_m, slope, intercept_db, terrain, radio)

    k1, k2 = 0.0, 0.0
    fitted = False
    if near_m < middle_m:
        near_db = _two_ray_db(near_m, far_m, slope, intercept_db, terrain, radio)
        log_span = math.log(far_m / near_m)
        span_m, step_m = far_m - near_m, middle_m - near_m
        k2 = (span_m * (middle_db - near_db) - step_m * (far_db - near_db)) / (
            span_m * math.log(middle_m / near_m) - step_m * log_span
        )
        if k2 < 0.0:
            k2 = 0.0
        fitted = intercept_db > 0.0 or k2 > 0.0
        if fitted:
            k1 = (far_db - near_db - k2 * log_span) / span_m
            if k1 < 0.0:
                k1 = 0.0
                k2 = max(far_db - near_db, 0.0) / log_span
                if k2 == 0.0:
                    k1 = slope
    if not fitted:
        k2 = 0.0
        k1 = max(far_db - middle_db, 0.0) / (far_m - middle_m)
        if k1 == 0.0:
            k1 = slope
    return far_db + k1 * (link.distance_m - far_m) + k2 * math.log(link.distance_m / far_m)
