"""`poc compare SCENARIO`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import completion
from cli.experiment import ExecutorName, NSeeds, Scheduler
from cli.options import Debug, Force, Format, FormatOption, Jobs, Out, Quiet, ScenarioFile, Seed, Settings, all_settings


def compare(
    scenario: ScenarioFile,
    profile: Annotated[
        list[str],
        typer.Option(
            "--profile",
            autocompletion=completion.profiles,
            help="Protocol profile; give two or more, the first is the yardstick.",
            show_default=False,
        ),
    ],
    seeds: NSeeds = 1,
    out: Out = None,
    seed: Seed = None,
    settings: Settings = None,
    jobs: Jobs = 1,
    executor: ExecutorName = "",
    scheduler: Scheduler = "",
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """The same worlds under several profiles: who wins, who loses, by kind of site; writes a one-page card.

    Example: poc compare 01-first-run --profile helium-iot --profile guarded --seeds 3 --jobs 2
    """
    from cli.experiment import show_result, watched
    from cli.output import say
    from poc.experiments import compare as comparing
    from poc.experiments.compare_card import headline, readable
    from poc.experiments.executors import executor_of
    from poc.scenario import load_scenario

    loaded = load_scenario(scenario, all_settings(settings, seed, None))
    workers = executor_of(executor, jobs, scheduler)
    target = out or comparing.default_folder(loaded)
    numbers = [loaded.seed + number for number in range(seeds)]
    with watched(loaded.name, numbers, seeds * len(profile), target, quiet) as progress:
        result = comparing.compare(loaded, profile, seeds, target, workers, force=force, progress=progress)
    show_result(
        result.summary(), readable(result), output, f"{loaded.name}: {', '.join(profile[1:])} against {profile[0]}"
    )
    if result.reports_identical:
        say("All profiles judged the same reports to the byte (checked).")
    for name in profile[1:]:
        for line in headline(result, name):
            say(line)
    say(f"card: {(target / 'card.md').absolute().as_uri()}")
