"""`poc map synth|import`: cities of one's own as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Debug, Force, Format, FormatOption, Quiet


def synth(
    out: Annotated[Path, typer.Argument(help="City file to write (.npz).", show_default=False)],
    kind: Annotated[str, typer.Option("--kind", help="grid, radial, valley or coastal.")] = "radial",
    width_km: Annotated[float, typer.Option("--width-km", help="East to west.")] = 10.0,
    height_km: Annotated[float, typer.Option("--height-km", help="South to north.")] = 10.0,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another city.")] = 1,
    at: Annotated[str, typer.Option("--at", help="LAT,LON of the centre.")] = "0,0",
    region: Annotated[str | None, typer.Option("--region", help="Helium region; default: by place.")] = None,
    resolution: Annotated[int, typer.Option("--resolution", help="H3 resolution of its cells.")] = 9,
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a seeded synthetic city; in a scenario, `[map] synthetic = { kind = … }` does the same without a file.

    Example: poc map synth valley.npz --kind valley --width-km 20 --at 47.1,9.5
    """
    from cli.output import show
    from poc.report.cities import city_row, synthetic, write_city

    city = synthetic(kind, width_km, height_km, seed, at, region, resolution)
    show([city_row(write_city(city, out, force))], output, str(out))


def import_map(
    extract: Annotated[
        Path, typer.Argument(help="OpenStreetMap extract (.osm.pbf, .osm, .osm.gz).", show_default=False)
    ],
    out: Annotated[Path, typer.Argument(help="City file to write (.npz).", show_default=False)],
    name: Annotated[str, typer.Option("--name", help="Name of the city; default: the file's.")] = "",
    boundary: Annotated[
        str | None, typer.Option("--boundary", help="Administrative area by name; default: the box.")
    ] = None,
    elevation: Annotated[Path | None, typer.Option("--elevation", help="SRTM .hgt(.zip) or a GeoTIFF.")] = None,
    persons: Annotated[float | None, typer.Option("--persons", help="Inhabitants, if you know.")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Helium region; default: by place.")] = None,
    resolution: Annotated[int, typer.Option("--resolution", help="H3 resolution of its cells.")] = 10,
    force: Force = False,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Turn an OpenStreetMap extract, with elevation if you have it, into a city (needs the extra `geo`).

    Example: poc map import monaco.osm.gz monaco.npz --elevation N43E007.hgt.zip
    """
    from cli.output import say, show
    from poc.report.cities import city_row, imported, write_city

    city = imported(
        extract, name or extract.name.split(".")[0], boundary, elevation, persons, region, resolution
    )  # fmt: skip
    show([city_row(write_city(city, out, force))], output, str(out))
    say(city.attribution)
