"""Figures of what the radio and the backhaul did: RSSI against distance, in-degree, latency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.ticker import PercentFormatter

from poc.metrics.columns import Columns, among, first_measured_epoch, thinned
from poc.metrics.witnessing import LIVE_IN_DEGREE, QUANTILES_PERCENT, in_degrees, some_links
from poc.plugin import build
from poc.reasons import Reason
from poc.report.style import (
    BLUE,
    COLOUR_MAP,
    GREEN,
    INK,
    MAX_VECTOR_MARKS,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    VERMILION,
    colour_bar,
    legend,
    legend_below,
    new_figure,
    plain_numbers,
    say_instead,
    subtitle,
)
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS
from radio_models.paths import Paths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from poc.store import RunData

_LIGHT_M_S = 299_792_458.0
_DISTANCE_BINS = 24
_SHORTEST_LAG_MS = 0.1
_MIN_RECEPTIONS_A_BIN = 8


def rssi_distance_figure(run: RunData) -> Figure:
    """Reported RSSI over asserted distance, with free space and the run's own medians."""
    figure, (axes,) = new_figure(run, "Reported RSSI over asserted distance")
    first_epoch = first_measured_epoch(run.manifest)
    found = thinned(
        run.tables, "receptions", "report", "distance_m", "rssi_dbm", "power_dbm", "beaconer_gain_dbi",
        "witness_gain_dbi", "frequency_hz", first_epoch=first_epoch,
    )  # fmt: skip
    if found is None:
        say_instead(axes, "This run kept no single receptions.")
        return figure
    receptions, one_in = found
    if one_in > 1:
        subtitle(axes, f"one in {one_in} receptions, by the hash of the report")
    usable = (receptions["distance_m"] > 0) & np.isfinite(receptions["rssi_dbm"])
    order = np.argsort(receptions["report"][usable], kind="stable")
    receptions = {name: array[usable][order] for name, array in receptions.items()}
    distance_km = receptions["distance_m"] / 1000.0
    if not len(distance_km):
        say_instead(axes, "Nobody heard anybody over a known distance.")
        return figure
    axes.set_xscale("log")
    axes.set_xlabel("asserted distance [km]")
    axes.set_ylabel("reported RSSI [dBm]")
    _draw_receptions(axes, run, receptions, first_epoch)
    _draw_models(axes, run, receptions)
    edges_km = np.geomspace(distance_km.min(), distance_km.max() * 1.0001, _DISTANCE_BINS + 1)
    place = np.digitize(distance_km, edges_km) - 1
    bins = [number for number in range(_DISTANCE_BINS) if (place == number).sum() >= _MIN_RECEPTIONS_A_BIN]
    if bins:
        middle_km = np.sqrt(edges_km[:-1] * edges_km[1:])[bins]
        quartiles = [np.quantile(receptions["rssi_dbm"][place == number], (0.25, 0.5, 0.75)) for number in bins]
        low, median, high = np.asarray(quartiles).T
        axes.fill_between(middle_km, low, high, color=ORANGE, alpha=0.3, linewidth=0, zorder=3)
        axes.plot(
            middle_km, median, color=ORANGE, linestyle="-.", linewidth=2.0, zorder=3.2,
            path_effects=[withStroke(linewidth=4, foreground=PAPER)], label="median and quartiles of this run",
        )  # fmt: skip

    axes.set_ylim(
        float(receptions["rssi_dbm"].min()) - 6.0, axes.get_ylim()[1]
    )  # where there is nothing, no model either
    plain_numbers(axes.xaxis)
    legend_below(axes, 2)
    return figure


def _draw_receptions(axes: Axes, run: RunData, receptions: Columns, first_epoch: int) -> None:
    distance_km, rssi_dbm = receptions["distance_m"] / 1000.0, receptions["rssi_dbm"]
    if len(distance_km) > MAX_VECTOR_MARKS:
        cells = axes.hexbin(
            distance_km, rssi_dbm, xscale="log", gridsize=60, bins="log", mincnt=1, cmap=COLOUR_MAP, linewidths=0.1
        )
        colour_bar(axes, cells, "receptions")
    else:
        axes.plot(
            distance_km, rssi_dbm, ".", color=BLUE, markersize=3, alpha=0.5, markeredgewidth=0, label="receptions"
        )
    found = thinned(run.tables, "witness_verdicts", "report", "reason", first_epoch=first_epoch)
    if found is None:
        return
    verdicts, _ = found
    too_strong = among(receptions["report"], verdicts["report"][verdicts["reason"] == Reason.bad_rssi])
    if too_strong.any():
        axes.plot(
            distance_km[too_strong], rssi_dbm[too_strong], "x", color=VERMILION, markersize=3.5, zorder=3.1,
            rasterized=bool(too_strong.sum() > MAX_VECTOR_MARKS), label=f"{int(too_strong.sum()):,} refused: bad_rssi",
        )  # fmt: skip


