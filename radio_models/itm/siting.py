"""What a terminal on ground of a given irregularity typically sees; all there is to go by in area mode. Compiled.

Source: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, section 3 (equations 3.1 to 3.4).
"""

from __future__ import annotations

import math

from .compiled import compiled


@compiled
def typical_horizon_m(effective_m, delta_h_m, earth_radius_m):  # type: ignore[no-untyped-def]
    """Horizon distances over a smooth earth and over ground of this irregularity [m]; equation 3.3."""
    smooth_m = math.sqrt(2.0 * effective_m * earth_radius_m)
    return smooth_m, smooth_m * math.exp(-0.07 * math.sqrt(delta_h_m / max(effective_m, 5.0)))


@compiled
def typical_angle_rad(effective_m, delta_h_m, smooth_m, horizon_m):  # type: ignore[no-untyped-def]
    """Horizon angle [rad] that goes with such a horizon; equation 3.4."""
    return (0.65 * delta_h_m * (smooth_m / horizon_m - 1.0) - 2.0 * effective_m) / smooth_m


@compiled
def typical_terminal(height_m, siting, delta_h_m, earth_radius_m):  # type: ignore[no-untyped-def]
    """Horizon angle [rad] and distance [m], effective height [m]; siting 0 random, 1 careful, 2 very careful."""
    effective_m = height_m
    if siting != 0.0:
        bonus_m = 4.0 if siting == 1.0 else 9.0
        if height_m < 5.0:
            bonus_m *= math.sin(0.1 * math.pi * height_m)
        effective_m += (1.0 + bonus_m) * math.exp(-min(20.0, 2.0 * height_m / max(1e-3, delta_h_m)))
    smooth_m, horizon_m = typical_horizon_m(effective_m, delta_h_m, earth_radius_m)
    return typical_angle_rad(effective_m, delta_h_m, smooth_m, horizon_m), horizon_m, effective_m
