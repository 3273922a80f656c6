"""`poc new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Debug, Force, Format, FormatOption, Quiet


def new(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.toml"),
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a commented scenario to start from.

    Example: poc new my.toml && poc run my.toml
    """
    from cli.output import say, tell_written
    from poc.scenario_template import write_template

    write_template(path, force)
    tell_written([path], output)
    say(f"run it with: poc run {path}")
