"""The commands in the order of the help page; add one by writing its file and one line here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import typer

from cli.commands import (
    calibrate,
    compare,
    coverage,
    demo,
    detect,
    explain,
    export,
    fraud,
    ledger,
    look,
    maps_,
    models,
    new,
    oracle,
    plot,
    profiles,
    report,
    run,
    sweep,
    verify,
)  # fmt: skip

_NEGATIVE_NUMBERS = {"ignore_unknown_options": True}  # a latitude such as -16.5 is no option


def add_to(app: typer.Typer) -> None:
    """Register every command and group."""
    for name, command in (
        ("demo", demo.demo),
        ("run", run.run),
        ("new", new.new),
        ("report", report.report),
        ("plot", plot.plot),
        ("explain", explain.explain),
        ("compare", compare.compare),
        ("sweep", sweep.sweep),
        ("look", look.look),
        ("verify", verify.verify),
        ("detect", detect.detect),
        ("export", export.export),
        ("oracle", oracle.oracle),
        ("calibrate", calibrate.calibrate),
    ):
        app.command(name)(command)
    app.command("coverage", context_settings=_NEGATIVE_NUMBERS)(coverage.coverage)
    for name, group in (
        ("fraud", fraud.group),
        ("map", maps_.group),
        ("models", models.group),
        ("profiles", profiles.group),
        ("ledger", ledger.group),
    ):
        app.add_typer(group, name=name)
    _show_examples(app)


def _show_examples(group: typer.Typer) -> None:
    """The examples of each docstring go to the end of its help page, one a line."""
    for command in group.registered_commands:
        command.help, command.epilog = help_and_examples(command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            _show_examples(inner.typer_instance)


def help_and_examples(command: Callable[..., Any] | None) -> tuple[str, str]:
    """The docstring of a command without and with nothing but its examples; blank lines keep these apart for Typer."""
    text, _, examples = inspect.cleandoc(getattr(command, "__doc__", None) or "").partition("\n\nExample")
    lines = [re.sub(r"\s+", " ", line).strip() for line in examples.removeprefix("s").removeprefix(":").split(";")]
    return text, "\n\n".join(["Examples:", *lines]) if examples else ""
