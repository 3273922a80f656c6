"""Numbers in: scalars, lists or arrays become float64 columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

Floats = npt.NDArray[np.float64]


def floats(values: npt.ArrayLike) -> Floats:
    """The values as a float64 array of the same shape; nothing is copied where it is one.

    >>> floats(3).dtype.name
    'float64'
    """
    return np.asarray(values, np.float64)


def in_shape(values: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    """The values in a shape that they broadcast to, as an array that its owner may write into.

    >>> in_shape(3.0, (2,)).tolist(), in_shape(3.0, (2,)).flags.writeable
    ([3.0, 3.0], True)
    """
    column = floats(values)
    return column if column.shape == shape else np.broadcast_to(column, shape).copy()


def within(name: str, values: npt.ArrayLike, low: float, high: float, unit: str) -> Floats:
    """The values as float64, all of them finite and between `low` and `high`, ends included; RadioError otherwise.

    >>> within("frequency_ghz", [1.0, 2.0], 0.5, 67.0, "GHz").tolist()
    [1.0, 2.0]
    """
    column = floats(values)
    if column.size and not (column.min() >= low and column.max() <= high and np.isfinite(column.max())):
        inside = (column >= low) & (column <= high) & np.isfinite(column)
        wanted = f"at least {low:g} {unit}" if np.isinf(high) else f"{low:g} to {high:g} {unit}"
        raise RadioError(f"{name} is {column[~inside].flat[0]:g}; expected {wanted}.")
    return column


def percentage(name: str, values: npt.ArrayLike) -> Floats:
    """The values as float64, all of them above 0 and below 100 %; RadioError otherwise.

    >>> percentage("location_pct", 50).item()
    50.0
    """
    column = floats(values)
    if column.size and not (column.min() > 0.0 and column.max() < 100.0):
        worst = column[~((column > 0.0) & (column < 100.0))].flat[0]
        raise RadioError(f"{name} is {worst:g}; expected more than 0 and less than 100 %.")
    return column


def positive(**columns: npt.ArrayLike) -> list[Floats]:
    """The columns as float64: finite, above 0, and of shapes that broadcast; RadioError otherwise.

    >>> [column.tolist() for column in positive(distance_km=[1, 2], frequency_mhz=868)]
    [[1.0, 2.0], 868.0]
    """
    return _columns(columns, 0.0, "above 0")


def non_negative(**columns: npt.ArrayLike) -> list[Floats]:
    """As `positive`, but 0 is allowed too.

    >>> non_negative(d_2d_m=0.0)[0].item()
    0.0
    """
    return _columns(columns, np.nextafter(0.0, -1.0), "of at least 0")


def _columns(columns: dict[str, npt.ArrayLike], above: float, wanted: str) -> list[Floats]:
    found = []
    for name, values in columns.items():
        try:
            column = floats(values)
        except (TypeError, ValueError) as error:
            raise RadioError(f"{name} is {values!r}, expected numbers; convert it.") from error
        if column.size and not (column.min() > above and column.max() < np.inf):
            worst = column[~((column > above) & (column < np.inf))].flat[0]
            raise RadioError(f"{name} is {worst:g}, expected a finite number {wanted}; correct it.")
        found.append(column)
    try:
        np.broadcast_shapes(*(column.shape for column in found))
    except ValueError as error:
        shapes = ", ".join(f"{name} {column.shape}" for name, column in zip(columns, found, strict=True))
        raise RadioError(f"the shapes do not broadcast ({shapes}); align them.") from error
    return found
