"""The arguments of `poc explain`, made ahead for the hotspots that people will click first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from poc.explain import explain
from poc.metrics.columns import columns, first_measured_epoch, newest_rows
from poc.metrics.witnessing import links
from poc.report.explorer.run_columns import MAX_ROWS_READ, read
from poc.store import RunData

MAX_STORIES, FEWEST_STORIES = 60, 8
_HOTSPOTS_TIMES_STORIES = 60_000  # an argument looks at every hotspot: the more there are, the fewer are made ahead
_OWN_ROWS = {
    "witness_verdicts": ("witness", "beaconer"), "receptions": ("witness", "beaconer"), "claims": ("hotspot",),
    "beacon_verdicts": ("hotspot",),
}  # fmt: skip
_WHOLE = ("hotspots", "truth", "scores", "rewards", "activity")


def stories(run: RunData, n_hotspots: int) -> dict[str, dict[str, Any]]:
    """By hotspot id, for those of highest probability of a lie: `findings` as sentences, strongest first, and the
    `neighbours` that they count, as ids.

    Nobody's story where a table is too long to be read for a page; the page composes short ones for everybody.
    """
    most = min(max(_HOTSPOTS_TIMES_STORIES // max(n_hotspots, 1), FEWEST_STORIES), MAX_STORIES)
    chosen = _most_suspected(run, most)
    kept = {name: _counted(run, name) for name in (*_OWN_ROWS, *_WHOLE, "link_statistics") if name in run.tables}
    if not len(chosen) or any(n_rows > MAX_ROWS_READ for n_rows in kept.values()):
        return {}
    whole = {name: run.tables[name] for name in _WHOLE if name in run.tables} | _links_once(run)
    values = pa.array(chosen)
    own = {name: _rows_of(run.tables[name], ends, values) for name, ends in _OWN_ROWS.items() if name in run.tables}
    told: dict[str, dict[str, Any]] = {}
    for hotspot in chosen.tolist():
        one = pa.array([hotspot], pa.uint64())
        tables = whole | {name: _rows_of(table, _OWN_ROWS[name], one) for name, table in own.items()}
        story = explain(RunData(run.manifest, run.metrics, tables, run.city, run.folder), hotspot)
        neighbours = [finding.numbers for finding in story.findings if finding.kind == "neighbours"]
        told[str(hotspot)] = {
            "findings": [finding.sentence for finding in story.findings],
            "neighbours": _as_text(neighbours[0]) if neighbours else None,
        }
    return told


def _as_text(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Ids as text, since those of a browser's numbers end at 2^53."""
    ids = {name: [str(hotspot) for hotspot in numbers[name]] for name in ("silent_near", "heard_far")}
    return ids | {"n_expected": numbers["n_expected"], "n_heard": numbers["n_heard"]}


def _most_suspected(run: RunData, most: int) -> Any:
    scores = read(run, "scores", "hotspot", "detector", "probability", "verdict")
    hotspots = columns(run.tables, "hotspots", "hotspot")
    if scores is None or hotspots is None:
        return np.zeros(0, np.uint64)
    newest = newest_rows(scores, "hotspot", "detector")
    newest = newest[np.isin(scores["hotspot"][newest], hotspots["hotspot"])]
    newest = newest[(scores["verdict"][newest] != "honest") & (scores["probability"][newest] > 0)]
    order = np.lexsort([scores["hotspot"][newest], -scores["probability"][newest]])
    hotspot = scores["hotspot"][newest[order]]
    _, first = np.unique(hotspot, return_index=True)
    return hotspot[np.sort(first)][:most]


def _links_once(run: RunData) -> dict[str, pa.Table]:
    """Every link once, in the first measured epoch: all that an explanation asks of the link statistics."""
    first = first_measured_epoch(run.manifest)
    edges = links(run.tables, first)
    if edges is None:
        return {}
    epoch = pa.array(np.full(len(edges[0]), first, np.int32))
    return {"link_statistics": pa.table({"epoch": epoch, "beaconer": edges[0], "witness": edges[1]})}


def _rows_of(table: pa.Table, ends: tuple[str, ...], hotspots: pa.Array) -> pa.Table:
    hit = pc.is_in(table.column(ends[0]), value_set=hotspots)
    for end in ends[1:]:
        hit = pc.or_(hit, pc.is_in(table.column(end), value_set=hotspots))
    return table.filter(hit)


def _counted(run: RunData, name: str) -> int:
    counted = getattr(run.tables, "n_rows", None)
    return int(counted(name)) if counted else run.tables[name].num_rows
