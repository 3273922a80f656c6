"""The fleet: honest hotspots, their troubles, and what a file of places brings along."""

import numpy as np
import pytest

from maps.city import load_city
from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells
from maps.placement import PLACEMENTS
from poc.errors import DataError
from poc.keys import Keys
from poc.running import run_in_memory
from poc.scenario import FleetSection, scenario_from
from poc.world.fleet import create_fleet, ids_from_text
from radio_models.lora.region_plans import REGION_PLANS

CITY = load_city("liechtenstein")


def _fleet(placement=None, plan="EU868", **section):
    placement = placement or PLACEMENTS["population"]()
    return create_fleet(FleetSection(**section), placement, CITY, REGION_PLANS[plan], Keys(1))


def test_a_smaller_fleet_is_the_beginning_of_a_larger_one():
    small, large = _fleet(n_hotspots=50), _fleet(n_hotspots=80)
    assert small[1].equals(large[1].take(np.arange(50)))
    assert small[0]["cell"].tolist() == large[0]["cell"][:50].tolist()


def test_honest_assertions_are_true_but_for_the_sloppy():
    hotspots, truth = _fleet(n_hotspots=2000, sloppy_share=0.1)
    lie_m = great_circle_m(*coordinates_from_cells(hotspots["cell"]), truth["latitude_deg"], truth["longitude_deg"])
    sloppy = truth["nuisance"] == "sloppy-assertion"
    assert 150 < sloppy.sum() < 250
    assert lie_m[~sloppy].max() < 12
    assert ((lie_m[sloppy] > 85) & (lie_m[sloppy] < 315)).all()


def test_troubles_show_in_the_radio():
    _, truth = _fleet(n_hotspots=3000, tower_share=0.1, poor_antenna_share=0.1)
    plain = truth["nuisance"] == ""
    assert truth["height_m"][truth["nuisance"] == "tower"].min() >= 30
    poor = truth["gain_dbi"][truth["nuisance"] == "poor-antenna"].mean()
    assert truth["gain_dbi"][plain].mean() - poor == pytest.approx(8.0, abs=1.5)  # 10 dB × the mean of |normal|


def test_slow_backhauls_are_slow():
    _, truth = _fleet(n_hotspots=1000, slow_backhaul_share=0.1)
    slow = truth["nuisance"] == "slow-backhaul"
    assert 60 < slow.sum() < 140
    assert truth["latency_s"][slow].min() >= 0.3
    assert np.median(truth["latency_s"][~slow]) < 0.02


def test_villages_are_few_together_where_nobody_lives():
    hotspots, truth = _fleet(n_hotspots=2000, village_share=0.02)
    village = truth["nuisance"] == "remote-village"
    assert 25 < village.sum() < 60
    place = truth["latitude_deg"], truth["longitude_deg"]
    apart_m = great_circle_m(place[0][:, None], place[1][:, None], place[0][village], place[1][village])
    assert 2 <= np.median((apart_m[village] < 2000).sum(axis=0)) <= 12
    around = (apart_m < 3000).sum(axis=0)
    rest = great_circle_m(place[0][:, None], place[1][:, None], place[0][~village], place[1][~village])
    assert np.median(around) < 0.2 * np.median((rest < 3000).sum(axis=0))
    lie_m = great_circle_m(*coordinates_from_cells(hotspots["cell"]), *place)
    assert lie_m[village].max() < 12


def test_villages_may_lie_beyond_the_map():
    _, truth = _fleet(n_hotspots=1000, village_share=0.02, village_km=30.0)
    village = truth["nuisance"] == "remote-village"
    far_m = great_circle_m(*CITY.centre, truth["latitude_deg"], truth["longitude_deg"])
    assert far_m[village].min() > far_m[~village].max() + 25_000


def test_a_repeater_makes_honest_victims():
    document = {"fleet": {"n_hotspots": 60, "repeater_share": 0.1}, "detectors": {"also": []}}
    loud = run_in_memory(scenario_from(document, "loud"))
    document["fleet"]["repeater_share"] = 0.0
    quiet = run_in_memory(scenario_from(document, "quiet"))
    assert (loud.table("truth")["nuisance"] == "beside-repeater").sum() > 2
    before, after = (set(run.table("witness_reports")["report"].tolist()) for run in (quiet, loud))
    assert before < after


def test_power_follows_the_region_plan_and_the_hardware():
    hotspots, truth = _fleet(n_hotspots=200)
    assert (truth["power_dbm"] == np.trunc(np.round(16.1 - hotspots["gain_dbi"], 6))).all()
    assert (_fleet(n_hotspots=20, plan="US915")[1]["power_dbm"] == 27).all()


def test_most_owners_hold_few():
    hotspots, _ = _fleet(n_hotspots=4000)
    _, held = np.unique(hotspots["owner"], return_counts=True)
    assert (held <= 3).mean() == pytest.approx(0.84, abs=0.03)


def test_a_file_brings_ids_cells_gains_and_heights(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("id,lat,lon,gain,height\n7,47.14,9.52,5.8,\nattic,47.15,9.52,,21\n")
    hotspots, truth = _fleet(PLACEMENTS["file"](path=str(path)), n_hotspots=2, mean_loss_db=0, bias_spread_db=0)
    assert hotspots["hotspot"][0] == 7
    assert hotspots["gain_dbi"][0] == 5.8
    assert truth["height_m"][1] == 21
    assert truth["height_m"][0] > 0


def test_ids_from_names():
    ids = ids_from_text(np.array(["3", "9007199254740993", "13zkAbc"]))
    assert ids[0] == 3
    assert (ids < 2**53).all()
    with pytest.raises(DataError, match="'b' stands in two rows"):
        ids_from_text(np.array(["a", "b", "b"]))
