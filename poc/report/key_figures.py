"""The main numbers of runs of one world, as rows for the terminal: one column for each profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poc.report.page_tables import outcome_grid

if TYPE_CHECKING:
    from poc.store import RunData


def key_figures(runs: Sequence[RunData]) -> list[dict[str, Any]]:
    """One row for each number; under `figure` its name, under each profile's name its value as text."""
    grid = outcome_grid(runs)
    names = [name or "figure" for name in grid.head]
    return [dict(zip(names, row, strict=True)) for row in (*_world_rows(runs), *grid.rows)]


def _world_rows(runs: Sequence[RunData]) -> list[tuple[str, ...]]:
    rows = [
        ("Hotspots", *(f"{run.metrics['n_hotspots']:,}" for run in runs)),
        ("Liars", *(_count(run.metrics.get("n_liars")) for run in runs)),
        ("Beacons", *(_count(run.metrics.get("n_beacons")) for run in runs)),
    ]
    medians = [((run.metrics.get("witness_graph") or {}).get("in_degree_quantiles") or {}).get("50") for run in runs]
    if any(median is not None for median in medians):
        rows.append(("Median witnesses of a hotspot", *(_count(median) for median in medians)))
    for detector in runs[0].metrics.get("detection") or {}:
        values = [((run.metrics.get("detection") or {}).get(detector) or {}).get("auc") for run in runs]
        rows.append((f"AUC of {detector}", *("–" if value is None else f"{value:.3f}" for value in values)))
    return rows


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
