"""Figures of experiments: heat map or line of a sweep, pooled ROC of a fraud experiment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.errors import DataError
from poc.report.files import save_drawing
from poc.report.style import (
    COLOUR_MAP,
    INK,
    MUTED,
    PAPER,
    SERIES,
    colour_bar,
    legend,
    new_figure,
    png_from,
    say_instead,
    svg_from,
)
from poc.store import RunData

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from poc.experiments.fraud import FraudResult
    from poc.experiments.intervals import Mean
    from poc.experiments.sweep import SweepResult
    from poc.scenario import Scenario

MAX_PANELS = 4
TITLES = {
    "leakage.share": "share of pay that goes to liars",
    "collateral.harmed_share": "share of the honest that are harmed",
    "rewards.gini_honest": "Gini of pay, honest hotspots",
    "coverage.n_cells_res8": "witnessed hexes (resolution 8)",
    "coverage.n_phantom_cells_res8": "hexes vouched for by liars only",
}


def sweep_figure(result: SweepResult) -> Figure | None:
    """The first metrics of a sweep against its one key (line with 95 % interval) or two keys (heat map).

    None with more than two keys: no single picture shows them honestly.
    """
    sweep = result.sweep
    if len(sweep.keys) > 2:
        return None
    names = sweep.metrics[:MAX_PANELS]
    title = f"{sweep.name}: {' × '.join(sweep.keys)}"
    profiles = sorted({str(row["profile.base"]) for row in result.rows}) if "profile.base" in sweep.keys else None
    figure, panels = _canvas(sweep.base, sweep.seeds, title, len(names), profiles)
    for axes, name in zip(panels, names, strict=True):
        means = result.means(name)
        axes.set_title(TITLES.get(name, name), fontsize=9, loc="left")
        if all(mean.mean is None for mean in means.values()):
            say_instead(axes, f"{name}: no value in any point.")
        elif len(sweep.keys) == 1:
            _line(axes, sweep.keys[0], means)
        else:
            _heat_map(figure, axes, sweep.keys, means)
    return figure


def fraud_figure(result: FraudResult) -> Figure:
    """Liars found against honest hotspots accused, pooled over the seeds: a panel an attack, a line a detector."""
    experiment = result.experiment
    profile = [experiment.base.profile.base]
    attacks = experiment.labels[:MAX_PANELS]
    figure, panels = _canvas(experiment.base, experiment.seeds, "Liars found, by attack", len(attacks), profile)
    detectors = sorted({detector for _, detector in result.pooled})
    for axes, attack in zip(panels, attacks, strict=True):
        axes.set_title(attack, fontsize=9)
        curves = {
            detector: result.pooled[attack, detector] for detector in detectors if (attack, detector) in result.pooled
        }
        if not curves:
            say_instead(axes, f"{attack}: no detector spoke.")
            continue
        smallest = 0.5 / max(pool.roc.n_honest for pool in curves.values())
        for detector, pool in curves.items():
            colour, dash = SERIES[detectors.index(detector) % len(SERIES)]
            x = np.maximum(pool.roc.false_positive_rate, smallest)
            axes.step(x, pool.roc.true_positive_rate, where="post", color=colour, linestyle=dash, label=detector)
        axes.axvline(0.01, color=MUTED, linewidth=0.8)
        axes.set(xscale="log", xlim=(smallest, 1), ylim=(0, 1.02), xlabel="honest hotspots accused [share]")
        legend(axes, loc="lower right")
    panels[0].set_ylabel("liars found [share]")
    return figure


def save_sweep_figure(path: Path, folder: Path) -> Path:
    """Draw a finished sweep again, as PNG or SVG. DataError where it has more keys than a picture shows."""
    from poc.experiments.sweep import load_sweep_result

    figure = sweep_figure(load_sweep_result(folder))
    if figure is None:
        raise DataError(
            f"the sweep in '{folder}' has more than two keys, expected one or two; draw from its sweep.csv."
        )
    return save_drawing(path, figure)


def write_figure(figure: Figure, folder: Path, name: str) -> None:
    """`name`.png and `name`.svg in the folder."""
    (folder / f"{name}.png").write_bytes(png_from(figure))
    (folder / f"{name}.svg").write_text(svg_from(figure), "utf-8")


def _canvas(
    scenario: Scenario, seeds: Sequence[int], title: str, n_panels: int, profiles: Sequence[str] | None
) -> tuple[Figure, list[Axes]]:
    """Panels in the common style with what was run in the footer."""
    shown = ", ".join(str(seed) for seed in seeds[:6]) + (f" … {seeds[-1]}" if len(seeds) > 6 else "")
    manifest: dict[str, Any] = {
        "name": scenario.name, "seed": shown,
        "profile": {"name": ", ".join(profiles or [scenario.profile.base]), "differences": scenario.profile.limits},
        "n_epochs": scenario.time.n_epochs, "warm_up_epochs": scenario.time.warm_up_epochs,
    }  # fmt: skip
    return new_figure(
        RunData(manifest, {}, {}), title, n_panels=n_panels, width_in=max(5.6, 3.6 * n_panels), height_in=4.4
    )


def _line(axes: Axes, key: str, means: dict[tuple[Any, ...], Mean]) -> None:
    settings = [setting[0] for setting in means]
    is_scale = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in settings)
    x = np.asarray(settings, np.float64) if is_scale else np.arange(len(settings), dtype=np.float64)
    y = np.asarray([np.nan if mean.mean is None else mean.mean for mean in means.values()])
    low = np.asarray([np.nan if mean.low is None else mean.low for mean in means.values()])
    high = np.asarray([np.nan if mean.high is None else mean.high for mean in means.values()])
    order = np.argsort(x, kind="stable")
    colour, _ = SERIES[0]
    if np.isfinite(low).any():
        axes.errorbar(x[order], y[order], np.stack([y - low, high - y])[:, order], fmt="none", ecolor=colour, capsize=3)
    axes.plot(x[order], y[order], marker="o", markersize=4, color=colour, linestyle="-" if is_scale else "none")
    axes.set_xlabel(key)
    if not is_scale:
        axes.set_xticks(x, [str(value) for value in settings], rotation=20, ha="right")


def _heat_map(figure: Figure, axes: Axes, keys: Sequence[str], means: dict[tuple[Any, ...], Mean]) -> None:
    rows = list(dict.fromkeys(setting[0] for setting in means))
    columns = list(dict.fromkeys(setting[1] for setting in means))
    grid = np.full((len(rows), len(columns)), np.nan)
    for (row, column), mean in means.items():
        if mean.mean is not None:
            grid[rows.index(row), columns.index(column)] = mean.mean
    image = axes.imshow(grid, cmap=COLOUR_MAP, origin="lower", aspect="auto")
    middle = (np.nanmin(grid) + np.nanmax(grid)) / 2
    for row in range(len(rows)):
        for column in range(len(columns)):
            value = grid[row, column]
            text = "–" if np.isnan(value) else f"{value:.3g}"
            colour = INK if np.isnan(value) or value > middle else PAPER
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
    axes.grid(False)
    axes.set_xticks(range(len(columns)), [str(value) for value in columns])
    axes.set_yticks(range(len(rows)), [str(value) for value in rows])
    axes.set(xlabel=keys[1], ylabel=keys[0])
    colour_bar(axes, image, "mean over the seeds")
