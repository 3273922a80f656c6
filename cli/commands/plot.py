"""`poc plot DIR KIND`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Debug, RunFolder


def plot(
    folder: RunFolder,
    kind: Annotated[str, typer.Argument(help="Which figure; 'list' names them all.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="PNG or SVG file; default: <kind>.png in DIR.")
    ] = None,
    debug: Debug = False,
) -> None:
    """Draw one figure of a run.

    Examples: poc plot runs/01-first-run-1 list; poc plot runs/01-first-run-1 map --out map.svg
    """
    from poc.report.figures import FIGURES
    from poc.report.files import save_figure
    from poc.store import load_run

    if kind == "list":
        print("\n".join(FIGURES))
        return
    print(save_figure(out or folder / f"{kind}.png", load_run(folder), kind))
