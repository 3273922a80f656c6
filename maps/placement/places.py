"""What a placement gives back, and what it is given to draw with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from maps.city import City


@dataclass(frozen=True, eq=False)
class Places:
    """Coordinates [deg], one row per hotspot; `extras` are further columns that a file gave, under our names.

    >>> len(Places(np.zeros(2), np.ones(2)))
    2
    """

    latitude_deg: npt.NDArray[np.float64]
    longitude_deg: npt.NDArray[np.float64]
    extras: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.latitude_deg)


class Keys(Protocol):
    """Keyed randomness (`poc.keys.Keys` is one): a draw depends on purpose and ids, never on what was drawn before."""

    def of(self, purpose: str) -> Keys: ...

    def uniform(self, *ids: Any) -> npt.NDArray[np.float64]: ...

    def normal(self, *ids: Any) -> npt.NDArray[np.float64]: ...


class Placement(Protocol):
    """A rule for where hotspots stand."""

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """n places; place i depends only on (city, keys, i) unless the rule says otherwise."""
        ...
