"""Every example that a command shows in its help runs, one after the other in one folder with the files they name."""

import contextlib
import gzip
import re
import shlex
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from cli.commands import help_and_examples
from maps.grid import coordinates_from_cells
from tests.e2e.test_cli_manners import COMMANDS, poc
from tests.unit.poc.test_calibration import columns_of, drive_test

#: Shown at their real size, run with fewer seeds, hotspots and days here; `--jobs` never changes a result.
SMALLER = {
    "--seeds 3": "--seeds 1", " --jobs 2": "", "--honest 1000": "--honest 100",
    " 01-first-run": " small/01-first-run.toml", " 02-fraud": " small/02-fraud.toml",
}  # fmt: skip
HOTSPOTS_OF_SMALL, DAYS_OF_SMALL = 30, 2
#: `poc demo` and `poc sweep density` run in the tests of the README, a sweep on a cluster in those of experiments.
RUN_ELSEWHERE = ("poc demo", "poc sweep ")
ROOT = Path(__file__).parents[2]
MONACO = Path("/work/shared/maps/monaco")


def _examples():
    for name, command in COMMANDS.items():
        _, examples = help_and_examples(command.callback)
        for line in examples.split("\n\n")[1:]:
            if not line.startswith(RUN_ELSEWHERE):
                yield pytest.param(name, " ".join(line.split()), id=name.replace(" ", "-"))


def _ran(line):
    status, out, err = poc(*shlex.split(line)[1:])
    assert status == 0, f"{line}\n{out}{err}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files of a user who has run a first world, exported it and has measurements of their own."""
    folder = tmp_path_factory.mktemp("examples")
    with contextlib.chdir(folder):
        _write_small_scenarios()
        for line in (
            "poc new my.toml --quiet", "poc run small/01-first-run.toml --no-report --quiet",
            "poc export runs/01-first-run-1 --as csv --out tables --quiet",
            "poc export runs/01-first-run-1 --as oracle --out oracle_files --quiet",
            "poc fraud worlds training --cell lone-2km/median-13/sigma-8 --honest 100 --n-worlds 1 --quiet",
        ):  # fmt: skip
            _ran(line)
        for profile in ("helium-iot", "guarded"):
            shutil.copytree("runs/01-first-run-1", f"runs/demo/{profile}")
        Path("small.toml").write_text('scenario = "my.toml"\nseeds = 1\n[grid]\n"fleet.n_hotspots" = [6, 12]\n')
        _ran("poc sweep small.toml --out runs/density-1 --quiet")
        _copy_tables()
        _write_an_entry("lone-2km.median-13.sigma-8/world-1")
    return folder


def _write_small_scenarios():
    Path("small").mkdir()
    for name in ("01-first-run", "02-fraud"):
        text = (ROOT / "data" / "scenarios" / f"{name}.toml").read_text()
        text = re.sub(r"^n_hotspots = \d+", f"n_hotspots = {HOTSPOTS_OF_SMALL}", text, flags=re.MULTILINE)
        text = re.sub(r"^n_epochs = \d+", f"n_epochs = {DAYS_OF_SMALL}", text, flags=re.MULTILINE)
        Path("small", f"{name}.toml").write_text(
            re.sub(r"^warm_up_epochs = \d+", "warm_up_epochs = 1", text, flags=re.MULTILINE)
        )


def _copy_tables():
    for table, *names in (
        ("hotspots", "hotspots.csv", "h.csv"), ("beacons", "b.csv"), ("witnesses", "witnesses.csv", "w.csv")
    ):  # fmt: skip
        for name in names:
            shutil.copy(Path("tables") / f"{table}.csv", name)
    hotspots = pq.read_table("runs/01-first-run-1/hotspots.parquet", columns=["hotspot", "cell"])
    places = zip(hotspots["hotspot"], *coordinates_from_cells(hotspots["cell"].to_numpy()), strict=True)
    lines = [f"{hotspot},{latitude_deg},{longitude_deg}" for hotspot, latitude_deg, longitude_deg in places]
    Path("gateways.csv").write_text("\n".join(["hotspot,lat_y,longitude", *lines]) + "\n")
    pyarrow.csv.write_csv(pa.table(columns_of(drive_test(n=400))), "drive-test.csv")
    for path in sorted(Path("oracle_files").glob("*.gz")):  # the files of a kind, joined under the name in the help
        kind = path.name.split(".")[0]
        with gzip.open(f"{kind}.1677163710000.gz", "ab") as joined:
            joined.write(gzip.decompress(path.read_bytes()))


def _write_an_entry(world):
    hotspots = pq.read_table(f"spoof-bench/worlds/{world}/hotspots.parquet", columns=["hotspot"])
    Path("mine", world).mkdir(parents=True)
    entry = hotspots.append_column("probability", pa.array([0.1] * len(hotspots)))
    pq.write_table(entry, Path("mine", world, "scores.parquet"))


@pytest.mark.parametrize(("name", "line"), list(_examples()))
def test_an_example_runs(name, line, folder, monkeypatch):
    monkeypatch.chdir(folder)
    if "monaco" in line:
        if not MONACO.exists():
            pytest.skip(f"needs the extract of Monaco in {MONACO}")
        for path in MONACO.glob("*.*z*"):
            shutil.copy(path, folder)
    for shown, run in SMALLER.items():
        line = line.replace(shown, run)
    if "1234567890" in line:
        line = line.replace("1234567890", str(pq.read_table("runs/01-first-run-1/hotspots.parquet")["hotspot"][0]))
    again = {option for parameter in COMMANDS[name].params for option in parameter.opts} & {"--force"}
    for one in line.split("&&"):
        _ran(" ".join([one.strip(), *again]))


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_what_an_export_advises_runs(form, folder, monkeypatch):
    monkeypatch.chdir(folder)
    _, _, said = poc("export", "runs/01-first-run-1", "--as", form, "--force")
    (advice,) = [line for line in said.splitlines() if line.startswith("judge it again: ")]
    _ran(f"{advice.removeprefix('judge it again: ')} --force")
    assert {row["status"] for row in pq.read_table("judged/verdicts.parquet", columns=["status"]).to_pylist()} >= {
        "valid"
    }
