"""`poc calibrate FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Debug, Format, FormatOption, Quiet


def calibrate(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV or Parquet: places of both ends, RSSI, SNR, SF; losses if known."),
    ],
    eirp_dbm: Annotated[float, typer.Option("--eirp-dbm", help="EIRP of the transmitters.")] = 16.0,
    rx_gain_dbi: Annotated[float, typer.Option("--rx-gain-dbi", help="Gain of the receivers less cable.")] = 0.0,
    frequency_mhz: Annotated[float, typer.Option("--frequency-mhz", min=20.0, help="Frequency.")] = 868.0,
    tx_height_m: Annotated[float, typer.Option("--tx-height-m", help="Where the file gives none.")] = 2.0,
    rx_height_m: Annotated[float, typer.Option("--rx-height-m", help="Where the file gives none.")] = 10.0,
    spreading_factor: Annotated[int, typer.Option("--sf", help="Where the file gives none.")] = 12,
    noise_figure_db: Annotated[float, typer.Option("--noise-figure-db", help="Of the receivers.")] = 6.0,
    other_losses: Annotated[
        float, typer.Option("--other-losses", min=0.0, max=0.99, help="Share of packets lost whatever their level.")
    ] = 0.02,
    biases: Annotated[
        str, typer.Option("--biases", help="Ends that get a bias of their own: none, transmitters, receivers, both.")
    ] = "none",
    city: Annotated[str, typer.Option("--city", help="City under the map, with terrain for ITM and P.1812.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for residuals.png and map.png; default: no pictures.")
    ] = None,
    output: FormatOption = Format.auto,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fit exponent, loss and sigma to your own measurements, lost packets included, and rank the path-loss models.

    Example: poc calibrate drive-test.csv --eirp-dbm 16 --rx-gain-dbi 3 --out calibration
    """
    from cli.output import say, show
    from poc.calibration.figures import draw_map, draw_residuals
    from poc.calibration.fitting import Budget, calibrate
    from poc.calibration.measurements import Assumed, read_measurements
    from poc.report.cities import open_city

    opened = open_city(city) if city else None
    assumed = Assumed(tx_height_m, rx_height_m, spreading_factor, noise_figure_db)
    budget = Budget(eirp_dbm, rx_gain_dbi, frequency_mhz * 1e6, other_losses)
    result = calibrate(read_measurements(file, assumed), budget, biases=biases, city=opened)
    show(result.rows(), output, f"{file.name}: {len(result.measured.distance_m):,} links")
    for remark in result.remarks:
        say(remark)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        say(f"pictures: {draw_residuals(result, out / 'residuals.png')}, {draw_map(result, out / 'map.png', opened)}")
