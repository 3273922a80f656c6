import numpy as np
import pytest

from maps import grid
from maps.errors import MapError

CELL = 0x8A1F8E41800FFFF


def test_shapes_are_kept_and_scalars_stay_scalars():
    cells = grid.cells_from_coordinates([[47.1, 47.2], [47.3, 47.4]], 9.5, 10)
    assert cells.shape == (2, 2) and cells.dtype == np.uint64
    assert grid.parents(cells, 8).shape == grid.text_from_cells(cells).shape == (2, 2)
    assert grid.distances(cells, cells[0, 0]).shape == (2, 2)
    assert int(grid.cells_from_coordinates(47.1, 9.5, 10)) > 0


def test_empty_columns():
    nothing = np.zeros(0, np.uint64)
    assert [len(part) for part in grid.coordinates_from_cells(nothing)] == [0, 0]
    assert [len(part) for part in grid.disks(nothing, 2)] == [0, 0]
    for column in (
        grid.parents(nothing, 3),
        grid.distances([], []),
        grid.boundaries(nothing),
        grid.cells_from_text([]),
    ):
        assert len(column) == 0


def test_longitude_is_taken_round_the_globe():
    assert grid.cells_from_coordinates(10.0, 190.0, 9) == grid.cells_from_coordinates(10.0, -170.0, 9)


@pytest.mark.parametrize(("latitude", "longitude"), [(90.1, 0), (-91, 0), (np.nan, 0), (0, np.nan), (0, np.inf)])
def test_places_off_the_earth_are_named(latitude, longitude):
    with pytest.raises(MapError, match="place 1 has latitude"):
        grid.cells_from_coordinates([0.0, latitude], [0.0, longitude], 9)


def test_finer_parent_is_an_error():
    with pytest.raises(MapError, match="has resolution 10 and so no parent at 11"):
        grid.parents(CELL, 11)


def test_coarser_child_is_an_error():
    with pytest.raises(MapError, match="no children at the coarser resolution 9"):
        grid.children(CELL, 9)


@pytest.mark.parametrize("resolution", [-1, 16])
def test_resolutions_that_do_not_exist(resolution):
    with pytest.raises(MapError, match="resolutions are 0 to 15"):
        grid.cells_from_coordinates(0, 0, resolution)
    with pytest.raises(MapError, match="resolutions are 0 to 15"):
        grid.parents(CELL, resolution)


def test_first_bad_cell_is_named():
    with pytest.raises(MapError, match="entry 1 is 7, which is not an H3 cell"):
        grid.coordinates_from_cells(np.array([CELL, 7, 8], np.uint64))


def test_first_bad_text_is_named():
    with pytest.raises(MapError, match="entry 2 is 'zebra'"):
        grid.cells_from_text([f"{CELL:x}", f"0x{CELL:X}", "zebra", "lion"])


@pytest.mark.parametrize("text", ["", "-8a1f8e41800ffff", "8a1f_8e41800ffff", "8a1f8e41800fff", "8a1f8e41800ffff00"])
def test_near_misses_are_not_cells(text):
    with pytest.raises(MapError, match="not an H3 cell"):
        grid.cells_from_text(text)


def test_floats_are_not_cells():
    with pytest.raises(MapError, match="cells are uint64"):
        grid.parents(np.array([1.5]), 3)


def test_negative_radius_is_an_error():
    with pytest.raises(MapError, match="radius of 0 or more"):
        grid.disks([CELL], -1)
