import dataclasses

import numpy as np
import pytest
import shapely

from maps import grid
from maps.city import City, list_cities, load_city, save_city
from maps.clutter import Clutter
from maps.errors import MapError
from maps.synthetic import synthetic_city


@pytest.fixture(scope="module")
def city():
    return synthetic_city("valley", 4, 5, 3, 47.0, 9.5)


def test_columns_cannot_be_written(city):
    for column in (city.cells, city.clutter, city.population, city.building_height_m):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_lookups_by_place_and_cell(city):
    latitude, longitude = grid.coordinates_from_cells(city.cells)
    assert city.cell_rows(latitude, longitude).tolist() == list(range(len(city.cells)))
    assert (city.clutter_at(latitude, longitude) == city.clutter).all()
    assert (city.population_at(latitude, longitude) == city.population).all()
    assert (city.building_height_at(latitude, longitude) == city.building_height_m).all()
    assert city.rows_of_cells(city.cells[[3, 1]]).tolist() == [3, 1]


def test_outside_the_city(city):
    assert city.cell_rows(0.0, 0.0) == -1 and not city.contains(0.0, 0.0)
    assert city.clutter_at(0.0, 0.0) == Clutter.OPEN
    assert city.population_at(0.0, 0.0) == 0 and city.building_height_at(0.0, 0.0) == 0
    assert city.rows_of_cells([0, 2**63]).tolist() == [-1, -1]


def test_boundary_line_and_any_longitude_count_as_inside():
    square = synthetic_city("grid", 20, 20, 1, 0.0, 180.0)
    assert square.contains(0.0, [180.0, -180.0, 179.95, -179.95, 540.0, 179.8]).tolist() == [True] * 5 + [False]
    bounds = square.bounds
    assert bounds.west_deg > 179 and bounds.east_deg < -179 and bounds.south_deg == pytest.approx(-bounds.north_deg)


def test_save_and_load_give_the_same_city(city, tmp_path):
    path = tmp_path / "city.npz"
    save_city(city, path)
    again = load_city(path)
    assert again.digest == city.digest and again.boundary.equals_exact(city.boundary, 0.0)
    for field in ("cells", "clutter", "population", "building_height_m"):
        assert (getattr(again, field) == getattr(city, field)).all()
    assert (again.terrain.posts_m == city.terrain.posts_m).all()
    assert [(line.tolist()) for line in again.roads] == [line.tolist() for line in city.roads]
    assert load_city(tmp_path).digest == city.digest, "a folder stands for the city in it"


def test_saving_is_byte_identical(city, tmp_path):
    save_city(city, tmp_path / "a.npz")
    save_city(load_city(tmp_path / "a.npz"), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def test_terrain_with_fractions_is_kept(city, tmp_path):
    terrain = dataclasses.replace(city.terrain, posts_m=city.terrain.posts_m + np.float32(0.25))
    save_city(dataclasses.replace(city, terrain=terrain), tmp_path / "city.npz")
    assert (load_city(tmp_path / "city.npz").terrain.posts_m == terrain.posts_m).all()


def test_every_column_is_part_of_the_digest(city):
    others = [
        dataclasses.replace(city, name="other"),
        dataclasses.replace(city, population=city.population + 1),
        dataclasses.replace(city, clutter=np.full(len(city.cells), Clutter.OPEN)),
        dataclasses.replace(city, terrain=None),
        dataclasses.replace(city, boundary=shapely.box(9, 46, 10, 48)),
    ]
    assert len({city.digest, *(other.digest for other in others)}) == 6


def test_unknown_name_lists_the_known(tmp_path):
    with pytest.raises(MapError, match=r"there is no city 'atlantis'.*liechtenstein"):
        load_city("atlantis")
    with pytest.raises(MapError, match="there is no city"):
        load_city(tmp_path / "nowhere" / "city.npz")
    with pytest.raises(MapError, match="there is no city file"):
        load_city(tmp_path)


def test_names_are_names_not_paths():
    with pytest.raises(MapError, match="there is no city"):
        load_city("../cities/liechtenstein")


def test_bundled_cities_are_listed():
    assert list_cities() == ["finnish-town", "helsinki", "liechtenstein", "tennessee-ridges"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": []}, "one or more valid H3 cells"),
        ({"cells": [7]}, "one or more valid H3 cells"),
        ({"resolution": 5}, "one or more valid H3 cells of resolution 5"),
        ({"cells": "reversed"}, "sorted and distinct"),
        ({"population": [1.0]}, "one finite population ≥ 0 for each"),
        ({"population": "negative"}, "one finite population ≥ 0 for each"),
        ({"building_height_m": "nan"}, "one finite building_height_m"),
        ({"clutter": "unknown"}, "clutter classes beyond the 6"),
    ],
)
def test_columns_that_make_no_city(city, changes, words):
    n = len(city.cells)
    stand_ins = {
        "reversed": city.cells[::-1],
        "negative": np.full(n, -1.0),
        "nan": np.full(n, np.nan),
        "unknown": np.full(n, 6),
    }
    values = {name: stand_ins.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    with pytest.raises(MapError, match=words):
        dataclasses.replace(city, **values)


def test_a_smallest_city_by_hand():
    cell = grid.cells_from_coordinates(47.1, 9.5, 10)
    small = City(
        name="hamlet",
        region="EU868",
        boundary=shapely.box(9.49, 47.09, 9.51, 47.11),
        resolution=10,
        cells=np.array([cell]),
        clutter=np.array([1], np.uint8),
        building_height_m=np.zeros(1, np.float32),
        population=np.array([3], np.float32),
        population_source="counted",
        attribution="nobody",
        licence="CC0-1.0",
    )
    assert small.population_at(47.1, 9.5) == 3 and len(small.roads) == 0


def test_a_bundled_name_wins_over_a_folder_of_that_name(tmp_path, monkeypatch):
    (tmp_path / "helsinki").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_city("helsinki").name == "helsinki"