def _draw_models(axes: Axes, run: RunData, receptions: Columns) -> None:
    """Free space, and the run's own path loss where it goes by distance, at the median claimed power and gains."""
    claims = receptions["power_dbm"] + receptions["beaconer_gain_dbi"] + receptions["witness_gain_dbi"]
    claimed_dbm, frequency_hz = float(np.median(claims)), float(np.median(receptions["frequency_hz"]))
    distance_m = np.geomspace(receptions["distance_m"].min(), receptions["distance_m"].max(), 60)
    loss_db = 20.0 * np.log10(4.0 * np.pi * distance_m * frequency_hz / _LIGHT_M_S)
    axes.plot(
        distance_m / 1000.0, claimed_dbm - loss_db, color=INK, linestyle="--", linewidth=1.2, zorder=3.3,
        label=f"free space, median claim {claimed_dbm:.0f} dBm",
    )  # fmt: skip
    scenario = run.manifest.get("scenario", {})
    section = scenario.get("radio", {}).get("path_loss")
    if not section or "fleet" not in scenario:
        return
    model = build("path loss", PATH_LOSS, section, "radio.path_loss")
    height_m, lost_db = (float(scenario["fleet"][name]) for name in ("height_median_m", "mean_loss_db"))
    if type(model) in NEEDS_TERRAIN:
        return
    paths = Paths(distance_m, frequency_hz, height_m, height_m)
    axes.plot(
        distance_m / 1000.0, claimed_dbm - 2.0 * lost_db - model.loss_db(paths), color=PURPLE, linestyle=":",
        linewidth=1.8, zorder=3.3, label=f"{section['name']}, less {2.0 * lost_db:g} dB of mounting losses",
    )  # fmt: skip


def in_degree_figure(run: RunData) -> Figure:
    """Share of hotspots that heard at most so many others, beside quantiles of the live network."""
    figure, (axes,) = new_figure(run, "How many others a hotspot hears")
    found = some_links(run.tables, first_measured_epoch(run.manifest), "witness")
    if found is None:
        say_instead(axes, "This run kept neither link statistics nor witness verdicts.")
        return figure
    edges, one_in = found
    if one_in > 1:
        subtitle(axes, f"one in {one_in} hotspots, by the hash of their ids")
    if not len(edges[0]):
        say_instead(axes, "Nobody heard anybody in this run.")
        return figure
    degrees = np.sort(in_degrees(edges) if one_in == 1 else np.unique(edges[1], return_counts=True)[1])
    share = np.arange(1, len(degrees) + 1) / len(degrees)
    axes.step(
        np.append(0, degrees), np.append(0.0, share), where="post", color=BLUE,
        label=f"this run, {len(degrees):,} linked hotspots",
    )  # fmt: skip
    axes.plot(
        LIVE_IN_DEGREE, np.array(QUANTILES_PERCENT) / 100, "D", color=VERMILION, markersize=6, linestyle="none",
        zorder=3, label="live network, 1,999 hotspots",
    )  # fmt: skip
    for degree, percent in zip(LIVE_IN_DEGREE, QUANTILES_PERCENT, strict=True):
        axes.annotate(
            f"{percent} %: {degree}", (degree, percent / 100), xytext=(7, -9 if degree > 3 else 4),
            textcoords="offset points", fontsize=7, color=MUTED,
        )  # fmt: skip
    axes.set_xlim(0, 1.15 * max(LIVE_IN_DEGREE[-1], float(degrees[-1])))
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("in-degree: different hotspots heard in the measured epochs")
    axes.set_ylabel("share of hotspots with at most that many")
    legend(axes, loc="lower right")
    return figure


def latency_figure(run: RunData) -> Figure:
    """How long after the first report of a beacon each witness report arrives; selected ones apart."""
    figure, (axes,) = new_figure(run, "Arrival of witness reports after the first one")
    first_epoch = first_measured_epoch(run.manifest)
    heard = thinned(run.tables, "receptions", "report", "received_ns", "first_received_ns", first_epoch=first_epoch)
    judged = thinned(run.tables, "witness_verdicts", "report", "reason", "selected", first_epoch=first_epoch)
    if heard is None or judged is None:
        say_instead(axes, "This run kept no single receptions.")
        return figure
    receptions, verdicts = heard[0], judged[0]
    if heard[1] > 1:
        subtitle(axes, f"one in {heard[1]} reports, by their hash")
    lag_ms = (receptions["received_ns"] - receptions["first_received_ns"]) / 1e6
    later = lag_ms > 0
    if not later.any():
        say_instead(axes, "No beacon was heard by more than one hotspot.")
        return figure
    selected = among(receptions["report"], verdicts["report"][verdicts["selected"]])
    late = among(receptions["report"], verdicts["report"][verdicts["reason"] == Reason.too_late])
    for those, colour, dash, label in (
        (selected & later, BLUE, "-", "selected for reward"),
        (~selected & ~late & later, GREEN, "-.", "not selected"),
        (late & later, VERMILION, "--", "refused: too_late"),
    ):
        if those.any():
            ordered = np.sort(lag_ms[those])
            steps = np.unique(np.linspace(0, len(ordered) - 1, min(len(ordered), 1_000)).astype(np.int64))
            axes.plot(
                ordered[steps], (steps + 1) / len(ordered), color=colour, linestyle=dash,
                label=f"{label}, {len(ordered):,}",
            )  # fmt: skip
    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    axes.set_xlim(left=max(float(lag_ms[later].min()), _SHORTEST_LAG_MS))
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("arrival after the first report of the same beacon [ms]")
    axes.set_ylabel("share that arrived by then")
    legend(axes, loc="upper left")
    return figure
