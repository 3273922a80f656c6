"""The same worlds under several profiles: who wins, who loses, and what it does to coverage, leakage and fairness."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from poc.errors import ScenarioError
from poc.experiments.admission import Door
from poc.experiments.comparison import NETWORK_METRICS, Comparison
from poc.experiments.executors import Executor, Failure
from poc.experiments.folder import manifest_of, resumable_folder
from poc.experiments.metric_names import metric
from poc.experiments.sites import Sites, groups_of, sites_from
from poc.experiments.sweep import table_of
from poc.experiments.tasks import Progress, run_tasks
from poc.metrics.columns import first_measured_epoch
from poc.metrics.money import earnings
from poc.running import run_in_memory
from poc.scenario import Scenario, scenario_from
from poc.store import RunData, write_json

BONES_PER_HNT = 1e8


def default_folder(scenario: Scenario) -> Path:
    """Where a comparison goes when nobody says: `runs/<scenario>-compare-<seed>/`."""
    return Path("runs") / f"{scenario.name}-compare-{scenario.seed}"


def observe(spec: dict[str, Any]) -> dict[str, Any]:
    """What one profile does in one world: the task that the executors work off."""
    run = run_in_memory(scenario_from(spec["scenario"], "the comparison"))
    sites = sites_from(run.tables)
    earned = earnings(run.tables, first_measured_epoch(run.manifest))
    paid = dict(zip(*(column.tolist() for column in earned), strict=True)) if earned else {}
    return {
        "hotspot": sites.hotspot.tolist(),
        "kind": sites.kind.tolist(),
        "setting": sites.setting.tolist(),
        "is_high": sites.is_high.tolist(),
        "amount_bones": [paid.get(hotspot, 0) for hotspot in sites.hotspot.tolist()],
        "network": {name: metric(run.metrics, name) for name in NETWORK_METRICS},
        "reports": _report_digests(run),
        "simplifications": run.manifest["profile"]["simplifications"],
    }


def compare(
    scenario: Scenario,
    profiles: Sequence[str],
    n_seeds: int,
    out: Path,
    executor: Executor,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Run every profile in the same worlds (seeds counted up from the scenario's) and write the comparison into `out`.

    Writes compare.parquet (sites), network.parquet, compare.json, card.md with its picture and manifest.json.
    Raises PocError before anything is written when a profile cannot be run, RuntimeError when a run fails or when the
    reports differ between profiles although nobody acts on them.
    """
    started = time.time()
    if len(profiles) < 2 or len(set(profiles)) < len(profiles):
        raise ScenarioError(
            f"the profiles are {', '.join(profiles) or 'none'}, expected at least two different ones; "
            "write for instance --profile helium-iot --profile guarded."
        )
    seeds = tuple(scenario.seed + number for number in range(n_seeds))
    scenario = scenario.with_settings({"reports": ["all"]})
    door = Door()
    for profile in profiles:
        door.check(scenario.with_settings({"profile.base": profile}))
    pairs = [(seed, profile) for seed in seeds for profile in profiles]
    specs = [
        {"scenario": scenario.with_settings({"seed": seed, "profile.base": profile}).model_dump(mode="json")}
        for seed, profile in pairs
    ]
    with resumable_folder(out, force) as place:
        outcomes = run_tasks(observe, specs, executor, place.shards, progress)
        for (seed, profile), outcome in zip(pairs, outcomes, strict=True):
            if isinstance(outcome, Failure):
                raise RuntimeError(f"profile {profile}, seed {seed}: {outcome.sentence}")
        comparison = _paired(scenario, tuple(profiles), seeds, dict(zip(pairs, outcomes, strict=True)))
        _write(comparison, place.result, time.time() - started)
    return comparison


