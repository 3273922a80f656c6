"""The main numbers of runs of one world, as rows: one column for each profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poc.report.compared import COMPARED, formatted

if TYPE_CHECKING:
    from poc.store import RunData

_WORLD = (
    ("Hotspots", "", "n_hotspots", "count"),
    ("Liars", "", "n_liars", "count"),
    ("Beacons", "", "n_beacons", "count"),
)


def key_figures(runs: Sequence[RunData], readable: bool = False) -> list[dict[str, Any]]:
    """One row for each number: under `figure` its name, under each profile's name its value.

    Values are those of metrics.json (shares from 0 to 1, whole bones); `readable` makes them text for people.
    """
    rows = [
        (text, form, [((run.metrics.get(section) or {}) if section else run.metrics).get(name) for run in runs])
        for text, section, name, form in (*_WORLD, *COMPARED)
    ]
    rows[len(_WORLD) : len(_WORLD)] = _found(runs)
    names = [str(run.manifest.get("profile", {}).get("name", "?")) for run in runs]
    return [
        {
            "figure": text if readable else text.replace("[HNT]", "[bones]"),
            **{
                name: formatted(value, form) if readable else value
                for name, value in zip(names, values, strict=True)
            },
        }
        for text, form, values in rows
    ]  # fmt: skip


def _found(runs: Sequence[RunData]) -> list[tuple[str, str, list[Any]]]:
    """How densely the hotspots hear each other, and how well each detector tells liars."""
    degrees = [((run.metrics.get("witness_graph") or {}).get("in_degree_quantiles") or {}).get("50") for run in runs]
    rows: list[tuple[str, str, list[Any]]] = []
    if any(degree is not None for degree in degrees):
        rows.append(("Median witnesses of a hotspot", "whole", degrees))
    for detector in runs[0].metrics.get("detection") or {}:
        values = [((run.metrics.get("detection") or {}).get(detector) or {}).get("auc") for run in runs]
        rows.append((f"AUC of {detector}", "number", values))
    return rows
