"""What `import poc` offers: run a scenario, open a finished run, hold rule sets against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from poc.errors import ScenarioError
from poc.results import Compared, Looked, Run
from poc.running import Progress, run_in_memory, run_to_folder
from poc.scenario import Scenario, load_scenario, scenario_from, value_from_text
from poc.store import load_run

ScenarioLike = str | Path | Mapping[str, Any] | Scenario
Settings = Mapping[str, Any] | Sequence[str]


def run(
    scenario: ScenarioLike,
    *,
    set: Settings = (),  # the word of the command line
    seed: int | None = None,
    profile: str | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Run one scenario, in memory or (with `out`) into a run folder.

    `scenario` is a TOML file, the name of a sample such as "01-first-run", a nested dict, or a Scenario. `set` changes
    single keys as `--set` does: {"fleet.n_hotspots": 50} or ["fleet.n_hotspots=50"]. `progress` is called with (epochs
    done, epochs in all). Raises PocError where the command line would exit with 2.

    >>> run({"fleet": {"n_hotspots": 0}}, seed=4)
    <run 'run', seed 4, helium-iot-2026: 0 hotspots, 1 epoch>
    """
    wanted = scenario_of(scenario, set=set, seed=seed, profile=profile)
    if out is None:
        return Run(run_in_memory(wanted, jobs, progress))
    return Run(run_to_folder(wanted, Path(out), jobs=jobs, force=force, progress=progress))


def load(folder: str | Path) -> Run:
    """A finished run from its folder; tables are read when they are asked for. DataError for any other folder."""
    return Run(load_run(folder))


def compare(
    scenario: ScenarioLike,
    profiles: Sequence[str] = ("helium-iot", "guarded"),
    *,
    seeds: int = 1,
    set: Settings = (),
    seed: int | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Compared:
    """The same worlds under several profiles, the first being the yardstick; `seeds` is the number of worlds.

    `jobs` counts processes. With `out` the folder that `poc compare` writes is kept. Raises PocError before anything
    runs when a profile cannot be run.
    """
    from poc.experiments.compare import compare as compare_profiles
    from poc.experiments.executors import executor_of

    wanted, workers = scenario_of(scenario, set=set, seed=seed), executor_of(jobs=jobs)
    if seeds < 1:
        raise ScenarioError(f"seeds is {seeds}, expected the number of worlds, at least 1; correct it.")
    with TemporaryDirectory() as scratch:
        target = Path(out) if out is not None else Path(scratch) / "compare"
        found = compare_profiles(wanted, profiles, seeds, target, workers, force=force, progress=progress)
    return Compared(found)


def look(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    hotspots: str | Path | None = None,
    city: str | None = None,
) -> Looked:
    """Hotspots or reports from somebody's own file, columns guessed, each with its density scale; see `poc look`.

    `columns` says which column plays which part, {"latitude": "lat_y"}. Raises DataError in one sentence.
    """
    from poc.looking.look import look as look_at

    return Looked(look_at(path, columns=columns, hotspots=hotspots, city=city))


def scenario_of(
    scenario: ScenarioLike, *, set: Settings = (), seed: int | None = None, profile: str | None = None
) -> Scenario:
    """The scenario that the arguments of `run` describe, checked. Raises ScenarioError in one sentence.

    >>> scenario_of("01-first-run", set=["fleet.n_hotspots=7"], seed=3).fleet.n_hotspots
    7
    """
    changes = dict(set) if isinstance(set, Mapping) else dict(_setting(text) for text in set)
    changes |= {} if seed is None else {"seed": seed}
    changes |= {} if profile is None else {"profile.base": profile}
    if isinstance(scenario, Mapping):
        scenario = scenario_from(scenario, "the scenario")
    elif not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    return scenario.with_settings(changes) if changes else scenario


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ScenarioError(f"set has {text!r}, which is not key=value; write for instance fleet.n_hotspots=50.")
    return key.strip(), value_from_text(value.strip())
