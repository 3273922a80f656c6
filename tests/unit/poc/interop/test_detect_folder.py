"""`poc detect` on files: one answer from CSV, JSON Lines and Parquet, gaps said, bad rows counted, odd networks."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cli.main import app
from maps.grid import coordinates_from_cells, text_from_cells
from poc.emulator import Emulation
from poc.errors import DataError
from poc.interop.detect_folder import SCORE_COLUMNS, detect_to_folder
from poc.scenario import scenario_from


@pytest.fixture(scope="module")
def tables():
    """Rows of the three files of a small world with liars, as dictionaries."""
    scenario = scenario_from(
        {
            "seed": 12,
            "map": {"synthetic": {"kind": "grid", "width_km": 8.0, "height_km": 8.0, "resolution": 8}},
            "fleet": {"n_hotspots": 80, "region": "EU868", "placement": {"name": "uniform"}},
            "profile": {"base": "minimal"},
            "detectors": {"also": []},
            "attacks": [{"name": "location-spoof", "share": 0.15, "min_km": 4.0, "max_km": 5.0}],
        },
        "a test",
    )
    made = next(Emulation.of(scenario).epochs()).tables
    hotspots, beacons, reports = (made[name] for name in ("hotspots", "beacons", "witness_reports"))
    name = {number: f"key-{number}" for number in hotspots["hotspot"].tolist()}
    of_payload = dict(zip(beacons["payload"].tolist(), beacons["beacon"].tolist(), strict=True))
    cells = text_from_cells(hotspots["cell"])
    return {
        "hotspots": [
            {"hotspot": name[h], "cell": cell, "gain_dbi": gain}
            for h, cell, gain in zip(hotspots["hotspot"].tolist(), cells, hotspots["gain_dbi"].tolist(), strict=True)
        ],
        "beacons": [
            {"beacon": f"b{b}", "beaconer": name[h], "received_ns": t, "frequency_hz": f, "data_rate": "SF12BW125",
             "tx_power_dbm": p}
            for b, h, t, f, p in zip(*(beacons[c].tolist() for c in
                                       ("beacon", "hotspot", "received_ns", "frequency_hz", "power_dbm")), strict=True)
        ],
        "witnesses": [
            {"beacon": f"b{of_payload[p]}", "witness": name[h], "received_ns": t, "rssi_dbm": rssi, "snr_db": snr,
             "frequency_hz": f}
            for p, h, t, rssi, snr, f in zip(*(reports[c].tolist() for c in
                ("payload", "hotspot", "received_ns", "rssi_dbm", "snr_db", "frequency_hz")), strict=True)
        ],
    }  # fmt: skip


def write(folder, tables, kind="csv"):
    paths = []
    for name, rows in tables.items():
        path = folder / f"{name}.{kind}"
        if kind == "parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        elif kind == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        else:
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        paths.append(path)
    return paths


def scores_in(folder):
    return pq.read_table(folder / "scores.parquet")


def test_three_kinds_of_file_one_answer(tables, tmp_path):
    found = []
    for kind in ("csv", "jsonl", "parquet"):
        summary = detect_to_folder(*write(tmp_path, tables, kind), tmp_path / kind)
        assert {name: count["rejected"] for name, count in summary["counts"].items()} == dict.fromkeys(tables, 0)
        assert summary["notes"] == []
        found.append(scores_in(tmp_path / kind))
    assert found[0].equals(found[1]) and found[0].equals(found[2])
    assert found[0].column_names == list(SCORE_COLUMNS)
    assert {path.name for path in (tmp_path / "csv").iterdir()} == {
        "scores.parquet", "edges.parquet", "ranked.csv", "map.svg", "summary.json", "manifest.json"
    }  # fmt: skip
    ranked = list(csv.DictReader((tmp_path / "csv" / "ranked.csv").open()))
    assert [float(row["probability"]) for row in ranked] == sorted(
        (float(row["probability"]) for row in ranked), reverse=True
    )
    edges = pq.read_table(tmp_path / "csv" / "edges.parquet")
    assert set(edges.column("beaconer").to_pylist()) <= {row["hotspot"] for row in tables["hotspots"]}
    suspects = json.loads((tmp_path / "csv" / "summary.json").read_text())["verdicts"]["suspect"]
    assert suspects >= 5


def test_missing_columns_narrow_the_evidence_and_are_said(tables, tmp_path):
    less = {
        "hotspots": [],
        "beacons": [{"beacon": row["beacon"], "beaconer": row["beaconer"]} for row in tables["beacons"]],
        "witnesses": [{k: row[k] for k in ("beacon", "witness", "rssi_dbm")} for row in tables["witnesses"]],
    }
    cells = np.array([int(row["cell"], 16) for row in tables["hotspots"]], np.uint64)
    for row, latitude, longitude in zip(tables["hotspots"], *coordinates_from_cells(cells), strict=True):
        less["hotspots"].append({"hotspot": row["hotspot"], "latitude_deg": latitude, "longitude_deg": longitude})
    summary = detect_to_folder(*write(tmp_path, less), tmp_path / "out")
    assert any("tx_power_dbm" in note for note in summary["notes"])
    assert any("snr_db" in note for note in summary["notes"])
    assert sum(summary["verdicts"].values()) == len(tables["hotspots"])


@pytest.mark.parametrize("column", ["witness", "rssi_dbm"])
def test_a_column_without_which_nothing_is_left_is_asked_for(tables, tmp_path, column):
    less = {**tables, "witnesses": [{k: v for k, v in row.items() if k != column} for row in tables["witnesses"]]}
    with pytest.raises(DataError, match=column):
        detect_to_folder(*write(tmp_path, less), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_bad_rows_are_counted_and_the_others_go_on(tables, tmp_path, kind):
    good = tables["witnesses"]
    bad = [
        {**good[0], "witness": "nobody"},
        {**good[0], "beacon": "unknown"},
        {**good[0], "rssi_dbm": 900.0},
        {**good[0], "snr_db": float("nan")},
        good[1],
    ]
    if kind == "csv":
        bad.append({**good[0], "rssi_dbm": "loud"})
    summary = detect_to_folder(*write(tmp_path, {**tables, "witnesses": good + bad}, kind), tmp_path / "out")
    counts = summary["counts"]["witnesses"]
    assert counts["received"] == len(good) + len(bad)
    assert counts["accepted"] == len(good)
    assert counts["causes"]["duplicate report"] == 1
    clean = detect_to_folder(*write(tmp_path, tables, kind), tmp_path / "clean")
    assert clean["verdicts"] == summary["verdicts"]


def test_nobody_one_and_silence(tables, tmp_path):
    for number, n in enumerate((0, 1, 40)):
        names = {row["hotspot"] for row in tables["hotspots"][:n]}
        some = {
            "hotspots": tables["hotspots"][:n] or [{"hotspot": "", "cell": "", "gain_dbi": ""}],
            "beacons": [row for row in tables["beacons"] if row["beaconer"] in names] or tables["beacons"][:1],
            "witnesses": tables["witnesses"][:1],
        }
        out = tmp_path / str(number)
        summary = detect_to_folder(*write(tmp_path, some), out)
        assert summary["verdicts"]["suspect"] == 0
        assert scores_in(out).num_rows == n
        assert "Nobody is accused" in summary["sentence"]


def test_a_network_of_remote_pairs_stays_undecided(tables, tmp_path):
    hotspots, beacons, witnesses = [], [], []
    for number in range(20):
        pair = [f"pair-{number}-{side}" for side in "ab"]
        for side, name in enumerate(pair):
            place = {"latitude_deg": -40.0 + 4.0 * number, "longitude_deg": -170.0 + 15.0 * number + 0.02 * side}
            hotspots.append({"hotspot": name, **place, "gain_dbi": 3.0})
            for k in range(6):
                beacons.append({"beacon": f"{name}-{k}", "beaconer": name, "tx_power_dbm": 14})
                witnesses.append(
                    {"beacon": f"{name}-{k}", "witness": pair[1 - side], "rssi_dbm": -110.0 - k, "snr_db": 2.0}
                )
    remote = {"hotspots": hotspots, "beacons": beacons, "witnesses": witnesses}
    summary = detect_to_folder(*write(tmp_path, remote), tmp_path / "out")
    assert summary["verdicts"] == {"suspect": 0, "undecided": 40, "honest": 0}
    assert "40 stay undecided" in summary["sentence"]


def test_where_everybody_lies_nobody_is_called_honest(tables, tmp_path):
    cells = [row["cell"] for row in tables["hotspots"]]
    order = np.random.default_rng(5).permutation(len(cells))
    moved = [{**row, "cell": cells[k]} for row, k in zip(tables["hotspots"], order, strict=True)]
    summary = detect_to_folder(*write(tmp_path, {**tables, "hotspots": moved}), tmp_path / "out")
    assert summary["verdicts"] == {"suspect": 0, "undecided": len(cells), "honest": 0}
    found = scores_in(tmp_path / "out")
    assert np.allclose(found["probability"].to_numpy(), 0.5)
    assert "explain nothing" in found["evidence"][0].as_py()


def test_the_command(tables, tmp_path):
    paths = write(tmp_path, tables)
    names = ("--hotspots", "--beacons", "--witnesses")
    given = [part for pair in zip(names, map(str, paths), strict=True) for part in pair]
    done = CliRunner().invoke(app, ["detect", *given, "--out", str(tmp_path / "out"), "--format", "json", "-j", "1"])
    assert done.exit_code == 0, done.output
    assert "expect about" in done.stderr and "stay undecided" in done.stderr
    assert {row["verdict"] for row in json.loads(done.stdout)} == {"suspect", "undecided", "honest"}
    missing = CliRunner().invoke(app, ["detect", *given[:-1], str(tmp_path / "none.csv"), "--out", str(tmp_path / "o")])
    assert missing.exit_code != 0
