"""The results of a contest as files: every row as Parquet, CSV and JSON, and the table for people, weak cells first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from poc.bench.grading import CLAIRVOYANT, INFORMED
from poc.experiments.intervals import with_interval
from poc.store import write_json

if TYPE_CHECKING:
    from poc.bench.contest import BenchResult

_TEXTS = ("entry", "kind", "cell", "probe", "group", "outcome")


def write_results(result: BenchResult, index: Mapping[str, Any], folder: Path) -> None:
    """results.* and probes.*, table.md and bench.json."""
    for name, rows in (("results", result.rows), ("probes", result.probes)):
        table = _table(rows)
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", version="2.6")
        pyarrow.csv.write_csv(table, folder / f"{name}.csv")
    head = {
        key: index[key] for key in ("benchmark", "part", "n_honest", "n_worlds", "seed_sha256", "definition_sha256")
    }
    write_json(folder / "bench.json", {
        **head, "summary": summary(result.rows), "failures": result.failures, "notes": list(result.notes),
        "intervals": "tpr and ratio: bootstrap 95 % over worlds and hotspots, paired; auc: Student 95 % over worlds",
    })  # fmt: skip
    (folder / "table.md").write_text(markdown(result), "utf-8")


def readable(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows for the terminal: the entries, weakest cells first."""
    return [
        {
            "cell": row["cell"], "entry": row["entry"], "liars": row["n_liars"], "honest": row["n_honest"],
            "found at 1 % accused": with_interval(
                row["tpr_at_1_percent_fpr"], row["tpr_low"], row["tpr_high"], "{:.2f}"
            ),
            "informed": with_interval(row[f"tpr_{INFORMED}"], None, None, "{:.2f}"),
            "clairvoyant": with_interval(row[f"tpr_{CLAIRVOYANT}"], None, None, "{:.2f}"),
            "best trivial": with_interval(row.get("best_trivial_tpr"), None, None, "{:.2f}"),
            "AUC": with_interval(row["auc"], row["auc_low"], row["auc_high"], "{:.3f}"),
            "counts": "" if counts(row) else "no: a trivial number does as well",
        }
        for row in weakest_first(rows)
    ]  # fmt: skip


