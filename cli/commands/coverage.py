"""`poc coverage`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.options import Debug, Format, FormatOption, Quiet, Settings


def coverage(
    at: Annotated[str, typer.Option("--at", metavar="LAT,LON", help="Where the site stands.", show_default=False)],
    city: Annotated[str, typer.Option("--city", help="Bundled city or city file.")] = "tennessee-ridges",
    height_m: Annotated[float, typer.Option("--height-m", help="Antenna above ground.")] = 12.0,
    model: Annotated[str, typer.Option("--model", help="Path-loss models, separated by commas.")] = "log-distance",
    antenna: Annotated[Path | None, typer.Option("--antenna", help="Pattern file (MSI Planet).")] = None,
    azimuth_deg: Annotated[float, typer.Option("--azimuth-deg", help="Where the pattern looks.")] = 0.0,
    device: Annotated[
        str, typer.Option("--device", help="Hotspot whose antenna is meant.", autocompletion=completion.devices)
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="Helium region: its frequency and the power it allows with this gain.")
    ] = "",
    gain_dbi: Annotated[
        float | None,
        typer.Option("--gain-dbi", help="Gain all round. Default: the device's, else 3 dBi.", show_default=False),
    ] = None,
    power_dbm: Annotated[
        float | None,
        typer.Option("--power-dbm", help="Conducted power. Default: the region's, else 14 dBm.", show_default=False),
    ] = None,
    cable_loss_db: Annotated[float, typer.Option("--cable-loss-db", min=0.0, help="Between radio and antenna.")] = 0.0,
    frequency_mhz: Annotated[
        float | None,
        typer.Option(
            "--frequency-mhz", min=20.0, help="Frequency. Default: the region's, else 868 MHz.", show_default=False
        ),
    ] = None,
    radius_km: Annotated[float, typer.Option("--radius-km", help="How far to look.")] = 30.0,
    rx_height_m: Annotated[float, typer.Option("--rx-height-m", help="Receivers above ground.")] = 2.0,
    spreading_factor: Annotated[int, typer.Option("--sf", min=5, max=12, help="Decides the sensitivity.")] = 9,
    sigma_db: Annotated[float, typer.Option("--sigma-db", min=0.0, help="Spread around the median: P10, P90.")] = 8.0,
    fleet: Annotated[Path | None, typer.Option("--fleet", help="Other sites, for the best server.")] = None,
    profile: Annotated[
        str, typer.Option("--profile", help="Also emulate what the site would earn under this profile.")
    ] = "",
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Fleets to emulate for that.")] = 5,
    hotspots: Annotated[int, typer.Option("--hotspots", min=2, help="Hotspots in each of them.")] = 100,
    settings: Settings = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for GeoTIFF and PNG; default: tables only.")
    ] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """One site: what it covers by each model, who serves best, and what it would earn.

    Examples: poc coverage --at 36.59,-84.25 --height-m 12 --city tennessee-ridges --model itm,log-distance --out site;
    poc coverage --at 47.14,9.52 --city liechtenstein --device rak-v2 --region EU868
    """
    from cli.output import progress, say, show
    from poc.coverage.drawing import DrawingProcess
    from poc.coverage.level import Receiver, Site
    from poc.coverage.presets import site_preset
    from poc.coverage.study import city_named, cover, serve
    from poc.link_profile import point_from_text
    from radio_models.antenna import Antenna, Isotropic
    from radio_models.lora.receiver import sensitivity_dbm

    opened, point = city_named(city), point_from_text(at, height_m)
    preset = site_preset(device, region, gain_dbi, power_dbm, frequency_mhz)
    pattern: Antenna = Isotropic(preset.gain_dbi)
    if antenna is not None:
        from poc.coverage.pattern_file import read_pattern

        pattern = read_pattern(antenna, azimuth_deg)
    site = Site(point.latitude_deg, point.longitude_deg, point.height_m, preset.power_dbm, cable_loss_db, pattern)
    receiver = Receiver(rx_height_m, 0.0, float(sensitivity_dbm(spreading_factor)), sigma_db)
    names, radius_m = [name.strip() for name in model.split(",")], radius_km * 1000.0
    with ExitStack() as until_drawn:
        drawing = until_drawn.enter_context(DrawingProcess()) if out is not None else None
        found = cover(opened, site, receiver, names, preset.frequency_hz, radius_m)
        rows = found.rows()
        served = serve(opened, site, fleet, receiver, names[0], preset.frequency_hz, radius_m) if fleet else None
        rows += served.rows if served else []
        if profile:
            from poc.coverage.earnings import earnings, scenario_around

            scenario = scenario_around(city, profile, hotspots, settings or [])
            with progress(seeds, "earnings", quiet) as bar:
                earned = earnings(site, scenario, seeds, lambda done, _: bar.update(bar.task_ids[0], completed=done))
            rows += earned.rows()
            say(earned.what_it_is())
        pictures = []
        if out is not None and drawing is not None:
            out.mkdir(parents=True, exist_ok=True)
            pictures = [
                drawing.draw("draw_levels", out / "coverage.png", opened, found.grid, site, receiver, found.levels)
            ]
            if served:
                what = opened, served.grid, served.sites, served.best, names[0]
                pictures += [drawing.draw("draw_best_server", out / "best-server.png", *what)]
        show(rows, output, f"{opened.name}: {at}, {point.height_m:g} m")
        if out is not None:
            from poc.coverage.geotiff import write_geotiff

            for name in names:
                about = f"received power by {name} of a site at {at}, {preset.frequency_hz / 1e6:g} MHz"
                say(f"raster: {write_geotiff(out / f'{name}.tif', found.grid, found.bands(name), about)}")
        for picture in pictures:
            say(f"picture: {picture.result()}")
