"""`poc fraud run SCENARIO`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import completion
from cli.experiment import ExecutorName, NSeeds, Scheduler
from cli.options import (
    Debug,
    Force,
    Format,
    FormatOption,
    Jobs,
    Out,
    ProfileName,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    all_settings,
)  # fmt: skip

group = typer.Typer(help="How well liars are found.", no_args_is_help=True)


@group.callback()
def fraud() -> None:
    """How well liars are found."""


@group.command("run")
def run_fraud(
    scenario: ScenarioFile,
    seeds: NSeeds = 3,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            "--detector",
            help="Detector to score beside the scenario's; repeatable.",
            autocompletion=completion.detectors,
        ),
    ] = None,
    out: Out = None,
    seed: Seed = None,
    settings: Settings = None,
    profile: ProfileName = None,
    jobs: Jobs = 1,
    executor: ExecutorName = "",
    scheduler: Scheduler = "",
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Each attack of a scenario alone, in the same worlds: what each detector finds, what leaks, who is hit by mistake.

    Example: poc fraud run 02-fraud --seeds 3 --jobs 2
    """
    from cli.experiment import show_result, watched
    from cli.output import complain, say
    from poc.experiments.executors import executor_of
    from poc.experiments.fraud import default_folder, experiment_of, readable, run_experiment
    from poc.scenario import load_scenario

    loaded = load_scenario(scenario, all_settings(settings, seed, profile))
    experiment = experiment_of(loaded, seeds, detector or ())
    workers = executor_of(executor, jobs, scheduler)
    target = out or default_folder(loaded)
    n_worlds = len(experiment.labels) * len(experiment.seeds)
    with watched(loaded.name, experiment.seeds, n_worlds, target, quiet) as progress:
        result = run_experiment(experiment, target, workers, force=force, progress=progress)
    numbers = ", ".join(str(number) for number in experiment.seeds)
    show_result(
        result.summary(), readable(result), output, f"{loaded.name}, seeds {numbers}, profile {loaded.profile.base}"
    )
    for sentence in dict.fromkeys(row["error"] for row in result.rows if row["error"]):
        complain(f"failed: {sentence}")
    say(f"tables and roc.png: {target.absolute().as_uri()}")
    if result.n_failed:
        complain(f"{result.n_failed} worlds failed; the column 'error' of fraud.csv says which.")
        raise typer.Exit(1)
