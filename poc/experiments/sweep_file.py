"""A sweep file: a scenario, a grid of dotted keys, seeds and the metrics to collect. Unknown keys are refused."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from poc.errors import PocError, ScenarioError, did_you_mean
from poc.experiments.admission import Door
from poc.experiments.metric_names import check_names
from poc.samples import advice, given_or_sample
from poc.scenario import Scenario, load_scenario
from poc.setup import detectors_of, profile_of

SeedNumber = Annotated[int, Field(ge=0, lt=2**63)]


class ExecutorSection(BaseModel):
    """Where the points run: empty name = serial, processes or Dask, whichever jobs and scheduler ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: str = ""
    jobs: int = Field(1, ge=1)
    scheduler: str = ""


class SweepFile(BaseModel):
    """The keys of the file. `seeds` is a list, or a number of seeds counted up from the scenario's."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    scenario: str
    name: str = ""
    grid: dict[str, Any]
    set: dict[str, Any] = Field(default_factory=dict)
    seeds: Annotated[int, Field(ge=1, le=10_000)] | Annotated[list[SeedNumber], Field(min_length=1)] = 1
    metrics: list[str] = Field(
        default=["leakage.share", "collateral.harmed_share", "rewards.gini_honest", "coverage.n_cells_res8"],
        min_length=1,
    )
    executor: ExecutorSection = ExecutorSection()


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of the grid under one seed; without a scenario where it cannot be run, and `refusal` says why."""

    values: Mapping[str, Any]
    seed: int
    scenario: Scenario | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep ready to run: every point in the order of the table."""

    name: str
    base: Scenario
    keys: tuple[str, ...]
    seeds: tuple[int, ...]
    metrics: tuple[str, ...]
    points: tuple[Point, ...]
    executor: ExecutorSection

    @property
    def n_runs(self) -> int:
        """Points that will be run; the others were refused at the door."""
        return sum(point.scenario is not None for point in self.points)


def load_sweep(path: str | Path, settings: Sequence[str] = (), seed: int | None = None) -> Sweep:
    """The sweep of a TOML file; `settings` change the scenario, `seed` is the first of as many as the file wants.

    Raises ScenarioError where nothing could come of it: an unknown key, an empty grid, a value with which no point of
    the grid can run. A combination that cannot run is kept as a point with its refusal.
    """
    path = given_or_sample(path, "sweeps").resolve()
    file = _read(path)
    axes = dict(_flat(file.grid))
    fixed = dict(_flat(file.set, lists_only=False))
    _check_axes(path, axes, [*fixed, *(setting.partition("=")[0].strip() for setting in settings)])
    base = load_scenario(path.parent / file.scenario, settings)
    base = base.with_settings({key: _anchored(key, value, path.parent) for key, value in fixed.items()})
    first = base.seed if seed is None else seed
    n_seeds = file.seeds if isinstance(file.seeds, int) else len(file.seeds)
    given = isinstance(file.seeds, list) and seed is None
    seeds = tuple(file.seeds) if given and isinstance(file.seeds, list) else tuple(first + i for i in range(n_seeds))
    if len(set(seeds)) < len(seeds):
        raise ScenarioError(f"'{path.name}': seeds has one seed twice; name each once.")

    door = Door()
    combinations = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    scenarios = [_admitted(door, base, values, path.parent) for values in combinations]
    _refuse_dead_values(path, combinations, scenarios)
    for scenario in scenarios:
        if isinstance(scenario, Scenario):
            check_names(file.metrics, detectors_of(scenario, profile_of(scenario)))
    points = tuple(
        Point(values, number, scenario.with_settings({"seed": number}))
        if isinstance(scenario, Scenario)
        else Point(values, number, None, str(scenario))
        for values, scenario in zip(combinations, scenarios, strict=True)
        for number in seeds
    )
    return Sweep(file.name or path.stem, base, tuple(axes), seeds, tuple(file.metrics), points, file.executor)


def _read(path: Path) -> SweepFile:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ScenarioError(
            f"the sweep '{path}' cannot be read ({error.strerror}); {advice(path.name, 'sweeps')}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"the sweep '{path}' is not valid TOML ({error}); correct that line.") from error
    try:
        return SweepFile.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            model: type[BaseModel] = ExecutorSection if first["loc"][0] == "executor" else SweepFile
            hint = did_you_mean(str(first["loc"][-1]), model.model_fields)
            raise ScenarioError(f"{path}: unknown key '{key}'; {hint}") from error
        if first["type"] == "missing":
            raise ScenarioError(f"{path}: '{key}' is missing; a sweep needs scenario = \"…\" and a [grid].") from error
        message = first["msg"][:1].lower() + first["msg"][1:]
        raise ScenarioError(f"{path}: {key}: {message}; correct the value.") from error


def _flat(table: Mapping[str, Any], before: str = "", lists_only: bool = True) -> Iterator[tuple[str, Any]]:
    """Dotted keys of nested TOML tables: `fleet.n_hotspots = […]` and `"fleet.n_hotspots" = […]` say the same."""
    for key, value in table.items():
        if isinstance(value, Mapping) and (lists_only or "name" not in value):
            yield from _flat(value, f"{before}{key}.", lists_only)
        else:
            yield before + key, value


def _check_axes(path: Path, axes: Mapping[str, Any], fixed: Sequence[str]) -> None:
    if not axes:
        raise ScenarioError(
            f'{path}: the grid is empty; give at least one key, for instance "fleet.n_hotspots" = [20, 40].'
        )
    for key, values in axes.items():
        if not isinstance(values, list) or not values:
            raise ScenarioError(
                f"{path}: grid.{key} is {values!r}, expected a list with at least one value; write one."
            )
        texts = [json.dumps(value, default=str) for value in values]
        if len(set(texts)) < len(texts):
            raise ScenarioError(f"{path}: grid.{key} has one value twice; name each once.")
        if key in fixed:
            raise ScenarioError(f"{path}: '{key}' is both set and swept; drop one of them.")
        if key == "seed":
            raise ScenarioError(f"{path}: 'seed' is no key of the grid; write seeds = [1, 2, 3] instead.")


def _admitted(door: Door, base: Scenario, values: Mapping[str, Any], folder: Path) -> Scenario | PocError:
    try:
        scenario = base.with_settings({key: _anchored(key, value, folder) for key, value in values.items()})
    except PocError as error:
        return error
    return door.refusal(scenario) or scenario


def _refuse_dead_values(
    path: Path, combinations: Sequence[Mapping[str, Any]], scenarios: Sequence[Scenario | PocError]
) -> None:
    """A misspelt key fails with all its values, a misspelt value in all its points: then the file is at fault."""
    for key in combinations[0]:
        fates: dict[str, list[Scenario | PocError]] = {}
        for values, scenario in zip(combinations, scenarios, strict=True):
            fates.setdefault(json.dumps(values[key], default=str), []).append(scenario)
        for fate in fates.values():
            if not any(isinstance(scenario, Scenario) for scenario in fate):
                raise ScenarioError(f"{path.name}: {fate[0]}")


def _anchored(key: str, value: Any, folder: Path) -> Any:
    """Paths of city and placement files count from the folder of the sweep."""
    is_path = isinstance(value, str) and ("/" in value or value.endswith(".npz"))
    if is_path and key in ("map.city", "fleet.placement.path"):
        return str(folder / value)
    if key == "fleet.placement" and isinstance(value, dict) and isinstance(value.get("path"), str):
        return {**value, "path": str(folder / value["path"])}
    return value
