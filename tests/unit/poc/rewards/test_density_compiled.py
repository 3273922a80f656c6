"""The map that changes hotspot by hotspot and the one that is counted as a whole say the same."""

import numpy as np
import pytest

from maps.grid import cells_from_coordinates
from poc.rewards.density import DENSITY_TABLES, density_grid
from poc.rewards.density_compiled import LivingMap


@pytest.mark.parametrize("table", ["hip-104", "hip-17"])
@pytest.mark.parametrize("spread_deg", [0.01, 0.3])
def test_whoever_comes_and_goes(table, spread_deg):
    rng = np.random.default_rng(5)
    n, levels = 1500, DENSITY_TABLES[table]
    latitude, longitude = (middle + spread_deg * rng.standard_normal(n) for middle in (47.0, 9.0))
    cells = cells_from_coordinates(latitude, longitude, 12)
    cells[::97] = 0  # never asserted
    grid = density_grid(cells, levels)
    living = LivingMap(grid, levels)
    numbers = np.append(np.arange(len(grid.hex_of_cell)), -1)
    for share in (0.0, 0.1, 0.9, 1.0, 0.5, 0.02, 0.0):
        active = rng.random(n) < share
        living.renew(active)
        assert living.scales_e4(numbers).tolist() == [*grid.scales_e4(active).tolist(), -1]


def test_a_tie_is_decided_by_decimals():
    """One of 32 in a cell is worth half a unit more than 312."""
    levels = DENSITY_TABLES["hip-104"]
    grid = density_grid(np.repeat(cells_from_coordinates([47.0], [9.0], 12), 32), levels)
    living = LivingMap(grid, levels)
    living.renew(np.ones(32, bool))
    assert living.scales_e4(np.array([0])).tolist() == [312]  # 312.5, half to even
    living.renew(np.arange(32) < 3)
    assert living.scales_e4(np.array([0])).tolist() == [3333]
