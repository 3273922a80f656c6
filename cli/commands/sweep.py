"""`poc sweep FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.experiment import ExecutorName, Scheduler
from cli.options import Debug, Force, Format, FormatOption, Out, ProfileName, Quiet, Seed, Settings, all_settings


def sweep(
    file: Annotated[
        Path, typer.Argument(help="Sweep file (TOML): scenario, [grid], seeds, metrics.", show_default=False)
    ],
    out: Out = None,
    seed: Seed = None,
    settings: Settings = None,
    profile: ProfileName = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            help="Processes; results never depend on it. Default: the file's.",
            show_default=False,
        ),
    ] = None,
    executor: ExecutorName = "",
    scheduler: Scheduler = "",
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run a scenario over a grid of settings, with the same seeds everywhere; interrupted, it goes on where it stopped.

    With --seed the seeds are counted up from there. A run that fails is recorded and makes the exit status 1.

    Examples: poc sweep density --jobs 2;
    poc sweep my.toml --scheduler tcp://10.0.0.5:8786 --format csv
    """
    from cli.experiment import show_result, watched
    from cli.output import complain, say
    from poc.experiments.executors import executor_of
    from poc.experiments.sweep import default_folder, readable, run_sweep
    from poc.experiments.sweep_file import load_sweep

    loaded = load_sweep(file, all_settings(settings, None, profile), seed)
    workers = executor_of(
        executor or ("" if scheduler else loaded.executor.name),
        jobs or loaded.executor.jobs,
        scheduler or (loaded.executor.scheduler if executor in ("", "dask") else ""),
    )
    target = out or default_folder(loaded)
    with watched(loaded.name, loaded.seeds, loaded.n_runs, target, quiet) as progress:
        result = run_sweep(loaded, target, workers, force=force, progress=progress)
    numbers = ", ".join(str(number) for number in loaded.seeds)
    show_result(result.summary(), readable(result), output, f"{loaded.name}, seeds {numbers}: mean [95 % interval]")
    for sentence in dict.fromkeys(row["error"] for row in result.rows if row["error"]):
        complain(f"failed: {sentence}")
    say(f"tables: {target.absolute().as_uri()}")
    if result.n_failed:
        complain(f"{result.n_failed} of {len(result.rows)} runs failed; the column 'error' of sweep.csv says which.")
        raise typer.Exit(1)
