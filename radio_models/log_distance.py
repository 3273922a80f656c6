"""Log-distance loss: one exponent for a whole environment. Source: Rappaport, Wireless Communications, 4.9.1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from radio_models.domain import Domain
from radio_models.elementwise import evaluate, log10, part
from radio_models.errors import RadioError
from radio_models.floats import in_shape, positive, within
from radio_models.free_space import free_space_formula, free_space_loss_db
from radio_models.paths import Paths


@dataclass(frozen=True, slots=True)
class LogDistance:
    """`reference_loss_db` at `reference_distance_m`, then 10 · `exponent` dB a decade, in both directions.

    exponent               2 in free space, 2.7 to 4 in towns
    reference_distance_m   [m]
    reference_loss_db      [dB]; None takes free space at that distance and at the link's frequency

    >>> paths = Paths(distance_m=[1000.0, 10_000.0], frequency_hz=868e6, tx_height_m=10.0, rx_height_m=10.0)
    >>> LogDistance(exponent=3.0, reference_distance_m=1000.0, reference_loss_db=120.0).loss_db(paths).tolist()
    [120.0, 150.0]
    """

    exponent: float = 3.0
    reference_distance_m: float = 1.0
    reference_loss_db: float | None = None

    domain: ClassVar[Domain] = Domain("log-distance", "Rappaport, Wireless Communications, 4.9.1; fitted, not derived")

    def __post_init__(self) -> None:
        for name, value in (("exponent", self.exponent), ("reference_distance_m", self.reference_distance_m)):
            if not 0.0 < value < float("inf"):
                raise RadioError(f"log-distance: {name} is {value}, expected a number above 0; correct it.")
        if self.reference_loss_db is not None and not math.isfinite(self.reference_loss_db):
            raise RadioError(f"log-distance: reference_loss_db is {self.reference_loss_db}, expected a finite number.")

    def loss_db(self, paths: Paths) -> npt.NDArray[np.float64]:
        """Loss [dB] in the shape of `paths`."""
        settings = self.exponent, self.reference_distance_m
        if self.reference_loss_db is None and paths.frequency_hz.size > 1:
            loss_db = evaluate(_slope_from_free_space, paths.distance_m, paths.frequency_hz, settings=settings)
        else:
            reference_db = self._reference_db(paths.frequency_hz)
            loss_db = evaluate(slope_formula, reference_db, paths.distance_m, settings=settings)
        return in_shape(loss_db, paths.shape)

    def line_db(self, frequency_hz: float) -> tuple[float, float]:
        """Loss at 1 m [dB] and its growth a decade of distance [dB]: all that there is to this model."""
        per_decade_db = 10.0 * self.exponent
        return float(
            self._reference_db(frequency_hz) - per_decade_db * math.log10(self.reference_distance_m)
        ), per_decade_db

    def _reference_db(self, frequency_hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
        if self.reference_loss_db is None:
            return free_space_loss_db(self.reference_distance_m, frequency_hz)
        return np.asarray(self.reference_loss_db, np.float64)


def slope_loss_db(
    reference_db: npt.ArrayLike, exponent: float, distance_m: npt.ArrayLike, reference_distance_m: float
) -> npt.NDArray[np.float64]:
    """`reference_db` + 10 · exponent · lg(distance / reference distance) [dB]; any shapes that broadcast.

    >>> slope_loss_db(120.0, 3.0, 10_000.0, 1000.0).item()
    150.0
    """
    column, finite_db = positive(distance_m=distance_m)[0], within("reference_db", reference_db, -np.inf, np.inf, "dB")
    return evaluate(slope_formula, finite_db, column, settings=(exponent, reference_distance_m))


@part
def slope_formula(reference_db: Any, distance_m: Any, exponent: float, reference_distance_m: float) -> Any:
    return reference_db + 10.0 * exponent * log10(distance_m / reference_distance_m)


def _slope_from_free_space(distance_m: Any, frequency_hz: Any, exponent: float, reference_distance_m: float) -> Any:
    reference_db = free_space_formula(reference_distance_m, frequency_hz)
    return slope_formula(reference_db, distance_m, exponent, reference_distance_m)
