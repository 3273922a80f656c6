"""Attackers who learn go where their friends are paid, and no further than their money reaches."""

from dataclasses import replace

import numpy as np
import pytest

from poc.emulator import Emulation
from poc.errors import ScenarioError
from poc.keys import Keys
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.schema import HOTSPOTS, MOVES, REWARDS, SCORES, TRUTH
from poc.world.actors.adaptive import Adaptive

IDS = np.arange(10, 18, dtype=np.uint64)


def _own(label, past=None):
    hotspots = HOTSPOTS.table(hotspot=IDS, owner=0, cell=0, gain_dbi=1.2, elevation_m=5.0, region=1, full=True)
    truth = TRUTH.table(
        hotspot=IDS, latitude_deg=0.0, longitude_deg=0.0, height_m=5.0, gain_dbi=1.2, power_dbm=14.0, rssi_bias_db=0.0,
        latency_s=0.05, clock_offset_s=0.0, outage_share=0.0, attack=label, nuisance=np.full(8, ""), group=0,
    )  # fmt: skip
    return {"hotspots": hotspots, "truth": truth, "moves": MOVES.empty() if past is None else past}


def _public(paid, suspects=()):
    """Two honest hotspots get 100 each; `paid` is what the own ones get."""
    everybody = np.append(IDS, [90, 91]).astype(np.uint64)
    rewards = REWARDS.table(
        epoch=0, pool=np.full(10, "coverage"), hotspot=everybody, shares=0, amount_bones=[*paid, 100, 100]
    )
    suspects = np.asarray(suspects, np.uint64)
    n = len(suspects)
    scores = SCORES.table(
        detector=np.full(n, "relocation"), hotspot=suspects, probability=np.ones(n), log_likelihood_ratio=np.ones(n),
        verdict=np.full(n, "suspect"), estimated_latitude_deg=np.zeros(n), estimated_longitude_deg=np.zeros(n),
        credible_radius_m=np.zeros(n), family=np.full(n, ""), evidence=np.full(n, ""),
    )  # fmt: skip
    return {"rewards": rewards, "scores": scores}


def test_the_unpaid_go_where_their_friends_are_paid():
    label = np.array(["a"] * 4 + ["b"] * 2 + ["c"] * 2)
    actor = Adaptive(tactics=("b", "c"), rekey=False)
    moves = actor.act(_public([0] * 4 + [90, 80] + [30, 30]), _own(label), Keys(1))
    assert sorted(moves.enlist["b"].tolist()) == [10, 11, 12, 13, 16, 17]
    assert set(moves.enlist) == {"b"}
    assert len(moves.rekey[0]) == 0
    assert moves.spent["hardware"].tolist() == IDS.tolist()


def test_the_content_stay_and_the_listed_go():
    label = np.array(["a"] * 8)
    actor = Adaptive(tactics=("b",), rekey=False)
    assert not actor.act(_public([80] * 8), _own(label), Keys(1)).enlist
    moves = actor.act(_public([80] * 8, suspects=[12]), _own(label), Keys(1))
    assert moves.enlist["b"].tolist() == [12]


def test_untried_tactics_are_shared_out():
    actor = Adaptive(tactics=("b", "c"), rekey=False)
    moves = actor.act(_public([0] * 8), _own(np.array(["a"] * 8)), Keys(1))
    assert {label: len(ids) > 0 for label, ids in moves.enlist.items()} == {"b": True, "c": True}
    assert sum(len(ids) for ids in moves.enlist.values()) == 8


def test_nobody_spends_more_than_the_budget():
    label = np.array(["a"] * 8)
    poor = Adaptive(tactics=("b",), rekey=False, budget_usd=5.0)  # 40 USD in all: four re-assertions
    assert len(poor.act(_public([0] * 8), _own(label), Keys(1)).enlist["b"]) == 4
    past = MOVES.table(
        epoch=0, party=np.full(3, "x"), hotspot=IDS[:3], kind=np.full(3, "enlist b"), cost_usd=np.full(3, 10.0)
    )
    moves = poor.act(_public([0] * 8), _own(label, past), Keys(1))
    assert len(moves.enlist["b"]) == 1
    assert not Adaptive(tactics=("b",), epoch_usd=0.1, rekey=False).act(_public([0] * 8), _own(label), Keys(1)).enlist


