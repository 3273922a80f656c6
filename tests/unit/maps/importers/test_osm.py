import gzip
from pathlib import Path

import numpy as np
import pytest
import shapely

pytest.importorskip("osmium")

from maps import grid
from maps.clutter import Clutter
from maps.errors import MapError
from maps.geodesy import great_circle_m
from maps.importers.elevation import clipped, terrain_from_hgt
from maps.importers.land_cover import clutter_of_cells, sea_areas, shares_of_cells
from maps.importers.osm import city_from_osm
from maps.importers.osm_reading import Shape, read_osm
from maps.importers.population import persons_of_cells, street_metres

MONACO = Path(__file__).resolve().parents[5] / "shared" / "maps" / "monaco"


class Osm:
    """Writes a small OpenStreetMap file."""

    def __init__(self):
        self.lines, self.n = [], 0

    def way(self, points, *, closed=False, missing=(), **tags):
        refs = []
        for i, (longitude, latitude) in enumerate(points):
            self.n += 1
            refs.append(self.n)
            if i not in missing:
                self.lines.append(f'<node id="{self.n}" lat="{latitude}" lon="{longitude}" version="1"/>')
        refs += refs[:1] if closed else []
        self.n += 1
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inside += "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())
        self.lines.append(f'<way id="{self.n}" version="1">{inside}</way>')

    def area(self, west, south, east, north, **tags):
        self.way([(west, south), (east, south), (east, north), (west, north)], closed=True, **tags)

    def write(self, path, bounds=(9.50, 47.10, 9.52, 47.12)):
        west, south, east, north = bounds
        nodes = [line for line in self.lines if line.startswith("<node")]
        ways = [line for line in self.lines if line.startswith("<way")]
        box = f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>'
        path.write_text(f'<osm version="0.6">{box}{"".join(nodes + ways)}</osm>', encoding="utf-8")
        return path


@pytest.fixture
def village(tmp_path):
    osm = Osm()
    osm.area(9.500, 47.10, 9.505, 47.12, natural="water")
    osm.area(9.515, 47.10, 9.520, 47.12, landuse="forest")
    osm.area(9.500, 47.115, 9.520, 47.120, boundary="administrative", name="North", admin_level="8")
    osm.area(9.500, 47.100, 9.520, 47.115, boundary="administrative", name="South", admin_level="8")
    osm.area(9.5070, 47.1050, 9.5076, 47.1056, building="house", building__levels="2")
    osm.area(9.5110, 47.1050, 9.5116, 47.1056, building="church", height="30 m")
    osm.area(9.5130, 47.1050, 9.5132, 47.1052, building="yes")
    osm.way([(9.507, 47.117), (9.513, 47.117)], highway="residential")
    osm.way([(9.507, 47.103), (9.513, 47.103), (9.6, 47.103)], highway="primary")
    osm.way([(9.503, 47.10), (9.503, 47.12)], waterway="river")
    return osm.write(tmp_path / "village.osm")


def test_village(village):
    city = city_from_osm(village, "village", resolution=11)
    assert city.region == "EU868" and city.boundary.bounds == (9.50, 47.10, 9.52, 47.12)
    assert city.clutter_at(47.110, [9.502, 9.510, 9.518]).tolist() == [Clutter.WATER, Clutter.OPEN, Clutter.FOREST]
    assert city.clutter_at(47.1053, 9.5073) >= Clutter.SUBURBAN, "a house makes its cell a suburb"
    assert city.clutter_at(47.117, 9.510) == Clutter.SUBURBAN, "so does a residential street"
    assert city.clutter_at(47.103, 9.510) == Clutter.OPEN, "a main road does not"
    assert city.building_height_at(47.1053, 9.5113) == pytest.approx(30.0)
    assert city.building_height_at(47.1053, 9.5073) == pytest.approx(6.4)
    assert city.buildings.kind.tolist() == [1, 0, 2] and city.roads.kind.tolist() == [2, 1]
    assert city.water.kind.tolist() == [0, 1]
    assert max(line[:, 0].max() for line in city.roads) <= 9.52, "roads end at the boundary"


