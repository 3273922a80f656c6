"""Two rays over flat ground: exact with Fresnel's reflection coefficient, and its far limit, plane earth.

Source: Parsons, The Mobile Radio Propagation Channel, 2.3; complex permittivity after ITU-R P.527-3. Written for fields
that turn as exp(+jωt), so a lossy ground has ε_r − j 60 σ λ and a longer way exp(−j k Δ).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.domain import Domain
from radio_models.errors import RadioError
from radio_models.floats import Floats, floats
from radio_models.free_space import SPEED_OF_LIGHT_M_PER_S, free_space_loss_db
from radio_models.paths import Paths

Polarization = Literal["horizontal", "vertical"]


def two_ray_loss_db(
    distance_m: ArrayLike,
    frequency_hz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    *,
    polarization: Polarization = "vertical",
    relative_permittivity: ArrayLike = 15.0,
    conductivity_s_per_m: ArrayLike = 0.005,
) -> Floats:
    """Loss of direct and reflected ray together [dB], any shapes that broadcast.

    `distance_m` is the straight line between the antennas [m]; default ground: average land.

    >>> two_ray_loss_db(1000.0, 868e6, 10.0, 2.0).round(2).item()
    94.51
    """
    direct_m, h_t, h_r = floats(distance_m), floats(tx_height_m), floats(rx_height_m)
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / floats(frequency_hz)
    # the image of the antenna lies h_t + h_r away vertically: reflected² = direct² + 4 h_t h_r
    reflected_m = np.sqrt(direct_m**2 + 4.0 * h_t * h_r)
    longer_m = 4.0 * h_t * h_r / (direct_m + reflected_m)
    sine = np.minimum((h_t + h_r) / reflected_m, 1.0)

    permittivity = floats(relative_permittivity) - 60j * floats(conductivity_s_per_m) * wavelength_m
    root = np.sqrt(permittivity - (1.0 - sine**2))
    facing = permittivity * sine if polarization == "vertical" else sine + 0j
    reflection = (facing - root) / (facing + root)
    phase = np.exp(-2j * np.pi * longer_m / wavelength_m)
    amplitude = np.abs(1.0 + reflection * phase * (direct_m / reflected_m))
    # a perfect null would be infinitely deep; 300 dB below free space is nothing all the same
    return np.asarray(free_space_loss_db(direct_m, frequency_hz) - 20.0 * np.log10(np.maximum(amplitude, 1e-15)))


def plane_earth_loss_db(
    distance_m: ArrayLike, frequency_hz: ArrayLike, tx_height_m: ArrayLike, rx_height_m: ArrayLike
) -> Floats:
    """40 lg d − 20 lg(h_t h_r) [dB], but never less than free space: the two meet at 4π h_t h_r / λ, without a step.

    >>> plane_earth_loss_db(10_000.0, 868e6, 10.0, 2.0).round(2).item()
    133.98
    """
    far_db = 40.0 * np.log10(floats(distance_m)) - 20.0 * np.log10(floats(tx_height_m) * floats(rx_height_m))
    return np.maximum(far_db, free_space_loss_db(distance_m, frequency_hz))


@dataclass(frozen=True, slots=True)
class TwoRay:
    """Flat open ground or water, with its fringes. Both ends may be swapped.

    >>> paths = Paths(distance_m=1000.0, frequency_hz=868e6, tx_height_m=10.0, rx_height_m=2.0)
    >>> TwoRay().loss_db(paths).round(2).item()
    94.51
    """

    polarization: Polarization = "vertical"
    relative_permittivity: float = 15.0
    conductivity_s_per_m: float = 0.005

    domain: ClassVar[Domain] = Domain("two-ray", "Parsons, 2.3: flat earth", distance_m=(1.0, 30e3))

    def __post_init__(self) -> None:
        if self.polarization not in ("horizontal", "vertical"):
            raise RadioError(
                f"two-ray: polarization is '{self.polarization}', expected horizontal or vertical; correct it."
            )
        if not self.relative_permittivity >= 1.0 or not self.conductivity_s_per_m >= 0.0:
            raise RadioError(
                f"two-ray: the ground has relative_permittivity {self.relative_permittivity} and conductivity_s_per_m "
                f"{self.conductivity_s_per_m}, expected at least 1 and 0; correct them."
            )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        loss_db = two_ray_loss_db(
            paths.distance_m,
            paths.frequency_hz,
            paths.tx_height_m,
            paths.rx_height_m,
            polarization=self.polarization,
            relative_permittivity=self.relative_permittivity,
            conductivity_s_per_m=self.conductivity_s_per_m,
        )
        return np.broadcast_to(loss_db, paths.shape)


@dataclass(frozen=True, slots=True)
class PlaneEarth:
    """Two rays without fringes: free space nearby, the fourth power of distance far away.

    >>> paths = Paths(distance_m=10_000.0, frequency_hz=868e6, tx_height_m=10.0, rx_height_m=2.0)
    >>> PlaneEarth().loss_db(paths).round(2).item()
    133.98
    """

    domain: ClassVar[Domain] = Domain("plane-earth", "Parsons, 2.3.2: flat earth", distance_m=(1.0, 30e3))

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        loss_db = plane_earth_loss_db(paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m)
        return np.broadcast_to(loss_db, paths.shape)
