"""One look for every figure: colours, sizes, footer, and output that is the same to the byte each time.

Colours are those of Okabe and Ito (2008), told apart with every common colour blindness; wherever two kinds of thing
meet in one figure they also differ in shape or dash.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation

from poc.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poc.store import RunData

INK, MUTED, GRID, PAPER = "#1b1f24", "#5c6670", "#d5dae0", "#fefefe"
BLUE, ORANGE, GREEN, VERMILION = "#0072b2", "#e69f00", "#009e73", "#d55e00"
PURPLE, SKY = "#cc79a7", "#56b4e9"
SERIES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (PURPLE, ":"), (ORANGE, (0, (5, 1, 1, 1, 1, 1))))
FORMATS = ("svg", "png")
COLOUR_MAP = "cividis"
MAX_VECTOR_MARKS = 3_000

_STYLE: Any = {
    "font.size": 9.0, "axes.titlesize": 9.0, "axes.labelsize": 9.0, "legend.fontsize": 8.0,
    "xtick.labelsize": 8.0, "ytick.labelsize": 8.0, "text.color": INK, "axes.labelcolor": INK,
    "axes.edgecolor": MUTED, "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": INK,
    "ytick.labelcolor": INK, "axes.linewidth": 0.7, "axes.facecolor": "none", "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": GRID, "grid.linewidth": 0.6, "axes.axisbelow": True, "legend.frameon": False,
    "lines.linewidth": 1.6, "svg.fonttype": "path", "svg.hashsalt": "poc-emulator", "path.simplify": True,
}  # fmt: skip


def new_figure(
    run: RunData, title: str, *, n_panels: int = 1, width_in: float = 5.8, height_in: float = 4.0
) -> tuple[Figure, list[Axes]]:
    """A figure of a run with its title, its footer and `n_panels` axes side by side, all in the common style."""
    return titled_figure(title, footer(run.manifest), n_panels=n_panels, width_in=width_in, height_in=height_in)


def titled_figure(
    title: str, foot: str, *, n_panels: int = 1, width_in: float = 5.8, height_in: float = 4.0
) -> tuple[Figure, list[Axes]]:
    """The same for a figure that belongs to no run: `foot` says what it shows and how to draw it again."""
    with mpl.rc_context(_STYLE):
        layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06, rect=(0, 0.055, 1, 0.89))
        figure = Figure(figsize=(width_in, height_in), layout=layout)
        FigureCanvasAgg(figure)
        figure.text(0.012, 0.985, title, ha="left", va="top", fontsize=11, fontweight="bold", color=INK)
        figure.text(0.012, 0.012, foot, ha="left", va="bottom", fontsize=7, color=MUTED)
        panels = figure.subplots(1, n_panels, squeeze=False)[0].tolist()
    return figure, panels


def footer(manifest: Mapping[str, Any]) -> str:
    """Scenario, profile, seed and measured epochs: enough to draw the figure again.

    >>> footer({"name": "first", "seed": 3, "profile": {"name": "minimal"}, "n_epochs": 4, "warm_up_epochs": 1})
    'scenario first · profile minimal · seed 3 · epochs 1–3 measured · poc-emulator'
    """
    profile = manifest.get("profile", {})
    first, n_epochs = int(manifest.get("warm_up_epochs", 0)), int(manifest.get("n_epochs", 0))
    epochs = f"epochs {first}–{n_epochs - 1} measured" if n_epochs - first > 1 else f"epoch {first} measured"
    bent = " (bent)" if profile.get("differences") else ""
    return (
        f"scenario {manifest.get('name', '?')} · profile {profile.get('name', '?')}{bent} · "
        f"seed {manifest.get('seed', '?')} · {epochs} · poc-emulator"
    )


def legend(axes: Axes, **where: Any) -> None:
    """The legend in the common style; nothing where no artist has a label."""
    if axes.get_legend_handles_labels()[1]:
        with mpl.rc_context(_STYLE):
            axes.legend(**{"loc": "best", **where})


def legend_below(axes: Axes, n_columns: int = 3) -> None:
    """The legend under the axes, where it covers nothing."""
    below = axes.transAxes + ScaledTranslation(0.0, -0.5, axes.figure.dpi_scale_trans)  # [inch], clears ticks and label
    legend(
        axes, loc="upper center", bbox_to_anchor=(0.5, 0.0), bbox_transform=below, borderaxespad=0.0, ncols=n_columns,
        columnspacing=1.4,
    )  # fmt: skip


def subtitle(axes: Axes, sentence: str) -> None:
    """A quiet line above the axes."""
    axes.set_title(sentence, loc="left", color=MUTED, fontsize=8)


def colour_bar(axes: Axes, artist: Any, label: str, place: Axes | None = None) -> None:
    """The scale of a coloured artist beside its axes, or in a place of its own."""
    where = {"cax": place} if place else {"ax": axes, "shrink": 0.75, "pad": 0.02, "aspect": 28}
    with mpl.rc_context(_STYLE):
        bar = axes.figure.colorbar(artist, **where)
        bar.set_label(label)
        bar.ax.tick_params(which="both", labelsize=8)
        if isinstance(artist.norm, LogNorm):
            bar.ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            plain_numbers(bar.ax.yaxis)
        bar.outline.set_visible(False)


def plain_numbers(axis: Any) -> None:
    """Ticks of a logarithmic axis as 0.1, 1, 10 instead of powers."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def say_instead(axes: Axes, sentence: str) -> None:
    """A sentence in place of a drawing, when there is nothing to draw."""
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, sentence, transform=axes.transAxes, ha="center", va="center", fontsize=10, color=MUTED, wrap=True
    )  # fmt: skip


def svg_from(figure: Figure) -> str:
    """The figure as SVG text; the same figure gives the same bytes."""
    stream = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": "poc-emulator"}, dpi=150)
    return stream.getvalue()


def png_from(figure: Figure, dpi: int = 200) -> bytes:
    """The figure as PNG bytes; the same figure gives the same bytes."""
    stream = io.BytesIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(stream, format="png", metadata={"Software": "poc-emulator"}, dpi=dpi)
    return stream.getvalue()


def check_form(form: str) -> None:
    """DataError for a form of file that is not in FORMATS."""
    if form not in FORMATS:
        raise DataError(f"figures are not written as '{form}': {did_you_mean(form, FORMATS)}")


def bytes_from(figure: Figure, form: str, dpi: int = 200) -> bytes:
    """A figure as a file of a form out of FORMATS; DataError for another. Only PNG has a resolution."""
    check_form(form)
    return png_from(figure, dpi) if form == "png" else svg_from(figure).encode()
