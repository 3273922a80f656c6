"""Worlds that break careless programs: on a pentagon, across the antimeridian, at a pole, tiny, empty, all denied."""

import numpy as np
import pytest

from poc.emulator import Emulation
from poc.explain import explain
from poc.reasons import Reason
from poc.report.explorer import write_explorer
from poc.report.figures import FIGURES
from poc.report.headline import headline
from poc.report.page import write_report
from poc.running import run_in_memory
from poc.scenario import scenario_from

PLACES = {
    "pentagon": (39.1, 122.3),
    "antimeridian": (-16.5, 180.0),
    "north pole": (89.95, 0.0),
    "south pole": (-89.97, 40.0),
    "equator": (0.0, 0.0),
}


def _scenario(city=None, **more):
    document = {"seed": 2, "fleet": {"n_hotspots": 40}, "time": {"n_epochs": 2, "warm_up_epochs": 1}, **more}
    return scenario_from({**document, **({"map": city} if city else {})}, "awkward")


def _synthetic(place, size_km=8.0):
    latitude_deg, longitude_deg = PLACES[place]
    return {
        "synthetic": {
            "kind": "radial", "width_km": size_km, "height_km": size_km, "latitude_deg": latitude_deg,
            "longitude_deg": longitude_deg, "region": "US915",
        }
    }  # fmt: skip


@pytest.mark.parametrize("profile", ["helium-iot", "guarded"])
@pytest.mark.parametrize("place", PLACES)
def test_everywhere_on_earth_hotspots_witness_each_other_and_are_paid(place, profile):
    attacks = [{"name": "location-spoof", "share": 0.1}, {"name": "attic-farm", "share": 0.1, "group_size": 2}]
    run = run_in_memory(_scenario(_synthetic(place), profile={"base": profile}, attacks=attacks))
    assert run.metrics["n_valid_witness_reports"] > 500
    assert run.tables["rewards"].num_rows > 10
    assert "nan" not in write_report(run).lower().split("<svg")[0]


@pytest.mark.parametrize("n_hotspots", [0, 1, 2])
@pytest.mark.parametrize("profile", ["helium-iot", "guarded", "minimal"])
def test_next_to_nobody(n_hotspots, profile):
    run = run_in_memory(_scenario(fleet={"n_hotspots": n_hotspots}, profile={"base": profile}))
    assert run.metrics["n_hotspots"] == n_hotspots
    assert headline(run)
    assert "<svg" in write_report(run)


def test_a_city_of_one_cell():
    run = run_in_memory(_scenario(_synthetic("equator", size_km=0.05), fleet={"n_hotspots": 5}))
    fired = run.tables["witness_verdicts"].column("fired").to_numpy()
    assert (fired >> int(Reason.gateway_no_valid_witnesses) & 1).all()  # nobody ever witnessed validly, being too near
    assert run.metrics["n_valid_witness_reports"] == 0


def test_an_unloaded_denylist_denies_everybody():
    run = run_in_memory(_scenario(detectors={"denylist": "unloaded"}))
    assert set(run.metrics["reasons"]["beacons"]) == {"denied"}
    assert run.tables["rewards"].num_rows == 0
    assert sum(run.manifest["unpaid_bones"].values()) > 0


def test_an_absent_denylist_denies_nobody():
    run = run_in_memory(_scenario(detectors={"denylist": "absent"}))
    assert "denied" not in run.metrics["reasons"]["beacons"]


def test_clocks_that_are_off_cost_schedules_and_nothing_else():
    steady, skewed = (
        run_in_memory(_scenario(fleet={"n_hotspots": 40, "clock_spread_s": spread}, detectors={"denylist": "absent"}))
        for spread in (0.0, 3600.0)
    )
    assert "irregular_interval" not in steady.metrics["reasons"]["beacons"]
    # segments by a clock an hour off do not match the server's buckets
    assert skewed.metrics["reasons"]["beacons"]["irregular_interval"] > 0


def test_slow_backhaul_is_too_late():
    run = run_in_memory(_scenario(fleet={"n_hotspots": 40, "latency_median_s": 3.0, "latency_spread": 1.0}))
    assert run.metrics["reasons"]["witness_reports"]["too_late"] > 0


def test_events_over_midnight_belong_to_the_beacon():
    """Epochs of 3 minutes cut beacons from the reports about them; nothing is lost or judged twice."""
    quiet = {
        "seed": 2,
        "fleet": {"n_hotspots": 100, "outage_share": 0.0, "latency_median_s": 2.0},
        "profile": {"base": "minimal"},
        "detectors": {"also": []},
    }
    cut, whole = (
        list(Emulation.of(scenario_from({**quiet, "time": time}, "midnight")).epochs())
        for time in ({"n_epochs": 120, "epoch_hours": 0.05}, {"n_epochs": 1, "epoch_hours": 6})
    )
    reports = np.sort(np.concatenate([epoch.tables["witness_verdicts"]["report"] for epoch in cut]))
    assert reports.tolist() == np.sort(whole[0].tables["witness_verdicts"]["report"]).tolist()
    over = [epoch.tables["witness_verdicts"]["received_ns"] >= epoch.span.end_ns for epoch in cut]
    assert sum(late.sum() for late in over) > 0


def test_a_cell_without_people_is_a_zero_budget():
    scenario = _scenario(profile={"base": "guarded", "limits": {"value_layer": "population"}})
    run = run_in_memory(scenario)
    assert run.manifest["profile"]["differences"] == {"limits.value_layer": "uniform -> population"}
    assert run.tables["rewards"].num_rows > 0


def test_everybody_lies():
    run = run_in_memory(_scenario(attacks=[{"name": "location-spoof", "share": 1.0}], profile={"base": "guarded"}))
    assert run.metrics["n_liars"] == 40
    assert headline(run)


def test_reasons_keep_helium_numbers_in_the_tables():
    run = run_in_memory(_scenario())
    numbers = set(run.tables["witness_verdicts"].column("reason").to_pylist())
    assert numbers <= {int(reason) for reason in Reason}


LITTLE = {
    "no attacker": {"attacks": []},
    "no witness": {"fleet": {"n_hotspots": 4, "mean_loss_db": 200.0}},
    "one hotspot": {"fleet": {"n_hotspots": 1}},
    "no hotspot": {"fleet": {"n_hotspots": 0}},
    "no detector": {"profile": {"base": "minimal"}},
    "one epoch": {"time": {"n_epochs": 1, "warm_up_epochs": 0}},
    "link statistics alone": {"reports": ["link-statistics"]},
}  # fmt: skip


@pytest.mark.parametrize("case", LITTLE)
def test_worlds_with_little_in_them_are_drawn_told_and_explained(case):
    attacks = [{"name": "location-spoof", "share": 0.25}]
    run = run_in_memory(_scenario(**{"fleet": {"n_hotspots": 12}, "attacks": attacks, **LITTLE[case]}))
    for kind, draw in FIGURES.items():
        texts = draw(run).findobj(lambda artist: hasattr(artist, "get_text"))
        assert any("scenario" in text.get_text() for text in texts), kind
    assert "<canvas" in write_explorer(run)
    for hotspot in run.tables["hotspots"].column("hotspot").to_pylist()[:1]:
        story = explain(run, hotspot)
        assert str(hotspot) in story.text(100)
        assert "nan" not in story.text().lower().split()
