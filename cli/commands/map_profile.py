"""`poc map profile CITY A B`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, Quiet


def profile(
    city: Annotated[str, typer.Argument(help="Name of a bundled city, or a city file.")],
    a: Annotated[str, typer.Argument(metavar="A", help="latitude,longitude[,height in m] of one antenna.")],
    b: Annotated[str, typer.Argument(metavar="B", help="latitude,longitude[,height in m] of the other.")],
    height_m: Annotated[float, typer.Option("--height-m", help="Height above ground where A or B gives none.")] = 10.0,
    frequency_mhz: Annotated[float, typer.Option("--frequency-mhz", min=20.0, help="Frequency.")] = 868.0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="PNG or SVG to draw; default: no picture.")] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Terrain, Fresnel zone and every model's loss between two places.

    Example: poc map profile tennessee-ridges 36.60,-84.30,12 36.55,-84.20,2 --out link.png
    """
    from cli.output import say, show
    from poc.link_profile import link_profile, point_from_text
    from poc.report.cities import open_city

    opened = open_city(city)
    link = link_profile(opened, point_from_text(a, height_m), point_from_text(b, height_m), frequency_mhz * 1e6)
    show(link.rows, output, f"{opened.name}: {frequency_mhz:g} MHz")
    say(link.verdict)
    if out is not None:
        from poc.link_profile_figure import draw_link

        say(f"picture: {draw_link(link, out)}")
