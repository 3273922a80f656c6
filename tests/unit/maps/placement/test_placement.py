import dataclasses
import re

import numpy as np
import pytest
from scipy.spatial import cKDTree

from maps import grid
from maps.city import load_city
from maps.errors import MapError
from maps.geodesy import EARTH_RADIUS_M, great_circle_m, unit_vectors
from maps.placement import PLACEMENTS
from maps.placement.draws import points_in_cells
from maps.synthetic import synthetic_city
from poc.keys import Keys


@pytest.fixture(scope="module")
def city():
    return synthetic_city("radial", 6, 6, 1, 47.0, 9.5)


@pytest.mark.parametrize("rule", sorted(set(PLACEMENTS) - {"file"}))
def test_negative_counts_are_an_error(city, rule):
    with pytest.raises(MapError, match="give 0 or more"):
        PLACEMENTS[rule]().place(city, -1, Keys(1))


def test_uniform_fills_each_quarter_alike(city):
    places = PLACEMENTS["uniform"]().place(city, 4000, Keys(1))
    north, east = places.latitude_deg > city.centre[0], places.longitude_deg > city.centre[1]
    counts = np.bincount(2 * north + east, minlength=4)
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(4000 * 0.25 * 0.75)


def test_population_fills_each_ring_as_people_live(city):
    places = PLACEMENTS["population"]().place(city, 4000, Keys(1))
    cell_ring = great_circle_m(*grid.coordinates_from_cells(city.cells), *city.centre) // 1000
    place_ring = great_circle_m(places.latitude_deg, places.longitude_deg, *city.centre) // 1000
    for ring in (0, 1, 2):
        share = city.population[cell_ring == ring].sum() / city.population.sum()
        assert (place_ring == ring).mean() == pytest.approx(share, abs=0.03)


def test_population_in_a_city_without_people(city):
    empty = dataclasses.replace(city, population=np.zeros(len(city.cells)))
    for rule in ("population", "clustered", "minimum-distance"):
        with pytest.raises(MapError, match="has no population: use the placement 'uniform'"):
            PLACEMENTS[rule]().place(empty, 1, Keys(1))


def test_points_in_cells_lie_in_them_and_fill_them_evenly():
    hexagon = grid.cells_from_coordinates(47.1, 9.5, 7)
    pentagon = 0x870800000FFFFFF
    assert grid.are_pentagons(pentagon)
    for cell in (hexagon, pentagon):
        draws = [Keys(4).uniform(np.arange(6000), axis) for axis in range(3)]
        place = points_in_cells(np.full(6000, cell, np.uint64), *draws)
        found = grid.cells_from_coordinates(*place, 7)
        assert (found == cell).mean() > 0.999
        children, counts = np.unique(grid.cells_from_coordinates(*place, 8), return_counts=True)
        inner = counts[grid.parents(children, 7) == cell].max()
        assert inner / 6000 == pytest.approx(1 / 7, abs=0.04)


def test_clusters_are_clusters(city):
    places = PLACEMENTS["clustered"](n_clusters=4, spread_m=50.0).place(city, 200, Keys(2))
    gaps = great_circle_m(
        places.latitude_deg[:, None], places.longitude_deg[:, None], places.latitude_deg, places.longitude_deg
    )
    assert np.median(np.sort(gaps, axis=1)[:, 20]) < 100.0
    assert gaps.max() > 500.0


@pytest.mark.parametrize("settings", [{"n_clusters": 0}, {"spread_m": -1.0}, {"spread_m": float("nan")}])
def test_clusters_that_make_no_sense(settings):
    with pytest.raises(MapError, match="one or more clusters and a spread of 0 m or more"):
        PLACEMENTS["clustered"](**settings)


@pytest.mark.parametrize("by_population", [True, False])
def test_nobody_stands_nearer_than_the_distance(by_population):
    city = load_city("liechtenstein")
    places = PLACEMENTS["minimum-distance"](distance_m=250.0, by_population=by_population).place(city, 200, Keys(1))
    tree = cKDTree(EARTH_RADIUS_M * unit_vectors(places.latitude_deg, places.longitude_deg))
    nearest = tree.query(tree.data, k=2)[0][:, 1]
    assert nearest.min() >= 249.99 and nearest.min() < 260.0


def test_a_full_city_says_how_many_fit(city):
    with pytest.raises(MapError, match=r"50 hotspots 3000 m apart do not fit into .*, (\d+) do") as caught:
        PLACEMENTS["minimum-distance"](distance_m=3000.0, by_population=False).place(city, 50, Keys(1))
    n_fit = int(re.search(r", (\d+) do", str(caught.value))[1])
    assert 3 <= n_fit <= 9
    placement = PLACEMENTS["minimum-distance"](distance_m=3000.0, by_population=False)
    assert len(placement.place(city, 3, Keys(1))) == 3


def test_zero_distance_lets_everybody_in(city):
    assert len(PLACEMENTS["minimum-distance"](distance_m=0.0).place(city, 300, Keys(1))) == 300


@pytest.mark.parametrize("distance_m", [-1.0, float("nan")])
def test_distances_that_are_none(distance_m):
    with pytest.raises(MapError, match="0 m or more"):
        PLACEMENTS["minimum-distance"](distance_m=distance_m)
