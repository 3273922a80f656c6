"""`poc look`: any usual file of places is understood, every guess is said, every lost row has a cause."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poc
from maps.grid import cells_from_coordinates
from poc.errors import DataError
from poc.looking.column_guess import guess_columns
from poc.looking.crowding import crowding_of
from poc.looking.look import look
from poc.report.look_files import save_look
from poc.rewards.density import DENSITY_TABLES, scales_e4

ZURICH = Path(__file__).parents[5] / "shared" / "maps" / "zurich-gateways" / "ttn_gateways.csv"


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def test_three_formats_with_the_same_places_look_the_same(tmp_path):
    rows = [{"id": f"h{i}", "lat": 47.1 + 0.01 * i, "lng": 9.5, "gain": 2.3} for i in range(5)]
    csv = "id,lat,lng,gain\n" + "".join(f"{r['id']},{r['lat']},{r['lng']},{r['gain']}\n" for r in rows)
    features = [
        {"type": "Feature", "properties": {"id": r["id"], "gain": r["gain"]},
         "geometry": {"type": "Point", "coordinates": [r["lng"], r["lat"], 500]}} for r in rows
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "h.parquet")
    files = [
        written(tmp_path, "h.csv", csv),
        written(tmp_path, "h.tsv", csv.replace(",", "\t")),
        written(tmp_path, "semicolon.csv", csv.replace(",", ";").replace(".", ",")),
        written(tmp_path, "h.jsonl", "\n".join(map(json.dumps, rows))),
        written(tmp_path, "h.json", json.dumps({"data": rows})),
        written(tmp_path, "h.geojson", json.dumps({"type": "FeatureCollection", "features": features})),
        tmp_path / "h.parquet",
    ]
    tables = [look(path).table() for path in files]
    assert tables[0].num_rows == 5
    for table in tables[1:]:
        assert table.equals(tables[0])


@pytest.mark.parametrize(("header", "part", "column"), [
    ("lat_y,lng_x", "latitude", "lat_y"), ("Latitude,Longitude", "longitude", "Longitude"),
    ("gpsLat,gpsLon", "latitude", "gpsLat"), ("hex_id,name", "cell", "hex_id"), ("latency,lat", "latitude", "lat"),
    ("rssi_bias_db,rssi", "rssi", "rssi"), ("y,x", "latitude", "y"), ("device_id,eui_id", "hotspot", "device_id"),
])  # fmt: skip
def test_names_tell_the_part(header, part, column):
    assert guess_columns({name: [] for name in header.split(",")}, {}).column_of[part] == column


def test_cells_are_known_by_their_looks():
    assert guess_columns({"where": ["8c1f8e0c22957ff"], "who": ["a"]}, {}).column_of == {"cell": "where"}


def test_what_the_user_says_wins_and_is_said(tmp_path):
    path = written(tmp_path, "h.csv", "lat,lng,north,east\n1,1,47.1,9.5\n")
    sight = look(path, columns={"latitude": "north", "longitude": "east"})
    assert sight.places.latitude_deg.tolist() == [47.1]
    assert sight.said[0] == "as you said: latitude from 'north', longitude from 'east'."
    assert any("not used: lat, lng" in line for line in sight.said)


@pytest.mark.parametrize(("columns", "answer"), [
    ({"lattitude": "lat"}, "did you mean 'latitude'?"), ({"latitude": "latt"}, "did you mean 'lat'?"),
])  # fmt: skip
def test_a_mistyped_column_is_answered_with_the_near_one(tmp_path, columns, answer):
    path = written(tmp_path, "h.csv", "lat,lng\n47,9\n")
    with pytest.raises(DataError) as error:
        look(path, columns=columns)
    assert answer in str(error.value)


def test_rows_that_name_no_place_are_counted_with_the_cause(tmp_path):
    text = "id,lat,lng\n" + "a,47.1,9.5\nb,NA,9.5\nc,,\nd,97,9.5\ne,0,0\nf,1,2,3\n"
    sight = look(written(tmp_path, "h.csv", text))
    assert sight.counts.causes == {
        "no place": 2, "degrees out of range": 1, "latitude and longitude 0": 1, "not as many fields as the header": 1,
    }  # fmt: skip
    assert sight.counts.n_received == 6
    assert "5 of 6 rows left out" in sight.headline()[0]


def test_swapped_degrees_are_read_the_other_way_round_and_said(tmp_path):
    sight = look(written(tmp_path, "h.csv", "lat,lng\n151.2,-33.9\n150.9,-33.8\n"))
    assert sight.places.latitude_deg.tolist() == [-33.9, -33.8]
    assert any("swapped" in line for line in sight.said)


def test_whole_numbers_of_1e_7_degrees_are_understood(tmp_path):
    sight = look(written(tmp_path, "h.csv", "latitude,longitude\n473133000,85235800\n"))
    assert sight.places.latitude_deg[0] == pytest.approx(47.3133)
    assert any("1e-7" in line for line in sight.said)


@pytest.mark.parametrize(("middle", "taken"), [(430, False), (12, True)])
def test_an_altitude_above_the_sea_is_no_antenna_height(tmp_path, middle, taken):
    sight = look(written(tmp_path, "h.csv", f"lat,lng,altitude\n47.1,9.5,{middle}\n47.2,9.5,{middle + 1}\n"))
    assert np.isfinite(sight.places.height_m).all() == taken
    assert any("sea" in line for line in sight.said)


def test_tenths_of_a_dbi_are_understood(tmp_path):
    sight = look(written(tmp_path, "h.csv", "lat,lng,gain\n47.1,9.5,12\n47.2,9.5,58\n47.3,9.5,40\n"))
    assert sight.places.gain_dbi.tolist() == [1.2, 5.8, 4.0]


def test_cells_as_text_as_numbers_and_too_coarse(tmp_path):
    cell = int(cells_from_coordinates(47.1, 9.5, 12))
    coarse = int(cells_from_coordinates(47.2, 9.5, 8))
    path = written(tmp_path, "h.csv", f"cell\n{cell:x}\n{cell}\n{coarse:x}\n8cfffffffffffff\n")
    sight = look(path)
    assert sight.places.cell.tolist() == [cell, cell, coarse]
    assert sight.counts.causes == {"a cell that does not exist": 1}
    assert sight.crowding["hip-104"].scale[:2].tolist() == [0.5, 0.5]
    assert np.isnan(sight.crowding["hip-104"].scale[2])
    assert any("coarser" in line for line in sight.said)


@pytest.mark.parametrize("table", ["hip-104", "hip-17"])
def test_scales_are_those_of_the_density_rule_and_the_deepest_cut_is_the_smallest_ratio(table):
    random = np.random.default_rng(5)
    cells = cells_from_coordinates(47.0 + 0.03 * random.random(300), 9.0 + 0.03 * random.random(300), 12)
    crowd = crowding_of(cells, table)
    assert np.array_equal(np.rint(crowd.scale * 1e4), scales_e4(cells, DENSITY_TABLES[table]))
    cut = crowd.cut_resolution >= 0
    assert cut.any()
    assert (crowd.n_counted[cut] < crowd.n_present[cut]).all()
    assert (crowd.scale[cut] <= crowd.n_counted[cut] / crowd.n_present[cut] + 1e-4).all()
    assert (crowd.scale[~cut] == 1.0).all()


def test_reports_find_their_hotspots_beside_them(tmp_path):
    hotspots = written(tmp_path, "hotspots.csv", "hotspot,lat,lng\na,47.1,9.5\nb,47.2,9.5\n")
    reports = written(tmp_path, "w.csv", "beacon,witness,rssi_dbm\n1,a,-100\n2,a,-90\n3,a,-80\n4,z,-1\n")
    for sight in (look(reports), look(reports, hotspots=hotspots)):
        assert dict(zip(sight.places.hotspot, sight.n_reports, strict=True)) == {"a": 3, "b": 0}
        assert sight.rssi_dbm[0] == -90.0
    with pytest.raises(DataError, match="has places of its own"):
        look(hotspots, hotspots=hotspots)
    hotspots.unlink()
    with pytest.raises(DataError, match="--hotspots FILE"):
        look(reports)


def test_exports_and_tables_of_a_run_of_our_own(tmp_path):
    from poc.interop.export import export

    run = poc.run({"fleet": {"n_hotspots": 20}}, out=tmp_path / "run")
    for form in ("csv", "geojson", "parquet"):
        export(run.data, form, tmp_path / form)
    files = (
        "csv/hotspots.csv", "csv/witnesses.csv", "geojson/hotspots.geojson", "parquet/hotspots.parquet",
        "run/witness_reports.parquet", "run/beacons.parquet",
    )  # fmt: skip
    sights = [look(tmp_path / file) for file in files]
    cells = set(run.arrow("hotspots")["cell"].to_pylist())
    for sight in sights:
        assert set(sight.places.cell.tolist()) == cells
        assert sight.city.name == "liechtenstein"
    assert sights[1].n_reports.sum() == run.arrow("witness_reports").num_rows == sights[4].n_reports.sum()


BAD = {
    "absent.csv": None, "empty.csv": "", "h.xls": "x", "no-place.csv": "a,b\n1,2\n", "header.csv": "lat,lng\n",
    "broken.geojson": "{", "list.json": "3", "twice.csv": "lat,lat\n1,2\n", "nowhere.csv": "lat,lng\nx,y\n",
    "foreign.parquet": "no parquet",
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(tmp_path, name):
    if BAD[name] is not None:
        (tmp_path / name).write_text(BAD[name])
    with pytest.raises(DataError) as error:
        look(tmp_path / name)
    assert len(str(error.value).splitlines()) == 1
    assert name in str(error.value)


CELL = st.sampled_from(["", "NA", "47.1", "9,5", "-999", "1e400", "8c1f8e0c22957ff", "ü", '"', "nan", "\x00", "0"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=6), st.sampled_from(["lat,lng,cell", "lat;lng", "a,cell"])
)
def test_no_text_whatever_breaks_it(tmp_path_factory, rows, header):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]))
    try:
        sight = look(path)
    except DataError:
        return
    assert sight.counts.n_accepted == len(sight.places)
    assert (np.abs(sight.places.latitude_deg) <= 90).all()


def test_pictures_pages_and_tables_are_written_whole(tmp_path):
    sight = look(written(tmp_path, "<b>.csv", "id,lat,lng\n<i>,47.1,9.5\nb,47.2,9.5\n"))
    paths = save_look(sight, [tmp_path / f"out.{ending}" for ending in ("png", "svg", "html", "csv", "parquet")])
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    page = paths[2].read_text()
    assert "<svg" in page
    assert "<i>" not in page
    assert "<b>.csv" not in page
    assert pq.read_table(paths[4]).equals(sight.table())
    assert paths[3].read_text().splitlines()[0].startswith('"hotspot"')
    with pytest.raises(DataError, match=r"ends in '\.pdf'"):
        save_look(sight, [tmp_path / "never.png", tmp_path / "out.pdf"])
    assert not (tmp_path / "never.png").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(not ZURICH.exists(), reason="the gateways of Zürich are not beside the repository")
def test_134_real_gateways():
    sight = look(ZURICH)
    assert len(sight.places) == 134
    assert sight.guess.column_of == {
        "latitude": "lat", "longitude": "lng", "hotspot": "device_id", "altitude": "altitude",
    }  # fmt: skip
    assert any("above the sea" in line for line in sight.said)


@pytest.mark.parametrize(("text", "swapped"), [("-84.39,33.75\n-84.3,33.7\n", True), ("47.14,9.52\n47.2,9.5\n", False)])
def test_degrees_that_only_make_sense_swapped_are_asked_about(tmp_path, text, swapped):
    sight = look(written(tmp_path, "h.csv", "lat,lng\n" + text))
    assert any("may be swapped" in line and "--column latitude=lng" in line for line in sight.said) == swapped
    assert sight.places.latitude_deg[0] == float(text.split(",")[0])  # read as they stand
