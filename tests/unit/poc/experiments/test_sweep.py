"""Running a sweep: the table, the means and the files."""

import json
from dataclasses import replace

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from poc.errors import DataError
from poc.experiments.executors import Serial
from poc.experiments.figures import save_sweep_figure
from poc.experiments.sweep import SweepResult, readable, run_point, run_sweep, table_of
from poc.experiments.sweep_file import ExecutorSection, Point, Sweep
from poc.running import run_in_memory

KEY = "fleet.n_hotspots"
METRICS = ("n_hotspots", "leakage.share")


@pytest.fixture
def sweep(tiny):
    points = tuple(
        Point({KEY: n}, seed, tiny.with_settings({KEY: n, "seed": seed})) for n in (12, 24) for seed in (5, 6)
    )
    return Sweep("by-size", tiny, (KEY,), (5, 6), METRICS, points, ExecutorSection())


def test_a_point_collects_the_metrics_of_its_own_run(tiny):
    metrics = run_in_memory(tiny).metrics
    collected = run_point({"scenario": tiny.model_dump(mode="json"), "metrics": ["leakage.share", "rewards.gini"]})
    assert collected == {"leakage.share": metrics["leakage"]["share"], "rewards.gini": metrics["rewards"]["gini"]}


def test_a_sweep_writes_one_tidy_table_twice_a_figure_and_a_summary(sweep, tmp_path):
    result = run_sweep(sweep, tmp_path / "out", Serial())
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["manifest.json", "sweep.csv", "sweep.json", "sweep.parquet", "sweep.png", "sweep.svg"]
    table = pq.read_table(tmp_path / "out" / "sweep.parquet")
    assert table.column_names == [KEY, "seed", *METRICS, "error"]
    assert table.column("n_hotspots").to_pylist() == table.column(KEY).to_pylist() == [12, 12, 24, 24]
    assert pyarrow.csv.read_csv(tmp_path / "out" / "sweep.csv").num_rows == 4
    summary = json.loads((tmp_path / "out" / "sweep.json").read_text())["summary"]
    assert summary == result.summary()
    shares = table.column("leakage.share").to_pylist()
    assert next(row for row in summary if row["metric"] == "leakage.share")["mean"] == pytest.approx(
        sum(shares[:2]) / 2
    )


def test_a_refused_and_a_failing_point_are_recorded_and_the_rest_goes_on(sweep, tmp_path):
    missing = sweep.base.with_settings({"fleet.placement": {"name": "file", "path": str(tmp_path / "missing.csv")}})
    broken = Point({KEY: 7}, 5, missing)
    refused = Point({KEY: 8}, 5, None, "too many")
    result = run_sweep(replace(sweep, points=(*sweep.points[:1], broken, refused)), tmp_path / "out", Serial())
    good, bad, turned_away = result.rows
    assert result.n_failed == 2
    assert good["error"] == "" and good["n_hotspots"] == 12
    assert "missing.csv" in bad["error"] and bad["n_hotspots"] is None
    assert turned_away["error"] == "too many"


def test_the_world_is_the_same_under_every_setting_that_leaves_it_alone(tiny, tmp_path):
    points = tuple(Point({"p": p}, 5, tiny.with_settings({"profile.base": p})) for p in ("minimal", "guarded"))
    sweep = Sweep("p", tiny, ("p",), (5,), ("n_beacons", "n_witness_reports"), points, ExecutorSection())
    first, second = run_sweep(sweep, tmp_path / "out", Serial()).rows
    assert first["n_witness_reports"] == second["n_witness_reports"] > 0


def test_mixed_values_become_text_and_numbers_stay_numbers():
    table = table_of([{"a": 1, "b": "x", "m": None}, {"a": 2.5, "b": True, "m": None}], ["m"])
    assert table.to_pydict() == {"a": [1.0, 2.5], "b": ["x", "True"], "m": [None, None]}
    assert str(table.schema.field("m").type) == "double"


def test_for_people_each_setting_is_one_row(sweep):
    rows = [
        {KEY: 1, "seed": seed, "n_hotspots": 1, "leakage.share": share, "error": ""}
        for seed, share in ((5, 0.2), (6, 0.4))
    ]
    assert readable(SweepResult(sweep, rows)) == [
        {KEY: 1, "n_hotspots": "1 [1, 1]", "leakage.share": "0.3 [-0.971, 1.57]"}
    ]


def test_a_finished_sweep_is_drawn_again(sweep, tmp_path):
    run_sweep(sweep, tmp_path / "out", Serial())
    drawn = save_sweep_figure(tmp_path / "again.png", tmp_path / "out")
    assert drawn.read_bytes() == (tmp_path / "out" / "sweep.png").read_bytes()
    with pytest.raises(DataError, match="not the folder of a finished sweep"):
        save_sweep_figure(tmp_path / "again.png", tmp_path)
