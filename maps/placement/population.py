"""Where people live."""

from __future__ import annotations

from dataclasses import dataclass

from maps.city import City
from maps.placement.draws import checked_count, population_points
from maps.placement.places import Keys, Places


@dataclass(frozen=True)
class Population:
    """A cell is drawn by its persons, a place evenly inside it."""

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """n places; place i is the same for any n. MapError for a city without people."""
        return Places(*population_points(city, keys.of("placement/population"), checked_count(n)))
