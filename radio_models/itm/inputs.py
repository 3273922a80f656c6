"""The table of parameters as the compiled loops read it: columns, checks in NTIA's order, derived quantities.

Sources: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, sections 1 to 3; NTIA's public code
(repository NTIA/itm) for the order of the checks and the codes.
"""

from __future__ import annotations

import math

from .columns import (
    CLIMATE,
    CONDUCTIVITY,
    FREQUENCY,
    LOCATION,
    MDVAR,
    PERMITTIVITY,
    POLARIZATION,
    REFRACTIVITY,
    RX_HEIGHT,
    SITUATION,
    TIME,
    TX_HEIGHT,
)
from .compiled import compiled
from .elementary import cube_root, log10
from .shapes import Radio
from .variability import ACCIDENTAL, GAIN_ABOVE, GAIN_BELOW, MOBILE, SINGLE_MESSAGE, deviate, frequency_gain


@compiled
def radio_of(row):  # type: ignore[no-untyped-def]
    """What frequency, ground, climate and quantiles fix, whatever the terrain."""
    frequency_mhz = row[FREQUENCY]
    wave_number = frequency_mhz / 47.7
    log_frequency = math.log(frequency_mhz)
    f_third = cube_root(frequency_mhz)

    # surface impedance √(ε − 1), divided by ε for vertical polarisation
    loss = 18000.0 * row[CONDUCTIVITY] / frequency_mhz
    excess = row[PERMITTIVITY] - 1.0
    z_real = math.sqrt(0.5 * (math.sqrt(excess * excess + loss * loss) + excess))
    z_imaginary = z_real if excess == 0.0 else 0.5 * loss / z_real
    if row[POLARIZATION] == 1.0:
        squared = row[PERMITTIVITY] * row[PERMITTIVITY] + loss * loss
        z_real, z_imaginary = (
            (z_real * row[PERMITTIVITY] + z_imaginary * loss) / squared,
            (z_imaginary * row[PERMITTIVITY] - z_real * loss) / squared,
        )
    ground_k = 0.017778 / (f_third * math.sqrt(z_real * z_real + z_imaginary * z_imaginary))

    mdvar = int(row[MDVAR])  # 0 … 3, +10 without location variability, +20 without direct situation variability
    mode = mdvar % 10
    z_time, z_location = deviate(row[TIME] / 100.0), deviate(row[LOCATION] / 100.0)
    z_situation = deviate(row[SITUATION] / 100.0)
    if mode == SINGLE_MESSAGE:
        z_time = z_location = z_situation
    elif mode == ACCIDENTAL:
        z_location = z_situation
    elif mode == MOBILE:
        z_location = z_time
    extreme = abs(z_time) > 3.1 or abs(z_location) > 3.1 or abs(z_situation) > 3.1

    climate = int(row[CLIMATE])
    return Radio(
        frequency_mhz,
        log_frequency,
        f_third,
        wave_number,
        z_real,
        z_imaginary,
        ground_k,
        cube_root(575.7e12 / wave_number),
        climate,
        mode,
        mdvar % 20 < 10,
        mdvar < 20,
        z_time,
        z_location,
        z_situation,
        frequency_gain(climate, GAIN_BELOW, wave_number),
        frequency_gain(climate, GAIN_ABOVE, wave_number),
        32.45 + 20.0 * log10(frequency_mhz) - 60.0,
        0x2000 if extreme else 0,
    )


@compiled
def _outside(value, low, high):  # type: ignore[no-untyped-def]
    """True also for NaN."""
    return not (value >= low and value <= high)


@compiled
def check(row):  # type: ignore[no-untyped-def]
    """Warning flags and return code of the inputs that both modes share, in NTIA's order."""
    flags = 0
    if _outside(row[TX_HEIGHT], 1.0, 1000.0):
        flags |= 0x0001
    if _outside(row[TX_HEIGHT], 0.5, 3000.0):
        return flags, 1000
    if _outside(row[RX_HEIGHT], 1.0, 1000.0):
        flags |= 0x0002
    if _outside(row[RX_HEIGHT], 0.5, 3000.0):
        return flags, 1001
    if _outside(row[CLIMATE], 1.0, 7.0) or row[CLIMATE] % 1.0 != 0.0:
        return flags, 1002
    if _outside(row[REFRACTIVITY], 250.0, 400.0):
        return flags, 1008
    if _outside(row[FREQUENCY], 40.0, 10000.0):
        flags |= 0x0004
    if _outside(row[FREQUENCY], 20.0, 20000.0):
        return flags, 1009
    if row[POLARIZATION] != 0.0 and row[POLARIZATION] != 1.0:
        return flags, 1010
    if _outside(row[PERMITTIVITY], 1.0, 1e100):
        return flags, 1011
    if not (row[CONDUCTIVITY] > 0.0 and row[CONDUCTIVITY] <= 1e100):
        return flags, 1012
    if _outside(row[MDVAR], 0.0, 33.0) or row[MDVAR] % 10.0 > 3.0 or row[MDVAR] % 1.0 != 0.0:
        return flags, 1014
    if not (row[SITUATION] > 0.0 and row[SITUATION] < 100.0):
        return flags, 1005
    if not (row[TIME] > 0.0 and row[TIME] < 100.0):
        return flags, 1003
    if not (row[LOCATION] > 0.0 and row[LOCATION] < 100.0):
        return flags, 1004
    return flags, 0


@compiled
def effective_earth_m(refractivity):  # type: ignore[no-untyped-def]
    """Effective earth radius [m] for a surface refractivity [N-units]; Technical Note 101, equation 4.4."""
    return 1.0 / (157e-9 * (1.0 - 0.04665 * math.exp(refractivity / 179.3)))
