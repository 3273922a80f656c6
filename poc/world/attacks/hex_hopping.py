"""Hex hopping (A12 of `spec/fraud.md` §1): re-assert wherever the density map pays best.

Helium divides a hexagon's pay among all who assert it, and nothing verifies presence: 100 hotspots left Lantau for the
Philippines after the first denylist. Trace: many paid assertions (10 USD each), links that stay while the place moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from maps.geodesy import destination
from maps.grid import are_valid, cells_from_coordinates, parents, resolutions
from poc.keys import Keys
from poc.table import Array, Table
from poc.world.actors.actor import Moves
from poc.world.attacks.attack import Forgery, View

_CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class HexHopping:
    """Members look at 24 places up to `radius_km` from home before each epoch and assert the emptiest.

    A move is made only where the new hexagon of resolution `resolution` holds fewer hotspots than the old one, and
    while the member has not spent more than `budget_usd` on assertions of `assert_usd` each.
    """

    forges: ClassVar[bool] = False
    radius_km: float = 5.0
    resolution: int = 8
    assert_usd: float = 10.0
    budget_usd: float = 50.0

    def __post_init__(self) -> None:
        if not 0.0 < self.radius_km <= 300.0 or not 0 <= self.resolution <= 11:
            raise ValueError(
                f"radius_km = {self.radius_km} and resolution = {self.resolution}, expected 0 to 300 km and 0 to 11."
            )

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        return hotspots, truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        return Forgery()

    def act(self, public: Mapping[str, Table], own: Mapping[str, Table], keys: Keys) -> Moves:
        hotspots, truth = own["hotspots"], own["truth"]
        spent = own["moves"]
        paid = np.array([spent["cost_usd"][spent["hotspot"] == hotspot].sum() for hotspot in hotspots["hotspot"]])
        able = np.flatnonzero(paid + self.assert_usd <= self.budget_usd)
        if not len(able):
            return Moves()
        hexes, n_there = np.unique(self._hexes(public["hotspots"]["cell"]), return_counts=True)
        crowd = dict(zip(hexes.tolist(), n_there.tolist(), strict=True))
        home = self._hexes(hotspots["cell"]).tolist()
        places = self._candidates(hotspots, truth, keys)
        seen = self._hexes(places.reshape(-1)).reshape(places.shape).tolist()
        cells, movers = hotspots["cell"].copy(), []
        for row in able[np.argsort(hotspots["hotspot"][able])].tolist():  # one after the other: friends do not collide
            crowds = [crowd.get(cell, 0) for cell in seen[row]]
            best = int(np.argmin(crowds))
            if crowds[best] + 1 < crowd[home[row]]:
                crowd[home[row]] -= 1
                crowd[seen[row][best]] = crowds[best] + 1
                cells[row] = places[row, best]
                movers.append(row)
        moved = hotspots.replace(cell=cells).take(np.array(movers, np.int64))
        return Moves(reassert=moved, cost_usd={"reassert": self.assert_usd})

    def _candidates(self, hotspots: Table, truth: Table, keys: Keys) -> Array:
        ids, number = hotspots["hotspot"][:, None], np.arange(_CANDIDATES)
        reach_m = 1000.0 * self.radius_km * np.sqrt(keys.of("reach").uniform(ids, number))
        bearing_deg = 360.0 * keys.of("bearing").uniform(ids, number)
        places = destination(
            np.repeat(truth["latitude_deg"], _CANDIDATES), np.repeat(truth["longitude_deg"], _CANDIDATES),
            bearing_deg.reshape(-1), reach_m.reshape(-1),
        )  # fmt: skip
        cells = cells_from_coordinates(*places, int(resolutions(hotspots["cell"][:1])[0]))
        return np.asarray(cells.reshape(-1, _CANDIDATES))

    def _hexes(self, cells: Array) -> Array:
        """The hexagon of each cell; an assertion that is no cell, or coarser, stands for itself."""
        fine = are_valid(cells) & (resolutions(cells) >= self.resolution)
        hexes = cells.copy()
        hexes[fine] = parents(cells[fine], self.resolution)
        return hexes
