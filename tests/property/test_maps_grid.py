"""Laws of maps.grid: everything equals the C library, also at pentagons, poles and the antimeridian."""

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from h3 import H3BaseException
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import grid
from maps.errors import MapError
from maps.geodesy import great_circle_m

RESOLUTIONS = (0, 1, 5, 8, 11, 12, 15)


def places(n, seed):
    """Anywhere on the globe, a third near pentagons, some on the poles and the antimeridian."""
    random = np.random.default_rng(seed)
    latitude, longitude = np.degrees(np.arcsin(random.uniform(-1, 1, n))), random.uniform(-180, 180, n)
    pentagons = np.array([h3.cell_to_latlng(cell) for cell in h3.get_pentagons(3)])
    near = random.integers(0, 3, n) == 0
    spread = 10.0 ** random.uniform(-6, 1, n)
    which = random.integers(0, 12, n)
    latitude = np.where(near, np.clip(pentagons[which, 0] + spread * random.normal(size=n), -90, 90), latitude)
    longitude = np.where(near, pentagons[which, 1] + spread * random.normal(size=n), longitude)
    latitude[:4], longitude[4:8] = [90, -90, 89.9999, -89.9999], [180, -180, 179.99999, -179.99999]
    return latitude, longitude


def library_distance(a, b):
    try:
        return h3.grid_distance(a, b)
    except H3BaseException:
        return -1


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_cells_centres_and_bits_equal_the_library(resolution):
    latitude, longitude = places(500, resolution)
    cells = grid.cells_from_coordinates(latitude, longitude, resolution)
    assert cells.tolist() == [h3.latlng_to_cell(*place, resolution) for place in zip(latitude, longitude, strict=True)]
    centres = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()])
    ours = grid.coordinates_from_cells(cells)
    # next to a pole both libraries take an arcsine, which is good to √ε × Earth radius = 9.5 cm there
    bound_m = np.where(np.abs(ours[0]) > 89.0, 0.095, 1e-4)
    assert (great_circle_m(*ours, *centres.T) < bound_m).all()
    assert set(grid.resolutions(cells).tolist()) == {resolution}
    assert grid.are_pentagons(cells).tolist() == [h3.is_pentagon(cell) for cell in cells.tolist()]
    assert grid.text_from_cells(cells).tolist() == [f"{cell:x}" for cell in cells.tolist()]
    assert (grid.cells_from_text(grid.text_from_cells(cells)) == cells).all()
    for coarser in range(resolution + 1):
        assert grid.parents(cells, coarser).tolist() == [h3.cell_to_parent(cell, coarser) for cell in cells.tolist()]


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_all_pentagons_are_known(resolution):
    assert grid.are_pentagons(np.array(h3.get_pentagons(resolution), np.uint64)).all()


@pytest.mark.parametrize("resolution", (1, 4, 9, 12))
def test_distances_equal_the_library_and_are_symmetric(resolution):
    latitude, longitude = places(4000, 100 + resolution)
    random = np.random.default_rng(resolution)
    step = 20 * 2.6**-resolution * random.choice([0.01, 0.3, 5.0], 4000)
    moved = np.clip(latitude + step * random.normal(size=4000), -90, 90), longitude + step * random.normal(size=4000)
    a = grid.cells_from_coordinates(latitude, longitude, resolution)
    b = grid.cells_from_coordinates(*moved, resolution)
    found = grid.distances(a, b)
    assert found.tolist() == [library_distance(*pair) for pair in zip(a.tolist(), b.tolist(), strict=True)]
    assert (found == grid.distances(b, a)).all()
    assert (found >= 0).any()
    assert (grid.distances(a, a) == 0).all()


def test_distances_that_do_not_exist_are_minus_one():
    cell = h3.latlng_to_cell(47.1, 9.5, 9)
    other = [h3.cell_to_parent(cell, 8), h3.latlng_to_cell(-47.1, -170.5, 9), 0, 7]
    assert grid.distances(cell, other).tolist() == [-1, -1, -1, -1]


@pytest.mark.parametrize("k", (0, 1, 2, 3))
def test_disks_equal_the_library(k):
    cells = np.concatenate([np.array(h3.get_pentagons(5), np.uint64), grid.cells_from_coordinates(*places(40, 7), 5)])
    row, cell = grid.disks(cells, k)
    assert (np.diff(row) >= 0).all()
    for i, origin in enumerate(cells.tolist()):
        assert sorted(cell[row == i].tolist()) == sorted(h3.grid_disk(origin, k))


def test_boundaries_equal_the_library():
    cells = np.concatenate([np.array(h3.get_pentagons(4), np.uint64), grid.cells_from_coordinates(*places(60, 8), 4)])
    for ring, cell in zip(grid.boundaries(cells), cells.tolist(), strict=True):
        theirs = np.array(h3.cell_to_boundary(cell))
        assert len(ring) == len(theirs)
        gap = np.abs(ring[:, None, :] - theirs[None, :, :])
        gap[..., 1] = np.minimum(gap[..., 1], 360 - gap[..., 1])
        assert (gap.max(axis=2).min(axis=1) < 1e-9).all()


def test_children_equal_the_library():
    for cell in (h3.get_pentagons(3)[0], h3.latlng_to_cell(0.0, 180.0, 3)):
        assert grid.children(cell, 5).tolist() == sorted(h3.cell_to_children(cell, 5))
        assert grid.children(cell, 3).tolist() == [cell]


@settings(max_examples=40, deadline=None)
@given(st.floats(-80, 80), st.floats(-175, 170), st.floats(0.05, 4.0), st.floats(0.05, 4.0), st.integers(3, 6))
def test_polyfill_equals_the_library(south, west, width, height, resolution):
    box = shapely.box(west, south, west + width, south + height)
    corners = [(south, west), (south, west + width), (south + height, west + width), (south + height, west)]
    assert grid.polyfill(box, resolution).tolist() == sorted(h3.h3shape_to_cells(h3.LatLngPoly(corners), resolution))


def test_polyfill_of_everything_is_every_cell():
    assert len(grid.polyfill(shapely.box(-180, -90, 180, 90), 2)) == h3.get_num_cells(2)


def test_polyfill_across_the_antimeridian_and_round_a_pole():
    cells = grid.polyfill(shapely.union_all([shapely.box(179, -1, 180, 1), shapely.box(-180, -1, -179, 1)]), 5)
    _, longitude = grid.coordinates_from_cells(cells)
    assert (np.abs(longitude) >= 179).all() and (longitude > 0).any() and (longitude < 0).any()
    every = grid.children(h3.latlng_to_cell(90, 0, 0), 4)
    near = every[grid.coordinates_from_cells(every)[0] >= 89.0]
    cap = grid.polyfill(shapely.box(-180, 89, 180, 90), 4)
    assert set(near.tolist()) <= set(cap.tolist())
    assert (grid.coordinates_from_cells(cap)[0] >= 89.0).all()


@given(st.integers(0, 2**64 - 1))
def test_validity_equals_the_library(value):
    assert bool(grid.are_valid(np.uint64(value))) == h3.is_valid_cell(value)


@given(st.text(max_size=20))
def test_text_is_a_cell_or_a_map_error(text):
    try:
        cell = grid.cells_from_text(text)
    except MapError:
        return
    assert h3.is_valid_cell(int(cell))
