"""What would settle a case: information that is information, actions in order, nothing where nothing is in doubt."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from poc.errors import DataError
from poc.running import run_to_folder
from poc.scenario import scenario_from
from poc.settling import Costs, _bits_of_coins, _bits_of_levels, settle_run
from poc.store import load_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    scenario = scenario_from(
        {
            "seed": 5,
            "map": {"synthetic": {"kind": "grid", "width_km": 12.0, "height_km": 12.0, "resolution": 8}},
            "fleet": {"n_hotspots": 60, "region": "EU868", "placement": {"name": "uniform"}},
            "profile": {"base": "minimal"},
            "detectors": {"also": ["relocation"]},
            "attacks": [{"name": "location-spoof", "share": 0.1, "min_km": 4.0, "max_km": 5.0}],
        },
        "a test",
    )
    folder = tmp_path_factory.mktemp("settle") / "run"
    run_to_folder(scenario, folder)
    return folder


def test_information_is_nothing_for_equal_outcomes_and_at_most_the_doubt():
    levels = _bits_of_levels(0.5, np.array([-80.0, -80.0]), np.array([-80.0, -180.0]), 8.0)
    assert levels[0] == pytest.approx(0.0, abs=1e-9) and levels[1] == pytest.approx(1.0, abs=1e-3)
    doubt = -0.1 * np.log2(0.1) - 0.9 * np.log2(0.9)
    assert _bits_of_coins(0.1, np.array([0.0]), np.array([1.0]))[0] == pytest.approx(doubt)


def test_actions_come_best_first_and_cost_matters(run):
    loaded = load_run(run)
    scores = loaded.tables["scores"]
    worst = int(np.argmax(np.asarray(scores.column("log_likelihood_ratio"))))
    hotspot = scores.column("hotspot")[worst].as_py()
    actions = settle_run(loaded, hotspot)
    assert actions and all(action["bits"] >= 0.0 and action["cost"] > 0.0 for action in actions)
    order = [action["bits_per_cost"] for action in actions]
    assert order == sorted(order, reverse=True)
    assert {action["action"] for action in actions} & {"drive-test point"} or "beacons" in actions[0]["action"]
    assert Costs().n_beacons == 4


def test_a_hotspot_that_is_not_there_is_said(run):
    with pytest.raises(DataError, match="no asserted place or no score"):
        settle_run(load_run(run), 1)


def test_the_command(run):
    scores = load_run(run).tables["scores"]
    hotspot = scores.column("hotspot")[int(np.argmax(np.asarray(scores.column("log_likelihood_ratio"))))].as_py()
    done = CliRunner().invoke(app, ["explain", str(run), str(hotspot), "--settle", "--format", "csv"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0].startswith("action,latitude_deg")
