"""Where a path-loss model holds, as its source says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError
from radio_models.paths import Paths

Range = tuple[float, float]
ANY: Range = (0.0, float("inf"))


@dataclass(frozen=True, slots=True)
class Domain:
    """Published ranges of a model, ends included; the base is the higher antenna of a link, the mobile the lower.

    `extended_base_height_m` is what `check_setup` lets pass beyond `base_height_m` when the user asked for it; such
    links still count as outside.

    >>> flat = Domain("flat", "nobody", frequency_hz=(150e6, 1500e6))
    >>> flat.check_setup(3.5e9, 10.0, 2.0)
    Traceback (most recent call last):
    radio_models.errors.RadioError: flat: the frequency is 3500 MHz, expected 150 to 1500 MHz; choose another model.
    """

    model: str
    source: str
    frequency_hz: Range = ANY
    base_height_m: Range = ANY
    mobile_height_m: Range = ANY
    distance_m: Range = ANY
    extended_base_height_m: Range | None = None

    def check_setup(self, frequency_hz: npt.ArrayLike, tx_height_m: npt.ArrayLike, rx_height_m: npt.ArrayLike) -> None:
        """Raise RadioError unless frequency [Hz] and antenna heights [m] lie in the domain; arrays of any shape."""
        base_m = np.maximum(tx_height_m, rx_height_m)
        mobile_m = np.minimum(tx_height_m, rx_height_m)
        self._demand("frequency", np.asarray(frequency_hz, np.float64) / 1e6, _megahertz(self.frequency_hz), "MHz")
        self._demand("higher antenna", base_m, self.extended_base_height_m or self.base_height_m, "m")
        self._demand("lower antenna", mobile_m, self.mobile_height_m, "m")

    def outside(self, paths: Paths) -> npt.NDArray[np.bool_]:
        """True for each link whose frequency, heights or distance is outside the published ranges; shape of `paths`."""
        strange = (
            _beyond(paths.frequency_hz, self.frequency_hz)
            | _beyond(paths.base_height_m, self.base_height_m)
            | _beyond(paths.mobile_height_m, self.mobile_height_m)
            | _beyond(paths.distance_m, self.distance_m)
        )
        return np.broadcast_to(strange, paths.shape)

    def _demand(self, what: str, values: npt.NDArray[np.float64], limits: Range, unit: str) -> None:
        wrong = values[~(np.isfinite(values) & ~_beyond(values, limits))]
        if wrong.size:
            raise RadioError(
                f"{self.model}: the {what} is {wrong.flat[0]:g} {unit}, "
                f"expected {limits[0]:g} to {limits[1]:g} {unit}; choose another model."
            )


def _beyond(values: npt.NDArray[np.float64], limits: Range) -> npt.NDArray[np.bool_]:
    slack = 1e-9
    return np.asarray((values < limits[0] * (1.0 - slack)) | (values > limits[1] * (1.0 + slack)))


def _megahertz(limits: Range) -> Range:
    return limits[0] / 1e6, limits[1] / 1e6
