"""`poc report DIR`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, Quiet, RunFolder


def report(
    folder: RunFolder,
    beside: Annotated[
        list[str] | None, typer.Option("--beside", help="Another run to show beside; repeatable.")
    ] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write report.html, an interactive map, and figures.html from the tables of a run.

    Examples: poc report runs/01-first-run-1; poc report runs/demo/helium-iot --beside runs/demo/guarded
    """
    from cli.output import tell_written
    from poc.report.files import save_report
    from poc.store import load_run

    others = [load_run(path) for path in beside or []]
    run = load_run(folder)
    tell_written([save_report(folder / "report.html", run, *others)], output)
