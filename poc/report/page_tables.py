"""The tables of the report page, as rows of text: side by side, detectors, suspects, earners, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.grid import are_valid, text_from_cells
from poc.metrics.columns import Columns, among, columns, first_measured_epoch, newest_rows, parts, rows_in
from poc.metrics.labels import labels_from
from poc.metrics.money import earnings
from poc.report.compared import BONES_PER_HNT, COMPARED, formatted
from poc.report.headline import percent

if TYPE_CHECKING:
    from poc.store import RunData

N_RANKED = 20


@dataclass(frozen=True, slots=True)
class Grid:
    """Head and rows of text. `kinds` has one letter a column: n number, i id, w words, blank plain."""

    head: tuple[str, ...]
    kinds: str
    rows: tuple[tuple[str, ...], ...]


def outcome_grid(runs: Sequence[RunData]) -> Grid:
    """The main numbers, one column for each run."""
    rows = []
    for text, section, name, form in COMPARED:
        values = [((run.metrics.get(section) or {}) if section else run.metrics).get(name) for run in runs]
        rows.append((text, *(formatted(value, form) for value in values)))
    names = [str(run.manifest.get("profile", {}).get("name", "?")) for run in runs]
    return Grid(("", *names), " " + "n" * len(runs), tuple(rows))


def detector_grid(metrics: Mapping[str, Any]) -> Grid:
    """One row for each detector of a run."""
    rows = []
    for name, entry in sorted((metrics.get("detection") or {}).items()):
        interval = entry.get("tpr_at_1_percent_fpr_interval")
        found = percent(entry.get("tpr_at_1_percent_fpr"))
        if interval:
            found += f" ({percent(interval[0])} to {percent(interval[1])})"
        rows.append((
            name, formatted(entry.get("auc"), "number"), found, formatted(entry.get("average_precision"), "number"),
            percent(entry.get("suspect_share_of_liars")), percent(entry.get("suspect_share_of_honest")),
            percent(entry.get("undecided_share")),
            formatted((entry.get("calibration") or {}).get("expected_calibration_error"), "number"),
        ))  # fmt: skip
    head = (
        "detector", "AUC", "liars found at 1 % honest accused (95 % interval)", "average precision",
        "liars called suspect", "honest called suspect", "undecided", "calibration error",
    )  # fmt: skip
    return Grid(head, " nnnnnnn", tuple(rows))


def suspect_grid(run: RunData) -> Grid:
    """The hotspots most likely to lie, by the newest scores; each hotspot once, with its gravest detector."""
    head = ("hotspot", "probability", "verdict", "by", "evidence", "in truth")
    first_epoch = first_measured_epoch(run.manifest)
    scores = columns(
        run.tables, "scores", "detector", "hotspot", "probability", "log_likelihood_ratio", "verdict",
        first_epoch=first_epoch,
    )  # fmt: skip
    if scores is None:
        return Grid(head, "in  w ", ())
    rows = newest_rows(scores, "hotspot", "detector")
    rows = rows[scores["verdict"][rows] == "suspect"]
    gravity = [
        scores["hotspot"][rows],
        -np.nan_to_num(scores["log_likelihood_ratio"][rows], nan=-np.inf),
        -np.nan_to_num(scores["probability"][rows]),
    ]
    rows = rows[np.lexsort(gravity)]
    _, first = np.unique(scores["hotspot"][rows], return_index=True)
    rows = rows[np.sort(first)][:N_RANKED]
    labels = labels_from(run.tables)
    attacks = [""] * len(rows) if labels is None else labels.attacks(scores["hotspot"][rows]).tolist()
    truths = ["unknown" if labels is None else attack or "honest" for attack in attacks]
    words = _evidence(run, {name: scores[name][rows] for name in ("epoch", "detector", "hotspot")}, first_epoch)
    return Grid(head, "in  w ", tuple(
        (
            str(scores["hotspot"][row]), f"{scores['probability'][row]:.3f}", str(scores["verdict"][row]),
            str(scores["detector"][row]), evidence, truth,
        )
        for row, evidence, truth in zip(rows.tolist(), words, truths, strict=True)
    ))  # fmt: skip


def _evidence(run: RunData, wanted: Columns, first_epoch: int) -> list[str]:
    """The words of a few scores, in the order wanted; the others of a large run are never held."""
    keys = list(zip(*(wanted[name].tolist() for name in ("epoch", "detector", "hotspot")), strict=True))
    words = dict.fromkeys(keys, "")
    for piece in parts(run.tables, "scores", "detector", "hotspot", "evidence", first_epoch=first_epoch) or ():
        rows = np.flatnonzero(among(piece["hotspot"], wanted["hotspot"]))
        for epoch, detector, hotspot, said in zip(
            *(piece[name][rows].tolist() for name in ("epoch", "detector", "hotspot", "evidence")), strict=True
        ):
            if (epoch, detector, hotspot) in words:
                words[epoch, detector, hotspot] = said
    return [words[key] for key in keys]


def earner_grid(run: RunData) -> Grid:
    """Who was paid most in the measured epochs."""
    head = ("hotspot", "paid [HNT]", "share", "asserted cell", "in truth")
    earned = earnings(run.tables, first_measured_epoch(run.manifest))
    if earned is None or not earned[1].any():
        return Grid(head, "inni ", ())
    hotspot, amount = earned
    order = np.lexsort([hotspot, -amount])[:N_RANKED]
    order = order[amount[order] > 0]
    labels = labels_from(run.tables)
    attacks = [""] * len(order) if labels is None else labels.attacks(hotspot[order]).tolist()
    total = sum(amount.tolist())
    return Grid(head, "inni ", tuple(
        (
            str(hotspot[row]), f"{amount[row] / BONES_PER_HNT:,.2f}", percent(int(amount[row]) / total),
            _cell_text(run, hotspot[row]), "unknown" if labels is None else attack or "honest",
        )
        for row, attack in zip(order.tolist(), attacks, strict=True)
    ))  # fmt: skip


def reason_grid(counts: Mapping[str, int] | None) -> Grid:
    """Verdicts by reason, most frequent first."""
    total = sum((counts or {}).values())
    rows = sorted((counts or {}).items(), key=lambda item: (-item[1], item[0]))
    return Grid(("reason", "reports", "share"), " nn", tuple(
        ("valid" if name == "none" else name, f"{count:,}", percent(count / total)) for name, count in rows
    ))  # fmt: skip


def _cell_text(run: RunData, hotspot: Any) -> str:
    hotspots = columns(run.tables, "hotspots", "hotspot", "cell")
    if hotspots is None:
        return ""
    rows = newest_rows(hotspots, "hotspot")
    row = rows_in(hotspots["hotspot"][rows], np.array([hotspot]))[0]
    cell = hotspots["cell"][rows][row : row + 1] if row >= 0 else np.zeros(1, np.uint64)
    return str(text_from_cells(cell)[0]) if are_valid(cell).all() else "none"
