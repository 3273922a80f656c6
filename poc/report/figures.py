"""Figures by kind: add one by writing a function `(run) -> Figure` and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from poc.errors import DataError, did_you_mean
from poc.report.outcome_figures import leakage_figure, lorenz_figure, roc_figure
from poc.report.place_figures import density_scale_figure, map_figure, rewards_map_figure, witness_graph_figure
from poc.report.radio_figures import in_degree_figure, latency_figure, rssi_distance_figure
from poc.report.style import bytes_from, check_form

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from poc.store import RunData

FIGURES: dict[str, Callable[[RunData], Figure]] = {
    "map": map_figure,
    "witness-graph": witness_graph_figure,
    "rssi-distance": rssi_distance_figure,
    "in-degree": in_degree_figure,
    "roc": roc_figure,
    "leakage": leakage_figure,
    "lorenz": lorenz_figure,
    "density-scale": density_scale_figure,
    "rewards-map": rewards_map_figure,
    "latency": latency_figure,
}


def figure_bytes(kind: str, run: RunData, form: str = "svg") -> bytes:
    """One figure of a run as a file's content, "svg" or "png"; equal runs give equal bytes.

    Raises DataError for an unknown kind or form.
    """
    if kind not in FIGURES:
        raise DataError(f"there is no figure '{kind}': {did_you_mean(kind, FIGURES)}")
    check_form(form)
    return bytes_from(FIGURES[kind](run), form)
