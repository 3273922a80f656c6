"""Hotspots of several worlds ranked together by one detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.experiments.executors import Failure
from poc.metrics.columns import Columns
from poc.metrics.detection import final_scores
from poc.metrics.labels import Labels
from poc.metrics.ranking import Roc, n_found_at, roc, wilson_interval

FALSE_POSITIVE_RATE = 0.01


@dataclass(frozen=True, slots=True)
class Pool:
    """The hotspots of all seeds ranked together by one detector; `interval` is Wilson's, threshold held fixed."""

    roc: Roc
    n_worlds: int

    @property
    def n_found(self) -> int:
        return n_found_at(self.roc, FALSE_POSITIVE_RATE)

    @property
    def interval(self) -> Sequence[float] | None:
        return wilson_interval(self.n_found, self.roc.n_liars)


def pooled(attacks: Sequence[str], outcomes: Sequence[Any]) -> dict[tuple[str, str], Pool]:
    """Pools by attack and detector of worlds with these attacks; worlds that failed are left out.

    Hotspots without a score rank last, as in grading.
    """
    parts: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for label, outcome in zip(attacks, outcomes, strict=True):
        if not isinstance(outcome, Failure):
            for detector, scores in outcome["scores"].items():
                parts.setdefault((label, detector), []).append((outcome, scores))
    return {key: Pool(_pooled_roc(found), len(found)) for key, found in parts.items()}


def _pooled_roc(found: Sequence[tuple[Any, Any]]) -> Roc:
    probability: list[float] = []
    ratio: list[float] = []
    hotspot: list[int] = []
    attack: list[str] = []
    for outcome, scores in found:
        place = {who: len(attack) + row for row, who in enumerate(outcome["hotspot"])}  # unique over the worlds
        attack += outcome["attack"]
        known = [row for row, who in enumerate(scores["hotspot"]) if who in place]
        hotspot += [place[scores["hotspot"][row]] for row in known]
        probability += [scores["probability"][row] for row in known]
        ratio += [scores["log_likelihood_ratio"][row] for row in known]
    labels = Labels(np.arange(len(attack), dtype=np.uint64), np.asarray(attack, np.str_))
    scored: Columns = {
        "epoch": np.zeros(len(hotspot), np.int32), "hotspot": np.asarray(hotspot, np.uint64),
        "probability": np.asarray(probability, np.float64), "log_likelihood_ratio": np.asarray(ratio, np.float64),
    }  # fmt: skip
    return roc(final_scores(scored, labels)[1], labels.is_liar)
