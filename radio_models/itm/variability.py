"""Quantiles around the median: time, location and situation. Compiled.

Sources: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, section 5 (equations 5.1 to 5.11,
table 5.1); NBS Technical Note 101, volume 2, equations III.69 and III.70 for the climate curves; Abramowitz and
Stegun 26.2.23 for the normal deviate.
"""

from __future__ import annotations

import math

import numpy as np

from .compiled import compiled, inlined
from .diffraction import roughness_m

SINGLE_MESSAGE, ACCIDENTAL, MOBILE, BROADCAST = 0, 1, 2, 3

# One row per climate 1 … 7. Columns, with distances in metres: the median curve (c1 c2 x1 x2 x3), the curve of the
# deviation below the median, the curve above it, then the shape of their frequency gains (b1 b2 b3 below, b1 b2 b3
# above) and the tail of the deviation (its share C_d, and z_d where it begins).
# fmt: off
CLIMATES = np.array(
    [
        [-9.67, 12.7, 144.9e3, 190.3e3, 133.8e3, 2.13, 159.5, 762.2e3, 123.6e3, 94.5e3,
         2.11, 102.3, 636.9e3, 134.8e3, 95.6e3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.224, 1.282],
        [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3, 2.66, 7.67, 100.4e3, 172.5e3, 136.4e3,
         6.87, 15.53, 138.7e3, 143.7e3, 98.6e3, 1.0, 0.0, 0.0, 0.93, 0.31, 2.00, 0.801, 2.161],
        [1.26, 15.5, 262.6e3, 185.2e3, 99.8e3, 6.11, 6.65, 138.2e3, 242.2e3, 178.6e3,
         10.08, 9.60, 165.3e3, 225.7e3, 129.7e3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.380, 1.282],
        [-9.21, 9.05, 84.1e3, 101.1e3, 98.6e3, 1.98, 13.11, 139.1e3, 132.7e3, 193.5e3,
         3.68, 159.3, 464.4e3, 93.1e3, 94.2e3, 1.0, 0.0, 0.0, 0.93, 0.19, 1.79, 1.000, 20.0],
        [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3, 2.68, 7.16, 93.7e3, 186.8e3, 133.5e3,
         4.75, 8.12, 93.2e3, 135.9e3, 113.4e3, 0.92, 0.25, 1.77, 0.93, 0.31, 2.00, 1.224, 1.282],
        [-0.39, 2.86, 141.7e3, 315.9e3, 167.4e3, 6.86, 10.38, 187.8e3, 169.6e3, 108.9e3,
         8.58, 13.97, 216.0e3, 152.0e3, 122.7e3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.518, 1.282],
        [3.15, 857.9, 2222.0e3, 164.8e3, 116.3e3, 8.51, 169.8, 609.8e3, 119.9e3, 106.6e3,
         8.43, 8.19, 136.2e3, 188.5e3, 122.9e3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.518, 1.282],
    ]
)
# fmt: on

# Where the curves begin; typed numbers, because numba compiles a function once more for each literal it is called with.
MEDIAN, BELOW, ABOVE = np.int64(0), np.int64(5), np.int64(10)
GAIN_BELOW, GAIN_ABOVE = np.int64(15), np.int64(18)


@compiled
def deviate(exceeded_share):  # type: ignore[no-untyped-def]
    """Standard normal deviate exceeded with this probability, good to 4.5e-4; Abramowitz and Stegun 26.2.23."""
    tail = 1.0 - exceeded_share if exceeded_share > 0.5 else exceeded_share
    t = math.sqrt(-2.0 * math.log(tail))
    z = t - ((0.010328 * t + 0.802853) * t + 2.515516) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return -z if exceeded_share > 0.5 else z


@compiled
def frequency_gain(climate, column, wave_number):  # type: ignore[no-untyped-def]
    """How the time deviation grows or shrinks with frequency; `column` is where b1, b2, b3 begin."""
    q = CLIMATES[climate - 1, column + 2] * math.log(0.133 * wave_number)
    return CLIMATES[climate - 1, column] + CLIMATES[climate - 1, column + 1] / (q * q + 1.0)


@compiled
def _curve_db(climate, column, distance_m):  # type: ignore[no-untyped-def]
    row = climate - 1
    peak = (distance_m - CLIMATES[row, column + 3]) / CLIMATES[row, column + 4]
    rise = distance_m / CLIMATES[row, column + 2]
    rise *= rise
    return (CLIMATES[row, column] + CLIMATES[row, column + 1] / (1.0 + peak * peak)) * rise / (1.0 + rise)


@inlined
def loss_at_quantiles_db(reference_db, link, terrain, radio):  # type: ignore[no-untyped-def]
    """Loss relative to free space [dB] at the wanted quantiles of time, location and situation."""
    # effective distance: 130 km stands for the edge of the region where scatter begins, on a 9000 km earth
    distance_m = link.distance_m
    edge_m = radio.scatter_edge_m + math.sqrt(2.0 * 9000e3 * terrain.tx_effective_m)
    edge_m += math.sqrt(2.0 * 9000e3 * terrain.rx_effective_m)
    effective_m = 130e3 * distance_m / edge_m if distance_m < edge_m else 130e3 + distance_m - edge_m

    climate = radio.climate
    z_situation = radio.z_situation
    z_time = radio.z_time

    sigma_situation = 5.0 + 3.0 * math.exp(-effective_m / 100e3) if radio.has_situation else 0.0
    sigma_location = 0.0
    if radio.has_location:
        rough = radio.wave_number * roughness_m(distance_m, terrain.delta_h_m)
        sigma_location = 10.0 * rough / (rough + 13.0)

    tail_share, tail_begin = CLIMATES[climate - 1, 21], CLIMATES[climate - 1, 22]
    if z_time < 0.0:
        sigma_time = _curve_db(climate, BELOW, effective_m) * radio.gain_below
    else:
        sigma_time = _curve_db(climate, ABOVE, effective_m) * radio.gain_above
        if z_time > tail_begin:
            in_tail = tail_share * sigma_time
            sigma_time = in_tail + (sigma_time - in_tail) * tail_begin / z_time

    y_time = sigma_time * z_time
    y_location = sigma_location * radio.z_location
    z_squared = z_situation * z_situation
    spread = sigma_situation * sigma_situation
    spread += y_time * y_time / (7.8 + z_squared) + y_location * y_location / (24.0 + z_squared)

    time_variance = sigma_time * sigma_time
    location_variance = sigma_location * sigma_location
    if radio.mode == SINGLE_MESSAGE:
        within_db = 0.0
        spread += time_variance + location_variance
    elif radio.mode == ACCIDENTAL:
        within_db = y_time
        spread += location_variance
    elif radio.mode == MOBILE:
        within_db = math.sqrt(time_variance + location_variance) * z_time
    else:
        within_db = y_time + y_location

    loss_db = reference_db - _curve_db(climate, MEDIAN, effective_m) - within_db - math.sqrt(spread) * z_situation
    if loss_db < 0.0:  # no better than a little above free space
        loss_db = loss_db * (29.0 - loss_db) / (29.0 - 10.0 * loss_db)
    return loss_db
