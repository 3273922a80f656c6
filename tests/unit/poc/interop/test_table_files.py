import numpy as np
import pytest

from maps.grid import resolutions
from poc.interop.names import Names
from poc.interop.rejections import Rejections
from poc.interop.table_files import Gaps, read_beacons, read_denylist, read_entropies, read_hotspots, read_witnesses
from tests.unit.poc.interop.conftest import LOC0, REMOTE, beacon, hotspot, witness, write

PENTAGON = "8c0800000000 1ff".replace(" ", "")


def hotspots(tmp_path, *rows, suffix=".csv"):
    counts, names = Rejections(), Names()
    table, n_guessed = read_hotspots(write(tmp_path / f"h{suffix}", list(rows)), names, counts)
    assert counts.n_received == len(rows) and counts.n_accepted == len(table)
    return (
        {names.text_of[row]: i for i, row in enumerate(table["hotspot"].tolist())},
        table,
        dict(counts.causes),
        n_guessed,
    )


def test_columns_of_a_hotspot(tmp_path):
    _, table, causes, _ = hotspots(tmp_path, hotspot("ann", LOC0.upper(), gain_dbi="2.3499", elevation_m=7, owner="o"))
    assert not causes
    assert (int(table["cell"][0]), float(table["gain_dbi"][0]), int(table["region"][0]), bool(table["full"][0])) == (
        int(LOC0, 16),
        2.3,
        1,
        True,
    )


def test_a_place_instead_of_a_cell(tmp_path):
    row = {"hotspot": "ann", "latitude_deg": 35.90765, "longitude_deg": 14.431416, "gain_dbi": ""}
    _, table, _, gaps = hotspots(
        tmp_path, row, {"hotspot": "bob", "latitude_deg": "", "longitude_deg": "", "gain_dbi": 1}
    )
    assert format(int(table["cell"][0]), "x") == LOC0 and resolutions(table["cell"][0]) == 12
    assert table["region"].tolist() == [1, 99] and table["cell"][1] == 0
    assert gaps == Gaps(n_by_country=1, n_capability=2)
    assert table["gain_dbi"][0] == 1.2


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"cell": "8c3f304e42e4bfe0"}, "cell does not exist"),
        ({"cell": "ffffffffffffffff"}, "cell does not exist"),
        ({"cell": "fffffffffffffffff"}, "cell is no hex text"),
        ({"cell": "here"}, "cell is no hex text"),
        ({"cell": "8928308280fffff"}, "cell is coarser than resolution 11"),
        ({"gain_dbi": "high"}, "gain_dbi is no number"),
        ({"gain_dbi": "1e300"}, "gain_dbi is out of range"),
        ({"region": "EU999"}, "region is unknown"),
        ({"region": "4" * 300}, "region is unknown"),
        ({"is_full": "perhaps"}, "is_full is neither true nor false"),
        ({"hotspot": ""}, "hotspot is missing"),
        ({"hotspot": "x" * 1_000_000}, "hotspot is too long"),
        ({"hotspot": "a\x00b"}, "hotspot has control characters"),
    ],
)
def test_rows_that_cannot_be_taken(tmp_path, change, cause):
    found, _, causes, _ = hotspots(tmp_path, hotspot("ann", LOC0), hotspot("bob", LOC0) | change, hotspot("carl", LOC0))
    assert list(found) == ["ann", "carl"] and causes == {cause: 1}


def test_a_hotspot_twice(tmp_path):
    _, table, causes, _ = hotspots(tmp_path, hotspot("ann", LOC0), hotspot(" ann ", ""))
    assert len(table) == 1 and table["cell"][0] != 0 and causes == {"duplicate hotspot": 1}


def test_pentagons_and_formulas_are_taken(tmp_path):
    found, table, causes, _ = hotspots(tmp_path, hotspot("=1+1", PENTAGON), hotspot("@x", LOC0))
    assert not causes and list(found) == ["=1+1", "@x"] and int(table["cell"][0]) == int(PENTAGON, 16)


@pytest.mark.parametrize("region", ["AS923-1B", "as923_1b", "12", 12])
def test_names_of_regions(tmp_path, region):
    assert hotspots(tmp_path, hotspot("ann", LOC0, region=region))[1]["region"].tolist() == [12]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"received_ns": -1}, "received_ns is out of range"),
        ({"received_ns": 2**63}, "received_ns is out of range"),
        ({"received_ns": "1677163710.5"}, "received_ns is no whole number"),
        ({"received_ns": "9" * 100}, "received_ns is out of range"),
        ({"frequency_hz": -5}, "frequency_hz is out of range"),
        ({"data_rate": "SF13BW125"}, "data_rate is unknown"),
        ({"tx_power_dbm": 40_000}, "tx_power_dbm is out of range"),
        ({"payload": "xyz"}, "payload is no hex text"),
        ({"local_entropy": "00"}, "local_entropy has another size"),
        ({"remote_entropy": REMOTE[:-2]}, "remote_entropy has another size"),
        ({"entropy_timestamp_s": -60}, "entropy_timestamp_s is out of range"),
        ({"beacon": ""}, "beacon is missing"),
    ],
)
def test_beacons_that_cannot_be_taken(tmp_path, change, cause):
    counts = Rejections()
    rows = read_beacons(write(tmp_path / "b.csv", [beacon("a", "ann"), beacon("b", "ann") | change]), counts)
    assert [row.beacon for row in rows] == ["a"] and dict(counts.causes) == {cause: 1}


def test_other_bandwidths_are_read_but_are_no_poc_rate(tmp_path):
    rows = [
        beacon(str(i), "a", data_rate=rate) for i, rate in enumerate(["sf9bw125", "SF9BW500", "LRFHSS2BW336", "FSK50"])
    ]
    assert [row.spreading_factor for row in read_beacons(write(tmp_path / "b.csv", rows), Rejections())] == [9, 0, 0, 0]


@pytest.mark.parametrize(
    "change", [{"rssi_dbm": "nan"}, {"rssi_dbm": -1e30}, {"snr_db": ""}, {"witness": ""}, {"beacon": ""}]
)
def test_witnesses_that_cannot_be_taken(tmp_path, change):
    counts = Rejections()
    rows = read_witnesses(write(tmp_path / "w.csv", [witness("b", "ann"), witness("b", "bob") | change]), counts)
    assert [row.hotspot for row in rows] == ["ann"] and counts.n_rejected == 1


def test_entropies_and_denylists(tmp_path):
    counts, names = Rejections(), Names()
    rows = [{"remote_entropy": REMOTE, "entropy_timestamp_s": 60}, {"remote_entropy": "", "entropy_timestamp_s": 60}]
    assert read_entropies(write(tmp_path / "e.csv", rows), counts) == {bytes.fromhex(REMOTE): (60, 0)}
    assert counts.n_rejected == 1
    denied = read_denylist(
        write(tmp_path / "d.csv", [{"hotspot": "a", "other": ""}, {"hotspot": "b", "other": "a"}]), names, counts
    )
    assert denied.status == "loaded" and denied.hotspots.tolist() == [names.id_of("a")]
    assert denied.edges.tolist() == [[names.id_of("b"), names.id_of("a")]]
    assert read_denylist(write(tmp_path / "n.csv", [], ["hotspot"]), names, counts).status == "unloaded"
    assert np.array_equal(denied.edges.shape, (1, 2))
