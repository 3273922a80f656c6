"""`poc fraud worlds PART` and `poc fraud bench`: spoof-bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.experiment import ExecutorName, Scheduler
from cli.options import Debug, Force, Format, FormatOption, Jobs, Quiet

PartName = Annotated[
    str, typer.Argument(help="core (test), full (test, more) or training.", show_default=False, metavar="PART")
]
WorldsFolder = Annotated[Path, typer.Option("--worlds", help="Folder of the public worlds.")]
LabelsFolder = Annotated[Path, typer.Option("--labels", help="Folder of the labels; keep it from whoever enters.")]
CellNames = Annotated[
    list[str] | None, typer.Option("--cell", help="Only this cell (attack/density/channel); repeatable.")
]


def make_worlds(
    part: PartName,
    worlds: WorldsFolder = Path("spoof-bench/worlds"),
    labels: LabelsFolder = Path("spoof-bench-labels"),
    seed_file: Annotated[
        Path | None,
        typer.Option("--seed-file", help="File with the keeper's secret seed; test parts only.", show_default=False),
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Take any seed, not only the one whose hash is published.")
    ] = False,
    cells: CellNames = None,
    n_honest: Annotated[
        int | None, typer.Option("--honest", help="Honest hotspots a world.", show_default="as defined")
    ] = None,
    n_worlds: Annotated[
        int | None, typer.Option("--n-worlds", min=1, help="Worlds a cell.", show_default="as defined")
    ] = None,
    benchmark: Annotated[
        str,
        typer.Option(
            "--benchmark", help="Version of the benchmark, spoof-bench-1 for instance.", show_default="newest"
        ),
    ] = "",
    jobs: Jobs = 1,
    executor: ExecutorName = "",
    scheduler: Scheduler = "",
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the worlds of spoof-bench: what a server received in one folder, who lies in another.

    The same order goes on where it was stopped, and always gives the same bytes. The test parts core and full are made
    from a secret seed: --seed-file FILE.

    Example: poc fraud worlds training --cell lone-2km/median-13/sigma-8 --honest 1000 --n-worlds 1 --jobs 2
    """
    from cli.output import complain, progress, say, show
    from poc.bench.definition import read_secret, version
    from poc.bench.making import make, order_of
    from poc.experiments.executors import executor_of

    secret = None if seed_file is None else read_secret(seed_file)
    definition = version(benchmark) if benchmark else None
    order = order_of(
        part,
        secret,
        cells=cells or (),
        n_worlds=n_worlds,
        n_honest=n_honest,
        rehearsal=rehearsal,
        definition=definition,
    )
    workers = executor_of(executor, jobs, scheduler)
    say(f"{order.definition.name}, {part}: {len(order.worlds)} worlds of {order.n_honest:,} honest hotspots")
    with progress(len(order.worlds), part, quiet) as bar:

        def done(n_done: int, n_all: int) -> None:
            bar.update(bar.task_ids[0], completed=n_done, total=n_all)

        failures = make(order, worlds, labels, workers, done)
    rows = [{"cell": cell.name, "n_worlds": order.n_worlds, "n_honest": order.n_honest} for cell in order.cells]
    show(rows, output, f"{order.definition.name}: {part}")
    for sentence in failures:
        complain(f"failed: {sentence}")
    say(f"worlds: {worlds.absolute().as_uri()}")
    say(f"labels, for the keeper only: {labels.absolute().as_uri()}")
    if failures:
        raise typer.Exit(1)


def bench(
    entry: Annotated[
        list[str] | None,
        typer.Option("--entry", help="Folder of an entry's scores, or NAME=FOLDER; repeatable.", show_default=False),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            "--detector", help="Detector of our own to enter; repeatable.", autocompletion=completion.detectors
        ),
    ] = None,
    worlds: WorldsFolder = Path("spoof-bench/worlds"),
    labels: LabelsFolder = Path("spoof-bench-labels"),
    cells: CellNames = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")] = Path("runs/spoof-bench"),
    jobs: Jobs = 1,
    executor: ExecutorName = "",
    scheduler: Scheduler = "",
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Score entries on spoof-bench beside trivial baselines, leak probes and the two reference tests.

    An entry is a folder with <cell>/world-<n>/scores.parquet: hotspot, probability, and what else it has.

    Examples: poc fraud bench --entry mine --jobs 2;
    poc fraud bench --detector live-checks --out live
    """
    from cli.experiment import show_result, watched
    from cli.output import complain, say
    from poc.bench.contest import contest_of, run_contest
    from poc.bench.result_files import readable
    from poc.experiments.executors import executor_of

    contest = contest_of(worlds, labels, entry or (), detector or (), cells or ())
    workers = executor_of(executor, jobs, scheduler)
    name = str(contest.index["benchmark"])
    with watched(name, (), contest.n_tasks, out, quiet) as progress:
        result = run_contest(contest, out, workers, force=force, progress=progress)
    title = f"{name}, {contest.index['part']}, {contest.index['n_honest']:,} honest hotspots a world"
    show_result(result.rows, readable(result.rows), output, title)
    for row in result.rows:
        if row["kind"] in ("entry", "detector") and (row["n_missing"] or row["n_unusable"]):
            say(
                f"{row['entry']}, {row['cell']}: {row['n_missing']:,} hotspots without a usable score "
                f"(they rank last), {row['n_unusable']:,} rows of no use."
            )
    for note in result.notes:
        say(note)
    leaks = sum(row["outcome"] == "leak" for row in result.probes)
    say(f"{leaks} of {len(result.probes)} leak probes stray from chance by more than chance does")
    for sentence in result.failures:
        complain(f"failed: {sentence}")
    say(f"results, probes and table.md: {out.absolute().as_uri()}")
    if result.failures:
        raise typer.Exit(1)
