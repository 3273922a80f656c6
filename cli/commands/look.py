"""`poc look FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.options import Debug, Format, FormatOption, Quiet


def look(
    file: Annotated[
        Path, typer.Argument(help="Hotspots or reports: CSV, JSON Lines, GeoJSON or Parquet.", show_default=False)
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="PART=NAME",
            autocompletion=completion.parts,
            help="Say which column is the latitude, longitude, cell, hotspot, gain, height, rssi …; repeatable.",
        ),
    ] = None,
    hotspots: Annotated[
        Path | None, typer.Option("--hotspots", help="Where the hotspots are, for reports that do not say.")
    ] = None,
    city: Annotated[
        str | None, typer.Option("--city", help="City to draw under the map; default: a bundled one that fits.")
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            help="PNG, SVG, HTML, CSV or Parquet file to write; repeatable.",
            show_default="<file>-look.png and .html here",
        ),
    ] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """First look at your own file: guess the columns, draw the map, say what the density rules leave of each hotspot.

    Examples: poc look hotspots.csv; poc look gateways.csv --column latitude=lat_y --format csv;
    poc look witnesses.csv --hotspots hotspots.csv --out map.svg
    """
    from cli.output import for_people, say, show
    from poc.looking.look import look as look_at
    from poc.report.look_files import save_look

    pairs = [text.partition("=") for text in column or ()]
    if any(not equals for _, equals, _ in pairs):
        raise typer.BadParameter("expected PART=NAME, for instance latitude=lat_y", param_hint="--column")
    sight = look_at(file, columns={part: name for part, _, name in pairs}, hotspots=hotspots, city=city)
    written = save_look(sight, out or [Path(f"{file.stem}-look.png"), Path(f"{file.stem}-look.html")])
    rows = sight.readable(MOST_ON_A_SCREEN) if for_people(output) else sight.rows()
    show(rows, output, f"{file.name}, the most crowded first")
    for line in [*sight.headline(), *sight.said]:
        say(line)
    for path in written:
        say(f"written: {path.absolute().as_uri()}")


MOST_ON_A_SCREEN = 10
