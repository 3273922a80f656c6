"""A fraud experiment: every attack of a scenario alone, in the same worlds, and how well each detector finds it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from poc.errors import DataError, ScenarioError
from poc.experiments.admission import Door
from poc.experiments.executors import Executor, Failure
from poc.experiments.folder import manifest_of, resumable_folder
from poc.experiments.intervals import mean_over, with_interval
from poc.experiments.metric_names import metric
from poc.experiments.pooling import Pool, pooled
from poc.experiments.reference_scores import CLAIRVOYANT, INFORMED, law_for, reference_scores
from poc.experiments.sweep import table_of
from poc.experiments.tasks import Progress, run_tasks
from poc.metrics.columns import columns, first_measured_epoch, newest_rows
from poc.metrics.detection import final_scores
from poc.metrics.labels import Labels, labels_from
from poc.metrics.ranking import area_under, average_precision, n_found_at, roc, sensitivity_index, wilson_interval
from poc.metrics.withholding import curves
from poc.running import run_in_memory
from poc.scenario import Scenario, scenario_from
from poc.store import RunData, write_json
from poc.world.recruiting import campaigns

PER_DETECTOR = (
    "n_honest", "n_liars", "auc", "tpr_at_1_percent_fpr", "average_precision", "average_precision_at_5_percent_liars",
    "suspect_share_of_liars", "suspect_share_of_honest", "undecided_share", "delay_median_epochs",
    "location_error_liars_median_m", "location_error_liars_90_percent_m",
)  # fmt: skip
LEAKAGE_AT = "leakage_at_half_percent_collateral"
PER_RUN = ("leakage.share", "collateral.harmed_share", "collateral.claims_removed_share", "rewards.gini_honest")
NUMBERS = [*PER_DETECTOR, LEAKAGE_AT, "tpr_low", "tpr_high", *PER_RUN]
INTERVALS = "tpr: Wilson 95 % over pooled hotspots, threshold held fixed; auc: Student 95 % over the worlds"


@dataclass(frozen=True, slots=True)
class Experiment:
    """The worlds to run: one for each attack (labels as in the truth) and seed; with the reference tests or not."""

    base: Scenario
    labels: tuple[str, ...]
    attacks: tuple[Mapping[str, Any], ...]
    seeds: tuple[int, ...]
    references: bool = False


@dataclass(frozen=True, slots=True)
class FraudResult:
    """`rows`: one for each attack, seed and detector (or an error); `pooled`: by attack and detector over the seeds."""

    experiment: Experiment
    rows: list[dict[str, Any]]
    pooled: dict[tuple[str, str], Pool]

    @property
    def n_failed(self) -> int:
        return sum(bool(row["error"]) for row in self.rows)

    def summary(self) -> list[dict[str, Any]]:
        """One row for each attack and detector: pooled grades with intervals, leakage and collateral over the seeds."""
        summary = []
        for (attack, detector), pool in self.pooled.items():
            rows = [row for row in self.rows if row["attack"] == attack and row["detector"] == detector]
            both = pool.roc.n_liars > 0 and pool.roc.n_honest > 0
            low, high = (pool.interval if both else None) or (None, None)
            auc = mean_over([row["auc"] for row in rows])
            summary.append({
                "attack": attack, "detector": detector, "n_worlds": pool.n_worlds,
                "n_liars": pool.roc.n_liars, "n_honest": pool.roc.n_honest,
                "tpr_at_1_percent_fpr": pool.n_found / pool.roc.n_liars if both else None,
                "low": low, "high": high,
                "auc": area_under(pool.roc), "auc_low": auc.low, "auc_high": auc.high,
                "average_precision": average_precision(pool.roc),
                "leakage": mean_over([row["leakage.share"] for row in rows]).mean,
                "collateral": mean_over([row["collateral.harmed_share"] for row in rows]).mean,
                LEAKAGE_AT: mean_over([row[LEAKAGE_AT] for row in rows]).mean,
                **self._efficiencies(attack, pool),
            })  # fmt: skip
        return summary

    def _efficiencies(self, attack: str, pool: Pool) -> dict[str, float | None]:
        """Sensitivity index over that of each reference test in the same worlds, where these were asked."""
        found: dict[str, float | None] = {}
        for test in (INFORMED, CLAIRVOYANT) if self.experiment.references else ():
            own, theirs = (_sensitivity(one) for one in (pool, self.pooled.get((attack, test))))
            found[f"efficiency_{test}"] = None if own is None or not theirs or theirs <= 0.0 else own / theirs
        return found


def readable(result: FraudResult) -> list[dict[str, Any]]:
    """The summary for the terminal: intervals beside their numbers, shares in percent."""
    return [
        {
            "attack": row["attack"], "detector": row["detector"], "liars": row["n_liars"], "honest": row["n_honest"],
            "found at 1 % accused": with_interval(row["tpr_at_1_percent_fpr"], row["low"], row["high"], "{:.0%}"),
            "AUC": with_interval(row["auc"], None, None),
            "leakage": with_interval(row["leakage"], None, None, "{:.1%}"),
            "collateral": with_interval(row["collateral"], None, None, "{:.1%}"),
            "leakage at 0.5 % collateral": with_interval(row[LEAKAGE_AT], None, None, "{:.1%}"),
            **{
                f"efficiency, {test}": with_interval(row[f"efficiency_{test}"], None, None, "{:.2f}")
                for test in (INFORMED, CLAIRVOYANT)
                if f"efficiency_{test}" in row
            },
        }
        for row in result.summary()
    ]  # fmt: skip


def experiment_of(
    scenario: Scenario, n_seeds: int, detectors: Iterable[str] = (), *, references: bool = False
) -> Experiment:
    """The experiment of a scenario: each of its attacks alone, seeds counted up from the scenario's.

    `detectors` score beside those that the scenario names, with `references` the two reference tests as well. Raises
    ScenarioError when there is no attack to run, or an attack or detector that cannot be run; DomainError for
    references where path loss is not a matter of distance alone.
    """
    if not scenario.attacks:
        raise ScenarioError(
            f"the scenario '{scenario.name}' has no [[attacks]], expected at least one; add for instance "
            'name = "location-spoof", share = 0.1.'
        )
    labels = tuple(campaign.label for campaign in _each_alone(scenario.attacks))
    also = list(dict.fromkeys([*scenario.detectors.also, *detectors]))
    base = scenario.with_settings({"detectors.also": also})
    door = Door()
    for entry in scenario.attacks:
        door.check(base.with_settings({"attacks": [entry]}))
    if references:
        law_for(base)
    seeds = tuple(scenario.seed + number for number in range(n_seeds))
    return Experiment(base, labels, tuple(scenario.attacks), seeds, references)


def default_folder(scenario: Scenario) -> Path:
    """Where a fraud experiment goes when nobody says: `runs/<scenario>-fraud-<seed>/`."""
    return Path("runs") / f"{scenario.name}-fraud-{scenario.seed}"


def observe(spec: dict[str, Any]) -> dict[str, Any]:
    """Grades and raw scores of one attack in one world: the task that the executors work off."""
    scenario = scenario_from(spec["scenario"], "the fraud experiment")
    run = run_in_memory(scenario)
    labels = labels_from(run.tables)
    if labels is None:
        raise ValueError("the run holds no truth to grade against")
    detection = run.metrics["detection"]
    leaks = _leakages(run)
    grades = {
        name: {**{key: metric(graded, key) for key in PER_DETECTOR}, LEAKAGE_AT: leaks.get(name)}
        for name, graded in detection.items()
    }
    scores = {name: _scores(run, name) for name in detection}
    for name, said in (reference_scores(run, scenario) if spec["references"] else {}).items():
        scores[name], grades[name] = said, _reference_grades(said, labels)
    return {
        "hotspot": labels.hotspot.tolist(),
        "attack": labels.attack.tolist(),
        "scores": scores,
        "grades": grades,
        "run": {name: metric(run.metrics, name) for name in PER_RUN},
    }


def run_experiment(
    experiment: Experiment, out: Path, executor: Executor, *, force: bool = False, progress: Progress | None = None
) -> FraudResult:
    """Run all worlds and write fraud.parquet, fraud.csv, fraud.json, roc.png, roc.svg and manifest.json into `out`.

    A world that fails is recorded with its sentence. Raises StoreError when `out` is there already (without `force`)
    or cannot be written.
    """
    started = time.time()
    with resumable_folder(out, force) as place:
        outcomes = run_tasks(observe, specs_of(experiment), executor, place.shards, progress)
        result = result_of(experiment, outcomes)
        _write(result, place.result, time.time() - started)
    return result


def specs_of(experiment: Experiment) -> list[dict[str, Any]]:
    """The tasks of an experiment: every attack alone under every seed."""
    return [
        {
            "scenario": experiment.base.with_settings({"attacks": [entry], "seed": seed}).model_dump(mode="json"),
            "references": experiment.references,
        }
        for entry in experiment.attacks
        for seed in experiment.seeds
    ]


def result_of(experiment: Experiment, outcomes: Sequence[Any]) -> FraudResult:
    """What came of the tasks, in the order of `specs_of`."""
    worlds = [(label, seed) for label in experiment.labels for seed in experiment.seeds]
    rows = [row for (label, seed), outcome in zip(worlds, outcomes, strict=True) for row in _rows(label, seed, outcome)]
    return FraudResult(experiment, rows, pooled([label for label, _ in worlds], outcomes))


def _each_alone(attacks: Sequence[Mapping[str, Any]]) -> Any:
    """Campaigns with their labels; shares do not add up here, since each attack has the fleet to itself."""
    return campaigns([{**entry, "share": 0.0} if "share" in entry else entry for entry in attacks])


def _scores(run: RunData, detector: str) -> dict[str, list[Any]]:
    """What the detector said last about each hotspot."""
    names = ("detector", "hotspot", "probability", "log_likelihood_ratio")
    scores = columns(run.tables, "scores", *names, first_epoch=first_measured_epoch(run.manifest))
    if scores is None:
        return {name: [] for name in names[1:]}
    rows = scores["detector"] == detector
    rows &= scores["epoch"] == scores["epoch"][rows].max()
    last = {name: column[rows] for name, column in scores.items()}
    rows = newest_rows(last, "hotspot")
    return {name: last[name][rows].tolist() for name in names[1:]}


def _leakages(run: RunData) -> dict[str, float]:
    """What would still go to liars at 0.5 % collateral, by detector; nothing where not every report was kept."""
    try:
        return {name: curve.leakage_at() for name, curve in curves(run).items()}
    except DataError:
        return {}


def _reference_grades(said: dict[str, list[Any]], labels: Labels) -> dict[str, Any]:
    """Grades of a reference test: how it ranks; it gives no verdicts."""
    found = {name: np.asarray(column) for name, column in said.items()}
    found["epoch"] = np.zeros(len(found["hotspot"]), np.int32)
    _, rank = final_scores(found, labels)
    curve = roc(rank, labels.is_liar)
    both = curve.n_liars > 0 and curve.n_honest > 0
    return dict.fromkeys((*PER_DETECTOR, LEAKAGE_AT)) | {
        "n_honest": curve.n_honest, "n_liars": curve.n_liars, "auc": area_under(curve),
        "tpr_at_1_percent_fpr": n_found_at(curve, 0.01) / curve.n_liars if both else None,
        "average_precision": average_precision(curve) if both else None,
        "average_precision_at_5_percent_liars": average_precision(curve, 0.05) if both else None,
    }  # fmt: skip


def _sensitivity(pool: Pool | None) -> float | None:
    return None if pool is None else sensitivity_index(area_under(pool.roc), pool.roc.n_liars, pool.roc.n_honest)


def _rows(label: str, seed: int, outcome: Any) -> list[dict[str, Any]]:
    if isinstance(outcome, Failure):
        empty = dict.fromkeys((*PER_DETECTOR, LEAKAGE_AT, "tpr_low", "tpr_high", *PER_RUN))
        return [{"attack": label, "seed": seed, "detector": "", **empty, "error": outcome.sentence}]
    rows = []
    for detector, grades in outcome["grades"].items():
        found = grades["tpr_at_1_percent_fpr"]
        interval = None if found is None else wilson_interval(round(found * grades["n_liars"]), grades["n_liars"])
        low, high = interval or (None, None)
        rows.append({
            "attack": label, "seed": seed, "detector": detector, **grades, "tpr_low": low, "tpr_high": high,
            **outcome["run"], "error": "",
        })  # fmt: skip
    return rows


def _write(result: FraudResult, folder: Path, wall_s: float) -> None:
    import pyarrow.csv

    from poc.experiments.figures import fraud_figure, write_figure

    experiment = result.experiment
    table = table_of(result.rows, NUMBERS)
    pq.write_table(table, folder / "fraud.parquet", compression="zstd", version="2.6")
    pyarrow.csv.write_csv(table, folder / "fraud.csv")
    write_json(folder / "fraud.json", {
        "scenario": experiment.base.name, "seeds": list(experiment.seeds), "n_failed": result.n_failed,
        "attacks": {label: dict(entry) for label, entry in zip(experiment.labels, experiment.attacks, strict=True)},
        "summary": result.summary(),
        "intervals": INTERVALS,
    })  # fmt: skip
    details = {"scenario": experiment.base.model_dump(mode="json"), "n_failed": result.n_failed}
    write_json(
        folder / "manifest.json", manifest_of("fraud", experiment.base.name, list(experiment.seeds), details, wall_s)
    )
    write_figure(fraud_figure(result), folder, "roc")
