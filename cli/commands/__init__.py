"""The commands in the order of the help page; add one by writing its file and one line here."""

from __future__ import annotations

import typer

from cli.commands import compare, demo, explain, fraud, maps_, models, new, plot, profiles, report, run, sweep


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
    ):
        app.command(name)(command)
    for name, group in (
        ("fraud", fraud.group),
        ("map", maps_.group),
        ("models", models.group),
        ("profiles", profiles.group),
    ):
        app.add_typer(group, name=name)
