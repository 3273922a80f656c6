"""`poc detect`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import completion
from cli.options import (
    ALL_CORES,
    BeaconsFile,
    Debug,
    Force,
    Format,
    FormatOption,
    HotspotsFile,
    OutFolder,
    Quiet,
    Threads,
    WitnessesFile,
)


def detect(
    hotspots: HotspotsFile,
    beacons: BeaconsFile,
    witnesses: WitnessesFile,
    out: OutFolder,
    city: Annotated[
        str | None, typer.Option("--city", help="City whose outline the map shows.", autocompletion=completion.cities)
    ] = None,
    liar_share: Annotated[
        float, typer.Option("--liar-share", min=0.001, max=0.9, help="Share of liars expected before looking.")
    ] = 0.1,
    jobs: Threads = ALL_CORES,
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Look for liars in reports from files: a probability, a verdict and the evidence for every hotspot and link.

    Columns are those of 'poc verify'; what is missing narrows the evidence, and the summary says so.

    Example: poc detect --hotspots h.csv --beacons b.csv --witnesses w.csv --out found
    """
    from cli.output import say, show
    from maps.city import load_city
    from maps.errors import MapError
    from poc.errors import DataError
    from poc.interop.detect_folder import detect_to_folder

    try:
        outline = None if city is None else load_city(city)
    except MapError as error:
        raise DataError(str(error)) from error
    summary = detect_to_folder(
        hotspots, beacons, witnesses, out, city=outline, liar_share=liar_share, jobs=jobs, force=force
    )
    show([{"verdict": name, "n": n} for name, n in summary["verdicts"].items()], output, "verdicts of fusion")
    for name, counts in summary["counts"].items():
        causes = "".join(f"; {n:,} {cause}" for cause, n in counts["causes"].items())
        say(f"{name}: {counts['received']:,} received, {counts['rejected']:,} rejected{causes}")
    for note in summary["notes"]:
        say(note)
    say(summary["sentence"])
    say(f"tables: {out.absolute().as_uri()}")
