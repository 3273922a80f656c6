"""`poc run SCENARIO`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import (
    ALL_CORES,
    Debug,
    Force,
    Format,
    FormatOption,
    Out,
    ProfileName,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    all_settings,
)  # fmt: skip


def run(
    scenario: ScenarioFile,
    out: Out = None,
    seed: Seed = None,
    settings: Settings = None,
    profile: ProfileName = None,
    jobs: Threads = ALL_CORES,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write neither report.html nor figures.html.")] = False,
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run one scenario and write its tables, metrics and report.

    Examples: poc run 01-first-run --profile guarded;
    poc run my.toml --set fleet.n_hotspots=50 --seed 7 --out runs/mine
    """
    from cli.output import for_people, progress, say, show
    from poc.report.headline import headline
    from poc.report.key_figures import key_figures
    from poc.running import default_folder, run_to_folder
    from poc.scenario import load_scenario

    loaded = load_scenario(scenario, all_settings(settings, seed, profile))
    target = out or default_folder(loaded)
    with progress(loaded.time.n_epochs, f"{loaded.name}, seed {loaded.seed}", quiet) as bar:
        finished = run_to_folder(
            loaded, target, jobs=jobs, force=force, progress=lambda done, _: bar.update(bar.task_ids[0], completed=done)
        )
    show(key_figures([finished], readable=for_people(output)), output, f"{loaded.name}, seed {loaded.seed}")
    simplified = [f"simplified: {text}" for text in finished.manifest["profile"]["simplifications"]]
    for line in [*headline(finished), *finished.manifest["warnings"], *simplified]:
        say(line)
    if not no_report:
        from poc.report.files import save_report

        say(f"report: {save_report(target / 'report.html', finished).absolute().as_uri()}")
    else:
        say(f"tables: {target.absolute().as_uri()}")
