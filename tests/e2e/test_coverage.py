"""`coverage`, `calibrate` and `map profile` as a user meets them."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
import typer
from typer.testing import CliRunner

from cli.commands import calibrate, coverage, map_profile
from poc.errors import PocError

app = typer.Typer()
for name, command in (
    ("coverage", coverage.coverage), ("calibrate", calibrate.calibrate), ("profile", map_profile.profile)
):  # fmt: skip
    app.command(name, context_settings={"ignore_unknown_options": True})(command)


def poc(*words):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_coverage_of_a_site_in_files_and_figures(tmp_path):
    pytest.importorskip("rasterio")
    (tmp_path / "fleet.csv").write_text("id,lat,lon\neast,36.59,-84.20\n")
    done = poc(
        "coverage", "--at", "36.59,-84.25", "--height-m", 12, "--frequency-mhz", 915, "--radius-km", 4, "--model",
        "itm,log-distance", "--fleet", tmp_path / "fleet.csv", "--out", tmp_path / "site", "--format", "json",
    )  # fmt: skip
    rows = json.loads(done.stdout)
    assert [row.get("model") or row["site"] for row in rows] == ["itm", "log-distance", "site", "east"]
    files = {path.name for path in (tmp_path / "site").iterdir()}
    assert files == {"itm.tif", "log-distance.tif", "coverage.png", "best-server.png"}


def test_a_profile_that_there_is_not_leaves_no_folder(tmp_path):
    words = ["coverage", "--at", "47.14,9.52", "--city", "liechtenstein", "--radius-km", "2", "--model", "log-distance"]
    done = CliRunner().invoke(app, [*words, "--profile", "nobody", "--out", str(tmp_path / "site")])
    assert isinstance(done.exception, PocError)
    assert not (tmp_path / "site").exists()


def test_profile_of_a_link_west_of_greenwich_and_south_of_the_equator(tmp_path):
    done = poc("profile", "tennessee-ridges", "36.60,-84.30,12", "36.55,-84.20,2", "--format", "json", "--out",
               tmp_path / "link.svg")  # fmt: skip
    assert {row["model"] for row in json.loads(done.stdout)} >= {"itm", "p1812", "free-space"}
    assert (tmp_path / "link.svg").read_text().startswith("<?xml")
    done = poc("profile", "liechtenstein", "-33.9,18.4", "-33.8,18.5", "--format", "json")
    assert json.loads(done.stdout)[0]["loss_db"] > 100.0


def test_calibrate_prints_parameters_models_and_pictures(tmp_path):
    rng = np.random.default_rng(1)
    latitude = 47.0 + rng.uniform(0.001, 0.06, 800)
    level_dbm = 16.0 - 130.0 - 32.0 * np.log10((latitude - 47.0) * 111.19) + rng.normal(0.0, 8.0, 800)
    columns = {
        "tx_lat": latitude, "tx_lon": np.full(800, 9.0), "rx_lat": np.full(800, 47.0), "rx_lon": np.full(800, 9.0),
        "rssi": pa.array(np.where(level_dbm > -124.5, level_dbm, np.nan), from_pandas=True), "sf": np.full(800, 7),
    }  # fmt: skip
    pyarrow.csv.write_csv(pa.table(columns), tmp_path / "drive.csv")
    done = poc("calibrate", tmp_path / "drive.csv", "--out", tmp_path / "fit", "--format", "json")
    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert rows["exponent"]["low"] < 3.2 < rows["exponent"]["high"]
    assert "RMSE of free-space [dB]" in rows
    assert {path.name for path in (tmp_path / "fit").iterdir()} == {"residuals.png", "map.png"}
