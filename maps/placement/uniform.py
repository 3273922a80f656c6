"""Evenly over the city's area."""

from __future__ import annotations

from dataclasses import dataclass

from maps.city import City
from maps.placement.draws import checked_count, uniform_points
from maps.placement.places import Keys, Places


@dataclass(frozen=True)
class Uniform:
    """Every square metre inside the boundary is as likely as any other.

    >>> from maps.synthetic import synthetic_city
    >>> from poc.keys import Keys as Seed
    >>> city = synthetic_city("grid", width_km=1.0, height_km=1.0, seed=1)
    >>> len(Uniform().place(city, 5, Seed(seed=1)))
    5
    """

    def place(self, city: City, n: int, keys: Keys) -> Places:
        """n places; place i is the same for any n."""
        return Places(*uniform_points(city, keys.of("placement/uniform"), checked_count(n)))
