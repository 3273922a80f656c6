"""A calibration as two pictures: levels and residuals over distance, and residuals on the map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from maps.city import City
from poc.calibration.fitting import Calibration
from poc.paths import Places
from poc.report.city_layer import draw_city, frame_places, plane_of
from poc.report.files import save_drawing
from poc.report.style import BLUE, INK, MUTED, VERMILION, colour_bar, legend, plain_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SCALE_DB = 20.0


def draw_residuals(result: Calibration, path: Path) -> Path:
    """Measured levels with both fits above, measured less predicted below; PNG or SVG by the ending of `path`.

    Raises DataError for another ending, StoreError when the file cannot be written.
    """
    figure = _new_figure(6.2, 6.0)
    levels, residuals = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    measured, heard = result.measured, result.measured.heard
    distance_km = measured.distance_m / 1000.0
    many = heard.sum() > 3000
    levels.plot(distance_km[heard], measured.level_dbm[heard], ".", color=BLUE, alpha=0.4, markersize=3,
                markeredgewidth=0, rasterized=many, label=f"{int(heard.sum()):,} links heard")  # fmt: skip
    if (~heard).any():
        levels.plot(distance_km[~heard], measured.sensitivity_dbm[~heard], "v", color=MUTED, alpha=0.5, markersize=3,
                    rasterized=many, label=f"{int((~heard).sum()):,} never heard, at their sensitivity")  # fmt: skip
    along_km = np.geomspace(distance_km.min(), distance_km.max(), 100)
    slope, _ = result.least_squares
    x = 10.0 * np.log10(along_km)
    fitted_dbm = result.budget.level_dbm - result.fit.loss_at_1_km_db.value - result.fit.exponent.value * x
    centre = (10.0 * np.log10(distance_km[heard])).mean(), measured.level_dbm[heard].mean()
    levels.plot(along_km, fitted_dbm, "-", color=VERMILION, linewidth=1.8,
                label=f"maximum likelihood, n = {result.fit.exponent.value:.2f}")  # fmt: skip
    levels.plot(along_km, centre[1] - slope * (x - centre[0]), "--", color=INK, linewidth=1.2,
                label=f"least squares, n = {slope:.2f}")  # fmt: skip
    levels.set_ylabel("level (ESP) [dBm]")
    residuals.plot(distance_km[heard], result.residual_db[heard], ".", color=BLUE, alpha=0.4, markersize=3,
                   markeredgewidth=0, rasterized=many)  # fmt: skip
    residuals.axhline(0.0, color=INK, linewidth=0.8)
    residuals.set_ylabel("measured − predicted [dB]")
    residuals.set_xlabel("distance [km]")
    residuals.set_xscale("log")
    plain_numbers(residuals.xaxis)
    for axes in (levels, residuals):
        axes.grid(True, alpha=0.4)
    legend(levels, loc="best")
    return save_drawing(path, figure)


def draw_map(result: Calibration, path: Path, city: City | None = None) -> Path:
    """Each heard link at its more varied end, coloured by measured less predicted level, over the city if there is one.

    Raises DataError for an ending other than PNG or SVG, StoreError when the file cannot be written.
    """
    figure = _new_figure(6.2, 6.0)
    axes: Axes = figure.subplots()
    measured, heard = result.measured, result.measured.heard
    senders, receivers = measured.senders, measured.receivers
    at = senders if _n_places(senders) >= _n_places(receivers) else receivers
    latitude, longitude = at.latitude_deg[heard], at.longitude_deg[heard]
    plane = plane_of(city, latitude, longitude)
    draw_city(axes, city, plane)
    east, north = plane(latitude, longitude)
    points = axes.scatter(east, north, c=result.residual_db[heard], cmap="RdBu", vmin=-_SCALE_DB, vmax=_SCALE_DB, s=12,
                          linewidths=0.2, edgecolors=INK, zorder=3, rasterized=len(east) > 3000)  # fmt: skip
    frame_places(axes, east, north)
    colour_bar(axes, points, "measured − predicted [dB]")
    return save_drawing(path, figure)


def _n_places(places: Places) -> int:
    return len(np.unique(np.column_stack([places.latitude_deg, places.longitude_deg]), axis=0))


def _new_figure(width_in: float, height_in: float) -> Figure:
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
