"""The command line as a user meets it: what it prints, where, and with which exit status."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = """
seed = 4
[fleet]
n_hotspots = 25
[time]
n_epochs = 2
warm_up_epochs = 1
[[attacks]]
name = "location-spoof"
share = 0.2
"""


def poc(*words, cwd, **more):
    command = [sys.executable, "-m", "cli.main", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False, **more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    (folder / "small.toml").write_text(SMALL)
    done = poc("run", "small.toml", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_run_prints_results_on_stdout_and_the_rest_on_stderr(folder):
    done = poc("run", "small.toml", "--out", "again", "--format", "json", cwd=folder)
    rows = json.loads(done.stdout)
    assert rows[0]["figure"] == "Hotspots"
    assert re.search(r"report: file://.*/again/report\.html", done.stderr)


def test_a_run_folder_holds_what_the_readme_says(folder):
    run = folder / "runs" / "small-4"
    assert {path.name for path in run.iterdir()} >= {
        "manifest.json", "metrics.json", "report.html", "hotspots.parquet", "truth.parquet", "beacons.parquet",
        "witness_reports.parquet", "beacon_verdicts.parquet", "witness_verdicts.parquet", "scores.parquet",
        "rewards.parquet",
    }  # fmt: skip
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["scenario"]["fleet"]["n_hotspots"] == 25
    assert manifest["inputs"]
    assert manifest["versions"]["numpy"]


def test_same_bytes_for_any_jobs(folder):
    poc("run", "small.toml", "--out", "jobs-2", "--jobs", "2", cwd=folder)
    first, second = folder / "runs" / "small-4", folder / "jobs-2"
    names = sorted(path.name for path in first.iterdir() if path.suffix == ".parquet" or path.name == "metrics.json")
    assert len(names) > 8
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


BAD_INPUT = [
    (["run", "small.toml", "--set", "fleet.n_hotspot=3"], "did you mean 'n_hotspots'?"),
    (["run", "small.toml", "--set", "fleet.n_hotspots=many"], "fleet.n_hotspots is 'many'"),
    (["run", "small.toml", "--set", "fleet.n_hotspots=-1"], "fleet.n_hotspots is -1"),
    (["run", "small.toml", "--set", 'radio.path_loss={name="log-distanse"}'], "did you mean 'log-distance'?"),
    (["run", "small.toml", "--set", 'radio.path_loss={name="log-distance", exponnent=3}'], "did you mean 'exponent'?"),
    (["run", "small.toml", "--set", 'radio.path_loss={name="cost231-hata"}'], "frequency"),
    (["run", "small.toml", "--set", 'map.city="lichtenstein"'], "liechtenstein"),
    (["run", "small.toml", "--profile", "helium"], "helium-iot"),
    (["run", "small.toml", "--profile", "helium-iot", "--set", "profile.limits.max_distance=3"], "did you mean"),
    (["run", "small.toml", "--set", 'detectors.also=["relocaton"]'], "did you mean 'relocation'?"),
    (["run", "small.toml", "--set", "fleet.region='EU999'"], "region"),
    (["run", "absent.toml"], "absent.toml"),
    (["run", "broken.toml"], "not valid TOML"),
    (["run", "cut-city.toml"], "cut.npz"),
    (["run", "foreign-city.toml"], "foreign.npz"),
    (["run", "bad-cell.toml"], "cell"),
    (["run", "coarse-cell.toml"], "resolution"),
    (["run", "off-earth.toml"], "latitude"),
    (["run", "small.toml"], "already there"),
    (["run", "small.toml", "--out", "small.toml/inside"], "could not be written"),
    (["run", "small.toml", "--out", "/proc/nowhere"], "could not be written"),
    (["rum"], "rum"),
    (["run", "small.toml", "--jobs", "0"], "--jobs"),
    (["explain", "runs/small-4", "1"], "1"),
    (["explain", "nowhere", "1"], "not a finished run"),
    (["plot", "runs/small-4", "mapp"], "did you mean 'map'?"),
    (["models", "show", "hatta"], "hatta"),
    (["profiles", "show", "helum-iot"], "helium-iot"),
    (["map", "show", "atlantis"], "atlantis"),
]


@pytest.fixture(scope="module")
def broken(folder):
    city = (ROOT / "data" / "cities" / "liechtenstein" / "city.npz").read_bytes()
    (folder / "cut.npz").write_bytes(city[: len(city) // 2])
    (folder / "foreign.npz").write_bytes(b"PK not a city")
    (folder / "broken.toml").write_text("seed = \n")
    for name in ("cut", "foreign"):
        (folder / f"{name}-city.toml").write_text(f"[map]\ncity = './{name}.npz'\n")
    sites = {
        "bad-cell": "hotspot,latitude_deg,longitude_deg,cell\n1,47.1,9.5,8c1f8a\n",
        "coarse-cell": "hotspot,latitude_deg,longitude_deg,cell\n1,47.14,9.52,841f8e7ffffffff\n",
        "off-earth": "hotspot,latitude_deg,longitude_deg\n1,97.1,9.5\n",
    }
    for name, text in sites.items():
        (folder / f"{name}.csv").write_text(text)
        placement = f"{{ name = 'file', path = './{name}.csv' }}"
        (folder / f"{name}.toml").write_text(f"[fleet]\nn_hotspots = 1\nplacement = {placement}\n")
    return folder


@pytest.mark.parametrize(("words", "expected"), BAD_INPUT, ids=lambda value: value if isinstance(value, str) else None)
def test_bad_input_is_one_sentence_and_exit_2(broken, words, expected):
    before = sorted(str(path) for path in broken.rglob("*"))
    done = poc(*words, cwd=broken)
    assert done.returncode == 2, done.stderr
    assert expected in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert sorted(str(path) for path in broken.rglob("*")) == before


def test_debug_shows_the_traceback(folder):
    done = poc("run", "absent.toml", "--debug", cwd=folder)
    assert "Traceback" in done.stderr
    assert done.returncode != 0


def test_interrupt_leaves_nothing(folder):
    command = [sys.executable, "-m", "cli.main", "run", "small.toml", "--out", "stopped", "--set", "time.n_epochs=400"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # a shell that starts a job in the background lets it ignore interrupts; here they count
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.time() + 60
    while not (folder / "stopped.partial").exists() and time.time() < deadline:
        time.sleep(0.05)
    said = ""
    while (
        not said and time.time() < deadline + 60
    ):  # an interrupt inside a library's callback is lost; one presses again
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            said = process.communicate(timeout=15)[1]
    assert "interrupted" in said
    assert process.returncode == 130
    assert not (folder / "stopped").exists()
    assert not (folder / "stopped.partial").exists()


def test_full_disk_leaves_no_run(folder):
    """A file size limit stands for the full disk: the write itself fails in the operating system."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        "sys.argv = ['poc', 'run', 'small.toml', '--out', 'full']; from cli.main import run; run()"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": "/nonexistent",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "could not be written" in done.stderr, done.stderr
    assert not (folder / "full").exists()