def _paired(
    scenario: Scenario, profiles: tuple[str, ...], seeds: tuple[int, ...], outcomes: Mapping[tuple[int, str], Any]
) -> Comparison:
    n_days = (scenario.time.n_epochs - scenario.time.warm_up_epochs) * scenario.time.epoch_hours / 24.0
    comparison = Comparison(
        scenario, profiles, seeds, [], [], _same_reports(scenario, profiles, seeds, outcomes),
        {profile: outcomes[seeds[0], profile]["simplifications"] for profile in profiles},
    )  # fmt: skip
    for seed in seeds:
        first = outcomes[seed, profiles[0]]
        sites = Sites(
            np.asarray(first["hotspot"], np.uint64),
            np.asarray(first["kind"], np.str_),
            np.asarray(first["setting"], np.str_),
            np.asarray(first["is_high"], bool),
        )
        amount_before = _amounts(first, sites)
        for profile in profiles:
            outcome = outcomes[seed, profile]
            amount = _amounts(outcome, sites)
            for group, rows in groups_of(sites).items():
                n_bones, n_hotspots = sum(amount[rows].tolist()), int(rows.sum())
                comparison.rows.append({
                    "seed": seed, "profile": profile, "group": group, "n_hotspots": n_hotspots, "n_bones": n_bones,
                    "n_unpaid": int((amount[rows] == 0).sum()),
                    "n_winners": int((amount[rows] > amount_before[rows]).sum()),
                    "n_losers": int((amount[rows] < amount_before[rows]).sum()),
                    "hnt_per_hotspot_day": n_bones / BONES_PER_HNT / n_hotspots / n_days,
                })  # fmt: skip
            for name, value in outcome["network"].items():
                comparison.network.append({"seed": seed, "profile": profile, "metric": name, "value": value})
    return comparison


def _amounts(outcome: Mapping[str, Any], sites: Sites) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Pay in the order of the sites; owners that act may have brought or taken hotspots under another profile."""
    paid = dict(zip(outcome["hotspot"], outcome["amount_bones"], strict=True))
    return np.asarray([paid.get(hotspot, 0) for hotspot in sites.hotspot.tolist()], np.int64)


def _same_reports(
    scenario: Scenario, profiles: Sequence[str], seeds: Sequence[int], outcomes: Mapping[tuple[int, str], Any]
) -> bool | None:
    """True when all profiles were shown the same reports, None when owners act and the question does not arise."""
    if scenario.actors:
        return None
    for seed in seeds:
        digests = [outcomes[seed, profile]["reports"] for profile in profiles]
        for name in set.intersection(*(set(digest) for digest in digests)):
            if len({digest[name] for digest in digests}) > 1:
                raise RuntimeError(
                    f"seed {seed}: the table '{name}' differs between profiles although no owner acts; "
                    "a profile must not change what is sent and heard"
                )
    return True


def _report_digests(run: RunData) -> dict[str, str]:
    """A digest of every report table: all columns and epochs."""
    digests = {}
    for name in ("beacons", "witness_reports"):
        if name in run.tables:
            digest = hashlib.sha256()
            for column in run.tables[name].columns:
                digest.update(np.ascontiguousarray(column.to_numpy()).tobytes())
            digests[name] = digest.hexdigest()
    return digests


def _write(comparison: Comparison, folder: Path, wall_s: float) -> None:
    from poc.experiments.compare_card import card
    from poc.experiments.compare_figure import write_cards

    scenario, seeds = comparison.base, list(comparison.seeds)
    pq.write_table(table_of(comparison.rows), folder / "compare.parquet", compression="zstd", version="2.6")
    pq.write_table(
        table_of(comparison.network, ["value"]), folder / "network.parquet", compression="zstd", version="2.6"
    )
    write_json(folder / "compare.json", {
        "scenario": scenario.name, "seeds": seeds, "profiles": list(comparison.profiles),
        "reports_identical": comparison.reports_identical,
        "sites": comparison.group_changes(), "network": comparison.network_changes(),
    })  # fmt: skip
    (folder / "card.md").write_text(card(comparison, write_cards(comparison, folder)), "utf-8")
    details = {"scenario": scenario.model_dump(mode="json"), "profiles": list(comparison.profiles)}
    write_json(folder / "manifest.json", manifest_of("compare", scenario.name, seeds, details, wall_s))
