import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maps import grid
from maps.errors import MapError
from maps.placement import PLACEMENTS
from maps.placement.reading import read_places
from maps.synthetic import synthetic_city
from poc.keys import Keys

GATEWAYS = Path(__file__).resolve().parents[5] / "shared" / "maps" / "zurich-gateways" / "ttn_gateways.csv"
CELL = int(grid.cells_from_coordinates(47.1, 9.5, 12))


def csv_file(folder, text, name="places.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "lat,lon\n47.1,9.5\n-90,180\n",
        "Latitude;Longitude\n47.1;9.5\n-90;180\n",
        "\ufefflatitude_deg\tlongitude_deg\n47.1\t9.5\n\n-90\t180\n",
        "name,lng,lat\na,9.5,47.1\nb,180,-90\n",
        '"y","x"\n" 47.1 ","9.5"\n"-90","180"\n',
    ],
)
def test_csv_dialects(text, tmp_path):
    places = read_places(csv_file(tmp_path, text))
    assert places.latitude_deg.tolist() == [47.1, -90.0] and places.longitude_deg.tolist() == [9.5, 180.0]


def test_extras_and_missing_values(tmp_path):
    text = f"id,lat,lon,cell,gain,height\n7,47.1,9.5,{CELL:x},3.5,12\nb,47.2,9.6,NA,,\n"
    extras = read_places(csv_file(tmp_path, text)).extras
    assert extras["id"].tolist() == ["7", "b"] and extras["cell"].tolist() == [CELL, 0]
    assert extras["gain_dbi"][0] == 3.5 and np.isnan(extras["gain_dbi"][1]) and np.isnan(extras["height_m"][1])


def test_altitude_is_not_taken_for_a_height(tmp_path):
    assert "height_m" not in read_places(csv_file(tmp_path, "lat,lon,altitude\n47.1,9.5,450\n")).extras


def test_cells_alone_are_enough(tmp_path):
    places = read_places(csv_file(tmp_path, f"hotspot,location\na,{CELL:x}\n"))
    assert grid.cells_from_coordinates(places.latitude_deg, places.longitude_deg, 12).tolist() == [CELL]


def test_geojson_and_parquet(tmp_path):
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.5, 47.1, 450]}}
    features = [feature | {"properties": {"id": "a", "gain": 2}}, feature | {"properties": None}]
    path = csv_file(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "places.geojson")
    places = read_places(path)
    assert places.latitude_deg.tolist() == [47.1, 47.1] and places.extras["gain_dbi"][0] == 2.0
    table = pa.table({"lat": [47.1], "lng": [9.5], "h3": pa.array([CELL], pa.uint64())})
    pq.write_table(table, tmp_path / "places.parquet")
    places = read_places(tmp_path / "places.parquet")
    assert places.longitude_deg.tolist() == [9.5] and places.extras["cell"].tolist() == [CELL]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lat,lon\n47.1,9.5\n91,9.5\n", r"row 2 of .* is at latitude 91.0"),
        ("lat,lon\n47.1,181\n", r"row 1 of .* longitude 181.0"),
        ("lat,lon\nNA,9.5\n", r"row 1 of .* latitude nan"),
        ("lat,lon\n47.1,nine\n", r"row 1 of .* has the longitude 'nine'"),
        ("lat,lon,cell\n47.1,9.5,8a1f8e41800fff\n", r"row 1 of .* has the cell '8a1f8e41800fff'"),
        ("lat,lon,cell\n47.1,9.5,\n47.1,9.5,zebra\n", r"row 2 of .* has the cell 'zebra'"),
        ("lat,lon\n47.1\n", r"row 1 of .* has 1 fields, the header has 2"),
        ("a,b\n1,2\n", r"has the columns a, b: latitude and longitude"),
        ("hotspot,cell\na,NA\n", r"H3 cells in every row"),
        ("", r"is empty"),
    ],
)
def test_bad_rows_are_named_in_one_sentence(text, words, tmp_path):
    with pytest.raises(MapError, match=words) as caught:
        read_places(csv_file(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_bad_files(tmp_path):
    with pytest.raises(MapError, match="there is no file"):
        read_places(tmp_path / "nowhere.csv")
    with pytest.raises(MapError, match=r"ends in '\.xls'"):
        read_places(csv_file(tmp_path, "", "places.xls"))
    for name in ("bad.geojson", "bad.parquet"):
        with pytest.raises(MapError, match="cannot be read as"):
            read_places(csv_file(tmp_path, "{", name))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00lat")
    with pytest.raises(MapError, match="cannot be read as csv"):
        read_places(tmp_path / "binary.csv")
    line = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[9, 47], [10, 48]]}}
    with pytest.raises(MapError, match=r"feature 1 .* is LineString"):
        read_places(csv_file(tmp_path, json.dumps({"features": [line]}), "lines.geojson"))


def test_placement_takes_the_first_rows(tmp_path):
    city = synthetic_city("grid", 4, 4, 1, 47.1, 9.5)
    path = csv_file(tmp_path, "id,lat,lon\na,47.1,9.5\nb,47.11,9.51\nc,47.09,9.49\n")
    placement = PLACEMENTS["file"](path=str(path))
    assert placement.place(city, 2, Keys(1)).extras["id"].tolist() == ["a", "b"]
    with pytest.raises(MapError, match=r"4 hotspots were asked for, .* has 3"):
        placement.place(city, 4, Keys(1))
    with pytest.raises(MapError, match="was given no path"):
        PLACEMENTS["file"]().place(city, 1, Keys(1))
    swapped = csv_file(tmp_path, "lon,lat\n47.1,9.5\n", "swapped.csv")
    with pytest.raises(MapError, match="latitude and longitude are swapped"):
        PLACEMENTS["file"](path=str(swapped)).place(city, 1, Keys(1))


@pytest.mark.skipif(not GATEWAYS.exists(), reason="the Zürich gateways lie beside the repository only")
def test_real_gateways_of_zurich():
    places = read_places(GATEWAYS)
    assert len(places) == 134 and set(places.extras) == {"id"}
    assert places.latitude_deg.min() > 47.0 and places.latitude_deg.max() < 47.8
    assert places.longitude_deg.min() > 8.0 and places.longitude_deg.max() < 9.2
