"""Coverage as pictures: levels of one site by model, and the best server of a fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from maps.city import City
from poc.coverage.grid import Grid
from poc.coverage.level import QUANTILES_PERCENT, Levels, Receiver, Site, quantile_dbm
from poc.report.city_layer import Plane, draw_city
from poc.report.files import save_drawing
from poc.report.style import COLOUR_MAP, INK, PAPER, VERMILION, colour_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 150  # of a command that is waited for
_MAP_IN = 4.1
_MARGINS_IN = 0.65, 0.85, 0.55, 0.3  # left, right with the scale, below, above
_LINES = {10: (1.4, "-"), 50: (1.0, "--"), 90: (0.8, ":")}


class Panel(NamedTuple):
    """A map and the place of its colour scale."""

    axes: Axes
    scale: Axes


def draw_levels(
    path: Path, city: City, grid: Grid, site: Site, receiver: Receiver, levels: Mapping[str, Levels]
) -> Path:
    """Median level by model, one panel each, with lines where P10, P50 and P90 reach the sensitivity; PNG or SVG."""
    plane = Plane(site.latitude_deg, site.longitude_deg)
    extent = _extent_km(grid, plane)
    figure, panels = _panels(len(levels), extent)
    for (axes, scale), (name, median_dbm) in zip(panels, levels.items(), strict=True):
        draw_city(axes, city, plane)
        heard_dbm = np.where(
            quantile_dbm(median_dbm, 90, receiver.sigma_db) >= receiver.sensitivity_dbm, median_dbm, np.nan
        )
        picture = axes.imshow(
            heard_dbm, extent=extent, origin="upper", cmap=COLOUR_MAP, alpha=0.75, zorder=1.1, interpolation="nearest",
            aspect="equal",
        )  # fmt: skip
        for percent in QUANTILES_PERCENT:
            level_dbm = np.nan_to_num(quantile_dbm(median_dbm, percent, receiver.sigma_db), nan=-999.0)
            width, dash = _LINES[percent]
            if level_dbm.max() >= receiver.sensitivity_dbm > level_dbm.min():
                axes.contour(level_dbm, [receiver.sensitivity_dbm], extent=extent, origin="upper", colors=INK,
                             linewidths=width, linestyles=dash, zorder=1.5)  # fmt: skip
        axes.plot(0.0, 0.0, "^", color=VERMILION, markeredgecolor=PAPER, markersize=7, zorder=4)
        _frame(axes, extent)
        axes.set_title(f"{name}: P50, lines where P10 –, P50 --, P90 ·· are just heard", loc="left", fontsize=8)
        if np.isfinite(heard_dbm).any():
            colour_bar(axes, picture, "received power, median [dBm]", scale)
        else:
            scale.set_axis_off()
    return save_drawing(path, figure, _DPI)


def draw_best_server(
    path: Path, city: City, grid: Grid, sites: Sequence[Site], best: npt.NDArray[np.int16], model: str
) -> Path:
    """Which site is loudest where, sites marked; colours repeat beyond twenty."""
    plane = Plane(sites[0].latitude_deg, sites[0].longitude_deg)
    extent = _extent_km(grid, plane)
    figure, ((axes, scale),) = _panels(1, extent)
    scale.set_axis_off()
    draw_city(axes, city, plane)
    colours = ListedColormap(colormaps["tab20"].colors)  # type: ignore[attr-defined]
    axes.imshow(
        np.where(best >= 0, best % 20, np.nan), extent=extent, origin="upper", cmap=colours, vmin=-0.5, vmax=19.5,
        alpha=0.6, zorder=1.1, interpolation="nearest", aspect="equal",
    )  # fmt: skip
    east, north = plane(
        *(np.array([getattr(site, name) for site in sites]) for name in ("latitude_deg", "longitude_deg"))
    )
    axes.scatter(east, north, marker="^", s=24, c=np.arange(len(sites)) % 20, cmap=colours, vmin=-0.5, vmax=19.5,
                 edgecolors=INK, linewidths=0.7, zorder=4)  # fmt: skip
    _frame(axes, extent)
    axes.set_title(f"best server of {len(sites)} sites by median level, {model}", loc="left", fontsize=8)
    return save_drawing(path, figure, _DPI)


def _panels(n: int, extent: tuple[float, float, float, float]) -> tuple[Figure, list[Panel]]:
    """Maps side by side, all as wide; their places are worked out here, which no layout engine does as fast."""
    tall_in = min(max(_MAP_IN * (extent[3] - extent[2]) / (extent[1] - extent[0]), 0.4 * _MAP_IN), 1.6 * _MAP_IN)
    left_in, right_in, below_in, above_in = _MARGINS_IN
    size = each_in, height_in = left_in + _MAP_IN + right_in, below_in + tall_in + above_in
    figure = Figure(figsize=(n * each_in, height_in))
    FigureCanvasAgg(figure)

    def place(number: int, from_left_in: float, wide_in: float, share: float) -> Axes:
        across, up = (number * each_in + from_left_in) / n, below_in + tall_in * (1.0 - share) / 2.0
        return figure.add_axes((across / size[0], up / size[1], wide_in / n / size[0], share * tall_in / size[1]))

    return figure, [
        Panel(place(k, left_in, _MAP_IN, 1.0), place(k, left_in + _MAP_IN + 0.1, 0.13, 0.75)) for k in range(n)
    ]


def _extent_km(grid: Grid, plane: Plane) -> tuple[float, float, float, float]:
    """Outer edges of the raster on the plane; a raster this small is a rectangle to well below a pixel."""
    down, right = grid.step_deg
    _, north = plane(grid.latitude_deg[0] + down / 2.0, plane.longitude_deg)
    _, south = plane(grid.latitude_deg[-1] - down / 2.0, plane.longitude_deg)
    west, _ = plane(plane.latitude_deg, grid.longitude_deg[0] - right / 2.0)
    east, _ = plane(plane.latitude_deg, grid.longitude_deg[-1] + right / 2.0)
    return float(west), float(east), float(south), float(north)


def _frame(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    axes.set_xlabel("east of the site [km]")
    axes.set_ylabel("north of the site [km]")
