"""A sweep: one scenario over a grid of settings and the same seeds everywhere, collected in one tidy table."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from poc.errors import DataError
from poc.experiments.executors import Executor, Failure
from poc.experiments.folder import manifest_of, resumable_folder
from poc.experiments.intervals import Mean, mean_over, with_interval
from poc.experiments.metric_names import metric
from poc.experiments.sweep_file import ExecutorSection, Sweep
from poc.experiments.tasks import Progress, run_tasks
from poc.experiments.unit_rules import bends_units_only, run_rules, specs_by_seed
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.store import write_json


@dataclass(frozen=True, slots=True)
class SweepResult:
    """One row for each point: the grid's keys, seed, the metrics (None where the point has none), error."""

    sweep: Sweep
    rows: list[dict[str, Any]]

    @property
    def n_failed(self) -> int:
        return sum(bool(row["error"]) for row in self.rows)

    def means(self, name: str) -> dict[tuple[Any, ...], Mean]:
        """Mean of a metric over the seeds, by setting (the values of `sweep.keys`, as written in the table)."""
        values: dict[tuple[Any, ...], list[float | None]] = {}
        for row in self.rows:
            values.setdefault(tuple(row[key] for key in self.sweep.keys), []).append(row[name])
        return {setting: mean_over(there) for setting, there in values.items()}

    def summary(self) -> list[dict[str, Any]]:
        """One row for each setting and metric: mean over the seeds with its 95 % interval."""
        return [
            {
                **dict(zip(self.sweep.keys, setting, strict=True)),
                "metric": name, "mean": mean.mean, "low": mean.low, "high": mean.high, "n_seeds": mean.n,
            }
            for name in self.sweep.metrics
            for setting, mean in self.means(name).items()
        ]  # fmt: skip


def readable(result: SweepResult) -> list[dict[str, Any]]:
    """The summary for the terminal: one row for each setting, one column a metric, as mean [interval]."""
    texts: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name in result.sweep.metrics:
        for setting, mean in result.means(name).items():
            row = texts.setdefault(setting, dict(zip(result.sweep.keys, setting, strict=True)))
            row[name] = with_interval(mean.mean, mean.low, mean.high)
    return list(texts.values())


def default_folder(sweep: Sweep) -> Path:
    """Where a sweep goes when nobody says: `runs/<sweep>-<first seed>/`."""
    return Path("runs") / f"{sweep.name}-{sweep.seeds[0]}"


def load_sweep_result(folder: Path) -> SweepResult:
    """A finished sweep from its folder. DataError where it is none."""
    try:
        facts, said = (json.loads((folder / name).read_text("utf-8")) for name in ("manifest.json", "sweep.json"))
        rows = pq.read_table(folder / "sweep.parquet").to_pylist()
        base, keys, seeds = scenario_from(facts["scenario"], "manifest.json"), said["keys"], said["seeds"]
        sweep = Sweep(said["name"], base, tuple(keys), tuple(seeds), tuple(facts["metrics"]), (), ExecutorSection())
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"'{folder}' is not the folder of a finished sweep; give the one that poc sweep wrote."
        ) from error
    return SweepResult(sweep, rows)


def run_point(spec: dict[str, Any]) -> dict[str, Any]:
    """The collected metrics of one scenario: the task that the executors work off."""
    run = run_in_memory(scenario_from(spec["scenario"], "the point"))
    return {name: metric(run.metrics, name) for name in spec["metrics"]}


def run_sweep(
    sweep: Sweep, out: Path, executor: Executor, *, force: bool = False, progress: Progress | None = None
) -> SweepResult:
    """Run every point and write sweep.parquet, sweep.csv, sweep.json, a figure and manifest.json into `out`.

    A point that fails is recorded with its sentence. Interrupted, finished points stay in `<name>.partial/` and are
    not run again. Where only the unit rule is bent, each world is run once and paid under every setting. Raises
    StoreError when `out` is there already (without `force`) or cannot be written.
    """
    started = time.time()
    with resumable_folder(out, force) as place:
        outcomes = _by_world if bends_units_only(sweep) else _one_by_one
        results = outcomes(sweep, executor, place.shards, progress)
        rows = []
        for point in sweep.points:
            outcome: Any = Failure(point.refusal) if point.scenario is None else next(results)
            failed = isinstance(outcome, Failure)
            rows.append({
                **{key: _plain(value) for key, value in point.values.items()},
                "seed": point.seed,
                **{name: None if failed else outcome[name] for name in sweep.metrics},
                "error": outcome.sentence if failed else "",
            })  # fmt: skip
        result = SweepResult(sweep, rows)
        _write(result, place.result, time.time() - started)
    return result


def _one_by_one(sweep: Sweep, executor: Executor, shards: Path, progress: Progress | None) -> Iterator[Any]:
    specs = [
        {"scenario": point.scenario.model_dump(mode="json"), "metrics": list(sweep.metrics)}
        for point in sweep.points
        if point.scenario is not None
    ]
    return iter(run_tasks(run_point, specs, executor, shards, progress))


def _by_world(sweep: Sweep, executor: Executor, shards: Path, progress: Progress | None) -> Iterator[Any]:
    """The same outcomes in the same order, from one task for each seed."""
    specs = specs_by_seed(sweep.points, sweep.metrics)
    found = dict(zip(specs, run_tasks(run_rules, list(specs.values()), executor, shards, progress), strict=True))
    left = {seed: iter(outcome) for seed, outcome in found.items() if not isinstance(outcome, Failure)}
    for point in sweep.points:
        if point.scenario is not None:
            yield next(left[point.seed]) if point.seed in left else found[point.seed]


def table_of(rows: Sequence[dict[str, Any]], numbers: Sequence[str] = ()) -> pa.Table:
    """Rows as an Arrow table; columns in `numbers` become float64, those of mixed kinds text."""
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        kinds = {type(value) for value in values if value is not None}
        if name in numbers or (kinds == {int, float}):
            columns[name] = pa.array(values, pa.float64())
        elif len(kinds) > 1:
            columns[name] = pa.array([None if value is None else str(value) for value in values], pa.string())
        else:
            columns[name] = pa.array(values)
    return pa.table(columns)


def _plain(value: Any) -> Any:
    """A grid value as it stands in a table: lists and tables as JSON text."""
    return json.dumps(value, sort_keys=True) if isinstance(value, (list, dict)) else value


def _write(result: SweepResult, folder: Path, wall_s: float) -> None:
    from poc.experiments.figures import sweep_figure, write_figure

    sweep = result.sweep
    table = table_of(result.rows, sweep.metrics)
    pq.write_table(table, folder / "sweep.parquet", compression="zstd", version="2.6")
    pyarrow.csv.write_csv(table, folder / "sweep.csv")
    write_json(folder / "sweep.json", {
        "name": sweep.name, "keys": list(sweep.keys), "seeds": list(sweep.seeds), "n_points": len(result.rows),
        "n_failed": result.n_failed, "summary": result.summary(),
        "note": "the same seeds, hence the same worlds, under every setting that does not change the world itself",
    })  # fmt: skip
    details = {
        "scenario": sweep.base.model_dump(mode="json"),
        "metrics": list(sweep.metrics),
        "n_failed": result.n_failed,
    }
    write_json(folder / "manifest.json", manifest_of("sweep", sweep.name, list(sweep.seeds), details, wall_s))
    figure = sweep_figure(result)
    if figure is not None:
        write_figure(figure, folder, "sweep")
