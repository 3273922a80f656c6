"""`poc demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import ALL_CORES, Debug, Format, FormatOption, Quiet, Threads


def demo(
    jobs: Threads = ALL_CORES,
    output: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
    only: Annotated[str, typer.Option("--only", help="Run one profile instead of both.", show_default=False)] = "",
) -> None:
    """The first run: 300 hotspots in Liechtenstein, one in ten lies, judged under two sets of rules.

    Example: poc demo
    """
    from pathlib import Path

    from cli.output import for_people, progress, say, show
    from poc.report.files import save_report
    from poc.report.headline import headline
    from poc.report.key_figures import key_figures
    from poc.running import run_to_folder
    from poc.samples import sample
    from poc.scenario import load_scenario

    folder = Path("runs") / "demo"
    profiles = [only] if only else ["helium-iot", "guarded"]
    runs = []
    for profile in profiles:
        scenario = load_scenario(sample("scenarios/01-first-run.toml"), [f'profile.base="{profile}"'])
        with progress(scenario.time.n_epochs, profile, quiet) as bar:
            done = lambda n, _, bar=bar: bar.update(bar.task_ids[0], completed=n)  # noqa: E731
            runs.append(run_to_folder(scenario, folder / profile, jobs=jobs, force=True, progress=done))
    show(
        key_figures(runs, readable=for_people(output)),
        output,
        f"{runs[0].manifest['name']}, seed {runs[0].manifest['seed']}",
    )
    for line in headline(runs[0], runs[1:]):
        say(line)
    page = save_report(folder / "report.html", *runs)
    if for_people(output):
        print(page.absolute().as_uri())
    else:
        say(f"report: {page.absolute().as_uri()}")
