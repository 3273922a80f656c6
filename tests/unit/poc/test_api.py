"""`import poc`: names that are looked up late, and results in the forms that people work with."""

import io
import subprocess
import sys

import pyarrow as pa
import pytest
from rich.console import Console

import poc
from poc.dataframes import pandas_from, units_of

SMALL = {
    "name": "small",
    "fleet": {"n_hotspots": 12},
    "map": {"synthetic": {"kind": "grid", "width_km": 4.0, "height_km": 4.0}},
    "attacks": [{"name": "location-spoof", "share": 0.2}],
}


@pytest.fixture(scope="module")
def run():
    return poc.run(SMALL, seed=3)


def test_import_poc_imports_nothing_heavy():
    code = "import sys, poc; print([n for n in ('numpy', 'pyarrow', 'numba', 'pydantic') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_every_name_is_there_and_an_unknown_one_is_not():
    assert all(getattr(poc, name) is not None for name in poc.__all__)
    assert set(poc.__all__) <= set(dir(poc))
    with pytest.raises(AttributeError, match="'runn'"):
        poc.runn  # noqa: B018


def test_a_scenario_is_a_dict_a_file_a_sample_or_a_scenario(tmp_path):
    (tmp_path / "small.toml").write_text("[fleet]\nn_hotspots = 0\n")
    runs = [
        poc.run({"fleet": {"n_hotspots": 0}}),
        poc.run(tmp_path / "small.toml"),
        poc.run(poc.Scenario(), set=["fleet.n_hotspots=0"]),
        poc.run("01-first-run", set={"fleet.n_hotspots": 0, "time.n_epochs": 1, "time.warm_up_epochs": 0}),
    ]
    assert [run.metrics["n_hotspots"] for run in runs] == [0, 0, 0, 0]
    assert [run.name for run in runs] == ["run", "small", "run", "01-first-run"]


def test_settings_win_over_the_scenario(run):
    assert (run.seed, run.profile) == (3, "helium-iot-2026")
    assert poc.run({"fleet": {"n_hotspots": 0}}, profile="minimal").profile == "minimal"


def test_a_run_in_memory_equals_the_same_run_in_a_folder(run, tmp_path):
    kept = poc.run(SMALL, seed=3, out=tmp_path / "kept")
    loaded = poc.load(tmp_path / "kept")
    assert run.metrics == kept.metrics == loaded.metrics
    assert run.tables == loaded.tables
    for name in run.tables:
        assert run.arrow(name).equals(loaded.arrow(name)), name
    assert (run.folder, loaded.folder) == (None, tmp_path / "kept")


def test_three_libraries_see_the_same_table(run):
    arrow, pandas, polars = run.arrow("rewards"), run.pandas("rewards"), run.polars("rewards")
    assert arrow.column_names == list(pandas.columns) == polars.columns
    amount = arrow["amount_bones"].to_pylist()
    assert pandas["amount_bones"].tolist() == polars["amount_bones"].to_list() == amount
    assert pandas["hotspot"].tolist() == polars["hotspot"].to_list()  # 64-bit ids survive
    assert pandas.attrs["units"] == units_of(arrow) == {"amount_bones": "bones", "shares": "1e-8"}


def test_an_epoch_of_a_table(run):
    assert run.arrow("beacons", epoch=0).num_rows == run.arrow("beacons").num_rows > 0
    assert run.arrow("beacons", epoch=1).num_rows == 0


def test_a_library_that_is_not_there_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(poc.DataError, match="pip install pandas"):
        pandas_from(pa.table({"n": [1]}))


@pytest.mark.parametrize(("act", "near"), [
    (lambda run: run.arrow("reward"), "rewards"), (lambda run: run.figure("mapp"), "map"),
])  # fmt: skip
def test_a_mistyped_name_is_answered_with_the_near_one(run, act, near):
    with pytest.raises(poc.DataError, match=f"did you mean '{near}'"):
        act(run)


def test_representations_name_the_run_and_its_numbers(run):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(run)
    for text in (run._repr_html_(), console.export_text()):
        assert "small, seed 3" in text
        assert "Hotspots" in text
        assert "12" in text
    assert repr(run) == "<run 'small', seed 3, helium-iot-2026: 12 hotspots, 1 epoch>"
    assert "<script" not in poc.run({**SMALL, "name": "<script>"}, set={"fleet.n_hotspots": 0})._repr_html_()


def test_words_and_figures(run, tmp_path):
    assert run.key_figures()["Hotspots"] == 12
    assert run.headline()
    drawing = run.figure("map")
    assert drawing._repr_png_().startswith(b"\x89PNG")
    assert drawing.save(tmp_path / "map.svg").read_text().startswith("<?xml")
    with pytest.raises(poc.DataError, match="not written as"):
        drawing.save(tmp_path / "map.jpg")
    assert run.save_report(tmp_path / "report.html").read_text().startswith("<!doctype html>")


def test_a_comparison(tmp_path):
    found = poc.compare(SMALL, ["helium-iot", "minimal"], seeds=2, out=tmp_path / "kept")
    picture = "![who wins and who loses](card.png)\n\n"
    kept = (tmp_path / "kept" / "card.md").read_text()
    assert picture in kept
    assert kept.replace(picture, "") == found.card() == found._repr_markdown_()
    assert repr(found) == "<comparison 'small': minimal against helium-iot, 2 worlds>"
    gini = found.pandas().set_index("figure").loc["rewards.gini"]
    assert gini["after"] - gini["before"] == pytest.approx(gini["difference"])
    assert found.polars().columns == found.arrow().column_names
    assert found.headline()
    with pytest.raises(poc.ScenarioError, match="seeds is 0"):
        poc.compare(SMALL, seeds=0)
