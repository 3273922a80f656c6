"""The arguments of `poc explain`, made ahead for the hotspots that people will click first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from poc.explain import explain_some
from poc.metrics.columns import columns, newest, newest_rows
from poc.store import RunData

MAX_STORIES, FEWEST_STORIES = 60, 8
_HOTSPOTS_TIMES_STORIES = 60_000  # an argument looks at every hotspot: the more there are, the fewer are made ahead


def stories(run: RunData, n_hotspots: int) -> dict[str, dict[str, Any]]:
    """By hotspot id, for those of highest probability of a lie: `findings` as sentences, strongest first, and the
    `neighbours` that they count, as ids. The page composes short ones for everybody else.
    """
    most = min(max(_HOTSPOTS_TIMES_STORIES // max(n_hotspots, 1), FEWEST_STORIES), MAX_STORIES)
    chosen = _most_suspected(run, most)
    told: dict[str, dict[str, Any]] = {}
    for story in explain_some(run, chosen.tolist()) if len(chosen) else ():
        neighbours = [finding.numbers for finding in story.findings if finding.kind == "neighbours"]
        told[str(story.hotspot)] = {
            "findings": [finding.sentence for finding in story.findings],
            "neighbours": _as_text(neighbours[0]) if neighbours else None,
        }
    return told


def _as_text(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Ids as text, since those of a browser's numbers end at 2^53."""
    ids = {name: [str(hotspot) for hotspot in numbers[name]] for name in ("silent_near", "heard_far")}
    return ids | {"n_expected": numbers["n_expected"], "n_heard": numbers["n_heard"]}


def _most_suspected(run: RunData, most: int) -> Any:
    scores = columns(run.tables, "scores", "hotspot", "detector", "probability", "verdict")
    hotspots = newest(run.tables, "hotspots", "hotspot")
    if scores is None or hotspots is None:
        return np.zeros(0, np.uint64)
    rows = newest_rows(scores, "hotspot", "detector")
    rows = rows[np.isin(scores["hotspot"][rows], hotspots["hotspot"])]
    rows = rows[(scores["verdict"][rows] != "honest") & (scores["probability"][rows] > 0)]
    order = np.lexsort([scores["hotspot"][rows], -scores["probability"][rows]])
    hotspot = scores["hotspot"][rows[order]]
    _, first = np.unique(hotspot, return_index=True)
    return hotspot[np.sort(first)][:most]