def test_people_by_floor_area_and_street(village):
    city = city_from_osm(village, "village", resolution=11)
    latitude, _ = grid.coordinates_from_cells(city.cells)
    house_m2 = great_circle_m(47.1053, 9.5070, 47.1053, 9.5076) * great_circle_m(47.1050, 9.507, 47.1056, 9.507)
    shed_m2 = great_circle_m(47.1051, 9.5130, 47.1051, 9.5132) * great_circle_m(47.1050, 9.513, 47.1052, 9.513)
    street_m = great_circle_m(47.117, 9.507, 47.117, 9.513)
    south, north = city.population[latitude < 47.11].sum(), city.population[latitude > 47.11].sum()
    assert south == pytest.approx(2 * (house_m2 + shed_m2) / 50, rel=0.01)
    assert north == pytest.approx(20 * street_m / 50, rel=0.01)
    assert city.population_at(47.1053, 9.5113) == 0, "nobody lives in the church"


def test_people_scaled_to_totals(village):
    city = city_from_osm(village, "village", resolution=11, persons={"North": 100, "South": 900}, persons_source="me")
    latitude, _ = grid.coordinates_from_cells(city.cells)
    assert city.population[latitude > 47.115].sum() == pytest.approx(100, rel=1e-5)
    assert city.population[latitude < 47.115].sum() == pytest.approx(900, rel=1e-5)
    assert "scaled to 1,000 persons in 2 areas (me)" in city.population_source
    one = city_from_osm(village, "village", resolution=11, persons=500)
    assert one.population.sum() == pytest.approx(500, rel=1e-5)


def test_named_area_is_the_boundary(village):
    city = city_from_osm(village, "north", boundary_name="North", resolution=11)
    assert city.boundary.bounds == pytest.approx((9.50, 47.115, 9.52, 47.12)) and len(city.buildings) == 0
    with pytest.raises(MapError, match="no complete administrative area 'West': choose one of North, South"):
        city_from_osm(village, "west", boundary_name="West")


def test_files_that_are_none(tmp_path):
    with pytest.raises(MapError, match="there is no OpenStreetMap file"):
        read_osm(tmp_path / "nowhere.osm.pbf")
    for name in ("bad.osm", "bad.osm.pbf", "bad.txt"):
        (tmp_path / name).write_bytes(b"this is no map")
        with pytest.raises(MapError, match="cannot be read as OpenStreetMap data"):
            read_osm(tmp_path / name)
    (tmp_path / "empty.osm").write_text('<osm version="0.6"></osm>')
    with pytest.raises(MapError, match="holds no nodes"):
        read_osm(tmp_path / "empty.osm")


def test_too_coarse_a_resolution(village):
    with pytest.raises(MapError, match="smaller than one H3 cell of resolution 3"):
        city_from_osm(village, "village", resolution=3)


def test_ways_with_missing_nodes_are_not_bridged(tmp_path):
    osm = Osm()
    osm.way([(9.501 + 0.001 * i, 47.11) for i in range(10)], missing=(3, 4, 9), highway="residential")
    shapes = read_osm(osm.write(tmp_path / "cut.osm"))
    assert sorted(len(road.geometry.coords) for road in shapes.roads) == [3, 4]


def test_gzip_is_read(village, tmp_path):
    path = tmp_path / "village.osm.gz"
    path.write_bytes(gzip.compress(village.read_bytes()))
    assert city_from_osm(path, "village").digest == city_from_osm(village, "village").digest


def test_smaller_area_wins_where_areas_overlap():
    cells = grid.polyfill(shapely.box(9.5, 47.1, 9.54, 47.14), 10)
    wood, lake = shapely.box(9.4, 47.0, 9.7, 47.3), shapely.box(9.51, 47.11, 9.53, 47.13)
    for areas, classes in (([wood, lake], [3, 0]), ([lake, wood], [0, 3])):
        clutter = clutter_of_cells(cells, areas, classes)
        latitude, longitude = grid.coordinates_from_cells(cells)
        inside = (np.abs(latitude - 47.12) < 0.009) & (np.abs(longitude - 9.52) < 0.009)
        assert (clutter[inside] == Clutter.WATER).all() and (clutter == Clutter.FOREST).any()
    assert (clutter_of_cells(cells, [], []) == Clutter.OPEN).all()


