"""Distances by chords and zones are those of geodesy and of H3, all over the world and on pentagons."""

import numpy as np
import pytest

from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells, distances, parents
from poc.schema import HOTSPOTS
from poc.validator.shards.sites import pairs_between, sites_of

MIN_CELLS = 8


def _sites(cells):
    n = len(cells)
    return sites_of(
        HOTSPOTS.table(
            hotspot=np.arange(n), owner=0, cell=cells, gain_dbi=1.2, elevation_m=0.0, region=np.ones(n), full=np.ones(n)
        ),
        np.zeros(0, np.uint64),
    )


@pytest.mark.parametrize("centre", [None, (0.0, 0.0), (2.3, -5.2), (64.7, 10.5), (-90.0, 0.0), (0.0, 180.0)])
def test_pairs_are_as_far_apart_as_joining_says(centre):
    rng = np.random.default_rng(3)
    n = 6000
    if centre is None:
        latitude, longitude = np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)
    else:
        latitude, longitude = (angle + 3.0 * rng.standard_normal(n) for angle in centre)
    away_deg, bearing = 10 ** rng.uniform(-4, 1, n), rng.uniform(0, 2 * np.pi, n)
    there = latitude + away_deg * np.cos(bearing), longitude + away_deg * np.sin(bearing)
    cells = np.concatenate([
        cells_from_coordinates(np.clip(lat, -90, 90), (lon + 180) % 360 - 180, 12)
        for lat, lon in ((latitude, longitude), there)
    ])  # fmt: skip
    cells[::500] = 0  # never asserted
    a, b = np.arange(n, dtype=np.int32), np.arange(n, 2 * n, dtype=np.int32)
    pairs = pairs_between(_sites(cells), a, b, MIN_CELLS)

    placed = (cells[a] != 0) & (cells[b] != 0)
    metres = great_circle_m(*coordinates_from_cells(cells[a[placed]]), *coordinates_from_cells(cells[b[placed]]))
    assert np.array_equal(pairs.distance_m[placed], np.floor(metres + 0.5))
    assert (pairs.distance_m[~placed] == -1).all()
    n_cells = distances(parents(cells[a[placed]], 11), parents(cells[b[placed]], 11))
    assert np.array_equal(pairs.too_near[placed], n_cells < MIN_CELLS)
    assert pairs.too_near[~placed].all()
    assert 0 < pairs.too_near.sum() < n