def test_every_figure_can_be_drawn(folder):
    kinds = poc("plot", "runs/small-4", "list", cwd=folder).stdout.split()
    assert len(kinds) >= 8
    done = poc("plot", "runs/small-4", kinds[0], "--out", "figure.svg", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "figure.svg").read_text().lstrip().startswith("<?xml")


def test_explain_reads_like_an_argument(folder):
    import pyarrow.parquet as pq

    hotspot = pq.read_table(folder / "runs" / "small-4" / "hotspots.parquet").column("hotspot")[0].as_py()
    done = poc("explain", "runs/small-4", hotspot, "--format", "table", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert str(hotspot) in done.stdout
    assert len(done.stdout.splitlines()) > 3


def test_new_writes_a_scenario_that_runs(folder):
    assert poc("new", "fresh.toml", cwd=folder).returncode == 0
    assert poc("new", "fresh.toml", cwd=folder).returncode == 2
    done = poc("run", "fresh.toml", "--set", "fleet.n_hotspots=5", "--no-report", cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words", [["map", "list"], ["models", "list"], ["profiles", "list"], ["profiles", "show", "guarded"]]
)
def test_lists(folder, words):
    rows = json.loads(poc(*words, cwd=folder).stdout)
    assert len(rows) >= 3
    assert poc(*words, "--format", "csv", cwd=folder).stdout.count("\n") >= len(rows)


def test_a_city_of_ones_own(folder):
    made = poc(
        "map", "synth", "mine.npz", "--kind", "valley", "--width-km", 4, "--height-km", 4, "--at", "47,9", cwd=folder
    )
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)[0]["terrain"] is True
    assert poc("map", "synth", "mine.npz", cwd=folder).returncode == 2
    assert poc("map", "synth", "other.npz", "--at", "here", cwd=folder).returncode == 2
    done = poc("run", "small.toml", "--set", "map.city=./mine.npz", "--out", "valley", "--no-report", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "valley" / "manifest.json").read_text())["inputs"]


MONACO = ROOT.parent / "shared" / "maps" / "monaco"


@pytest.mark.skipif(not MONACO.exists(), reason="the shared test maps are not here")
def test_a_real_extract_with_elevation_becomes_a_city(folder):
    files = [MONACO / "monaco.osm.gz", "monaco.npz", "--elevation", MONACO / "N43E007.hgt.zip"]
    made = poc("map", "import", *files, cwd=folder)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)[0]["terrain"] is True
    assert "OpenStreetMap" in made.stderr
