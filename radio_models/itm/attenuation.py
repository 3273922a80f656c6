"""Reference attenuation: the median loss relative to free space, from horizons and effective heights. Compiled.

Sources: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, section 4; Longley and Rice,
ERL 79-ITS 67 (1968), section 3. Checked against the public code of NTIA (repository NTIA/itm).
"""

from __future__ import annotations

import math

from .compiled import compiled, inlined
from .diffraction import diffraction_db, obstacle
from .elementary import cube_root
from .line_of_sight import line_of_sight_db
from .troposcatter import troposcatter_db


@inlined
def _horizon_flags(terrain, tx_smooth_m, rx_smooth_m):  # type: ignore[no-untyped-def]
    flags = 0
    if abs(terrain.tx_angle_rad) > 0.2:
        flags |= 0x0080
    if abs(terrain.rx_angle_rad) > 0.2:
        flags |= 0x0100
    if terrain.tx_horizon_m < 0.1 * tx_smooth_m:
        flags |= 0x0200
    if terrain.rx_horizon_m < 0.1 * rx_smooth_m:
        flags |= 0x0400
    if terrain.tx_horizon_m > 3.0 * tx_smooth_m:
        flags |= 0x0800
    if terrain.rx_horizon_m > 3.0 * rx_smooth_m:
        flags |= 0x1000
    return flags


@inlined
def _distance_flags(link, terrain):  # type: ignore[no-untyped-def]
    flags = 0
    if link.distance_m < abs(terrain.tx_effective_m - terrain.rx_effective_m) / 0.2:
        flags |= 0x0020
    if link.distance_m < 1e3:
        flags |= 0x0040
    if link.distance_m > 1000e3:
        flags |= 0x0008
    if link.distance_m > 2000e3:
        flags |= 0x0010
    return flags


@inlined
def _beyond_horizon_db(smooth_horizons_m, los_angle_rad, scale_m, slope, intercept_db, link, terrain, radio):  # type: ignore[no-untyped-def]
    """Diffraction line or, where it begins to lie lower, scatter line; with the mode that won."""
    horizons_m = terrain.tx_horizon_m + terrain.rx_horizon_m
    begin_m = max(smooth_horizons_m, horizons_m + 1.088 * scale_m * radio.log_frequency)
    if link.distance_m <= min(begin_m, 10e6):  # scatter cannot win, so it need not be known
        return slope * link.distance_m + intercept_db, 2
    near_m = horizons_m + 200e3
    # the farther distance first: its H0 is inherited inwards
    far_db, gain_db = troposcatter_db(horizons_m + 400e3, los_angle_rad, -1.0, link, terrain, radio)
    near_db, _ = troposcatter_db(near_m, los_angle_rad, gain_db, link, terrain, radio)

    if near_db < 1000.0:
        scatter_slope = (far_db - near_db) / 200e3
        crossing_m = (near_db - intercept_db - scatter_slope * near_m) / (slope - scatter_slope)
        if link.distance_m > crossing_m:
            begin_m = max(begin_m, crossing_m)
            return scatter_slope * (link.distance_m - begin_m) + slope * begin_m + intercept_db, 3
        mode = 2
    else:  # no scatter at such low antennas; NTIA still calls it scatter beyond 10,000 km
        mode = 3 if link.distance_m > 10e6 else 2
    return slope * link.distance_m + intercept_db, mode


@compiled
def reference_attenuation(link, terrain, radio):  # type: ignore[no-untyped-def]
    """Reference attenuation [dB], mode, warning flags and return code of one link.

    Where a formula has no value (a ground so poor that Vogler's normalised distance turns negative) the attenuation
    is 0, as in NTIA's code, whose last step keeps only what compares greater than 0.
    """
    earth_m = link.earth_radius_m
    tx_smooth_m = math.sqrt(2.0 * terrain.tx_effective_m * earth_m)
    rx_smooth_m = math.sqrt(2.0 * terrain.rx_effective_m * earth_m)
    flags = _horizon_flags(terrain, tx_smooth_m, rx_smooth_m)
    if link.refractivity < 150.0:
        return 0.0, 0, flags, 1021
    if link.refractivity > 400.0:
        return 0.0, 0, flags, 1022
    if link.refractivity < 250.0:
        flags |= 0x4000
    if earth_m < 4000000.0 or earth_m > 13333333.0:
        return 0.0, 0, flags, 1016
    if radio.z_real <= abs(radio.z_imaginary):
        return 0.0, 0, flags, 1013
    flags |= _distance_flags(link, terrain)

    # the diffraction line, through two distances far in the shadow
    smooth_horizons_m = tx_smooth_m + rx_smooth_m
    horizons_m = terrain.tx_horizon_m + terrain.rx_horizon_m
    los_angle_rad = min(-(terrain.tx_angle_rad + terrain.rx_angle_rad), horizons_m / earth_m)
    scale_m = cube_root(earth_m * earth_m) / radio.f_third
    shared = obstacle(los_angle_rad, smooth_horizons_m, link, terrain, radio)
    first_m = max(smooth_horizons_m, horizons_m + 5.0 * scale_m)
    first_db = diffraction_db(first_m, shared, link, terrain, radio)
    second_db = diffraction_db(first_m + 10.0 * scale_m, shared, link, terrain, radio)
    slope = (second_db - first_db) / (10.0 * scale_m)
    intercept_db = first_db - slope * first_m

    if link.distance_m < smooth_horizons_m:
        loss_db, mode = line_of_sight_db(smooth_horizons_m, slope, intercept_db, link, terrain, radio), 1
    else:
        loss_db, mode = _beyond_horizon_db(
            smooth_horizons_m, los_angle_rad, scale_m, slope, intercept_db, link, terrain, radio
        )
    return loss_db if loss_db > 0.0 else 0.0, mode, flags, 0
