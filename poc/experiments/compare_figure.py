"""The comparison card as a picture: who wins and who loses by kind of site, and what it does to the network."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.experiments.compare_card import headline, network_cells
from poc.report.style import (
    BLUE,
    GRID,
    INK,
    MUTED,
    VERMILION,
    footer,
    png_from,
    say_instead,
    subtitle,
    svg_from,
    titled_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from poc.experiments.comparison import Comparison

_WIDEST = 2.0  # changes beyond ± 200 % are drawn at the edge, with an arrow
_LINE_IN = 0.27
_SENTENCE_LETTERS = 80
_NO_CHANGE = 0.005
_HEAD = ("", "before", "after", "difference")
_AT = (0.0, 0.62, 0.78, 1.3)


def write_cards(comparison: Comparison, folder: Path) -> list[str]:
    """One picture for each profile beside the first, as PNG and SVG; the names of the PNG files."""
    names = []
    for profile in comparison.profiles[1:]:
        name = "card" if len(comparison.profiles) == 2 else f"card-{profile}"
        figure = compare_figure(comparison, profile)
        (folder / f"{name}.png").write_bytes(png_from(figure))
        (folder / f"{name}.svg").write_text(svg_from(figure), "utf-8")
        names.append(f"{name}.png")
    return names


def compare_figure(comparison: Comparison, profile: str) -> Figure:
    """Left the change of pay of each group of sites, right the figures of the network, under one profile."""
    sites = [row for row in comparison.group_changes() if row["profile"] == profile]
    network = [row for row in comparison.network_changes() if row["profile"] == profile]
    scenario, said = comparison.base, headline(comparison, profile)
    foot = footer({
        "name": scenario.name, "seed": ", ".join(str(seed) for seed in comparison.seeds),
        "profile": {"name": " and ".join([comparison.profiles[0], profile]), "differences": scenario.profile.limits},
        "n_epochs": scenario.time.n_epochs, "warm_up_epochs": scenario.time.warm_up_epochs,
    })  # fmt: skip
    n_lines = max(len(sites), len(network) + len(said) + 3)
    figure, panels = titled_figure(
        f"{profile} against {comparison.profiles[0]}: the same worlds, paired", foot, n_panels=2, width_in=12.0,
        height_in=1.7 + _LINE_IN * n_lines,
    )  # fmt: skip
    _draw_sites(panels[0], sites, several=len(comparison.seeds) > 1)
    _write_network(panels[1], network, said)
    return figure


def _draw_sites(axes: Axes, sites: list[dict[str, Any]], several: bool) -> None:
    rows = [row for row in sites if row["before_hnt"]]
    if not rows:
        say_instead(axes, "No group of sites was paid under the first profile.")
        return
    doubt = "; bars: Student's 95 % interval over the worlds" if several else "; one world only, so without an interval"
    subtitle(axes, f"change of pay per hotspot and day{doubt}")
    for place, row in enumerate(reversed(rows)):
        change, low, high = (
            None if row[name] is None else row[name] / row["before_hnt"] for name in ("difference", "low", "high")
        )
        if change is None:
            continue
        sure = low is not None and high is not None and (low > 0) == (high > 0)
        colour = MUTED if (not sure and several) or abs(change) < _NO_CHANGE else BLUE if change > 0 else VERMILION
        shown = float(np.clip(change, -_WIDEST, _WIDEST))
        if low is not None and high is not None:
            axes.plot(np.clip([low, high], -_WIDEST, _WIDEST), [place, place], color=colour, linewidth=1.4, zorder=2)
        marker = "o" if abs(change) <= _WIDEST else ">" if change > 0 else "<"
        axes.plot(shown, place, marker, color=colour, markersize=6, zorder=3)
        axes.annotate(
            f"{change:+.0%}".replace("-", "−"), (1.01, place), xycoords=("axes fraction", "data"), va="center",
            fontsize=8, color=INK,
        )  # fmt: skip
    reach = float(np.clip(1.15 * max(abs(edge) for edge in axes.dataLim.intervalx), 0.2, _WIDEST * 1.05))
    axes.axvline(0.0, color=INK, linewidth=0.9, zorder=1)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_yticks(range(len(rows)), [f"{row['group']} ({row['n_hotspots']})" for row in reversed(rows)])
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+.0%}".replace("-", "−") if value else "0")
    axes.set_xlabel("loses                    wins")
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)


def _write_network(axes: Axes, network: list[dict[str, Any]], said: list[str]) -> None:
    axes.set_axis_off()
    n_lines = len(network) + len(said) * 2 + 3
    line = 1.0 / max(n_lines, 1)
    place = 1.0 - line / 2

    def write(cells: list[str], y: float, **style: Any) -> None:
        for number, (x, cell) in enumerate(zip(_AT, cells, strict=False)):
            axes.text(
                x, y, cell, transform=axes.transAxes, ha="right" if number else "left", va="center", fontsize=8.5,
                **style,
            )  # fmt: skip

    write(list(_HEAD), place, color=MUTED)
    for row in network:
        place -= line
        axes.plot(
            [0, _AT[-1]], [place + line / 2] * 2, color=GRID, linewidth=0.6, transform=axes.transAxes, clip_on=False
        )
        write(network_cells(row), place, color=INK)
    place -= line * 1.2
    for sentence in said:
        lines = textwrap.wrap(sentence, _SENTENCE_LETTERS)
        axes.text(0.0, place, "\n".join(lines), transform=axes.transAxes, ha="left", va="top", fontsize=8.5, color=INK)
        place -= line * (0.4 + 0.7 * len(lines))
