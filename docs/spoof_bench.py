"""Write the tables of docs/spoof-bench.md anew from the results of `poc fraud bench`.

python -m docs.spoof_bench runs/spoof-bench --making-s 1080 --grading-s 1870

takes results.parquet, probes.parquet and bench.json of that folder; the seconds of CPU (user and system) that making
the worlds and grading them took are told where they are given.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from poc.bench.definition import version_with
from poc.bench.result_files import counts, details, rates, summary, weakest_first

PAGE = Path(__file__).parent / "spoof-bench.md"
OURS, RULES = "fusion", ("live-checks", "helium-denylist")
BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
MOST_CPU_MIN = 60  # half an hour on two cores


def results(folder: Path, making_s: float | None = None, grading_s: float | None = None) -> str:
    """The text between the marks: what was run, what falls short, who finds what, our fusion, the probes."""
    rows = pq.read_table(folder / "results.parquet").to_pylist()
    probes = pq.read_table(folder / "probes.parquet").to_pylist()
    head = json.loads((folder / "bench.json").read_text("utf-8"))
    entered = weakest_first(rows)
    ours = [row for row in entered if row["entry"] == OURS]
    parts = [
        _about(head, ours, probes) + _cost(making_s, grading_s),
        _short(ours),
        "\n".join(rates(entered, [OURS, *RULES])),
        _summary(rows),
        "\n".join(details(OURS, ours)),
        _probes(probes),
    ]
    return "\n\n".join(parts)


def _about(head: Mapping[str, Any], ours: Sequence[Mapping[str, Any]], probes: Sequence[Mapping[str, Any]]) -> str:
    cells = {row["cell"] for row in ours}
    definition = version_with(head["definition_sha256"])
    wanted = [cell.name for cell in definition.cells(head["part"])] if definition else sorted(cells)
    missing = [f"`{cell}`" for cell in wanted if cell not in cells]
    leaks = sum(row["outcome"] == "leak" for row in probes)
    text = (
        f"{head['benchmark']}, part {head['part']}: {len(cells)} of {len(wanted)} cells, {head['n_worlds']} worlds "
        f"each, {head['n_honest']:,} honest hotspots a world, {_sum(ours, 'n_liars'):,} lies that matter and "
        f"{_sum(ours, 'n_harmless'):,} harmless ones in all. Probes that are a leak: {leaks} of {len(probes)}."
    )
    return text + (f" Not graded: {', '.join(missing)}." if missing else "")


def _cost(making_s: float | None, grading_s: float | None) -> str:
    if making_s is None or grading_s is None:
        return ""
    whole_min = (making_s + grading_s) / 60.0
    return (
        f" Making the worlds took {making_s / 60.0:.0f} minutes of CPU, grading them with the three detectors "
        f"{grading_s / 60.0:.0f}, together {whole_min:.0f}; wanted were at most {MOST_CPU_MIN} for the whole, half an "
        f"hour on two cores: {'held' if whole_min <= MOST_CPU_MIN else 'missed'}."
    )


def _short(ours: Sequence[Mapping[str, Any]]) -> str:
    """What falls short of the informed test, and what counts solve, as sentences."""
    short = [row for row in ours if row["ratio_informed"] is not None and row["ratio_informed"] < 0.95]
    reported = [row for row in ours if row["tpr_informed"] is not None and row["tpr_informed"] < 0.1]
    struck = [row for row in ours if not counts(row)]
    lines = [
        f"- Below .95 of the informed test: {_named(short, 'ratio_informed')}.",
        f"- The informed test itself finds less than one in ten: {_named(reported, 'tpr_informed')}.",
        "- A trivial number or a classifier on counts, times or bookkeeping does as well, so that the cell does not "
        f"count: {_named(struck, 'classifier_tpr')}.",
    ]
    return "\n".join(lines)


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    found = next(row for row in summary(rows) if row["entry"] == OURS)
    mean = {key: "–" if value is None else f"{value:.3f}" for key, value in found.items() if key != "entry"}
    return (
        f"Our fusion in detail; struck through: cells that do not count. Means over the "
        f"{found['n_cells_that_count']} cells that do: found {mean['tpr_at_1_percent_fpr']}, "
        f"{mean['ratio_informed']} of the informed test's rate, area {mean['auc']}, calibration error "
        f"{mean['calibration_error']}, log-loss skill {mean['log_loss_skill']}, leakage {mean['leakage']}, collateral "
        f"{mean['collateral']}."
    )


def _probes(probes: Sequence[Mapping[str, Any]]) -> str:
    """One line a cell: the three classifiers, most telling counts first."""
    by_cell: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in probes:
        by_cell.setdefault(row["cell"], {})[row["probe"]] = row
    lines = [
        "| cell | all bookkeeping: AUC (band) | all counts: AUC, found at 1 % | all timing: AUC, found at 1 % |",
        "|---|---|---|---|",
    ]
    for cell, found in sorted(by_cell.items(), key=lambda item: -item[1]["all counts"]["tpr_at_1_percent_fpr"]):
        books, numbers, times = (found[f"all {name}"] for name in ("bookkeeping", "counts", "timing"))
        lines.append(
            f"| {cell} | {books['auc']:.3f} (up to {books['band_high']:.3f}) "
            f"| {numbers['auc']:.3f}, {numbers['tpr_at_1_percent_fpr']:.2f} "
            f"| {times['auc']:.3f}, {times['tpr_at_1_percent_fpr']:.2f} |"
        )
    return "\n".join(lines)


def _named(rows: Sequence[Mapping[str, Any]], column: str) -> str:
    return ", ".join(f"`{row['cell']}` ({row[column]:.2f})" for row in rows) or "no cell"


def _sum(rows: Sequence[Mapping[str, Any]], column: str) -> int:
    return int(sum(row[column] for row in rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--making-s", type=float)
    parser.add_argument("--grading-s", type=float)
    options = parser.parse_args()
    text = PAGE.read_text("utf-8")
    block = f"{BEGIN}\n{results(options.folder, options.making_s, options.grading_s)}\n{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: block, text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
