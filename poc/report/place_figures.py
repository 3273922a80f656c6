"""Figures on the map: who is where, who hears whom, what a hex scales to and earns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LogNorm, Normalize

from maps.grid import parents, resolutions
from poc.metrics.columns import Columns, columns, first_measured_epoch, newest, newest_rows, rows_in
from poc.metrics.labels import labels_from
from poc.metrics.money import earnings
from poc.metrics.witnessing import some_links
from poc.report.asserted_places import asserted_places
from poc.report.city_layer import Plane, draw_city, extent_km, frame_places, plane_of
from poc.report.style import (
    BLUE,
    COLOUR_MAP,
    INK,
    MAX_VECTOR_MARKS,
    PAPER,
    PURPLE,
    VERMILION,
    colour_bar,
    legend_below,
    new_figure,
    say_instead,
    subtitle,
)
from poc.table import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from poc.store import RunData

HEX_RESOLUTION, MAX_HEXES = 8, 10_000
BONES_PER_HNT = 1e8
MAX_LINKS = 20_000
_SAME_PLACE_KM = 0.05
_WIDTH_IN = 5.8
_AROUND_THE_MAP_IN = (0.8, 1.5)  # axes, legend, title and footer


def map_figure(run: RunData) -> Figure:
    """Asserted places of everybody; of liars also the true place and, where there is one, the estimated place."""
    figure, axes = _map_canvas(run, "Where hotspots say they are")
    hotspots = asserted_places(run)
    if hotspots is None or not len(hotspots["hotspot"]):
        say_instead(axes, "No hotspot asserts a place in this run.")
        return figure
    plane = plane_of(run.city, hotspots["latitude_deg"], hotspots["longitude_deg"])
    draw_city(axes, run.city, plane)
    east, north = plane(hotspots["latitude_deg"], hotspots["longitude_deg"])
    labels = labels_from(run.tables)
    liar = np.zeros(len(east), bool) if labels is None else labels.liars(hotspots["hotspot"])
    dense = len(east) > MAX_VECTOR_MARKS
    axes.scatter(
        east[~liar], north[~liar], s=14 if not dense else 3, c=BLUE, edgecolors=PAPER, linewidths=0.3, zorder=3,
        rasterized=dense, label=f"{int((~liar).sum()):,} honest" if labels is not None else f"{len(east):,} hotspots",
    )  # fmt: skip
    if liar.any():
        _draw_liars(axes, run, plane, hotspots["hotspot"][liar], east[liar], north[liar])
    frame_places(axes, east, north)
    legend_below(axes, 2)
    if labels is None:
        subtitle(axes, "The run came without truth: nobody can be called a liar.")
    elif not liar.any():
        subtitle(axes, "No hotspot lies in this run.")
    return figure


def _draw_liars(axes: Axes, run: RunData, plane: Plane, hotspot: Array, east: Array, north: Array) -> None:
    truth = newest(run.tables, "truth", "hotspot", "latitude_deg", "longitude_deg")
    assert truth is not None  # liars are known from this table
    rows = rows_in(truth["hotspot"], hotspot)
    true_east, true_north = plane(truth["latitude_deg"][rows], truth["longitude_deg"][rows])
    lies = np.stack([np.column_stack([east, north]), np.column_stack([true_east, true_north])], axis=1)
    axes.add_collection(LineCollection(list(lies), colors=VERMILION, linewidths=0.6, alpha=0.6, zorder=2.5))
    axes.scatter(
        east, north, s=26, marker="^", facecolors=PAPER, edgecolors=VERMILION, linewidths=1.1, zorder=3.5,
        label=f"{len(east):,} liars, as asserted",
    )  # fmt: skip
    axes.scatter(
        true_east, true_north, s=24, marker="x", c=VERMILION, linewidths=1.2, zorder=3.6, label="liars, true place"
    )
    scores = columns(
        run.tables, "scores", "detector", "hotspot", "verdict", "estimated_latitude_deg", "estimated_longitude_deg"
    )
    if scores is None:
        return
    rows = newest_rows(scores, "hotspot", "detector")
    found = np.isfinite(scores["estimated_latitude_deg"][rows]) & (scores["verdict"][rows] == "suspect")
    rows = rows[found & np.isin(scores["hotspot"][rows], hotspot)]
    guess = np.stack(plane(scores["estimated_latitude_deg"][rows], scores["estimated_longitude_deg"][rows]))
    at = np.argsort(hotspot)[np.searchsorted(np.sort(hotspot), scores["hotspot"][rows])]
    # a detector that estimates no place repeats the asserted one
    elsewhere = np.hypot(guess[0] - east[at], guess[1] - north[at]) > _SAME_PLACE_KM
    if elsewhere.any():
        axes.scatter(
            guess[0][elsewhere], guess[1][elsewhere], s=22,
            marker="D", facecolors="none", edgecolors=PURPLE, linewidths=1.1, zorder=3.7,
            label="suspected liars, estimated place",
        )  # fmt: skip


def witness_graph_figure(run: RunData) -> Figure:
    """Every link between asserted places, links of liars apart."""
    figure, axes = _map_canvas(run, "Who heard whom")
    found, hotspots = some_links(run.tables, first_measured_epoch(run.manifest), "beaconer"), asserted_places(run)
    if found is None or hotspots is None:
        say_instead(axes, "This run kept neither link statistics nor witness verdicts.")
        return figure
    edges, one_in = found
    ends = [rows_in(hotspots["hotspot"], end) for end in edges]
    placed = (ends[0] >= 0) & (ends[1] >= 0)
    n_links = int(placed.sum())
    if not n_links:
        say_instead(axes, "Nobody heard anybody in this run.")
        return figure
    plane = plane_of(run.city, hotspots["latitude_deg"], hotspots["longitude_deg"])
    draw_city(axes, run.city, plane)
    east, north = plane(hotspots["latitude_deg"], hotspots["longitude_deg"])
    shown = np.flatnonzero(placed)[:: max(1, -(-n_links // MAX_LINKS))]
    start, stop = ends[0][shown], ends[1][shown]
    lines = np.stack([np.column_stack([east[end], north[end]]) for end in (start, stop)], axis=1)
    labels = labels_from(run.tables)
    liar = np.zeros(len(east), bool) if labels is None else labels.liars(hotspots["hotspot"])
    of_liar = liar[start] | liar[stop]
    alpha = float(np.clip(900.0 / len(shown), 0.08, 0.5))
    for those, colour, text, z in (
        (~of_liar, BLUE, "links of honest hotspots", 2.0),
        (of_liar, VERMILION, "links of liars", 2.1),
    ):
        if those.any():
            axes.add_collection(LineCollection(
                list(lines[those]), colors=colour, linewidths=0.5, alpha=alpha, rasterized=True, zorder=z,
            ))  # fmt: skip
            axes.plot([], [], color=colour, label=text)
    dense = len(east) > MAX_VECTOR_MARKS
    axes.scatter(
        east[~liar],
        north[~liar],
        s=0.4 if dense else 6,
        c=INK,
        zorder=1.9 if dense else 3,
        linewidths=0,
        rasterized=dense,
    )
    if liar.any():
        axes.scatter(east[liar], north[liar], s=18, marker="^", facecolors=PAPER, edgecolors=VERMILION, zorder=3.1)
    frame_places(axes, east, north)
    left_out = f"; {len(shown):,} of them drawn" if len(shown) < n_links else ""
    whose = f" of one in {one_in} hotspots" if one_in > 1 else ""
    subtitle(axes, f"{n_links:,} directed links{whose} between asserted places{left_out}")
    legend_below(axes, 2)
    return figure


def density_scale_figure(run: RunData) -> Figure:
    """Mean density scale attached to the beacons of each hex."""
    figure, axes = _map_canvas(run, "Density scale of the beacons by hex")
    verdicts = columns(
        run.tables, "beacon_verdicts", "hotspot", "reason", "hex_scale_e4",
        first_epoch=first_measured_epoch(run.manifest),
    )  # fmt: skip
    hotspots = asserted_places(run)
    if verdicts is None or hotspots is None:
        say_instead(axes, "This run kept no beacon verdicts.")
        return figure
    row = rows_in(hotspots["hotspot"], verdicts["hotspot"])
    known = (row >= 0) & (verdicts["reason"] == 0)
    if not known.any():
        say_instead(axes, "No beacon was valid, so none was given a scale.")
        return figure
    cells, place, resolution = _hexes(hotspots["cell"][row[known]])
    n_beacons = np.bincount(place, minlength=len(cells))
    mean = np.bincount(place, verdicts["hex_scale_e4"][known], minlength=len(cells)) / n_beacons / 1e4
    _draw_hexes(axes, run, hotspots, cells, mean, f"mean density scale, {resolution}", Normalize(0.0, 1.0))
    return figure


def rewards_map_figure(run: RunData) -> Figure:
    """What the hotspots asserted in each hex were paid."""
    figure, axes = _map_canvas(run, "Rewards by hex")
    earned, hotspots = earnings(run.tables, first_measured_epoch(run.manifest)), asserted_places(run)
    if earned is None or hotspots is None or not earned[1].any():
        say_instead(axes, "Nothing was paid in this run.")
        return figure
    row = rows_in(hotspots["hotspot"], earned[0])
    paid = (row >= 0) & (earned[1] > 0)
    cells, place, resolution = _hexes(hotspots["cell"][row[paid]])
    amount = np.bincount(place, earned[1][paid], minlength=len(cells)) / BONES_PER_HNT
    norm = LogNorm(max(amount.min(), amount.max() * 1e-4), amount.max() * 1.0001)
    _draw_hexes(axes, run, hotspots, cells, amount, f"paid [HNT], {resolution}", norm)
    return figure


def _hexes(cells: Array) -> tuple[Array, Array, str]:
    """The hexes to draw, the hex of each cell, and their size in words; a coarser cell stands for itself.

    Of HEX_RESOLUTION, or where that would be more than MAX_HEXES, which are too small to see, of a coarser one.
    """
    for resolution in range(HEX_RESOLUTION, -1, -1):
        fine = resolutions(cells) >= resolution
        hexes = cells.copy()
        hexes[fine] = parents(cells[fine], resolution)
        drawn, place = np.unique(hexes, return_inverse=True)
        if len(drawn) <= MAX_HEXES:
            break
    return drawn, place, f"hexes of resolution {resolution}"


def _map_canvas(run: RunData, title: str) -> tuple[Figure, Axes]:
    """A figure as high as the shape of the city asks for."""
    hotspots = asserted_places(run)
    shape = (1.0, 1.0)
    if hotspots is not None:
        plane = plane_of(run.city, hotspots["latitude_deg"], hotspots["longitude_deg"])
        shape = extent_km(run.city, plane, *plane(hotspots["latitude_deg"], hotspots["longitude_deg"]))
    height_in = (_WIDTH_IN - _AROUND_THE_MAP_IN[0]) * shape[1] / shape[0]
    height_in = float(np.clip(height_in, 2.8, 6.4)) + _AROUND_THE_MAP_IN[1]
    figure, (axes,) = new_figure(run, title, width_in=_WIDTH_IN, height_in=height_in)
    return figure, axes


def _draw_hexes(
    axes: Axes,
    run: RunData,
    hotspots: Columns,
    cells: Array,
    values: Array,
    label: str,
    norm: Normalize,
) -> None:
    plane = plane_of(run.city, hotspots["latitude_deg"], hotspots["longitude_deg"])
    draw_city(axes, run.city, plane)
    hexes = PolyCollection(
        plane.cells(cells), array=values, cmap=COLOUR_MAP, norm=norm, edgecolors=PAPER, linewidths=0.3, alpha=0.85,
        zorder=2, rasterized=len(cells) > MAX_VECTOR_MARKS,
    )  # fmt: skip
    axes.add_collection(hexes)
    east, north = plane(hotspots["latitude_deg"], hotspots["longitude_deg"])
    if len(east) <= MAX_VECTOR_MARKS:  # more would hide the colours
        axes.scatter(east, north, s=2, c=INK, linewidths=0, zorder=3)
    frame_places(axes, east, north)
    colour_bar(axes, hexes, label)
