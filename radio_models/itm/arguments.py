"""The door of ITM: turns what the caller gives into the tables that the compiled loops read, or says what is wrong.

A scalar concerns the whole call, so a bad one raises RadioError. A column concerns one link each: a bad value there is
left for the loops, which flag that link with NTIA's return code and go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

MIN_POINTS = 3


@dataclass(frozen=True, slots=True)
class Allowed:
    """The values that an argument may take; `whole` numbers only or an interval with or without its ends."""

    low: float
    high: float
    unit: str = ""
    whole: frozenset[int] | None = None
    open_ends: bool = False

    def __contains__(self, value: float) -> bool:
        if self.whole is not None:
            return value in self.whole
        if self.open_ends:
            return self.low < value < self.high
        return bool(self.low <= value <= self.high and np.isfinite(value))

    def __str__(self) -> str:
        if self.whole is not None:
            return "one of " + ", ".join(str(value) for value in sorted(self.whole))
        if np.isinf(self.high):
            return f"a finite number {'above' if self.open_ends else 'of at least'} {self.low:g}{self.unit}"
        ends = ", ends excluded" if self.open_ends else ""
        return f"{self.low:g} to {self.high:g}{self.unit}{ends}"


_PERCENT = Allowed(0.0, 100.0, " %", open_ends=True)
_HEIGHT = Allowed(0.5, 3000.0, " m")
_SITING = Allowed(0.0, 2.0, whole=frozenset((0, 1, 2)))
_MDVAR = frozenset(tens + mode for tens in (0, 10, 20, 30) for mode in range(4))

# In the order of columns.py. Ranges: NTIA/itm, README and ERRORS_AND_WARNINGS.
COMMON = {
    "frequency_mhz": Allowed(20.0, 20000.0, " MHz"),
    "polarization": Allowed(0.0, 1.0, whole=frozenset((0, 1))),
    "relative_permittivity": Allowed(1.0, np.inf),
    "conductivity_s_per_m": Allowed(0.0, np.inf, " S/m", open_ends=True),
    "climate": Allowed(1.0, 7.0, whole=frozenset(range(1, 8))),
    "mdvar": Allowed(0.0, 33.0, whole=_MDVAR),
    "time_pct": _PERCENT,
    "location_pct": _PERCENT,
    "situation_pct": _PERCENT,
    "tx_height_m": _HEIGHT,
    "rx_height_m": _HEIGHT,
    "surface_refractivity": Allowed(250.0, 400.0, " N-units"),
}
POINT_TO_POINT = COMMON | {"step_m": Allowed(0.0, np.inf, " m", open_ends=True)}
AREA = COMMON | {
    "distance_km": Allowed(0.0, np.inf, " km", open_ends=True),
    "delta_h_m": Allowed(0.0, np.inf, " m"),
    "tx_siting_criteria": _SITING,
    "rx_siting_criteria": _SITING,
}


def number_or_column(name: str, value: Any, allowed: Allowed) -> npt.NDArray[Any]:
    """A number inside its range, or a column of numbers of any kind, unchecked.

    >>> number_or_column("climate", 9, COMMON["climate"])
    Traceback (most recent call last):
    radio_models.errors.RadioError: climate is 9, expected one of 1, 2, 3, 4, 5, 6, 7; correct it.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise RadioError(f"{name} is {value!r}, expected a number or a column of numbers; convert it.")
    if array.ndim > 1:
        raise RadioError(f"{name} has shape {array.shape}, expected a number or one value per link; flatten it.")
    if array.ndim == 0 and float(array) not in allowed:
        raise RadioError(f"{name} is {float(array):g}{allowed.unit}, expected {allowed}; correct it.")
    return array


def columns_of(
    given: Mapping[str, Any], ranges: Mapping[str, Allowed], n_rows: int | None = None
) -> tuple[list[npt.NDArray[Any]], tuple[int, ...]]:
    """The columns in the order of `ranges` and the shape of the batch: () or (links,).

    `n_rows` is the number of profiles in a batch of profiles, None for a single profile that serves all links.
    """
    columns = [number_or_column(name, given[name], allowed) for name, allowed in ranges.items()]
    shapes = {name: column.shape for name, column in zip(ranges, columns, strict=True) if column.ndim}
    if n_rows is not None:
        shapes["elevation_m"] = (n_rows,)
    lengths = {shape[0] for shape in shapes.values()}
    if len(lengths - {1}) > 1:
        told = ", ".join(f"{name} {shape[0]}" for name, shape in shapes.items())
        raise RadioError(
            f"the columns disagree in the number of links ({told}); give one value per link or one for all."
        )
    if not shapes:
        return columns, ()
    return columns, (max(lengths - {1}, default=1) if 0 not in lengths else 0,)


def profiles_of(elevation_m: Any) -> npt.NDArray[Any]:
    """The profiles as they came, (points,) or (links, points); a lone profile is checked, a batch is not."""
    array = np.asarray(elevation_m)
    if array.dtype.kind not in "fiu" or array.ndim not in (1, 2):
        raise RadioError(
            f"elevation_m is {array.dtype} of shape {array.shape}, expected numbers [m] of shape (points,) or "
            "(links, points); convert it."
        )
    if array.shape[-1] < MIN_POINTS:
        raise RadioError(
            f"elevation_m has {array.shape[-1]} points, expected at least {MIN_POINTS}; sample more finely."
        )
    if array.ndim == 1:
        bad = array[~(np.abs(array.astype(np.float64)) <= 1e6)]
        if bad.size:
            raise RadioError(f"elevation_m holds {bad[0]}, expected heights within -1e+06 to 1e+06 m; fill the gaps.")
    return array


def table_of(columns: Sequence[npt.NDArray[Any]], first: int, last: int) -> npt.NDArray[np.float64]:
    """Rows `first … last − 1` of the table of parameters; columns of length 1 serve every link."""
    table = np.empty((last - first, len(columns)))
    for number, column in enumerate(columns):
        table[:, number] = column[first:last] if column.ndim and column.shape[0] > 1 else column
    return table


def chunk_of_profiles(profiles: npt.NDArray[Any], first: int, last: int) -> npt.NDArray[Any]:
    """Some profiles in the one form that the loops are compiled for, copied only if they are not in it yet."""
    chunk = profiles[first:last]
    if chunk.dtype == np.float64 and chunk.flags.c_contiguous and chunk.flags.writeable and chunk.flags.aligned:
        return chunk
    return np.array(chunk, np.float64, order="C")
