"""Figures of who was caught and who was paid: ROC with precision-recall, and the Lorenz curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import PercentFormatter

from poc.errors import DataError
from poc.metrics.columns import columns, first_measured_epoch
from poc.metrics.detection import detector_roc
from poc.metrics.labels import labels_from
from poc.metrics.money import earnings, gini
from poc.metrics.ranking import area_under, average_precision
from poc.metrics.withholding import MOST_COLLATERAL, curves
from poc.report.style import MUTED, SERIES, legend, legend_below, new_figure, say_instead

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from poc.store import RunData


def roc_figure(run: RunData) -> Figure:
    """Liars found against honest hotspots accused, and precision against liars found, for each detector."""
    figure, panels = new_figure(run, "Finding the liars", n_panels=2, width_in=7.0, height_in=4.5)
    labels = labels_from(run.tables)
    scores = columns(run.tables, "scores", "detector", first_epoch=first_measured_epoch(run.manifest))
    missing = (
        "The run came without truth." if labels is None
        else "No hotspot lies in this run." if not labels.is_liar.any()
        else "Every hotspot lies in this run." if labels.is_liar.all()
        else "No detector ran in this run." if scores is None or not len(scores["detector"])
        else ""
    )  # fmt: skip
    if missing or labels is None or scores is None:
        say_instead(panels[0], missing)
        panels[1].set_axis_off()
        return figure
    for number, detector in enumerate(np.unique(scores["detector"]).tolist()):
        curve = detector_roc(run.tables, detector, labels, first_measured_epoch(run.manifest))
        assert curve is not None  # the scores are there
        colour, dash = SERIES[number % len(SERIES)]
        panels[0].plot(
            curve.false_positive_rate, curve.true_positive_rate, color=colour, linestyle=dash,
            label=f"{detector}, area {area_under(curve):.3f}",
        )  # fmt: skip
        found = curve.n_true[1:]
        panels[1].plot(
            found / curve.n_liars, found / (found + curve.n_false[1:]), color=colour, linestyle=dash,
            label=f"{detector}, average {average_precision(curve):.3f}",
        )  # fmt: skip
    base_rate = float(labels.is_liar.mean())
    panels[0].plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":")
    panels[0].axvline(0.01, color=MUTED, linewidth=0.8)
    panels[0].annotate("1 % accused", (0.01, 0.03), xytext=(4, 0), textcoords="offset points", fontsize=7, color=MUTED)
    panels[1].axhline(base_rate, color=MUTED, linewidth=0.8, linestyle=":")
    panels[1].annotate(
        f"by chance {base_rate:.0%}", (0.98, base_rate), xytext=(0, 3), textcoords="offset points", fontsize=7,
        color=MUTED, ha="right",
    )  # fmt: skip
    _shares(panels[0], "honest hotspots accused", "liars found")
    _shares(panels[1], "liars found", "liars among the accused")
    for axes in panels:
        legend_below(axes, 1)
    return figure


def leakage_figure(run: RunData) -> Figure:
    """What would still go to liars against what the honest would lose, for every threshold of each detector."""
    figure, (axes,) = new_figure(run, "What withholding pay would save and cost", width_in=5.8, height_in=4.8)
    try:
        found = curves(run)
    except DataError as error:
        say_instead(axes, str(error)[:1].upper() + str(error)[1:])
        return figure
    for number, (detector, curve) in enumerate(found.items()):
        colour, dash = SERIES[number % len(SERIES)]
        lost = [100.0 * point.collateral for point in curve.points]
        leaks = [100.0 * point.leakage for point in curve.points]
        axes.step(lost, leaks, where="post", color=colour, linestyle=dash,
                  label=f"{detector}, {curve.leakage_at():.2%} at {MOST_COLLATERAL:.1%}")  # fmt: skip
        axes.plot(100.0 * curve.verdicts.collateral, 100.0 * curve.verdicts.leakage, "o", color=colour, markersize=4)
    axes.axvline(100.0 * MOST_COLLATERAL, color=MUTED, linewidth=0.8)
    axes.set_xlim(0.0, 5.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("pay of the honest lost by false accusations [%]; dots: the detectors' own verdicts")
    axes.set_ylabel("paid emission that goes to liars [%]")
    legend(axes, loc="upper right")
    return figure


def lorenz_figure(run: RunData) -> Figure:
    """Share of the rewards that the poorest share of hotspots holds."""
    figure, (axes,) = new_figure(run, "How evenly the rewards fall", width_in=5.8, height_in=5.4)
    earned = earnings(run.tables, first_measured_epoch(run.manifest))
    if earned is None or not earned[1].any():
        say_instead(axes, "Nothing was paid in this run.")
        return figure
    labels = labels_from(run.tables)
    hotspot, amount = earned
    groups = [("all hotspots", np.ones(len(hotspot), bool))]
    if labels is not None and labels.liars(hotspot).any():
        liar = labels.liars(hotspot)
        groups += [("honest", ~liar), ("liars", liar)]
    for number, (name, those) in enumerate(groups):
        inequality = gini(amount[those])
        if inequality is None:
            continue
        held = np.cumsum(np.sort(amount[those]).astype(np.float64))
        colour, dash = SERIES[number]
        axes.plot(
            np.arange(len(held) + 1) / len(held), np.append(0.0, held / held[-1]), color=colour, linestyle=dash,
            label=f"{name} ({int(those.sum()):,}), Gini {inequality:.2f}",
        )  # fmt: skip
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":", label="all alike")
    _shares(axes, "share of hotspots, poorest first", "share of the rewards")
    legend(axes, loc="upper left")
    return figure


def _shares(axes: Axes, across: str, up: str) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.03)
    axes.set_aspect("equal")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(across)
    axes.set_ylabel(up)
