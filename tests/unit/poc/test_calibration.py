"""Measurements from files, and what a calibration makes of them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from maps.geodesy import destination
from poc.calibration.figures import draw_map, draw_residuals
from poc.calibration.fitting import Budget, calibrate
from poc.calibration.measurements import Assumed, measured_from, read_measurements
from poc.errors import DataError

GRENOBLE = Path("/work/shared/datasets/helium-grenoble-campusiot")
EXPONENT, SIGMA_DB, LOSS_AT_1_KM_DB = 3.2, 8.0, 135.0


def drive_test(n=3000, packets=1, seed=1):
    """A made drive test around one gateway: every packet that was sent, heard or not."""
    rng = np.random.default_rng(seed)
    distance_m = 10.0 ** rng.uniform(2.0, 4.0, n)
    latitude, longitude = destination(45.2, 5.7, rng.uniform(0.0, 360.0, n), distance_m)
    local_dbm = 16.0 - LOSS_AT_1_KM_DB - 10.0 * EXPONENT * np.log10(distance_m / 1e3) + rng.normal(0, SIGMA_DB, n)
    local_dbm = np.repeat(local_dbm, packets) + rng.normal(0.0, 3.4, n * packets)
    heard = local_dbm >= -129.5
    snr_db = local_dbm + 117.0
    rssi_dbm = 10.0 * np.log10(10.0 ** (0.1 * local_dbm) + 10.0**-11.7)
    return {
        "device_lat": np.repeat(latitude, packets), "device_lon": np.repeat(longitude, packets),
        "gateway_lat": np.full(n * packets, 45.2), "gateway_lon": np.full(n * packets, 5.7),
        "rssi": np.where(heard, rssi_dbm, np.nan), "snr": np.where(heard, snr_db, np.nan),
        "sf": np.full(n * packets, 9), "heard": heard.astype(int),
    }  # fmt: skip


def columns_of(table):
    return {name: pa.array(values, from_pandas=True) for name, values in table.items()}


def test_a_drive_test_with_losses_gives_the_parameters_back(tmp_path):
    pq.write_table(pa.table(columns_of(drive_test(packets=4))), tmp_path / "drive.parquet")
    result = calibrate(read_measurements(tmp_path / "drive.parquet"), Budget(other_loss_share=0.0))
    assert len(result.measured.distance_m) == 3000
    assert result.fit.exponent.value == pytest.approx(EXPONENT, rel=0.03)
    assert result.fit.sigma_db.value == pytest.approx(SIGMA_DB, rel=0.05)
    assert result.least_squares[0] < 0.85 * EXPONENT
    rows = {row["what"]: row for row in result.rows()}
    assert result.is_plausible
    assert rows["exponent"]["low"] < EXPONENT < rows["exponent"]["high"]
    names = {row["model"] for row in result.models}
    assert {"free-space", "log-distance", "log-distance, this fit"} <= names
    assert not {"itm", "p1812", "hata"} & names  # no terrain; a base station of 10 m is too low for Hata
    assert all(row["rmse_without_mean_db"] <= row["rmse_db"] for row in result.models)


def test_csv_and_parquet_say_the_same_and_columns_are_guessed(tmp_path):
    table = pa.table(columns_of(drive_test(n=50)))
    pq.write_table(table, tmp_path / "a.parquet")
    pyarrow.csv.write_csv(table, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text().replace('"', "").replace(",", ";").replace("device_lat", "TX_Lat")
    (tmp_path / "b.csv").write_text(text)
    first, *others = (read_measurements(tmp_path / name) for name in ("a.parquet", "a.csv", "b.csv"))
    for other in others:
        assert np.allclose(first.distance_m, other.distance_m)
        assert np.array_equal(first.n_heard, other.n_heard)
        assert np.allclose(first.level_dbm, other.level_dbm, equal_nan=True)


def test_packets_of_one_link_are_gathered_and_counted():
    columns = {
        "tx_lat": [45.2, 45.2, 45.2, 45.3], "tx_lon": [5.7] * 4, "rx_lat": [45.21] * 4, "rx_lon": [5.7] * 4,
        "rssi": [-100.0, -104.0, None, None], "spreading": ["SF12BW125", "SF12BW125", "SF12BW125", "SF9BW125"],
    }  # fmt: skip
    links = measured_from({name: pa.array(values) for name, values in columns.items()}, "here", Assumed())
    assert links.n_heard.tolist() == [2.0, 0.0]
    assert links.n_sent.tolist() == [3.0, 1.0]
    assert links.level_dbm[0] == -102.0
    assert links.spread_db[0] == pytest.approx(np.sqrt(8.0))
    assert links.sensitivity_dbm.round(1).tolist() == [-137.0, -129.5]
    assert np.isnan(links.level_dbm[1])


def test_links_with_counts():
    columns = {
        "tx_lat": [45.2, 45.3], "tx_lon": [5.7, 5.7], "rx_lat": [45.21] * 2, "rx_lon": [5.7] * 2,
        "rssi": [-100.0, None], "attempts": [20, 30], "n_heard": [12, 0],
    }  # fmt: skip
    links = measured_from({name: pa.array(values) for name, values in columns.items()}, "here", Assumed())
    assert (links.n_sent.tolist(), links.n_heard.tolist()) == ([20.0, 30.0], [12.0, 0.0])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a,b\n1,2\n", "expected one for tx_latitude_deg"),
        ("tx_lat,tx_lon,rx_lat,rx_lon,rssi\n95,5,45,5,-100\n", "row 1 .* tx_latitude_deg 95"),
        ("tx_lat,tx_lon,rx_lat,rx_lon,rssi\n45,5,45,5,loud\n", "rssi_dbm does not hold numbers"),
        ("tx_lat,tx_lon,rx_lat,rx_lon,rssi\n", "no rows"),
        ("tx_lat,tx_lon,rx_lat,rx_lon,rssi,sf\n45,5,45,5,-100,13\n", "spreading factor is 13"),
        ("tx_lat,tx_lon,rx_lat,rx_lon,rssi,attempts,n_heard\n45,5,45,5,-100,2,3\n", "heard 3 of 2"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_one_sentence(tmp_path, text, word):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(DataError, match=word):
        read_measurements(tmp_path / "bad.csv")


def test_two_links_bear_no_fit():
    columns = {name: values[:2] for name, values in columns_of(drive_test(n=5)).items()}
    with pytest.raises(DataError, match="do not bear a fit"):
        calibrate(measured_from(columns, "here", Assumed()), Budget())


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "frames.csv").write_text("rssi,RSSI\n-100,-101\n")
    with pytest.raises(DataError, match="more than one column 'rssi'"):
        read_measurements(tmp_path / "frames.csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.csv' cannot be read"):
        read_measurements(tmp_path / "nowhere.csv")


def test_pictures_are_the_same_to_the_byte(tmp_path):
    result = calibrate(measured_from(columns_of(drive_test(n=200)), "here", Assumed()), Budget())
    for draw in (draw_residuals, draw_map):
        first, second = (draw(result, tmp_path / f"{k}.png").read_bytes() for k in "ab")
        assert first == second
        assert len(first) > 10_000


@pytest.mark.skipif(not GRENOBLE.is_dir(), reason="the Grenoble data set is not on this machine")
def test_real_frames_without_losses_say_what_they_cannot_show():
    """Mobile testers of CampusIoT; received frames only, distances from the unblurred positions."""
    names = ("tx", "rx", "tx_lat", "tx_lon", "rx_lat", "rx_lon", "rssi", "snr", "sf", "distance_m")
    rows = []
    with gzip.open(GRENOBLE / "FTD_0018B20000020.ndjson.gz", "rt") as lines:
        for line in lines:
            frame = json.loads(line)
            at = frame.get("_devLocation") or {}
            for hotspot in frame["hotspots"]:
                distance_m = (hotspot.get("_distance") or {}).get("_distanceHaversine")
                if distance_m and at.get("latitude") and hotspot.get("lat"):
                    rows.append((
                        frame["dev_eui"], hotspot["id"], at["latitude"], at["longitude"], hotspot["lat"],
                        hotspot["long"], hotspot["rssi"], hotspot["snr"], hotspot["spreading"], distance_m,
                    ))  # fmt: skip
    columns = dict(zip(names, map(pa.array, zip(*rows, strict=True)), strict=True))
    result = calibrate(measured_from(columns, "Grenoble", Assumed()), Budget())
    assert len(rows) > 5000
    # spec/fraud.md §3: least squares on ESP of the mobile testers gives n 0.41 and sigma 11.6 dB, frame by frame
    assert result.least_squares[0] < 1.0
    # asserted places, one copy a frame, no losses: the truncated fit runs away, and says so first of all
    assert not result.is_plausible
    assert result.remarks[0].startswith("Do not use this fit")
    assert any("counts no losses" in remark for remark in result.remarks)
