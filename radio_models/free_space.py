"""Free-space loss. Source: Recommendation ITU-R P.525-4, equation (3), with the exact speed of light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from radio_models.domain import Domain
from radio_models.elementwise import evaluate, log10, part
from radio_models.floats import in_shape, positive
from radio_models.paths import Paths

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0


def free_space_loss_db(distance_m: npt.ArrayLike, frequency_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Loss between isotropic antennas [dB]; distance [m] and frequency [Hz] above 0, any shapes that broadcast.

    >>> round(float(free_space_loss_db(1000.0, 868e6)), 4)
    91.2182
    """
    return evaluate(free_space_formula, *positive(distance_m=distance_m, frequency_hz=frequency_hz))


@part
def free_space_formula(distance_m: Any, frequency_hz: Any) -> Any:
    return 20.0 * log10(distance_m * frequency_hz * (4.0 * np.pi / SPEED_OF_LIGHT_M_PER_S))


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """Nothing between the antennas: no other model should promise less over a whole city.

    >>> paths = Paths(distance_m=[1000.0, 2000.0], frequency_hz=868e6, tx_height_m=10.0, rx_height_m=10.0)
    >>> FreeSpace().loss_db(paths).round(2).tolist()
    [91.22, 97.24]
    """

    domain: ClassVar[Domain] = Domain("free-space", "ITU-R P.525-4")

    def loss_db(self, paths: Paths) -> npt.NDArray[np.float64]:
        """Loss [dB] in the shape of `paths`."""
        return in_shape(evaluate(free_space_formula, paths.distance_m, paths.frequency_hz), paths.shape)

    def line_db(self, frequency_hz: float) -> tuple[float, float]:
        """Loss at 1 m [dB] and its growth a decade of distance [dB]: all that there is to this model."""
        return float(free_space_loss_db(1.0, frequency_hz)), 20.0
