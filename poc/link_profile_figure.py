"""The picture of one link: ground, ray, first Fresnel zone, and the losses beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from poc.link_profile import CLEAR_SHARE, LinkProfile
from poc.report.files import save_drawing
from poc.report.style import BLUE, INK, MUTED, SKY, VERMILION, legend

_EARTH = "#c9bda9"


def draw_link(link: LinkProfile, path: Path) -> Path:
    """Terrain with the Earth's bulge, the ray and its Fresnel zone on the left, losses by model on the right.

    PNG or SVG by the ending of `path`; DataError for another, StoreError when the file cannot be written.
    """
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    ground, losses = figure.subplots(1, 2, width_ratios=(2.2, 1))
    along_km = link.along_m / 1000.0
    lowest_m = float(min(link.ground_m.min(), (link.ray_m - link.fresnel_m).min())) - 5.0
    ground.fill_between(along_km, lowest_m, link.ground_m, color=_EARTH, linewidth=0, label="ground, 4/3 Earth")
    for share, alpha, label in ((1.0, 0.35, "first Fresnel zone"), (CLEAR_SHARE, 0.45, f"{CLEAR_SHARE:g} of it")):
        low_m, high_m = link.ray_m - share * link.fresnel_m, link.ray_m + share * link.fresnel_m
        ground.fill_between(along_km, low_m, high_m, color=SKY, alpha=alpha, linewidth=0, label=label)
    ground.plot(along_km, link.ray_m, color=INK, linewidth=1.0, label="ray")
    cut = link.ground_m > link.ray_m
    ground.plot(along_km, np.where(cut, link.ground_m, np.nan), color=VERMILION, linewidth=1.8,
                label="above the ray" if cut.any() else None)  # fmt: skip
    for at, point, base in ((0, link.start, "A"), (-1, link.end, "B")):
        foot_m = link.ray_m[at] - point.height_m
        ground.plot([along_km[at]] * 2, [foot_m, link.ray_m[at]], color=BLUE, linewidth=2.5, solid_capstyle="butt")
        ground.annotate(base, (along_km[at], link.ray_m[at]), xytext=(0, 4), textcoords="offset points", ha="center")
    ground.set_ylim(bottom=lowest_m)
    ground.set_xlabel("distance [km]")
    ground.set_ylabel("height above sea level [m]" if link.has_terrain else "height above flat ground [m]")
    ground.set_title(link.verdict, loc="left", fontsize=8, color=MUTED, wrap=True)
    legend(ground, loc="best")
    rows = [row for row in link.rows if row["loss_db"] is not None][::-1]
    values = [row["loss_db"] for row in rows]
    inside = [not row["note"] for row in rows]
    losses.barh(range(len(rows)), values, color=[BLUE if ok else MUTED for ok in inside], height=0.65)
    losses.set_yticks(
        range(len(rows)), [row["model"] + ("" if ok else " *") for row, ok in zip(rows, inside, strict=True)]
    )
    for y, value in enumerate(values):
        losses.annotate(f"{value:.1f}", (value, y), xytext=(2, 0), textcoords="offset points", va="center", fontsize=7)
    losses.set_xlim(min(values) - 10.0, max(values) + 12.0)
    losses.set_xlabel("path loss [dB]")
    losses.set_title(f"{link.frequency_hz / 1e6:g} MHz; * outside its domain", loc="left", fontsize=8, color=MUTED)
    for axes in (ground, losses):
        axes.spines[["top", "right"]].set_visible(False)
    return save_drawing(path, figure)
