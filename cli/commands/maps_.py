"""`poc map list|show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.commands import map_making, map_profile
from cli.options import Debug, Format, FormatOption, Quiet

group = typer.Typer(help="The maps that are there, and new ones.", no_args_is_help=True)
group.command("synth")(map_making.synth)
group.command("import")(map_making.import_map)
group.command("profile", context_settings={"ignore_unknown_options": True})(map_profile.profile)


@group.command("list")
def list_maps(output: FormatOption = Format.auto, quiet: Quiet = False, debug: Debug = False) -> None:
    """List the bundled cities.

    Example: poc map list
    """
    from cli.output import show
    from maps.city import list_cities, load_city
    from poc.report.cities import city_row

    show([city_row(load_city(name)) for name in list_cities()], output, "bundled cities")


@group.command("show")
def show_map(
    city: Annotated[
        str, typer.Argument(help="Name of a bundled city, or a city file.", autocompletion=completion.cities)
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="PNG or SVG to draw; default: no picture.")] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Facts and a picture of one city.

    Example: poc map show liechtenstein --out liechtenstein.png
    """
    from cli.output import say, show
    from poc.report.cities import city_row, draw_city, open_city

    opened = open_city(city)
    show([city_row(opened)], output, opened.name)
    say(opened.attribution)
    if out is not None:
        say(f"picture: {draw_city(opened, out)}")
