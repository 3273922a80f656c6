"""Longley-Rice Irregular Terrain Model (ITM): point-to-point, area mode and area sweeps.

See `batch`, `raster` and `codes`. Importing this package compiles nothing: the first loss asked for loads numba.
"""

from radio_models.itm.batch import ItmLoss, area, point_to_point
from radio_models.itm.codes import Mode, ReturnCode, WarningFlag
from radio_models.itm.raster import Sweep, profile_to, sweep

__all__ = [
    "ItmLoss",
    "Mode",
    "ReturnCode",
    "Sweep",
    "WarningFlag",
    "area",
    "point_to_point",
    "profile_to",
    "sweep",
]
