"""Worlds that are run once and paid under many unit rules: the same figures as runs of their own."""

from dataclasses import replace

import pytest

from poc.experiments.executors import Failure, Serial
from poc.experiments.sweep import run_point, run_sweep
from poc.experiments.sweep_file import ExecutorSection, Point, Sweep
from poc.experiments.unit_rules import bends_units_only, run_rules, specs_by_seed

KEYS = ("profile.limits.witness_redundancy", "profile.limits.reward_decay")
METRICS = ("leakage.share", "rewards.gini", "rewards.n_bones_paid", "collateral.unpaid_share", "coverage.n_cells_res8")


@pytest.fixture
def sweep(tiny):
    settings = {"profile.base": "helium-iot", "time.n_epochs": 3, "time.warm_up_epochs": 1}
    tiny = tiny.with_settings({**settings, "map.synthetic": {"width_km": 4.0, "height_km": 4.0}})
    points = tuple(
        Point(values, seed, tiny.with_settings({**values, "seed": seed}))
        for values in ({KEYS[0]: 1, KEYS[1]: 0.5}, {KEYS[0]: 4, KEYS[1]: 0.8}, {KEYS[0]: 9, KEYS[1]: 0.1})
        for seed in (5, 6)
    )
    return Sweep("rules", tiny, KEYS, (5, 6), METRICS, points, ExecutorSection())


def test_the_same_figures_as_runs_of_their_own(sweep, tmp_path):
    assert bends_units_only(sweep)
    rows = run_sweep(sweep, tmp_path / "out", Serial()).rows
    for point, row in zip(sweep.points, rows, strict=True):
        alone = run_point({"scenario": point.scenario.model_dump(mode="json"), "metrics": list(METRICS)})
        assert {name: row[name] for name in METRICS} == alone
    assert len({row["rewards.gini"] for row in rows}) == len(rows)


def test_one_task_a_world_and_its_failure_is_that_of_all_its_points(sweep, tmp_path, monkeypatch):
    specs = specs_by_seed(sweep.points, METRICS)
    assert [len(spec["scenarios"]) for spec in specs.values()] == [3, 3]
    assert len(run_rules(specs[6])) == 3

    class Failing:
        def map_unordered(self, function, specs):
            yield 0, Failure("no power")
            yield 1, function(specs[1])

    rows = run_sweep(sweep, tmp_path / "out", Failing()).rows
    assert [row["error"] for row in rows] == ["no power", ""] * 3


@pytest.mark.parametrize(
    "settings",
    [
        {"profile.base": "guarded"},
        {"profile.base": "helium-l1-pocv10"},
        {"reports": ["link-statistics"]},
        {"attacks": [{"name": "hex-hopping", "share": 0.2}]},
        {"actors": [{"name": "adaptive", "share": 0.2}]},
    ],
)
def test_whatever_looks_at_pay_or_weighs_it_otherwise_is_run_point_by_point(sweep, settings):
    assert not bends_units_only(replace(sweep, base=sweep.base.with_settings(settings)))


def test_any_other_key_changes_more_than_pay(sweep):
    assert not bends_units_only(replace(sweep, keys=(*KEYS, "profile.limits.max_witnesses")))
