"""What every path-loss model sees: links as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

MIN_DISTANCE_M = 1.0
MIN_HEIGHT_M = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Radio links; all fields are scalars or arrays that broadcast to one shape, usually (links,).

    distance_m     straight line between the two antennas [m]; below 1 m it counts as 1 m. Models whose standard counts
                   along the ground take it as it stands, which is less than 0.01 dB off within their ranges.
    frequency_hz   [Hz], above 0
    tx_height_m, rx_height_m   antennas above the ground at their feet [m]; below 0.1 m they count as 0.1 m
    tx_clutter, rx_clutter     clutter class at either end (uint8), or None
    elevation_m    ground above sea level from tx to rx [m], (points,) or (links, points), or None. Its values are
                   judged link by link in the terrain models, so that one bad profile does not lose the rest.
    step_m         distance between points of the profile [m], or None

    Raises RadioError for NaN or infinite numbers, negative distances or heights, and shapes that do not broadcast.

    >>> Paths(distance_m=[100.0, 0.0], frequency_hz=868e6, tx_height_m=10.0, rx_height_m=2.0).distance_m.tolist()
    [100.0, 1.0]
    """

    distance_m: Any
    frequency_hz: Any
    tx_height_m: Any
    rx_height_m: Any
    tx_clutter: npt.NDArray[np.uint8] | None = None
    rx_clutter: npt.NDArray[np.uint8] | None = None
    elevation_m: npt.NDArray[np.floating[Any]] | None = None
    step_m: Any = None

    def __post_init__(self) -> None:
        for name, least in (
            ("distance_m", MIN_DISTANCE_M),
            ("frequency_hz", 0.0),
            ("tx_height_m", MIN_HEIGHT_M),
            ("rx_height_m", MIN_HEIGHT_M),
        ):
            object.__setattr__(self, name, np.maximum(_finite(getattr(self, name), name), least))
        if not np.all(self.frequency_hz > 0.0):
            raise RadioError("frequency_hz holds 0, expected more than 0 Hz; correct the frequency.")
        if self.step_m is not None:
            object.__setattr__(self, "step_m", _numbers(self.step_m, "step_m"))  # judged link by link, as the profiles
        shapes = [
            np.shape(getattr(self, name)) for name in ("distance_m", "frequency_hz", "tx_height_m", "rx_height_m")
        ]
        shapes += [self.step_m.shape] if self.step_m is not None else []
        shapes += [np.shape(clutter) for clutter in (self.tx_clutter, self.rx_clutter) if clutter is not None]
        if self.elevation_m is not None:
            shapes.append(np.shape(self.elevation_m)[:-1])
        try:
            np.broadcast_shapes(*shapes)
        except ValueError as error:
            raise RadioError(
                f"the fields of the paths have shapes {shapes}, which do not broadcast; align them."
            ) from error

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the fields broadcast to, and that of every loss."""
        fields = [self.distance_m, self.frequency_hz, self.tx_height_m, self.rx_height_m]
        fields += [self.step_m] if self.step_m is not None else []
        return np.broadcast_shapes(
            *(field.shape for field in fields), np.shape(self.elevation_m)[:-1] if self.elevation_m is not None else ()
        )

    @property
    def n_links(self) -> int:
        return int(np.prod(self.shape))

    @property
    def base_height_m(self) -> npt.NDArray[np.float64]:
        """The higher antenna of each link [m]: the 'base station' of the standards, so that losses are reciprocal."""
        return np.asarray(np.maximum(self.tx_height_m, self.rx_height_m))

    @property
    def mobile_height_m(self) -> npt.NDArray[np.float64]:
        """The lower antenna of each link [m]."""
        return np.asarray(np.minimum(self.tx_height_m, self.rx_height_m))

    @property
    def ground_distance_m(self) -> npt.NDArray[np.float64]:
        """Distance along flat ground between the feet of the antennas [m], at least 1 m."""
        rise_m = self.tx_height_m - self.rx_height_m
        return np.asarray(np.sqrt(np.maximum(self.distance_m**2 - rise_m**2, MIN_DISTANCE_M**2)))


def _numbers(values: Any, name: str) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise RadioError(f"{name} is {values!r}, expected numbers; convert it.") from error


def _finite(values: Any, name: str) -> npt.NDArray[np.float64]:
    array = _numbers(values, name)
    if not np.all(np.isfinite(array)) or np.any(array < 0.0):
        worst = array[~np.isfinite(array) | (array < 0.0)].flat[0]
        raise RadioError(f"{name} holds {worst}, expected a finite number of at least 0; correct the input.")
    return array
