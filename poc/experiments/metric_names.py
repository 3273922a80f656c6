"""Metrics by dotted name, as in metrics.json: `leakage.share`, `detection.relocation.auc`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from poc.errors import ScenarioError, did_you_mean
from poc.metrics import grade
from poc.schema import TABLES
from poc.store import with_epoch

_OPEN = ("by_attack", "reasons", "in_degree_quantiles", "live_in_degree_quantiles", "quantiles_m", "inputs")


def metric(metrics: Mapping[str, Any], name: str) -> float | int | None:
    """The number (or true, false) under a dotted name; None where the run has none.

    >>> metric({"leakage": {"share": 0.25}}, "leakage.share")
    0.25
    """
    place: Any = metrics
    for part in name.split("."):
        if not isinstance(place, Mapping) or part not in place:
            return None
        place = place[part]
    return place if isinstance(place, (int, float)) else None


def check_names(names: Sequence[str], detectors: Iterable[str]) -> None:
    """Raises ScenarioError for a name that no run with these detectors can have.

    >>> check_names(["leakage.shares"], [])
    Traceback (most recent call last):
    poc.errors.ScenarioError: there is no metric 'leakage.shares'; did you mean 'leakage.share'?
    """
    known = known_names(tuple(sorted(set(detectors))))
    for name in names:
        parts = name.split(".")
        inside_open = any(part in _OPEN and part != parts[-1] for part in parts)
        if name not in known and not inside_open:
            raise ScenarioError(f"there is no metric '{name}'; {did_you_mean(name, known)}")


@functools.cache
def known_names(detectors: tuple[str, ...]) -> tuple[str, ...]:
    """The names that grading gives to any run with these detectors, found by grading a run of one hotspot."""
    one = {name: _one_row(name) for name in ("hotspots", "truth", "beacon_verdicts", "witness_verdicts", "rewards")}
    tables = {name: with_epoch(0, table) for name, table in one.items()}
    if detectors:
        scores = TABLES["scores"].table(**{
            **{column.name: _value(column.dtype, len(detectors)) for column in TABLES["scores"].columns},
            "detector": list(detectors), "verdict": ["honest"] * len(detectors),
        })  # fmt: skip
        tables["scores"] = with_epoch(0, scores)
    return tuple(sorted(_numbers(grade(tables, {"warm_up_epochs": 0}))))


def _one_row(name: str) -> Any:
    return TABLES[name].table(**{column.name: _value(column.dtype, 1) for column in TABLES[name].columns})


def _value(dtype: str, n_rows: int) -> list[Any]:
    return ["" if dtype == "text" else 0] * n_rows


def _numbers(place: Mapping[str, Any], before: str = "") -> Iterable[str]:
    """Dotted names of all that is, or could be, one number."""
    for key, value in place.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{before}{key}.")
        elif (value is None and key not in _OPEN and not key.endswith("_interval")) or isinstance(value, (int, float)):
            yield f"{before}{key}"
