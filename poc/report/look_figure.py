"""The picture of `poc look`: every hotspot on the map in the colour of its density scale, and how scales are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize

from maps.gazetteer import largest_within
from maps.settlement import districts
from poc.looking.look import TABLES
from poc.report.city_layer import Plane, draw_city, frame_places, plane_of
from poc.report.style import (
    COLOUR_MAP,
    INK,
    MAX_VECTOR_MARKS,
    MUTED,
    SERIES,
    colour_bar,
    legend,
    say_instead,
    subtitle,
    titled_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from poc.looking.look import Sight

_MOST_TOWNS = 60


def look_figure(sight: Sight) -> Figure:
    """Map and spread side by side. Hotspots without a scale are drawn grey, the most crowded on top."""
    figure, (where, spread) = titled_figure(
        f"{len(sight.places):,} hotspots of {sight.path.name}",
        f"poc look {sight.path.name} · every hotspot taken as active · poc-emulator",
        n_panels=2, width_in=10.0, height_in=4.8,
    )  # fmt: skip
    _draw_map(where, sight)
    _draw_spread(spread, sight)
    return figure


def _draw_map(axes: Axes, sight: Sight) -> None:
    places = sight.places
    plane = plane_of(sight.city, places.latitude_deg, places.longitude_deg)
    draw_city(axes, sight.city, plane)
    east, north = plane(places.latitude_deg, places.longitude_deg)
    scale = sight.crowding[TABLES[0]].scale
    dense = len(places) > MAX_VECTOR_MARKS
    size = 3.0 if dense else 16.0
    unscaled = np.isnan(scale)
    axes.scatter(east[unscaled], north[unscaled], s=size, c=MUTED, linewidths=0, zorder=3, rasterized=dense)
    order = np.flatnonzero(~unscaled)[np.argsort(-scale[~unscaled], kind="stable")]
    marks = axes.scatter(
        east[order], north[order], c=scale[order], s=size, cmap=COLOUR_MAP, norm=Normalize(0.0, 1.0), zorder=4,
        edgecolors="none" if dense else INK, linewidths=0.0 if dense else 0.3, rasterized=dense,
    )  # fmt: skip
    frame_places(axes, east, north)
    _name_towns(axes, plane)
    if len(order):
        colour_bar(axes, marks, f"density scale, {TABLES[0].upper()}")
    if sight.city is not None:
        subtitle(axes, f"Map: {sight.city.attribution}; towns: GeoNames")
    else:
        subtitle(axes, "Towns: GeoNames")


def _name_towns(axes: Axes, plane: Plane) -> None:
    """The largest towns in the frame, as many as stand clear of each other."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    corners = plane.places(np.array([west, east]), np.array([south, north]))
    towns = largest_within(corners[0][0], corners[1][0], corners[0][1], corners[1][1], _MOST_TOWNS)
    towns = towns.take(~districts(towns))
    x, y = plane(towns.latitude_deg, towns.longitude_deg)
    named: list[tuple[float, float]] = []
    for name, at_x, at_y in zip(towns.name.tolist(), x.tolist(), y.tolist(), strict=True):
        clear = all(
            abs(at_x - other_x) > 0.2 * (east - west) or abs(at_y - other_y) > 0.05 * (north - south)
            for other_x, other_y in named
        )
        if clear and west < at_x < east - 0.1 * (east - west) and south < at_y < north:
            named.append((at_x, at_y))
            axes.plot(at_x, at_y, marker="+", color=MUTED, markersize=5, markeredgewidth=0.8, zorder=2)
            axes.annotate(
                name, (at_x, at_y), xytext=(3, 3), textcoords="offset points", fontsize=7, color=MUTED, zorder=2
            )  # fmt: skip


def _draw_spread(axes: Axes, sight: Sight) -> None:
    drawn = False
    for name, (colour, dash) in zip(TABLES, SERIES, strict=False):
        scale = np.sort(sight.crowding[name].scale[np.isfinite(sight.crowding[name].scale)])
        if len(scale):
            share = 100.0 * np.arange(1, len(scale) + 1) / len(scale)
            label = f"{name.upper()}, {np.mean(scale):.2f} on average"
            axes.step(
                np.append(0.0, scale), np.append(0.0, share), where="post", color=colour, linestyle=dash, label=label
            )
            drawn = True
    if not drawn:
        say_instead(axes, "No cell is fine enough for a density scale.")
        return
    axes.set_xlim(0.0, 1.02)
    axes.set_ylim(0.0, 102.0)
    axes.set_xlabel("density scale")
    axes.set_ylabel("hotspots with no more than this [%]")
    legend(axes, loc="upper left")
