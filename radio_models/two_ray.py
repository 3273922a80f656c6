"""Two rays over flat ground: exact with Fresnel's reflection coefficient, and its far limit, plane earth.

Source: Parsons, The Mobile Radio Propagation Channel, 2.3; complex permittivity after ITU-R P.527-3. Written for fields
that turn as exp(+jωt), so a lossy ground has ε_r − j 60 σ λ and a longer way exp(−j k Δ).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.domain import Domain
from radio_models.elementwise import evaluate, larger, log10, smaller
from radio_models.errors import RadioError
from radio_models.floats import Floats, in_shape, non_negative, positive
from radio_models.free_space import SPEED_OF_LIGHT_M_PER_S, free_space_formula
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
    link = positive(
        distance_m=distance_m, frequency_hz=frequency_hz, tx_height_m=tx_height_m, rx_height_m=rx_height_m,
        relative_permittivity=relative_permittivity,
    )  # fmt: skip
    ground = non_negative(conductivity_s_per_m=conductivity_s_per_m)
    return evaluate(_two_rays, *link, *ground, settings=(polarization == "vertical",))


def _two_rays(
    direct_m: Any, frequency_hz: Any, h_t: Any, h_r: Any, permittivity: Any, conductivity: Any, vertical: bool
) -> Any:
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / frequency_hz
    # the image of the antenna lies h_t + h_r away vertically: reflected² = direct² + 4 h_t h_r
    reflected_m = np.sqrt(direct_m**2 + 4.0 * h_t * h_r)
    longer_m = 4.0 * h_t * h_r / (direct_m + reflected_m)
    sine = smaller((h_t + h_r) / reflected_m, 1.0)

    # ε = ε_r − jκ; the root of ε − cos² ψ, which lies in the fourth quadrant
    kappa = 60.0 * conductivity * wavelength_m
    above = permittivity - (1.0 - sine**2)
    size = np.sqrt(above**2 + kappa**2)
    root_real = np.sqrt(0.5 * (size + above))
    root_imaginary = -np.sqrt(0.5 * larger(size - above, 0.0))
    facing_real = permittivity * sine if vertical else sine
    facing_imaginary = -kappa * sine if vertical else 0.0 * sine

    # Γ = (facing − root) / (facing + root)
    up_real, up_imaginary = facing_real - root_real, facing_imaginary - root_imaginary
    down_real, down_imaginary = facing_real + root_real, facing_imaginary + root_imaginary
    weight = direct_m / reflected_m / (down_real**2 + down_imaginary**2)
    gamma_real = (up_real * down_real + up_imaginary * down_imaginary) * weight
    gamma_imaginary = (up_imaginary * down_real - up_real * down_imaginary) * weight
    phase = -2.0 * np.pi * longer_m / wavelength_m
    turn_real, turn_imaginary = np.cos(phase), np.sin(phase)
    real = 1.0 + gamma_real * turn_real - gamma_imaginary * turn_imaginary
    imaginary = gamma_real * turn_imaginary + gamma_imaginary * turn_real
    # a perfect null would be infinitely deep; 300 dB below free space is nothing all the same
    power = larger(real**2 + imaginary**2, 1e-30)
    return free_space_formula(direct_m, frequency_hz) - 10.0 * log10(power)


def plane_earth_loss_db(
    distance_m: ArrayLike, frequency_hz: ArrayLike, tx_height_m: ArrayLike, rx_height_m: ArrayLike
) -> Floats:
    """40 lg d − 20 lg(h_t h_r) [dB], but never less than free space: the two meet at 4π h_t h_r / λ, without a step.

    >>> plane_earth_loss_db(10_000.0, 868e6, 10.0, 2.0).round(2).item()
    133.98
    """
    link = positive(
        distance_m=distance_m, frequency_hz=frequency_hz, tx_height_m=tx_height_m, rx_height_m=rx_height_m
    )  # fmt: skip
    return evaluate(_plane_earth, *link)


def _plane_earth(distance_m: Any, frequency_hz: Any, tx_height_m: Any, rx_height_m: Any) -> Any:
    far_db = 40.0 * log10(distance_m) - 20.0 * log10(tx_height_m * rx_height_m)
    return larger(far_db, free_space_formula(distance_m, frequency_hz))


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
        columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
        ground = self.relative_permittivity, self.conductivity_s_per_m
        loss_db = evaluate(_two_rays, *columns, *ground, settings=(self.polarization == "vertical",))
        return in_shape(loss_db, paths.shape)


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
        columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
        loss_db = evaluate(_plane_earth, *columns)
        return in_shape(loss_db, paths.shape)
