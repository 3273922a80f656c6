"""Countries and the world from real towns: borders, people, clustering, speed of growth left to the benchmarks."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from maps.countries import borders_of, plan_of_country
from maps.errors import MapError
from maps.gazetteer import all_towns, country_rows, largest_within, towns_of
from maps.geodesy import great_circle_m
from maps.land import land
from maps.placement import PLACEMENTS
from maps.settlement import settlement_of
from maps.synthetic import CENTRE_PERSONS_PER_KM2, synthetic_city
from poc.keys import Keys

DATA = Path(__file__).parents[3] / "data" / "places"


@pytest.fixture(scope="module")
def swiss():
    return land(["CH"])


def test_the_file_is_the_one_that_its_source_page_describes():
    digest = hashlib.sha256((DATA / "towns.npz").read_bytes()).hexdigest()
    assert f"`{digest}`" in (DATA / "SOURCE.md").read_text()
    assert f"{len(all_towns()):,} towns" in (DATA / "SOURCE.md").read_text()


@pytest.mark.parametrize(("name", "latitude_deg", "longitude_deg", "least"), [
    ("Zürich", 47.377, 8.540, 350_000), ("Tokyo", 35.69, 139.69, 8_000_000), ("Helsinki", 60.17, 24.94, 550_000),
])  # fmt: skip
def test_well_known_towns_are_where_they_are(name, latitude_deg, longitude_deg, least):
    towns = all_towns()
    row = np.flatnonzero(towns.name == name)[0]
    assert great_circle_m(towns.latitude_deg[row], towns.longitude_deg[row], latitude_deg, longitude_deg) < 5000.0
    assert towns.population[row] > least


def test_town_sizes_fall_as_zipf_found():
    """Rank against size of the largest hundred is a line of slope −1 in logarithms, within the usual scatter."""
    towns = towns_of(["US"])
    size = np.sort(towns.population)[::-1][:100]
    slope = np.polyfit(np.log(np.arange(1, 101)), np.log(size), 1)[0]
    assert -1.1 < slope < -0.5


def test_names_and_codes_are_understood_and_typos_answered():
    assert country_rows(["ch"]).tolist() == country_rows(["Switzerland"]).tolist()
    assert len(country_rows(["world"])) == len(all_towns().countries.code)
    with pytest.raises(MapError, match=r"did you mean 'Switzerland'\?"):
        land(["Swizerland"])
    with pytest.raises(MapError, match="no country was named"):
        land([])


def test_borders_and_plans():
    assert borders_of([756]).area == pytest.approx(4.9, rel=0.05)  # square degrees at 47° north: 41,285 km²
    assert [plan_of_country(number) for number in (756, 840, 36, 356)] == ["EU868", "US915", "AU915", "IN865"]


def test_the_people_of_a_country_are_all_there(swiss):
    total = all_towns().countries.population[country_rows(["CH"])[0]]
    assert swiss.population.sum() == pytest.approx(total, rel=1e-3)
    assert swiss.area_km2 == pytest.approx(41_285, rel=0.02)
    assert (swiss.region, swiss.resolution) == ("EU868", 7)


def test_hotspots_stand_in_the_country_mostly_in_towns_and_also_in_between(swiss):
    places = PLACEMENTS["towns"]().place(swiss, 5000, Keys(1))
    assert swiss.contains(places.latitude_deg, places.longitude_deg).mean() > 0.99
    zurich = great_circle_m(places.latitude_deg, places.longitude_deg, 47.377, 8.540)
    within = (zurich < 5000.0).mean()
    assert 0.02 < within < 0.08  # of 8.5 million people some 0.4 million; with its districts counted twice 0.11
    cells = swiss.cell_rows(places.latitude_deg, places.longitude_deg)
    share = swiss.population / swiss.population.sum()
    crowded = np.argsort(-share)[:200]
    assert np.isin(cells, crowded).mean() == pytest.approx(share[crowded].sum(), abs=0.06)


def test_a_place_depends_on_its_id_alone(swiss):
    more, fewer = (PLACEMENTS["towns"]().place(swiss, n, Keys(3)) for n in (300, 200))
    assert (more.latitude_deg[:200] == fewer.latitude_deg).all()
    assert (more.longitude_deg[:200] == fewer.longitude_deg).all()
    other = PLACEMENTS["towns"]().place(swiss, 200, Keys(4))
    assert (other.latitude_deg != fewer.latitude_deg).mean() > 0.99


def test_distances_from_a_lone_town_follow_clark():
    """Half of the people live within 1.678 b of the centre, b from the town's own size."""
    towns = towns_of(["LI"]).take(slice(0, 1))
    settlement = settlement_of(towns)
    rows, keys = np.zeros(4000, np.int64), Keys(2)
    places = settlement.points(rows, *(keys.uniform(np.arange(4000), axis) for axis in range(3)))
    distance_m = great_circle_m(*places, towns.latitude_deg[0], towns.longitude_deg[0])
    scale_m = 1000 * np.sqrt(towns.population[0] / (2 * np.pi * CENTRE_PERSONS_PER_KM2))
    assert np.median(distance_m) == pytest.approx(1.678 * scale_m, rel=0.05)


def test_adoption_moves_hotspots_between_countries():
    both = land(["LI", "CH"])
    inside = land(["LI"])
    plain, keen = (PLACEMENTS["towns"](adoption=adoption).place(both, 3000, Keys(1)) for adoption in ({}, {"LI": 50.0}))
    shares = [inside.contains(p.latitude_deg, p.longitude_deg).mean() for p in (plain, keen)]
    assert shares[0] < 0.02 < 0.1 < shares[1]
    for bad in (-1.0, float("nan")):
        with pytest.raises(MapError, match="0 or more"):
            PLACEMENTS["towns"](adoption={"CH": bad})
    with pytest.raises(MapError, match="nobody"):
        PLACEMENTS["towns"](adoption={"CH": 0.0, "LI": 0.0}).place(both, 1, Keys(1))


def test_a_city_without_towns_says_what_to_do():
    with pytest.raises(MapError, match=re.escape("set map.countries")):
        PLACEMENTS["towns"]().place(synthetic_city("grid", 2, 2, 1), 3, Keys(1))
    with pytest.raises(MapError, match="give 0 or more"):
        PLACEMENTS["towns"]().place(synthetic_city("grid", 2, 2, 1), -1, Keys(1))


def test_a_land_is_not_saved(swiss, tmp_path):
    from maps.city import save_city

    with pytest.raises(MapError, match="not saved"):
        save_city(swiss, tmp_path / "swiss.npz")


def test_boxes_across_the_antimeridian():
    assert "Suva" in largest_within(-20.0, 177.0, -15.0, -178.0, 5).name


def test_the_sample_scenarios_of_a_country_and_the_world_run(tmp_path):
    import poc

    small = {"fleet.n_hotspots": 60}
    country, world = (poc.run(name, set=small) for name in ("country", "world"))
    assert country.metrics["n_hotspots"] == world.metrics["n_hotspots"] == 60
    assert len(np.unique(np.sign(world.arrow("truth")["latitude_deg"].to_numpy()))) == 2
    assert world.figure("map").save(tmp_path / "world.png").stat().st_size > 10_000