def test_before_the_first_pay_nothing_moves():
    public = _public([0] * 8)
    public["rewards"] = REWARDS.empty()
    moves = Adaptive(tactics=("b",)).act(public, _own(np.array(["a"] * 8)), Keys(1))
    assert not moves.enlist
    assert len(moves.spent["hardware"]) == 8


def test_the_order_of_rows_does_not_matter():
    label = np.array(["a"] * 5 + ["b"] * 3)
    actor, paid = Adaptive(tactics=("b", "c"), budget_usd=20.0), [0] * 5 + [9, 8, 70]
    straight = actor.act(_public(paid), _own(label), Keys(1))
    order = np.random.default_rng(2).permutation(8)
    own = {name: table.take(order) if len(table) else table for name, table in _own(label).items()}
    shuffled = actor.act(_public(paid), own, Keys(1))
    assert {k: sorted(v.tolist()) for k, v in straight.enlist.items()} == {
        k: sorted(v.tolist()) for k, v in shuffled.enlist.items()
    }
    assert sorted(straight.rekey[1].tolist()) == sorted(shuffled.rekey[1].tolist())


WORLD = {
    "seed": 4, "fleet": {"n_hotspots": 80}, "time": {"n_epochs": 4}, "profile": {"base": "guarded"},
    "attacks": [
        {"name": "location-spoof", "share": 0.15, "min_km": 3.0, "max_km": 3.0},
        {"name": "sybil-station", "share": 0.0, "group_size": 3},
        {"name": "closed-clique", "share": 0.0},
    ],
    "actors": [{
        "name": "adaptive", "attack": "location-spoof", "tactics": ["sybil-station", "closed-clique"],
        "onboarding_usd": 5.0,
    }],
}  # fmt: skip


def test_a_run_records_moves_costs_and_returns():
    run = run_in_memory(scenario_from(WORLD, "adaptive"))
    moves, metrics = run.table("moves"), run.metrics["returns"]
    assert (moves["kind"] == "hardware").sum() == 12
    assert {"rekey", "enlist sybil-station"} <= set(moves["kind"].tolist())
    assert metrics["cost_usd"] == pytest.approx(moves["cost_usd"].sum())
    assert metrics["by_kind"]["hardware"] == {"n": 12, "cost_usd": 3600.0}
    assert metrics["break_even_usd"] == pytest.approx(metrics["cost_usd"] / metrics["honest_epochs"])
    assert sum(entry["n_moves"] for entry in metrics["by_attack"].values()) == len(moves)
    first, last = run.table("truth", 0), run.table("truth", 3)
    assert len(first) == len(last) == 80
    new = last.take(~np.isin(last["hotspot"], first["hotspot"]))
    assert set(new["hotspot"].tolist()) <= set(moves["hotspot"][moves["kind"] == "rekey"].tolist())
    honest = [table.take(table["attack"] == "") for table in (first, last)]
    assert honest[0].equals(honest[1])
    radio = last["gain_dbi"] > -100
    assert radio[last["attack"] == "location-spoof"].all()  # whoever comes back from the clique has a radio again


def test_a_run_is_the_same_for_any_number_of_threads():
    epochs = [list(Emulation.of(scenario_from(WORLD, "adaptive"), jobs).epochs())[-1] for jobs in (1, 2)]
    for name in ("hotspots", "truth", "moves", "rewards"):
        assert epochs[0].tables[name].equals(epochs[1].tables[name]), name


def test_unknown_tactics_are_refused_at_the_door():
    actors = [{**WORLD["actors"][0], "tactics": ["sybil"]}]
    with pytest.raises(ScenarioError, match="goes over to the attack 'sybil', which the scenario does not have"):
        Emulation.of(scenario_from({**WORLD, "actors": actors}, "adaptive"))


def test_prices_are_sane():
    with pytest.raises(ValueError, match="price is negative"):
        replace(Adaptive(), assert_usd=-1.0)
