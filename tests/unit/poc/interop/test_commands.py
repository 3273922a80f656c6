"""`poc verify` and `poc export` as typed, with what they print."""

import json

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from cli.commands.export import export
from cli.commands.verify import verify
from poc.errors import DataError, ScenarioError
from tests.unit.poc.interop.conftest import write

app = typer.Typer()
app.command("verify")(verify)
app.command("export")(export)


def poc(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def files(pair, tmp_path):
    paths = [write(tmp_path / f"{name}.csv", rows) for name, rows in zip("hbw", pair, strict=True)]
    return ["--hotspots", paths[0], "--beacons", paths[1], "--witnesses", paths[2]]


def test_verify_prints_verdicts_and_counts(files, tmp_path):
    (tmp_path / "w.csv").open("a").write("b9,bob,1,nan,1,1\n")
    done = poc("verify", *files, "--out", tmp_path / "out", "--emission-bones", 1000, "--format", "json")
    assert done.exit_code == 0
    assert {"kind": "witness", "reason": "reason_none", "n": 2} in json.loads(done.stdout)
    assert "witnesses: 4 received, 1 rejected; 1 rssi_dbm is no number" in done.stderr
    assert "no denylist was given" in done.stderr
    assert len(pq.read_table(tmp_path / "out" / "verdicts.parquet")) == 6
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["inputs"]["beacons"]["sha256"]


def test_verify_with_another_profile_and_again_by_force(files, tmp_path):
    poc("verify", *files, "--out", tmp_path / "out", "--profile", "minimal")
    assert poc("verify", *files, "--out", tmp_path / "out", "--profile", "minimal", "--force").exit_code == 0
    assert set(pq.read_table(tmp_path / "out" / "verdicts.parquet")["reason"].to_pylist()) == {"reason_none"}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        (["--profile", "helium"], ScenarioError),
        (["--price", "3"], ScenarioError),
        (["--denylist", "none.csv"], DataError),
    ],
)
def test_bad_arguments_are_one_sentence(files, tmp_path, more, error):
    with pytest.raises(error) as caught:
        poc("verify", *files, "--out", tmp_path / "out", *more)
    assert "\n" not in str(caught.value) and not (tmp_path / "out").exists()


def test_export_needs_a_run(tmp_path):
    with pytest.raises(DataError):
        poc("export", tmp_path / "none", "--as", "csv")
