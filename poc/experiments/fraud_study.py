"""A fraud study: a file that crosses worlds, attacks, profiles, detectors and seeds, run as one resumable experiment.

worlds = ["liechtenstein.toml", "helsinki.toml"]   # scenarios, files or samples; their [[attacks]] are run each alone
profiles = ["helium-iot", "guarded"]               # default: each scenario's own
detectors = ["fusion", "helium-denylist"]          # score beside the scenario's
seeds = 3                                          # counted up from each scenario's, or a list
[[attacks]]                                        # instead of the scenarios' own
name = "location-spoof"
share = 0.1
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from poc.errors import ScenarioError, did_you_mean
from poc.experiments.executors import Executor
from poc.experiments.folder import manifest_of, resumable_folder
from poc.experiments.fraud import (
    INTERVALS,
    NUMBERS,
    Experiment,
    FraudResult,
    experiment_of,
    observe,
    readable,
    result_of,
    specs_of,
)
from poc.experiments.sweep import table_of
from poc.experiments.tasks import Progress, run_tasks
from poc.samples import advice, given_or_sample
from poc.scenario import load_scenario
from poc.store import write_json

SeedNumber = Annotated[int, Field(ge=0, lt=2**63)]


class StudyFile(BaseModel):
    """The keys of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    worlds: Annotated[list[str], Field(min_length=1)]
    profiles: list[str] = Field(default_factory=list)
    detectors: list[str] = Field(default_factory=list)
    seeds: Annotated[int, Field(ge=1, le=10_000)] | Annotated[list[SeedNumber], Field(min_length=1)] = 3
    attacks: list[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Crossing:
    """One world under one profile."""

    world: str
    profile: str
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class Study:
    """All crossings of a file, in its order."""

    name: str
    crossings: tuple[Crossing, ...]

    @property
    def n_runs(self) -> int:
        return sum(len(each.experiment.labels) * len(each.experiment.seeds) for each in self.crossings)

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(seed for each in self.crossings for seed in each.experiment.seeds))


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The results of each crossing, beside its world and profile."""

    study: Study
    results: tuple[FraudResult, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for each, result in self._pairs for row in _about(each, result.rows)]

    def summary(self) -> list[dict[str, Any]]:
        return [row for each, result in self._pairs for row in _about(each, result.summary())]

    def readable(self) -> list[dict[str, Any]]:
        return [row for each, result in self._pairs for row in _about(each, readable(result))]

    @property
    def n_failed(self) -> int:
        return sum(result.n_failed for result in self.results)

    @property
    def _pairs(self) -> list[tuple[Crossing, FraudResult]]:
        return list(zip(self.study.crossings, self.results, strict=True))


def is_study(path: Path) -> bool:
    """Whether a file is a study: TOML with the key `worlds`. Files that cannot be read are for others to refuse."""
    try:
        return "worlds" in tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False


def load_study(
    path: Path,
    settings: Sequence[str] = (),
    n_seeds: int | None = None,
    detectors: Sequence[str] = (),
    *,
    references: bool = False,
) -> Study:
    """The study of a file; `settings` change every scenario, `n_seeds` counts instead of the file's seeds, `detectors`
    score beside the file's, with `references` the two reference tests too.

    Raises ScenarioError for an unknown key or anything that could not be run.
    """
    path = path.resolve()
    file = _read(path)
    crossings = []
    for world in file.worlds:
        given = path.parent / world
        source = given if given.exists() else given_or_sample(world, "scenarios")
        if not source.exists():
            raise ScenarioError(f"{path.name}: there is no scenario '{world}'; {advice(given, 'scenarios')}")
        base = load_scenario(source, settings)
        if file.attacks:
            base = base.with_settings({"attacks": file.attacks})
        for profile in file.profiles or [base.profile.base]:
            scenario = base.with_settings({"profile.base": profile})
            n_wanted = n_seeds or (file.seeds if isinstance(file.seeds, int) else 1)
            experiment = experiment_of(scenario, n_wanted, [*file.detectors, *detectors], references=references)
            if n_seeds is None and isinstance(file.seeds, list):
                experiment = replace(experiment, seeds=tuple(file.seeds))
            crossings.append(Crossing(Path(world).stem, profile, experiment))
    names = [(each.world, each.profile) for each in crossings]
    if len(set(names)) < len(names):
        raise ScenarioError(f"{path.name}: a world or a profile is named twice; name each once.")
    return Study(path.stem, tuple(crossings))


def run_study(
    study: Study, out: Path, executor: Executor, *, force: bool = False, progress: Progress | None = None
) -> StudyResult:
    """Run all and write fraud.parquet, fraud.csv, fraud.json, a ROC figure for each crossing and manifest.json.

    A world that fails is recorded with its sentence. Raises StoreError as `fraud.run_experiment`.
    """
    started = time.time()
    specs = [spec for each in study.crossings for spec in specs_of(each.experiment)]
    with resumable_folder(out, force) as place:
        outcomes = run_tasks(observe, specs, executor, place.shards, progress)
        results, begin = [], 0
        for each in study.crossings:
            n = len(each.experiment.labels) * len(each.experiment.seeds)
            results.append(result_of(each.experiment, outcomes[begin : begin + n]))
            begin += n
        result = StudyResult(study, tuple(results))
        _write(result, place.result, time.time() - started)
    return result


def _read(path: Path) -> StudyFile:
    try:
        return StudyFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ScenarioError(f"the study '{path}' cannot be read ({error.strerror}); check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"the study '{path}' is not valid TOML ({error}); correct that line.") from error
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            hint = did_you_mean(str(first["loc"][-1]), StudyFile.model_fields)
            raise ScenarioError(f"{path}: unknown key '{key}'; {hint}") from error
        message = first["msg"][:1].lower() + first["msg"][1:]
        raise ScenarioError(f"{path}: {key}: {message}; correct the value.") from error


def _about(crossing: Crossing, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"world": crossing.world, "profile": crossing.profile, **row} for row in rows]


def _write(result: StudyResult, folder: Path, wall_s: float) -> None:
    import pyarrow.csv

    from poc.experiments.figures import fraud_figure, write_figure

    table = table_of(result.rows, NUMBERS)
    pq.write_table(table, folder / "fraud.parquet", compression="zstd", version="2.6")
    pyarrow.csv.write_csv(table, folder / "fraud.csv")
    study = result.study
    write_json(folder / "fraud.json", {
        "study": study.name, "n_failed": result.n_failed, "summary": result.summary(), "intervals": INTERVALS,
    })  # fmt: skip
    scenarios = {
        f"{each.world}/{each.profile}": each.experiment.base.model_dump(mode="json") for each in study.crossings
    }
    details = {"scenarios": scenarios, "n_failed": result.n_failed}
    write_json(folder / "manifest.json", manifest_of("fraud", study.name, list(study.seeds), details, wall_s))
    for each, own in zip(study.crossings, result.results, strict=True):
        write_figure(fraud_figure(own), folder, f"roc-{each.world}-{each.profile}")
