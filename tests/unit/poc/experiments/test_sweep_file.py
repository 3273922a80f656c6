"""What a sweep file may say, and what is refused before anything runs."""

import pytest

from poc.errors import ScenarioError
from poc.experiments.sweep_file import load_sweep

SCENARIO = """
seed = 5
[time]
n_epochs = 1
[fleet]
n_hotspots = 20
[profile]
base = "minimal"
[detectors]
also = []
"""


@pytest.fixture
def sweep_file(tmp_path):
    (tmp_path / "tiny.toml").write_text(SCENARIO)

    def write(text, head='scenario = "tiny.toml"'):
        path = tmp_path / "sweep.toml"
        path.write_text(f"{head}\n{text}")
        return path

    return write


def test_the_grid_is_crossed_with_the_same_seeds_everywhere(sweep_file):
    sweep = load_sweep(sweep_file('seeds = 2\n[grid]\n"fleet.n_hotspots" = [5, 6]\nprofile.base = ["minimal"]'))
    assert sweep.keys == ("fleet.n_hotspots", "profile.base")
    assert [(point.values["fleet.n_hotspots"], point.seed) for point in sweep.points] == [
        (5, 5),
        (5, 6),
        (6, 5),
        (6, 6),
    ]
    assert [(point.scenario.fleet.n_hotspots, point.scenario.seed) for point in sweep.points] == [
        (5, 5),
        (5, 6),
        (6, 5),
        (6, 6),
    ]


def test_seeds_are_a_list_or_counted_up_from_the_one_asked_for(sweep_file):
    path = sweep_file("seeds = [9, 3]\n[grid]\nfleet.n_hotspots = [5]")
    assert load_sweep(path).seeds == (9, 3)
    assert load_sweep(path, seed=40).seeds == (40, 41)


def test_settings_change_every_point(sweep_file):
    path = sweep_file("[set]\nfleet.tower_share = 0.5\n[grid]\nfleet.n_hotspots = [5]")
    scenario = load_sweep(path, ["fleet.outage_share=0.0"]).points[0].scenario
    assert (scenario.fleet.tower_share, scenario.fleet.outage_share) == (0.5, 0.0)


def test_entries_of_lists_and_whole_tables_can_be_swept(sweep_file):
    text = """
[set]
attacks = [{ name = "location-spoof", share = 0.1 }]
[grid]
attacks.0.share = [0.0, 0.2]
fleet.placement = [{ name = "population" }, { name = "uniform" }]
"""
    points = load_sweep(sweep_file(text)).points
    assert [point.scenario.attacks[0]["share"] for point in points] == [0.0, 0.0, 0.2, 0.2]
    assert [point.scenario.fleet.placement["name"] for point in points] == ["population", "uniform"] * 2


def test_a_combination_that_cannot_run_is_kept_with_its_refusal(sweep_file):
    sweep = load_sweep(sweep_file("[grid]\ntime.n_epochs = [1, 3]\ntime.warm_up_epochs = [0, 2]"))
    refused = [point for point in sweep.points if point.scenario is None]
    assert [dict(point.values) for point in refused] == [{"time.n_epochs": 1, "time.warm_up_epochs": 2}]
    assert "warm_up_epochs is 2" in refused[0].refusal
    assert sweep.n_runs == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[grid]", "the grid is empty"),
        ("[grid]\nfleet.n_hotspots = []", "expected a list with at least one value"),
        ("[grid]\nfleet.n_hotspots = 5", "expected a list with at least one value"),
        ("[grid]\nfleet.n_hotspots = [5, 5]", "has one value twice"),
        ("[grid]\nfleet.n_hotspot = [5]", "did you mean 'n_hotspots'"),
        ("[grid]\nradio.path_loss.exponnent = [3.0]", "radio.path_loss"),
        ('[grid]\nprofile.base = ["minimal", "minimel"]', "did you mean 'minimal'"),
        ("[grid]\nfleet.n_hotspots = [5, -5]", "fleet.n_hotspots is -5"),
        ("[grid]\nseed = [1, 2]", "write seeds ="),
        ("[set]\nfleet.n_hotspots = 5\n[grid]\nfleet.n_hotspots = [5]", "both set and swept"),
        ("seeds = [1, 1]\n[grid]\nfleet.n_hotspots = [5]", "one seed twice"),
        ("seeds = 0\n[grid]\nfleet.n_hotspots = [5]", "seeds"),
        ("sedes = 2\n[grid]\nfleet.n_hotspots = [5]", "did you mean 'seeds'"),
        ("[grid]\nfleet.n_hotspots = [5]\n[executor]\njob = 2", "did you mean 'jobs'"),
        ('metrics = ["leakage.shares"]\n[grid]\nfleet.n_hotspots = [5]', "did you mean 'leakage.share'"),
        ("[grid", "not valid TOML"),
    ],
)
def test_what_cannot_be_a_sweep_is_one_sentence(sweep_file, text, sentence):
    with pytest.raises(ScenarioError) as caught:
        load_sweep(sweep_file(text))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_not_there_are_named(sweep_file, tmp_path):
    with pytest.raises(ScenarioError, match=r"sweep 'missing\.toml'|missing\.toml' cannot be read"):
        load_sweep(tmp_path / "missing.toml")
    with pytest.raises(ScenarioError, match=r"other\.toml' cannot be read"):
        load_sweep(sweep_file("[grid]\nfleet.n_hotspots = [5]", head='scenario = "other.toml"'))
    with pytest.raises(ScenarioError, match="'scenario' is missing"):
        load_sweep(sweep_file("[grid]\nfleet.n_hotspots = [5]", head=""))
