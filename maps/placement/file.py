"""Places that somebody else chose: CSV, GeoJSON or Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maps.city import City
from maps.errors import MapError
from maps.placement.draws import checked_count
from maps.placement.places import Keys, Places
from maps.placement.reading import read_places


@dataclass(frozen=True)
class File:
    """The first n rows of a table of places, in its order; see `maps.placement.reading` for what is understood."""

    path: str = ""

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """The first n rows; draws nothing. MapError for a bad row, too few rows, or none inside the city."""
        if not self.path:
            raise MapError("placement 'file' was given no path: set `path` to a CSV, GeoJSON or Parquet file.")
        places = read_places(Path(self.path))
        n_wanted = len(checked_count(n))
        if n_wanted > len(places):
            raise MapError(
                f"{n_wanted} hotspots were asked for, {self.path} has {len(places)}: ask for no more than that."
            )
        if len(places) and not np.any(city.contains(places.latitude_deg, places.longitude_deg)):
            raise MapError(
                f"none of the {len(places)} places in {self.path} lies inside {city.name!r} (the first is at "
                f"{places.latitude_deg[0]:.5f}, {places.longitude_deg[0]:.5f}): "
                "check whether latitude and longitude are swapped, or choose another city."
            )
        extras = {name: column[:n_wanted] for name, column in places.extras.items()}
        return Places(places.latitude_deg[:n_wanted], places.longitude_deg[:n_wanted], extras)
