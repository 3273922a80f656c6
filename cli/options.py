"""Options that mean the same in every command."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli import completion


class Format(StrEnum):
    """How results are printed: `auto` is a table on a terminal and JSON in a pipe."""

    auto = "auto"
    table = "table"
    json = "json"
    csv = "csv"


ScenarioFile = Annotated[Path, typer.Argument(help="Scenario file (TOML); 'poc new' writes one.", show_default=False)]
HotspotsFile = Annotated[Path, typer.Option("--hotspots", help="Hotspots: CSV, JSONL or Parquet.", show_default=False)]
BeaconsFile = Annotated[
    Path, typer.Option("--beacons", help="Beacon reports: table or oracle file.", show_default=False)
]
WitnessesFile = Annotated[
    Path, typer.Option("--witnesses", help="Witness reports: table or oracle file.", show_default=False)
]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="Folder to write.", show_default=False)]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished run.", show_default=False)]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Seed of every draw; default: the scenario's.", show_default=False)
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change one scenario key, for instance fleet.n_hotspots=50; repeatable."
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Protocol profile; default: the scenario's.",
        show_default=False,
        autocompletion=completion.profiles,
    ),
]
ALL_CORES = os.cpu_count() or 1
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Threads or processes; results never depend on it.")]
Threads = Annotated[
    int,
    typer.Option("--jobs", "-j", min=1, show_default="all cores", help="Threads; results never depend on it."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder to write; default: runs/<scenario>-<seed>.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier run of the same name.")]
FormatOption = Annotated[Format, typer.Option("--format", help="table, json or csv.")]


def _hush(quiet: bool) -> bool:
    """Told before the command runs, so that nothing needs to hand the word on."""
    from cli import output

    output.hush(quiet)
    return quiet


Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", callback=_hush, help="Only results and errors: no progress, no remarks.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def all_settings(settings: list[str] | None, seed: int | None, profile: str | None) -> list[str]:
    """`--seed` and `--profile` as `--set` would say them, after the explicit settings."""
    more = [] if seed is None else [f"seed={seed}"]
    more += [] if profile is None else [f'profile.base="{profile}"']
    return [*(settings or []), *more]
