"""Values of links with the bad ones set aside: a lone value is an error, one of a batch costs its own link +inf dB."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from radio_models.errors import RadioError
from radio_models.floats import Floats, floats


@dataclass(frozen=True, slots=True)
class Wanted:
    """A finite number between two ends, `low` itself excluded where `above` is set; `unit` for the message."""

    unit: str
    low: float = -np.inf
    high: float = np.inf
    above: bool = False

    def __str__(self) -> str:
        least = f"more than {self.low:g}" if self.above else f"at least {self.low:g}"
        if np.isfinite(self.low) and np.isfinite(self.high):
            return f"{self.low:g} to {self.high:g} {self.unit}"
        return f"a finite number of {self.unit}" if np.isinf(self.low) else f"{least} {self.unit}, finite"

    def holds(self, values: Floats) -> npt.NDArray[np.bool_]:
        """True for each value that will do."""
        beyond = values > self.low if self.above else values >= self.low
        return np.asarray(np.isfinite(values) & beyond & (values <= self.high))


class CheckedLinks:
    """Collects the columns of a computation; where one is bad the others are still computed.

    >>> links = CheckedLinks()
    >>> links.column("height_m", [30.0, float("nan")], Wanted("m", 0.0, above=True)).tolist()
    [30.0, 1.0]
    >>> links.marked(np.array([100.0, 90.0])).tolist()
    [100.0, inf]
    >>> links.column("height_m", 0.0, Wanted("m", 0.0, above=True))
    Traceback (most recent call last):
    radio_models.errors.RadioError: height_m is 0; expected more than 0 m, finite.
    """

    def __init__(self) -> None:
        self._bad: npt.NDArray[np.bool_] = np.zeros((), np.bool_)

    def column(self, name: str, values: ArrayLike, wanted: Wanted) -> Floats:
        """The values as float64, bad ones of a batch replaced; RadioError for a lone bad value or what is no number."""
        try:
            column = floats(values)
        except (TypeError, ValueError) as error:
            raise RadioError(f"{name} is {values!r}, expected numbers; convert it.") from error
        bad = ~wanted.holds(column)
        if not bad.any():
            return column
        if column.size == 1:
            raise RadioError(f"{name} is {column.flat[0]:g}; expected {wanted}.")
        self.spoil(bad)
        harmless = min(max(1.0, wanted.low), wanted.high)
        return np.where(bad, harmless, column)

    def spoil(self, bad: npt.NDArray[np.bool_]) -> None:
        """Mark links as bad; RadioError where their shape does not fit that of others."""
        try:
            self._bad = self._bad | bad
        except ValueError as error:
            raise RadioError(
                f"columns of shapes {self._bad.shape} and {bad.shape} do not broadcast; align them."
            ) from error

    def marked(self, loss_db: Floats) -> Floats:
        """The losses with +inf for the links that are bad."""
        return floats(np.where(self._bad, np.inf, loss_db)) if self._bad.any() else floats(loss_db)
