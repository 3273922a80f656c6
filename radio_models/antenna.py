"""Antenna patterns: gain towards a direction.

Azimuth clockwise from north, elevation above the horizon, both in degrees, any shapes that broadcast. What an operator
*claims* as gain and what the antenna has are two numbers; patterns here are the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from radio_models.errors import RadioError
from radio_models.floats import Floats, floats

DIPOLE_GAIN_DBI = 2.15
CABLE_LOSS_DB_PER_M = {"rg58": 0.5, "lmr200": 0.33, "lmr240": 0.25, "lmr400": 0.13, "lmr600": 0.08}
"""Attenuation of coaxial cables near 900 MHz [dB/m], rounded from the makers' tables; see `cable_loss_db`."""
_CABLE_REFERENCE_MHZ = 900.0
_FLOOR_DBI = -40.0  # what scattering fills into the null of a real antenna


def cable_loss_db(cable: str, length_m: ArrayLike, frequency_mhz: ArrayLike = 868.0) -> Floats:
    """Loss of a coaxial cable [dB], any shapes that broadcast; it grows with the root of the frequency (skin effect).

    Connectors, about 0.1 dB each, are not counted. Raises RadioError for an unknown cable or a negative length.

    >>> cable_loss_db("lmr400", 10.0, 900.0).item()
    1.3
    """
    if cable not in CABLE_LOSS_DB_PER_M:
        raise RadioError(f"the cable is '{cable}', expected one of {', '.join(CABLE_LOSS_DB_PER_M)}; correct it.")
    length, frequency = floats(length_m), floats(frequency_mhz)
    if not (np.all(length >= 0.0) and np.all(frequency > 0.0)):
        raise RadioError(
            f"a cable of {np.min(length):g} m at {np.min(frequency):g} MHz, expected 0 m or more and more than 0 MHz."
        )
    return np.asarray(CABLE_LOSS_DB_PER_M[cable] * length * np.sqrt(frequency / _CABLE_REFERENCE_MHZ))


class Antenna(Protocol):
    """A frozen dataclass whose fields are the settings of the pattern."""

    def gain_dbi(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
        """Gain [dBi] towards azimuth [deg clockwise from north] and elevation [deg above the horizon]."""


@dataclass(frozen=True, slots=True)
class Isotropic:
    """The same gain everywhere: what an asserted gain means in Helium's rules.

    >>> Isotropic(peak_gain_dbi=3.0).gain_dbi([0.0, 90.0], 45.0).tolist()
    [3.0, 3.0]
    """

    peak_gain_dbi: float = 0.0

    def gain_dbi(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
        return np.full(np.broadcast_shapes(np.shape(azimuth_deg), np.shape(elevation_deg)), self.peak_gain_dbi)


@dataclass(frozen=True, slots=True)
class Dipole:
    """Upright half-wave dipole: cos(π/2 · sin e) / cos e. Source: Balanis, Antenna Theory, 4.6.

    >>> Dipole().gain_dbi(0.0, 0.0).item()
    2.15
    """

    def gain_dbi(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
        elevation = np.radians(floats(elevation_deg) + 0.0 * floats(azimuth_deg))
        along = np.maximum(np.cos(elevation), 1e-6)
        field = np.cos(0.5 * np.pi * np.sin(elevation)) / along
        return np.asarray(np.maximum(DIPOLE_GAIN_DBI + 20.0 * np.log10(np.maximum(np.abs(field), 1e-6)), _FLOOR_DBI))


@dataclass(frozen=True, slots=True)
class Collinear:
    """Upright omnidirectional antenna of several elements: ITU-R F.1336-5, recommends 2.1, with k = 0 (2.4).

    Formula and constants were compared with two public programs that cite it (peak side lobes, improved performance),
    not with the Recommendation itself.

    The lobe is as narrow as its gain demands: half-power width 107.6° · 10^(−0.1 G). Beyond it the gain is the
    envelope of the peaks of the side lobes, meant for interference studies: with the lobe they radiate 0.3 dB more
    than is fed at 8 dBi, 0.5 at 12.

    >>> Collinear(peak_gain_dbi=8.0).gain_dbi(0.0, [0.0, 8.53]).round(1).tolist()
    [8.0, 5.0]
    """

    peak_gain_dbi: float = 8.0

    def __post_init__(self) -> None:
        if not 2.0 <= self.peak_gain_dbi <= 20.0:
            raise RadioError(f"collinear: peak_gain_dbi is {self.peak_gain_dbi}, expected 2 to 20 dBi; correct it.")

    def gain_dbi(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
        elevation = np.abs(floats(elevation_deg) + 0.0 * floats(azimuth_deg))
        width = 107.6 * 10.0 ** (-0.1 * self.peak_gain_dbi)
        lobe = self.peak_gain_dbi - 12.0 * (elevation / width) ** 2
        side = self.peak_gain_dbi - 12.0 + 10.0 * np.log10(np.maximum(elevation / width, 1.0) ** -1.5)
        return np.asarray(np.where(elevation < width, lobe, side))


@dataclass(frozen=True, slots=True)
class Sector:
    """A panel: 3GPP's element pattern. Source: 3GPP TR 38.901, table 7.3-1.

    azimuth_deg, downtilt_deg             where it looks
    azimuth_width_deg, elevation_width_deg   half-power widths

    >>> Sector(azimuth_deg=90.0).gain_dbi([90.0, 122.5], 0.0).tolist()
    [14.0, 11.0]
    """

    azimuth_deg: float = 0.0
    downtilt_deg: float = 0.0
    peak_gain_dbi: float = 14.0
    azimuth_width_deg: float = 65.0
    elevation_width_deg: float = 20.0
    front_to_back_db: float = 30.0

    def __post_init__(self) -> None:
        for name in ("azimuth_width_deg", "elevation_width_deg"):
            if not 0.0 < getattr(self, name) <= 360.0:
                raise RadioError(f"sector: {name} is {getattr(self, name)}, expected above 0 to 360 deg; correct it.")

    def gain_dbi(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
        aside = (floats(azimuth_deg) - self.azimuth_deg + 180.0) % 360.0 - 180.0
        above = floats(elevation_deg) + self.downtilt_deg
        across_db = np.minimum(12.0 * (aside / self.azimuth_width_deg) ** 2, self.front_to_back_db)
        upright_db = np.minimum(12.0 * (above / self.elevation_width_deg) ** 2, self.front_to_back_db)
        return np.asarray(self.peak_gain_dbi - np.minimum(across_db + upright_db, self.front_to_back_db))


ANTENNAS: dict[str, type] = {"isotropic": Isotropic, "dipole": Dipole, "collinear": Collinear, "sector": Sector}
