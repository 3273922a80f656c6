import numpy as np
import pytest

from maps import grid
from maps.clutter import Clutter
from maps.errors import MapError
from maps.geodesy import great_circle_m
from maps.placement import PLACEMENTS
from maps.synthetic import KINDS, synthetic_city
from poc.keys import Keys

AWKWARD = {
    "antimeridian": (-17.0, 180.0),
    "pole": (90.0, 0.0),
    "near the south pole": (-89.97, 100.0),
    "pentagon": (64.7, 10.5362),
}


@pytest.mark.parametrize("kind", KINDS)
def test_settings_decide_everything(kind):
    once, again, other = (synthetic_city(kind, 6, 6, seed, 47.0, 9.5) for seed in (1, 1, 2))
    assert once.digest == again.digest != other.digest
    assert once.population.sum() > 1000 and once.area_km2 == pytest.approx(36.0, rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", AWKWARD.values(), ids=list(AWKWARD))
def test_awkward_places(kind, place):
    city = synthetic_city(kind, 6, 4, 5, *place)
    assert city.boundary.is_valid and city.area_km2 == pytest.approx(24.0, rel=2e-3)
    assert great_circle_m(*city.centre, *place) < 300
    assert city.contains(*grid.coordinates_from_cells(city.cells)).all()
    assert city.population.sum() > 0
    for rule in ("uniform", "population"):
        places = PLACEMENTS[rule]().place(city, 50, Keys(1))
        assert city.contains(places.latitude_deg, places.longitude_deg).all()
        assert (city.cell_rows(places.latitude_deg, places.longitude_deg) >= 0).mean() > 0.8


def test_a_city_on_a_pentagon_has_that_pentagon():
    city = synthetic_city("grid", 4, 4, 1, *AWKWARD["pentagon"])
    assert grid.are_pentagons(city.cells).sum() == 1


def test_a_tiny_city_is_one_cell():
    city = synthetic_city("radial", 0.001, 0.001, 1, 47.0, 9.5, resolution=10)
    assert len(city.cells) == 1 and city.population[0] > 0
    assert city.area_km2 == pytest.approx(float(grid.areas_m2(city.cells)[0]) / 1e6, rel=1e-3)
    assert len(PLACEMENTS["population"]().place(city, 7, Keys(1))) == 7


def test_valley_has_a_river_below_its_mountains():
    city = synthetic_city("valley", 12, 12, 3, 47.0, 9.5, resolution=10)
    height_m = city.terrain.elevation_m(*grid.coordinates_from_cells(city.cells))
    river = city.clutter == Clutter.WATER
    assert river.any() and height_m[river].max() < np.median(height_m) < height_m.max() - 300
    weights = city.population / city.population.sum()
    assert (weights * height_m).sum() < np.median(height_m)


def test_coast_has_its_sea_in_the_south():
    city = synthetic_city("coastal", 10, 10, 3, 47.0, 9.5)
    latitude, _ = grid.coordinates_from_cells(city.cells)
    sea = city.clutter == Clutter.WATER
    assert 0.2 < sea.mean() < 0.5 and latitude[sea].max() < 47.0 + 0.02
    assert city.population[sea].sum() == 0


def test_terrain_across_the_antimeridian_is_one_raster():
    terrain = synthetic_city("valley", 6, 6, 1, -17.0, 180.0).terrain
    assert terrain.contains(-17.0, [179.99, -179.99, 180.0]).all() and terrain.east_deg - terrain.west_deg < 0.1


def test_terrain_only_where_wanted():
    assert synthetic_city("grid", 2, 2, 1).terrain is None
    assert synthetic_city("grid", 2, 2, 1, terrain=True).terrain is not None
    assert synthetic_city("valley", 2, 2, 1, terrain=False).terrain is None
    with pytest.raises(MapError, match="within a degree of a pole"):
        synthetic_city("valley", 2, 2, 1, latitude_deg=90.0, terrain=True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "spiral"}, "no synthetic city of kind 'spiral'"),
        ({"width_km": 0.0}, "above 0"),
        ({"height_km": float("nan")}, "above 0"),
        ({"latitude_deg": 91.0}, "latitudes are −90 to 90"),
        ({"longitude_deg": 200.0}, "longitudes −180 to 180"),
        ({"seed": -1}, "the seed from 0"),
        ({"seed": 1.5}, "whole numbers"),
        ({"resolution": 16}, "resolution 0 to 15"),
        ({"width_km": "ten"}, "are numbers"),
        ({"width_km": 1000.0, "height_km": 1000.0, "resolution": 12}, "coarser resolution"),
    ],
)
def test_settings_that_make_no_city(settings, words):
    with pytest.raises(MapError, match=words):
        synthetic_city(**settings)
