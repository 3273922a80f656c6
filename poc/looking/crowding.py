"""What the density rules leave of each hotspot, and at which resolution they cut most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.rewards.density import DENSITY_TABLES, ONE_E4, density_grid
from poc.table import Array


@dataclass(frozen=True, slots=True)
class Crowding:
    """For each place: scale (NaN: cell too coarse), resolution of the deepest cut (−1: none), and what counts there.

    Every hotspot is taken to be active.
    """

    table: str
    scale: Array
    cut_resolution: Array
    n_counted: Array
    n_present: Array

    def worst(self) -> int:
        """Row of the lowest scale; −1 where no place has one."""
        return int(np.nanargmin(self.scale)) if np.isfinite(self.scale).any() else -1


def crowding_of(cells: Array, table: str) -> Crowding:
    """The density scale of every cell under one of `DENSITY_TABLES`.

    >>> crowd = crowding_of(np.array([631174330694238719] * 3, np.uint64), "hip-104")
    >>> crowd.scale.round(4).tolist(), crowd.cut_resolution.tolist(), crowd.n_present.tolist()
    ([0.3333, 0.3333, 0.3333], [10, 10, 10], [3, 3, 3])
    """
    levels = DENSITY_TABLES[table]
    grid = density_grid(cells, levels)
    everybody = np.ones(len(cells), bool)
    scales = np.append(grid.scales_e4(everybody), -1)[grid.place]
    occupied, counts = grid.counts(everybody)
    row = np.full(len(grid.hex_of_cell) + 1, -1, np.int64)
    row[:-1][occupied] = np.arange(int(occupied.sum()))
    row = row[grid.place]
    deepest = np.argmin(counts[:, 0] / counts[:, 1], axis=0)
    counted, present = (np.append(counts[deepest, side, np.arange(len(deepest))], 0)[row] for side in (0, 1))
    resolutions = np.append(np.array(sorted(levels, reverse=True))[deepest], -1)[row]
    return Crowding(
        table,
        np.where(scales < 0, np.nan, scales / ONE_E4),
        np.where(counted < present, resolutions, -1),
        counted,
        present,
    )


def nearest_m(latitude_deg: Array, longitude_deg: Array) -> Array:
    """Distance from each place to the nearest other one [m]; infinite for a place alone.

    >>> nearest_m(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 0.0])).round().tolist()
    [0.0, 0.0, 111195.0]
    """
    if len(latitude_deg) < 2:
        return np.full(len(latitude_deg), np.inf)
    vectors = unit_vectors(latitude_deg, longitude_deg)
    chord = cKDTree(vectors).query(vectors, k=2)[0][:, 1]
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2.0, 1.0)))
