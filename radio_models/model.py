"""The plug-point for path loss: its contract and its members, by the name that a scenario uses."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from radio_models.cost231 import Cost231Hata, WalfischIkegami
from radio_models.domain import Domain
from radio_models.ehata import ExtendedHata
from radio_models.free_space import FreeSpace
from radio_models.hata import Hata
from radio_models.itm.model import Itm
from radio_models.log_distance import LogDistance
from radio_models.lora_empirical import LoraEmpirical
from radio_models.p1411 import P1411
from radio_models.p1812.model import P1812
from radio_models.paths import Paths
from radio_models.tr38901 import Tr38901
from radio_models.two_ray import PlaneEarth, TwoRay


class PathLoss(Protocol):
    """A frozen dataclass whose fields are the settings of the model."""

    @property
    def domain(self) -> Domain:
        """Where the model holds; frequency and heights are checked when a scenario is loaded, distance by link."""

    def loss_db(self, paths: Paths) -> npt.NDArray[np.float64]:
        """Median loss between isotropic antennas [dB] in the shape of `paths`; finite, +inf for a faulty profile."""


PATH_LOSS: dict[str, type] = {
    "free-space": FreeSpace,
    "log-distance": LogDistance,
    "lora-empirical": LoraEmpirical,
    "two-ray": TwoRay,
    "plane-earth": PlaneEarth,
    "hata": Hata,
    "cost231-hata": Cost231Hata,
    "ehata": ExtendedHata,
    "walfisch-ikegami": WalfischIkegami,
    "p1411": P1411,
    "tr38901": Tr38901,
    "itm": Itm,
    "p1812": P1812,
}

NEEDS_TERRAIN = frozenset({Itm, P1812})
"""Members that want the elevation profile of each link; what they cannot judge costs +inf dB and is never heard."""
