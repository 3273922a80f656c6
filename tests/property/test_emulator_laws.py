"""Laws of the whole emulator: keyed draws, no peeking, permutations, conservation."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from maps.city import load_city
from maps.placement import PLACEMENTS
from poc.detectors import DETECTORS
from poc.emulator import Emulation
from poc.keys import Keys
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.world import observers
from poc.world.attacks.none import NoAttack

SMALL = {
    "seed": 5,
    "fleet": {"n_hotspots": 60},
    "time": {"n_epochs": 3, "warm_up_epochs": 1},
    "attacks": [
        {"name": "location-spoof", "share": 0.1},
        {"name": "attic-farm", "share": 0.1, "group_size": 3, "forging": "fspl-aware"},
    ],
}
JUDGED = ("beacon_verdicts", "witness_verdicts", "scores", "claims", "rewards")


def _scenario(**more):
    return scenario_from({**SMALL, **more}, "law")


@pytest.fixture(scope="module")
def run():
    return run_in_memory(_scenario())


def _rows(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names])


def test_something_happens(run):
    assert run.tables["witness_verdicts"].num_rows > 1000
    assert run.tables["rewards"].num_rows > 50
    assert 0 < run.metrics["n_liars"] < run.metrics["n_hotspots"]


def test_same_seed_same_everything(run):
    again = run_in_memory(_scenario(), jobs=2)
    assert again.metrics == run.metrics
    for name, table in run.tables.items():
        assert again.tables[name].equals(table), name


def test_another_seed_is_another_world(run):
    assert not run_in_memory(_scenario(seed=6)).tables["beacons"].equals(run.tables["beacons"])


@pytest.mark.parametrize(
    ("profile", "also"),
    [("helium-iot", []), ("guarded", []), ("minimal", list(DETECTORS))],
    ids=["helium-iot", "guarded", "every detector"],
)
def test_scrambled_truth_changes_no_verdict_score_or_reward(profile, also, monkeypatch):
    scenario = _scenario(profile={"base": profile}, detectors={"also": also})
    straight = Emulation.of(scenario)
    recorded = list(straight.epochs())
    reports = [{name: epoch.tables[name] for name in ("beacons", "witness_reports")} for epoch in recorded]

    class Replay:
        """Fixed reports, whatever the truth."""

        def __init__(self, setting):
            pass

        def observe(self, world, span):
            return dict(reports[span.epoch])

        def notes(self):
            return []

    monkeypatch.setitem(observers.OBSERVERS, "beacon_witness", Replay)
    again = Emulation.of(scenario)
    order = np.random.default_rng(0).permutation(len(again.world.truth))
    scrambled = again.world.truth.take(order).replace(hotspot=again.world.truth["hotspot"])
    untouched = [replace(campaign, attacks=(NoAttack(),)) for campaign in again.campaigns]  # forged already
    again = replace(again, world=replace(again.world, truth=scrambled), campaigns=tuple(untouched))
    for before, after in zip(recorded, again.epochs(), strict=True):
        assert not before.tables["truth"].equals(after.tables["truth"])
        assert set(also) <= set(after.tables["scores"]["detector"])
        for name in JUDGED:
            assert after.tables[name].equals(before.tables[name]), name


def test_a_none_attack_changes_nothing(run):
    honest = run_in_memory(_scenario(attacks=[]))
    marked = run_in_memory(_scenario(attacks=[{"name": "none", "share": 0.5}], fleet=dict(SMALL["fleet"], **QUIET)))
    quiet = run_in_memory(_scenario(attacks=[], fleet=dict(SMALL["fleet"], **QUIET)))
    for name in ("beacons", "witness_reports", *JUDGED):
        assert marked.tables[name].equals(quiet.tables[name]), name
    assert not honest.tables["scores"].equals(run.tables["scores"])


QUIET = {"tower_share": 0.0, "poor_antenna_share": 0.0, "sloppy_share": 0.0}  # liars are recruited without nuisances


def test_permuted_hotspots_give_permuted_results(tmp_path):
    city = load_city("liechtenstein")
    places = PLACEMENTS["population"]().place(city, 40, Keys(3))
    lines = [
        f"{1000 + 7 * k},{places.latitude_deg[k]:.6f},{places.longitude_deg[k]:.6f}" for k in range(40)
    ]  # fmt: skip
    results = []
    for number, order in enumerate((np.arange(40), np.random.default_rng(9).permutation(40))):
        path = tmp_path / f"sites-{number}.csv"
        path.write_text("\n".join(["hotspot,latitude_deg,longitude_deg", *(lines[k] for k in order)]) + "\n")
        fleet = {"n_hotspots": 40, "placement": {"name": "file", "path": str(path)}}
        results.append(run_in_memory(_scenario(fleet=fleet)))
    straight, shuffled = results
    assert straight.metrics == shuffled.metrics
    for name in straight.tables:
        assert _rows(shuffled.tables[name]).equals(_rows(straight.tables[name])), name


@pytest.mark.parametrize("profile", ["helium-iot", "guarded"])
def test_emission_is_conserved(profile):
    scenario = _scenario(profile={"base": profile})
    emulation = Emulation.of(scenario)
    emission = emulation.profile.emission
    for epoch in emulation.epochs():
        paid = int(epoch.tables["rewards"]["amount_bones"].sum())
        if epoch.rewarded:
            assert paid > 0
            assert paid + sum(epoch.unpaid_bones.values()) == int(Decimal(emission.bones_per_day))
        else:
            assert paid == 0
