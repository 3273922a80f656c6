"""`poc export DIR`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.options import Debug, Force, Format, FormatOption, Quiet, RunFolder

_ON_A_MAP = (
    "QGIS: drag {file} onto the map; kepler.gl: Add Data, then the file; Google Earth wants KML, which QGIS writes "
    "from it (Export, Save Features As)."
)
_JUDGE_AGAIN = (
    "judge it again: poc verify --hotspots {hotspots} --beacons {beacons} --witnesses {witnesses} --out judged"
)
#: What to do next with each form; the names are those of the files that were written.
NEXT = {
    "geojson": _ON_A_MAP, "geoparquet": "QGIS 3.28 or newer: drag {file} onto the map.",
    "csv": _JUDGE_AGAIN, "jsonl": _JUDGE_AGAIN, "parquet": _JUDGE_AGAIN,
}  # fmt: skip


def export(
    folder: RunFolder,
    form: Annotated[
        str,
        typer.Option(
            "--as",
            help="oracle, csv, jsonl, parquet, geojson or geoparquet.",
            autocompletion=completion.exports,
            show_default=False,
        ),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write; default: DIR-<form>.")] = None,
    sign: Annotated[
        float | None,
        typer.Option(
            "--sign",
            min=0.0,
            max=1.0,
            help="Share of the reports that are signed; default: as the run was.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a finished run in another format: Helium oracle files, tables that 'poc verify' reads, or a map.

    Examples: poc export runs/01-first-run-1 --as csv;
    poc export runs/01-first-run-1 --as oracle --sign 0.1 --out oracle
    """
    from cli.output import say, show
    from poc.interop.export import export as export_run
    from poc.store import load_run

    target = out or folder.with_name(f"{folder.name}-{form}")
    written = export_run(load_run(folder), form, target, force=force, sign_share=sign)
    show([{"file": name, "rows": n} for name, n in written.items()], output, f"{folder.name} as {form}")
    say(f"files: {target.absolute().as_uri()}")
    if form in NEXT:
        paths = {Path(name).stem: shlex.quote(str(target / name)) for name in written}
        say(NEXT[form].format(file=next(iter(paths.values())), **paths))