def weakest_first(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of entries and detectors by what they find, least first."""
    entered = [row for row in rows if row["kind"] in ("entry", "detector")]
    return sorted(
        entered, key=lambda row: (row["tpr_at_1_percent_fpr"] or 0.0, row["auc"] or 0.0, row["cell"], row["entry"])
    )


def counts(row: Mapping[str, Any]) -> bool:
    """Whether the cell counts for the entry: no trivial number or classifier comes within 0.02 of what it finds."""
    trivial = max(row.get("best_trivial_tpr") or 0.0, row.get("classifier_tpr") or 0.0)
    return bool((row["tpr_at_1_percent_fpr"] or 0.0) > trivial + 0.02)


def summary(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row for each entry: means over the cells that count."""
    found = []
    for entry in dict.fromkeys(row["entry"] for row in rows if row["kind"] in ("entry", "detector")):
        own = [row for row in rows if row["entry"] == entry]
        counted = [row for row in own if counts(row)]
        found.append({
            "entry": entry, "n_cells": len(own), "n_cells_that_count": len(counted),
            **{name: _mean([row.get(name) for row in counted]) for name in (
                "tpr_at_1_percent_fpr", "auc", "ratio_informed", "efficiency_informed", "efficiency_clairvoyant",
                "calibration_error", "log_loss_skill", "leakage", "collateral",
            )},
        })  # fmt: skip
    return found


def markdown(result: BenchResult) -> str:
    """What everybody finds, the details of each entry, and every probe that was not at chance; weak cells first."""
    entered = weakest_first(result.rows)
    names = list(dict.fromkeys(row["entry"] for row in result.rows if row["kind"] in ("entry", "detector")))
    lines = rates(entered, names)
    for name in names:
        lines += ["", *details(name, [row for row in entered if row["entry"] == name])]
    lines += ["", "| cell | probe | group | AUC | chance band | found at 1 % accused | outcome |", "|" + "---|" * 7]
    for row in result.probes:
        if row["outcome"] != "chance":
            band = f"{row['band_low']:.3f} to {row['band_high']:.3f}"
            cells = [row["cell"], row["probe"], row["group"], _number(row["auc"], ".3f"), band,
                     _number(row["tpr_at_1_percent_fpr"], ".2f"), row["outcome"]]  # fmt: skip
            lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def rates(entered: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Shares of lies found at 1 % of the honest accused; the first entry sets the order of the cells."""
    lines = [
        _line(
            [
                "cell",
                "median witnesses",
                "lies",
                "clairvoyant",
                "informed",
                *names,
                "best trivial",
                "counts or times, learnt",
            ]
        ),
        "|" + "---|" * (7 + len(names)),
    ]
    first = names[0] if names else ""
    order = [row["cell"] for row in entered if row["entry"] == first]
    for cell in dict.fromkeys([*order, *(row["cell"] for row in entered)]):
        rows = {row["entry"]: row for row in entered if row["cell"] == cell}
        some = next(iter(rows.values()))
        found = [
            "–" if name not in rows else with_interval(
                rows[name]["tpr_at_1_percent_fpr"], rows[name]["tpr_low"], rows[name]["tpr_high"], "{:.2f}"
            )
            for name in names
        ]  # fmt: skip
        lines.append(_line([
            cell, _number(some["median_witnesses"], ".0f"), _number(some["n_liars"], ".0f"),
            _number(some["tpr_clairvoyant"], ".2f"), _number(some["tpr_informed"], ".2f"), *found,
            _number(some["best_trivial_tpr"], ".2f"), _number(some["classifier_tpr"], ".2f"),
        ]))  # fmt: skip
    return lines


def details(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Everything else of one entry; cells that do not count are struck through."""
    heads = (
        name, "found at 0.1 % accused", "of the informed", "AUC", "AP", "efficiency informed / clairvoyant", "ECE",
        "skill", "error median / 90 % [m]", "leakage, nobody → suspects unpaid", "at 0.5 % collateral",
        "collateral near liars / elsewhere", "undecided",
    )  # fmt: skip
    lines = [_line(heads), "|" + "---|" * len(heads)]
    for row in rows:
        pairs = {
            "efficiency": (row["efficiency_informed"], row["efficiency_clairvoyant"], ".2f"),
            "error": (row["location_error_median_m"], row["location_error_90_percent_m"], ".0f"),
            "collateral": (row["collateral_near_liars"], row["collateral_elsewhere"], ".3f"),
        }
        two = {key: f"{_number(a, form)} / {_number(b, form)}" for key, (a, b, form) in pairs.items()}
        ratio = with_interval(row["ratio_informed"], row["ratio_informed_low"], row["ratio_informed_high"], "{:.2f}")
        lines.append(_line([
            row["cell"] if counts(row) else f"~~{row['cell']}~~", with_interval(
                row["tpr_at_0_1_percent_fpr"], row["tpr_at_0_1_low"], row["tpr_at_0_1_high"], "{:.2f}"
            ), ratio,
            with_interval(row["auc"], row["auc_low"], row["auc_high"], "{:.3f}"),
            _number(row["average_precision_at_5_percent_liars"], ".2f"), two["efficiency"],
            _number(row["calibration_error"], ".3f"), _number(row["log_loss_skill"], ".2f"), two["error"],
            f"{_number(row['leakage_unguarded'], '.3f')} → {_number(row['leakage'], '.3f')}",
            _number(row["leakage_at_half_percent_collateral"], ".3f"), two["collateral"],
            _number(row["undecided_share"], ".2f"),
        ]))  # fmt: skip
    return lines


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({
        name: pa.array([row.get(name) for row in rows], pa.string())
        if name in _TEXTS
        else pa.array([None if row.get(name) is None else float(row[name]) for row in rows], pa.float64())
        for name in names
    })  # fmt: skip


def _number(value: Any, form: str) -> str:
    return "–" if value is None else format(value, form)


def _mean(values: Sequence[Any]) -> float | None:
    there = [float(value) for value in values if value is not None]
    return sum(there) / len(there) if there else None
