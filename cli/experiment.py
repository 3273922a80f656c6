"""Options and progress that the experiment commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import completion
from cli.options import Format
from cli.output import progress, say, show

ExecutorName = Annotated[
    str,
    typer.Option(
        "--executor",
        autocompletion=completion.executors,
        help="serial, process or dask; default: what --jobs and --scheduler ask for.",
        show_default=False,
    ),
]
Scheduler = Annotated[
    str, typer.Option("--scheduler", help="Dask scheduler (tcp://host:8786, or its file).", show_default=False)
]
NSeeds = Annotated[int, typer.Option("--seeds", min=1, help="Number of worlds: seeds counted up from the scenario's.")]


def show_result(rows: Sequence[Any], for_people: Sequence[Any], output: Format, title: str) -> None:
    """Numbers for programs, numbers with their intervals in one cell for people."""
    if output is Format.auto:
        output = Format.table if sys.stdout.isatty() else Format.json
    show(for_people if output is Format.table else rows, output, title)


@contextmanager
def watched(
    what: str, seeds: Sequence[int], n_tasks: int, out: Path, quiet: bool
) -> Iterator[Callable[[int, int], None]]:
    """A progress bar; the seeds first, what an earlier attempt left, and on Ctrl-C what is kept."""
    from poc.experiments.folder import partial_folder
    from poc.experiments.tasks import n_kept

    if not quiet:
        say(f"{what}: {n_tasks} runs" + (f", seeds {', '.join(str(seed) for seed in seeds)}" if seeds else ""))
    partial = partial_folder(out)
    seen: list[int] = []
    try:
        with progress(n_tasks, what, quiet) as bar:

            def done(n_done: int, n_all: int) -> None:
                if not seen and n_done:
                    say(f"going on from {n_done} runs kept in '{partial}'; delete that folder to start afresh.")
                seen.append(n_done)
                bar.update(bar.task_ids[0], completed=n_done, total=n_all)

            yield done
    except KeyboardInterrupt:
        n_finished = n_kept(partial / "shards")
        if n_finished:
            say(f"{n_finished} of {n_tasks} runs are kept in '{partial}'; the same command goes on from there.")
        raise
