"""Laws of every placement: prefix, independence of order, inside the city, seeds matter."""

import numpy as np
import pytest

from maps.city import load_city
from maps.placement import PLACEMENTS
from maps.placement.draws import population_points, uniform_points
from maps.synthetic import synthetic_city
from poc.keys import Keys

RULES = {
    "uniform": {},
    "population": {},
    "clustered": {"n_clusters": 5},
    "minimum-distance": {"distance_m": 60.0},
}
CITIES = {
    "liechtenstein": lambda: load_city("liechtenstein"),
    "antimeridian": lambda: synthetic_city("radial", 8, 8, seed=2, latitude_deg=-17.0, longitude_deg=179.99),
    "pole": lambda: synthetic_city("radial", 8, 8, seed=2, latitude_deg=89.98, longitude_deg=30.0),
    "pentagon": lambda: synthetic_city("grid", 8, 8, seed=2, latitude_deg=64.7, longitude_deg=10.5362),
}


@pytest.fixture(scope="module", params=list(CITIES))
def city(request):
    return CITIES[request.param]()


def test_every_rule_that_draws_is_held_to_these_laws():
    # "towns" needs a land: tests/unit/maps/test_land.py
    assert set(RULES) | {"file", "towns"} == set(PLACEMENTS)


@pytest.mark.parametrize("rule", RULES)
def test_fewer_are_a_prefix_of_more_and_all_lie_inside(city, rule):
    placement = PLACEMENTS[rule](**RULES[rule])
    more, fewer = placement.place(city, 120, Keys(3)), placement.place(city, 90, Keys(3))
    assert (more.latitude_deg[:90] == fewer.latitude_deg).all()
    assert (more.longitude_deg[:90] == fewer.longitude_deg).all()
    assert city.contains(more.latitude_deg, more.longitude_deg).all()
    assert len(np.unique(more.latitude_deg)) > 100


@pytest.mark.parametrize("rule", RULES)
def test_seed_decides_and_nothing_else_does(city, rule):
    placement = PLACEMENTS[rule](**RULES[rule])
    once, again, other = (placement.place(city, 30, Keys(seed)) for seed in (3, 3, 4))
    assert (once.latitude_deg == again.latitude_deg).all() and (once.longitude_deg == again.longitude_deg).all()
    assert (once.latitude_deg != other.latitude_deg).all()


@pytest.mark.parametrize("points", [uniform_points, population_points])
def test_a_draw_does_not_depend_on_the_others(city, points):
    ids = np.arange(40)
    shuffled = np.random.default_rng(1).permutation(ids)
    straight, mixed = points(city, Keys(5), ids), points(city, Keys(5), shuffled)
    alone = points(city, Keys(5), ids[7:8])
    for axis in (0, 1):
        assert (straight[axis][shuffled] == mixed[axis]).all()
        assert straight[axis][7] == alone[axis][0]


@pytest.mark.parametrize("rule", RULES)
def test_nobody_is_placed_when_nobody_is_asked_for(city, rule):
    assert len(PLACEMENTS[rule](**RULES[rule]).place(city, 0, Keys(1))) == 0
