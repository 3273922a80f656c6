"""`poc plot DIR KIND`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.options import Debug, Format, FormatOption, Quiet, RunFolder


def plot(
    folder: RunFolder,
    kind: Annotated[
        str, typer.Argument(help="Which figure; 'list' names them all.", autocompletion=completion.figures)
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="PNG or SVG file; default: <kind>.png in DIR.")
    ] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw one figure of a run, or the heat map of a sweep.

    Examples: poc plot runs/01-first-run-1 list; poc plot runs/01-first-run-1 map --out map.svg;
    poc plot runs/density-1 sweep
    """
    from cli.output import show, tell_written
    from poc.experiments.figures import save_sweep_figure
    from poc.report.figures import FIGURES
    from poc.report.files import save_figure
    from poc.store import load_run

    if kind == "list":
        if output in (Format.auto, Format.table):
            print("\n".join([*FIGURES, "sweep"]))
        else:
            show([{"kind": name} for name in [*FIGURES, "sweep"]], output)
        return
    if kind == "sweep":
        tell_written([save_sweep_figure(out or folder / "sweep.png", folder)], output)
        return
    tell_written([save_figure(out or folder / f"{kind}.png", load_run(folder), kind)], output)
