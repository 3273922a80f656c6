"""Sweep, compare and fraud as a user meets them: equal bytes everywhere, resume after a kill, short errors."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from poc.experiments.executors import executor_of
from poc.experiments.sweep import run_sweep
from poc.experiments.sweep_file import load_sweep

ROOT = Path(__file__).parents[2]
WORLD = """
seed = 5
[fleet]
n_hotspots = 24
[profile]
base = "minimal"
[detectors]
also = []
[[attacks]]
name = "location-spoof"
share = 0.25
"""
SWEEP = """
scenario = "world.toml"
metrics = ["leakage.share", "witness_graph.clustering_mean"]
[grid]
fleet.n_hotspots = [20, 30]
attacks.0.share = [0.1, 0.3]
"""
LONG = """
scenario = "world.toml"
seeds = 16
metrics = ["leakage.share"]
[grid]
fleet.n_hotspots = [24]
"""
FILES = ("sweep.parquet", "sweep.csv", "sweep.json", "sweep.png", "sweep.svg")


def command(*words):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160", "NO_COLOR": "1"}
    return [sys.executable, "-m", "cli.main", *map(str, words)], environment


def poc(*words, cwd):
    line, environment = command(*words)
    return subprocess.run(line, capture_output=True, text=True, cwd=cwd, env=environment, check=False, timeout=120)


@pytest.fixture
def folder(tmp_path):
    for name, text in (("world", WORLD), ("sweep", SWEEP), ("long", LONG)):
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def scheduler():
    """The address of a Dask scheduler with two worker processes on loopback."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_serial_processes_and_a_dask_cluster_write_the_same_bytes(folder, scheduler):
    sweep = load_sweep(folder / "sweep.toml")
    executors = {"serial": executor_of(), "two": executor_of(jobs=2), "dask": executor_of(scheduler=scheduler)}
    written = {}
    for name, executor in executors.items():
        assert run_sweep(sweep, folder / name, executor).n_failed == 0
        written[name] = [(folder / name / file).read_bytes() for file in FILES]
    assert written["two"] == written["dask"] == written["serial"]


def _stopped(folder, signal_number):
    """A long sweep that was sent a signal once its first runs were finished."""
    line, environment = command("sweep", "long.toml", "--out", "out")
    process = subprocess.Popen(
        line, cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    shards = folder / "out.partial" / "shards"
    until = time.monotonic() + 60
    while not any(shards.glob("*.json")) and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal_number)
    _, said = process.communicate(timeout=60)
    kept = {path.name: path.stat().st_mtime_ns for path in shards.glob("*.json")}
    assert not (folder / "out").exists()
    assert 0 < len(kept) < 16
    return process.returncode, said, kept


def test_a_killed_sweep_goes_on_where_it_stopped_and_ends_with_the_same_bytes(folder):
    status, _, kept = _stopped(folder, signal.SIGKILL)
    assert status == -signal.SIGKILL
    again = poc("sweep", "long.toml", "--out", "out", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert f"going on from {len(kept)} runs" in again.stderr
    assert not (folder / "out.partial").exists()
    run_sweep(load_sweep(folder / "long.toml"), folder / "whole", executor_of())
    for name in FILES:
        assert (folder / "out" / name).read_bytes() == (folder / "whole" / name).read_bytes()


def test_ctrl_c_keeps_what_is_finished_and_says_so(folder):
    status, said, kept = _stopped(folder, signal.SIGINT)
    assert status == 130
    assert f"{len(kept)} of 16 runs are kept" in said
    assert "Traceback" not in said


def test_a_failing_point_is_recorded_the_rest_is_there_and_the_status_is_one(folder):
    (folder / "corner.toml").write_text(
        'scenario = "world.toml"\nmetrics = ["n_hotspots"]\n'
        "[grid]\ntime.n_epochs = [1, 2]\ntime.warm_up_epochs = [0, 1]\n"
    )
    done = poc("sweep", "corner.toml", "--out", "out", "--format", "json", "--jobs", "2", cwd=folder)
    assert done.returncode == 1
    assert "1 of 4 runs failed" in done.stderr
    rows = list(csv.DictReader((folder / "out" / "sweep.csv").open()))
    assert [row["n_hotspots"] for row in rows] == ["24", "", "24", "24"]
    assert "warm_up_epochs is 1" in rows[1]["error"]
    assert len(json.loads(done.stdout)) == 4


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sweep", "typo.toml"], "did you mean 'n_hotspots'"),
        (["sweep", "sweep.toml", "--executor", "dusk"], "did you mean 'dask'"),
        (["compare", "world.toml", "--profile", "minimal"], "at least two different ones"),
        (["fraud", "run", "world.toml", "--detector", "relocaton"], "did you mean 'relocation'"),
        (["fraud", "run", "world.toml", "--set", "fleet.n_hotspots=-1"], "fleet.n_hotspots is -1"),
    ],
)
def test_bad_input_is_one_sentence_with_status_two_and_nothing_is_written(folder, words, sentence):
    (folder / "typo.toml").write_text('scenario = "world.toml"\n[grid]\nfleet.n_hotspot = [5]\n')
    before = sorted(folder.rglob("*"))
    done = poc(*words, cwd=folder)
    assert done.returncode == 2
    assert sentence in done.stderr and done.stderr.count("error:") == 1 and "Traceback" not in done.stderr
    assert done.stdout == ""
    assert sorted(folder.rglob("*")) == before


def test_compare_prints_rows_writes_a_card_and_does_not_overwrite(folder):
    words = ["compare", "world.toml", "--profile", "minimal", "--profile", "guarded", "--out", "out", "--format", "csv"]
    done = poc(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    rows = {row["figure"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert float(rows["n_valid_witness_reports"]["before"]) > 0
    assert "pay, honest" in rows
    assert "same reports to the byte" in done.stderr
    assert (folder / "out" / "card.md").read_text().startswith("# guarded against minimal")
    again = poc(*words, cwd=folder)
    assert again.returncode == 2 and "add --force" in again.stderr
    assert poc(*words, "--force", "--quiet", cwd=folder).returncode == 0


def test_the_sample_of_fraud_run_prints_a_table_for_people(folder):
    sample = ROOT / "data" / "scenarios" / "02-fraud.toml"
    small = [
        "--seeds",
        "2",
        "--set",
        "fleet.n_hotspots=20",
        "--set",
        "time.n_epochs=1",
        "--set",
        "time.warm_up_epochs=0",
    ]
    done = poc("fraud", "run", sample, "--format", "table", *small, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "found at 1 % accused" in done.stdout and "attic-farm#2" in done.stdout
    assert "6 runs, seeds 1, 2" in done.stderr
    assert (folder / "runs" / "02-fraud-fraud-1" / "roc.svg").exists()


def test_the_sample_sweep_can_be_run():
    sweep = load_sweep(ROOT / "data" / "sweeps" / "density.toml")
    assert sweep.n_runs == len(sweep.points) == 18
