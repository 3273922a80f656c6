"""The commands in the order of the help page; add one by writing its file and one line here."""

from __future__ import annotations

import typer

from cli.commands import (
    calibrate,
    compare,
    coverage,
    demo,
    explain,
    export,
    fraud,
    ledger,
    look,
    maps_,
    models,
    new,
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
        ("export", export.export),
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
