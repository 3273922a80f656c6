"""One simulation for many reward rules: where a sweep bends only what a beacon is worth, its worlds need run once.

Beacons, verdicts and scores do not depend on HIP-15's three limits, and unless somebody acts on what was paid, nor does
anything after them. Rewards under each setting come from `poc.rewards.statistics`, exactly as a run would pay them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poc.experiments.metric_names import metric
from poc.experiments.sweep_file import Point, Sweep
from poc.metrics import grade_otherwise_paid
from poc.rewards.amounts import pay
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.rewards.statistics import RewardStatistics, reward_statistics
from poc.running import run_in_memory
from poc.scenario import Scenario, scenario_from
from poc.schema import REWARDS
from poc.setup import profile_of
from poc.store import RunData, with_epoch
from poc.table import Table
from poc.world.parties import standing
from poc.world.recruiting import campaigns

UNIT_LIMITS = ("witness_redundancy", "reward_decay", "reward_unit_cap")


def bends_units_only(sweep: Sweep) -> bool:
    """Whether all points of a seed share one world, its verdicts and its scores.

    >>> from poc.experiments.sweep_file import ExecutorSection
    >>> from poc.scenario import scenario_from
    >>> base = scenario_from({"profile": {"base": "minimal"}}, "example")
    >>> [bends_units_only(Sweep("example", base, (key,), (1,), (), (), ExecutorSection()))
    ...  for key in ("profile.limits.reward_decay", "profile.limits.max_witnesses")]
    [True, False]
    """
    scenario = sweep.base
    if not set(sweep.keys) <= {f"profile.limits.{name}" for name in UNIT_LIMITS}:
        return False
    profile = profile_of(scenario)
    pays_by_units = isinstance(profile.reward_rule, HeliumDensity) and profile.scores_act != "now"
    pays_by_units &= all(kind.claims is beacon_witness_claims for kind in profile.evidence_kinds)
    nobody_acts = not scenario.actors and not standing(campaigns(scenario.attacks))
    return pays_by_units and nobody_acts and bool({"all", "selected"} & set(scenario.reports))


def specs_by_seed(points: Sequence[Point], metrics: Sequence[str]) -> dict[int, dict[str, Any]]:
    """A task for each seed: the scenarios of its points in their order."""
    specs: dict[int, dict[str, Any]] = {}
    for point in points:
        if point.scenario is not None:
            spec = specs.setdefault(point.seed, {"scenarios": [], "metrics": list(metrics)})
            spec["scenarios"].append(point.scenario.model_dump(mode="json"))
    return specs


def run_rules(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The collected metrics of scenarios that differ in the unit rule only: the first is run, all are paid."""
    scenarios = [scenario_from(each, "the point") for each in spec["scenarios"]]
    run = run_in_memory(scenarios[0])
    section = scenarios[0].time
    rewarded = range(section.warm_up_epochs, section.n_epochs)
    sums = {epoch: _statistics(run, epoch) for epoch in rewarded}
    graded = [grade_otherwise_paid(run.metrics, *_paid(run, scenario, sums)) for scenario in scenarios]
    return [{name: metric(metrics, name) for name in spec["metrics"]} for metrics in graded]


def _statistics(run: RunData, epoch: int) -> RewardStatistics:
    return reward_statistics(run.table("beacon_verdicts", epoch), run.table("witness_verdicts", epoch))


def _paid(run: RunData, scenario: Scenario, sums: dict[int, RewardStatistics]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tables and manifest of the run as they would be under the scenario's rule."""
    profile, days = profile_of(scenario), scenario.time.epoch_ns / 86_400e9
    rewards, total = [REWARDS.empty()], dict[str, int]()
    for epoch, statistics in sums.items():
        table, unpaid = pay(statistics.shares(profile.limits), profile.emission, days, epoch)
        rewards.append(table)
        for name, bones in unpaid.items():
            total[name] = total.get(name, 0) + bones
    tables = {**run.tables, "rewards": with_epoch(0, Table.concat(rewards))}
    return tables, {**run.manifest, "unpaid_bones": dict(sorted(total.items()))}
