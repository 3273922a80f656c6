"""Terrain in a run: ITM over the Tennessee ridges changes who hears whom, and is refused where there is no terrain."""

import numpy as np
import pytest

from poc.errors import ScenarioError
from poc.running import run_in_memory
from poc.scenario import scenario_from


def _run(model, jobs=1):
    document = {
        "map": {"city": "tennessee-ridges"},
        "fleet": {"n_hotspots": 60},
        "detectors": {"also": []},
        "profile": {"base": "minimal"},
        "radio": {"path_loss": {"name": model}},
    }
    return run_in_memory(scenario_from(document, model), jobs)


def _links(run):
    verdicts = run.tables["witness_verdicts"]
    return set(zip(verdicts.column("beaconer").to_pylist(), verdicts.column("witness").to_pylist(), strict=True))


def test_ridges_change_who_hears_whom_the_same_for_any_jobs():
    flat, rough = _run("log-distance"), _run("itm")
    assert len(_links(rough)) > 100
    assert len(_links(rough) ^ _links(flat)) > 0.3 * len(_links(flat))
    assert np.isfinite(rough.tables["witness_reports"].column("rssi_dbm").to_numpy()).all()
    assert _run("itm", jobs=2).tables["witness_reports"].equals(rough.tables["witness_reports"])


@pytest.mark.parametrize("model", ["itm", "p1812"])
def test_a_terrain_model_wants_terrain(model):
    with pytest.raises(ScenarioError, match="liechtenstein' has none"):
        run_in_memory(scenario_from({"radio": {"path_loss": {"name": model}}}, "flat"))
