"""`poc fraud run SCENARIO`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import completion
from cli.commands import fraud_bench
from cli.experiment import ExecutorName, Scheduler
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

if TYPE_CHECKING:
    from poc.experiments.fraud import FraudResult
    from poc.experiments.fraud_study import StudyResult

group = typer.Typer(help="How well liars are found.", no_args_is_help=True)


@group.callback()
def fraud() -> None:
    """How well liars are found."""


@group.command("run")
def run_fraud(
    scenario: ScenarioFile,
    seeds: Annotated[
        int | None,
        typer.Option(
            "--seeds",
            min=1,
            help="Number of worlds: seeds counted up from the scenario's; default: 3, or what a study says.",
            show_default=False,
        ),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            "--detector",
            help="Detector to score beside the scenario's; repeatable.",
            autocompletion=completion.detectors,
        ),
    ] = None,
    references: Annotated[
        bool,
        typer.Option(
            "--references",
            help="Set the reference tests (they read the truth) and efficiency beside every detector.",
        ),
    ] = False,
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

    Each line has the leakage that would remain at 0.5 % collateral. A study, a file with worlds = [scenarios],
    profiles, detectors, seeds and [[attacks]], crosses them all. What was stopped goes on with the same command.

    Example: poc fraud run 02-fraud --seeds 3 --jobs 2
    """
    from cli.experiment import show_result, watched
    from cli.output import complain, say
    from poc.experiments.executors import executor_of
    from poc.experiments.fraud import default_folder, experiment_of, readable, run_experiment
    from poc.experiments.fraud_study import is_study, load_study, run_study
    from poc.scenario import load_scenario

    workers = executor_of(executor, jobs, scheduler)
    if is_study(scenario):
        study = load_study(
            scenario, all_settings(settings, seed, profile), seeds, detector or (), references=references
        )
        name, numbers, target = study.name, study.seeds, out or Path("runs") / f"{study.name}-fraud"
        with watched(name, numbers, study.n_runs, target, quiet) as progress:
            crossed = run_study(study, target, workers, force=force, progress=progress)
        result: FraudResult | StudyResult = crossed
        for_people = crossed.readable()
        title = f"{name}, {len(study.crossings)} worlds and profiles"
    else:
        loaded = load_scenario(scenario, all_settings(settings, seed, profile))
        experiment = experiment_of(loaded, seeds or 3, detector or (), references=references)
        name, numbers, target = loaded.name, experiment.seeds, out or default_folder(loaded)
        n_runs = len(experiment.labels) * len(numbers)
        with watched(name, numbers, n_runs, target, quiet) as progress:
            alone = run_experiment(experiment, target, workers, force=force, progress=progress)
        result, for_people = alone, readable(alone)
        title = f"{name}, seeds {', '.join(map(str, numbers))}, profile {loaded.profile.base}"
    show_result(result.summary(), for_people, output, title)
    for sentence in dict.fromkeys(row["error"] for row in result.rows if row["error"]):
        complain(f"failed: {sentence}")
    say(f"tables and ROC figures: {target.absolute().as_uri()}")
    if result.n_failed:
        complain(f"{result.n_failed} worlds failed; the column 'error' of fraud.csv says which.")
        raise typer.Exit(1)


group.command("worlds")(fraud_bench.make_worlds)
group.command("bench")(fraud_bench.bench)
