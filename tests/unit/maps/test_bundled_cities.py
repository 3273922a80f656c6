"""Golden counts of the bundled cities, and facts about the real places that no conversion may lose.

Liechtenstein: 160.5 km² (Office of Statistics, "Liechtenstein in Zahlen 2014"); northernmost 47°16′15″ N, southernmost
47°02′55″ N, westernmost 9°28′18″ E (Wikipedia, "Geography of Liechtenstein", 2022; no figure for the east there).
Heights of the Jacksboro raster: 236 to 1,076 m in the source.
"""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from maps.city import list_cities, load_city
from maps.clutter import Clutter

FOLDER = Path(__file__).resolve().parents[3] / "data" / "cities"
#: name: resolution, cells, (water, open, suburban, forest, urban, dense urban), roads, water shapes, buildings, persons
GOLDEN = {
    "liechtenstein": (10, 10985, (91, 7217, 1268, 2313, 96, 0), 2782, 157, 3719, 37370),
    "helsinki": (11, 1011, (61, 289, 139, 0, 241, 281), 2302, 17, 446, 16454),
    "finnish-town": (11, 2849, (0, 1409, 1093, 9, 338, 0), 332, 1, 2171, 17302),
    "tennessee-ridges": (9, 9772, (0, 9772, 0, 0, 0, 0), 0, 0, 0, 31176),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_counts(name):
    city = load_city(name)
    classes = tuple(np.bincount(city.clutter, minlength=len(Clutter)).tolist())
    lines = len(city.roads), len(city.water), len(city.buildings)
    persons = round(float(city.population.sum(dtype=np.float64)))
    assert (city.resolution, len(city.cells), classes, *lines, persons) == GOLDEN[name]


@pytest.mark.parametrize("name", GOLDEN)
def test_source_note_names_licence_and_hashes(name):
    note = (FOLDER / name / "SOURCE.md").read_text(encoding="utf-8")
    digest = hashlib.sha256((FOLDER / name / "city.npz").read_bytes()).hexdigest()
    assert f"**SHA-256 of `city.npz`**: `{digest}`" in note
    assert load_city(name).digest in note
    assert len(re.findall(r"`[0-9a-f]{64}`", note)) == 3
    assert "Open Database License 1.0" in note or "public domain" in note


def test_all_are_known_here_and_small():
    assert sorted(GOLDEN) == list_cities()
    assert sum(path.stat().st_size for path in FOLDER.glob("*/city.npz")) < 1_500_000


def test_liechtenstein_is_where_and_as_large_as_it_is():
    city = load_city("liechtenstein")
    assert city.area_km2 == pytest.approx(160.5, abs=0.5) and city.region == "EU868"
    south_west_north = [47 + 2 / 60 + 55 / 3600, 9 + 28 / 60 + 18 / 3600, 47 + 16 / 60 + 15 / 3600]
    np.testing.assert_allclose(city.bounds[:3], south_west_north, rtol=0, atol=0.0004)
    assert "OpenStreetMap" in city.attribution and city.licence == "ODbL-1.0"


def test_people_of_liechtenstein_live_in_the_towns_of_the_valley():
    city = load_city("liechtenstein")
    vaduz, schaan, alpine = (47.1410, 9.5215), (47.1650, 9.5087), (47.0700, 9.6000)
    assert city.population_at(*vaduz) > 10 and city.population_at(*schaan) > 10
    assert city.population_at(*alpine) == 0 and city.contains(*alpine)
    settled = np.isin(city.clutter, [Clutter.SUBURBAN, Clutter.URBAN])
    assert settled.mean() < 0.13 and city.population[settled].sum() > 0.85 * city.population.sum()


def test_helsinki_is_dense_and_has_its_bay():
    city = load_city("helsinki")
    assert city.clutter_at(60.1680, 24.9520) >= Clutter.URBAN
    assert city.clutter_at(60.1775, 24.9460) == Clutter.WATER
    assert (city.buildings.kind == 0).sum() == 16 and (city.buildings.kind == 1).sum() > 100


def test_ridges_of_tennessee_keep_their_heights():
    terrain = load_city("tennessee-ridges").terrain
    assert terrain.posts_m.shape == (344, 403) and (terrain.posts_m.min(), terrain.posts_m.max()) == (236, 1076)
    lattice = np.array([terrain.south_deg, terrain.north_deg, terrain.west_deg, terrain.east_deg]) * 1200
    np.testing.assert_allclose(lattice, np.round(lattice), atol=1e-3)
