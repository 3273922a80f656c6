"""Scenario files: what is refused, in one sentence that says what to do, and what `--set` does."""

from pathlib import Path

import pytest

from poc.errors import ScenarioError
from poc.scenario import Scenario, load_scenario, scenario_from, value_from_text


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"fleet": {"n_hotspot": 3}}, "unknown key 'fleet.n_hotspot'; did you mean 'n_hotspots'?"),
        ({"sed": 1}, "unknown key 'sed'; did you mean 'seed'?"),
        ({"fleet": {"n_hotspots": -3}}, "fleet.n_hotspots is -3"),
        ({"fleet": {"n_hotspots": 2.5}}, "fleet.n_hotspots is 2.5"),
        ({"fleet": {"n_hotspots": True}}, "fleet.n_hotspots is True"),
        ({"fleet": {"outage_share": 1.5}}, "fleet.outage_share is 1.5"),
        ({"fleet": {"gains_dbi": []}}, "fleet.gains_dbi is []"),
        ({"time": {"n_epochs": 2, "warm_up_epochs": 2}}, "warm_up_epochs is 2, expected less than n_epochs = 2"),
        ({"reports": ["al"]}, "'all', 'selected' or 'link-statistics'"),
        ({"map": 3}, "map is 3"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_refuses_with_one_sentence(document, words):
    with pytest.raises(ScenarioError) as caught:
        scenario_from(document, "x.toml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_set_wins_over_the_file(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text("seed = 3\n[fleet]\nn_hotspots = 5\n[[attacks]]\nname = 'none'\nshare = 0.1\n")
    scenario = load_scenario(path, ["fleet.n_hotspots=9", "attacks.0.share=0.5", "profile.base=minimal"])
    assert (scenario.name, scenario.seed, scenario.fleet.n_hotspots) == ("mine", 3, 9)
    assert scenario.attacks[0]["share"] == 0.5
    assert scenario.profile.base == "minimal"


@pytest.mark.parametrize("setting", ["fleet.n_hotspots", "attacks.0.share=1", "seed.x=1"])
def test_set_that_fits_nowhere(tmp_path: Path, setting):
    path = tmp_path / "mine.toml"
    path.write_text("seed = 3\n")
    with pytest.raises(ScenarioError):
        load_scenario(path, [setting])


@pytest.mark.parametrize("content", [b"seed = ", b"\xff\xfe", b"[fleet\n"])
def test_a_file_that_is_not_toml(tmp_path: Path, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match="not valid TOML"):
        load_scenario(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "absent.toml")


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text("[map]\ncity = './here.npz'\n[fleet]\nplacement = { name = 'file', path = 'sites.csv' }\n")
    scenario = load_scenario(path)
    assert Path(scenario.map.city) == tmp_path / "here.npz"
    assert Path(scenario.fleet.placement["path"]) == tmp_path / "sites.csv"


def test_a_scenario_survives_json():
    scenario = Scenario()
    assert scenario_from(scenario.model_dump(mode="json"), "json") == scenario


def test_values_from_text():
    assert value_from_text("[1, 2]") == [1, 2]
    assert value_from_text('"1"') == "1"
    assert value_from_text("a b") == "a b"