def test_shares_add_up_to_the_area_of_the_shape():
    cells = grid.polyfill(shapely.box(9.5, 47.1, 9.54, 47.14), 10)
    house = shapely.box(9.5200, 47.1200, 9.5260, 47.1230)
    shape, row, share = shares_of_cells(cells, [house])
    area_m2 = great_circle_m(47.1215, 9.52, 47.1215, 9.526) * great_circle_m(47.12, 9.52, 47.123, 9.52)
    assert (shape == 0).all() and share.max() <= 1 + 1e-9
    assert (share * grid.areas_m2(cells)[row]).sum() == pytest.approx(area_m2, rel=1e-3)
    assert [len(part) for part in shares_of_cells(cells, [])] == [0, 0, 0]


def test_sea_lies_to_the_right_of_the_coast():
    box = shapely.box(0, 0, 10, 10)
    southward = shapely.LineString([(5, 9.8), (5, 0.3)])  # loose ends near the edges, as extracts cut them
    assert [part.bounds for part in sea_areas(box, [southward])] == [(0, 0, 5, 10)]
    island = shapely.LineString([(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)])  # counter-clockwise: land inside
    (sea,) = sea_areas(box, [island])
    assert sea.area == pytest.approx(96.0) and not sea.contains(shapely.Point(5, 5))
    assert sea_areas(box, []) == []


def test_street_metres_are_those_of_the_street():
    cells = grid.polyfill(shapely.box(9.5, 47.1, 9.54, 47.14), 10)
    street = shapely.LineString([(9.505, 47.105), (9.52, 47.11), (9.535, 47.13)])
    shapes = [Shape(street, {"highway": "residential"}), Shape(street, {"highway": "motorway"})]
    points = shapely.get_coordinates(street)
    length_m = great_circle_m(points[:-1, 1], points[:-1, 0], points[1:, 1], points[1:, 0]).sum()
    assert street_metres(cells, shapes).sum() == pytest.approx(length_m, rel=1e-6)
    assert street_metres(cells, []).sum() == 0


def test_zones_without_homes_or_cells():
    cells = grid.polyfill(shapely.box(9.5, 47.1, 9.54, 47.14), 10)
    even = persons_of_cells(cells, np.zeros(len(cells)), {"all": (shapely.box(9, 47, 10, 48), 100.0)})
    assert even.sum() == pytest.approx(100.0) and even.min() == even.max()
    with pytest.raises(MapError, match="zone 'sea' holds no cell"):
        persons_of_cells(cells, np.zeros(len(cells)), {"sea": (shapely.box(0, 0, 1, 1), 5.0)})


@pytest.mark.skipif(not MONACO.exists(), reason="Monaco lies beside the repository only")
def test_monaco_with_its_mountains():
    terrain = clipped(terrain_from_hgt(MONACO / "N43E007.hgt.zip"), 43.71, 7.39, 43.76, 7.45)
    city = city_from_osm(MONACO / "monaco.osm.gz", "monaco", boundary_name="Monaco", resolution=11, terrain=terrain)
    assert city.area_km2 == pytest.approx(2.02, abs=0.03), "official land area 2.02 km²"
    assert len(city.buildings) > 700 and (city.buildings.kind == 2).mean() > 0.9
    assert not city.contains(43.7347, 7.4260), "Port Hercule is no land"
    assert city.terrain.elevation_m(43.7311, 7.4197) > 30, "the rock of the palace"
    assert city.terrain.elevation_m(43.7447, 7.4003) > 400, "above La Turbie"
    whole = city_from_osm(MONACO / "monaco.osm.gz", "monaco and the sea", resolution=9)
    assert whole.clutter_at(43.60, 7.45) == Clutter.WATER != whole.clutter_at(43.745, 7.395)
