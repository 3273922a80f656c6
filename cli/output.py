"""Results go to stdout, everything else to stderr."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Self

from cli.options import Format

_hushed: ContextVar[bool] = ContextVar("hushed", default=False)


def hush(quiet: bool) -> None:
    """Whether `say` keeps silent from now on, as `--quiet` asks."""
    _hushed.set(quiet)


def say(text: str) -> None:
    """A remark for a person, on stderr; nothing under `--quiet`."""
    if not _hushed.get():
        complain(text)


def complain(text: str) -> None:
    """A line on stderr that is said even under `--quiet`: errors, failures, interrupts."""
    print(text, file=sys.stderr, flush=True)


def tell_written(paths: Sequence[Path], output: Format) -> None:
    """What was written, as results: one path (or file:// address for pages) a line for people, rows for programs."""
    if output in (Format.json, Format.csv):
        show([{"file": str(path.absolute())} for path in paths], output)
        return
    for path in paths:
        print(path.absolute().as_uri() if path.suffix == ".html" else path)


def for_people(output: Format) -> bool:
    """Whether a table is wanted: asked for, or by default on a terminal."""
    return output is Format.table or (output is Format.auto and sys.stdout.isatty())


def show(rows: Sequence[Mapping[str, Any]], output: Format, title: str = "") -> None:
    """Rows as a table on a terminal, JSON in a pipe, or as asked."""
    if for_people(output):
        _table(rows, title)
    elif output is not Format.csv:
        print(json.dumps(list(rows), indent=1, default=str))
    else:
        print(_csv(rows), end="")


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> None:
    from rich.console import Console
    from rich.markup import escape  # [m] is a unit, not a style
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    names = list(dict.fromkeys(name for row in rows for name in row))
    numeric = {name: all(isinstance(row.get(name), (int, float)) for row in rows) for name in names}
    for name in names:
        table.add_column(escape(name), justify="right" if numeric[name] else "left")
    for row in rows:
        table.add_row(*(escape(readable(row.get(name))) for name in names))
    Console().print(table)


def readable(value: Any) -> str:
    """A cell of a table: four significant digits, a dash where there is nothing.

    >>> readable(0.123456), readable(None), readable(1234567)
    ('0.1235', '–', '1,234,567')
    """
    if value is None:
        return "–"
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


class _NoBar(contextlib.nullcontext[Any]):
    """What stands in for a bar that nobody sees, so that nothing is loaded to draw it."""

    task_ids = (0,)

    def __enter__(self) -> Self:
        return self

    def update(self, task: int, *, completed: float, total: float | None = None) -> None:
        """Nothing moves."""


def progress(total: int, what: str, quiet: bool) -> Any:
    """A progress bar with the time left on stderr; silent when quiet or not on a terminal."""
    if quiet or not sys.stderr.isatty():
        return _NoBar()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    bar.add_task(what, total=total)
    return bar
