"""ITM as a member of the plug-point for path loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from radio_models.domain import Domain
from radio_models.errors import RadioError
from radio_models.itm.arguments import COMMON, number_or_column
from radio_models.itm.batch import point_to_point
from radio_models.paths import Paths


@dataclass(frozen=True, slots=True)
class Itm:
    """Longley-Rice point-to-point loss over the terrain profiles of the paths; source and ranges: `itm.batch`.

    The defaults are average ground, a continental temperate climate, and a median loss from which the location
    variability is left out (mdvar 12), so that shadowing can be added without counting that spread twice.

    >>> paths = Paths(distance_m=4000.0, frequency_hz=868e6, tx_height_m=12.0, rx_height_m=2.0,
    ...               elevation_m=np.array([120.0, 130.0, 190.0, 140.0, 125.0]))
    >>> round(float(Itm().loss_db(paths)), 3)
    151.947
    """

    climate: int = 5
    surface_refractivity: float = 301.0
    polarization: int = 1
    relative_permittivity: float = 15.0
    conductivity_s_per_m: float = 0.005
    mdvar: int = 12
    time_pct: float = 50.0
    location_pct: float = 50.0
    situation_pct: float = 50.0

    domain: ClassVar[Domain] = Domain(
        "itm",
        "NTIA/itm; Longley and Rice, ERL 79-ITS 67",
        frequency_hz=(20e6, 20e9),
        base_height_m=(0.5, 3000.0),
        mobile_height_m=(0.5, 3000.0),
        distance_m=(1e3, 2000e3),
    )

    def __post_init__(self) -> None:
        for name in self._settings():
            number_or_column(name, getattr(self, name), COMMON[name])

    def loss_db(self, paths: Paths) -> npt.NDArray[np.float64]:
        """Loss [dB] in the shape of `paths`; +inf for a link that ITM cannot judge (a hole in its profile).

        Raises RadioError when the paths carry no terrain. Without `step_m` the points are spread over the distance.
        """
        if paths.elevation_m is None:
            raise RadioError("itm needs a terrain profile and these paths carry none; give elevation_m.")
        shape = paths.shape
        profiles = np.asarray(paths.elevation_m)
        n_points = profiles.shape[-1]
        if profiles.ndim > 1 and (profiles.shape[:-1] != shape or profiles.ndim > 2):
            profiles = np.broadcast_to(profiles, (*shape, n_points)).reshape(-1, n_points)
        columns = {
            "step_m": paths.distance_m / (n_points - 1) if paths.step_m is None else np.asarray(paths.step_m),
            "frequency_mhz": paths.frequency_hz / 1e6,
            "tx_height_m": paths.tx_height_m,
            "rx_height_m": paths.rx_height_m,
        }
        one_per_link: dict[str, Any] = {
            name: np.broadcast_to(column, shape).ravel() if column.ndim else column for name, column in columns.items()
        }
        return point_to_point(profiles, **one_per_link, **self._settings()).loss_db.reshape(shape)

    def _settings(self) -> dict[str, Any]:
        return {
            "climate": self.climate,
            "surface_refractivity": self.surface_refractivity,
            "polarization": self.polarization,
            "relative_permittivity": self.relative_permittivity,
            "conductivity_s_per_m": self.conductivity_s_per_m,
            "mdvar": self.mdvar,
            "time_pct": self.time_pct,
            "location_pct": self.location_pct,
            "situation_pct": self.situation_pct,
        }
