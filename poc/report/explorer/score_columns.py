"""What the detectors say of each hotspot under one profile: verdicts, probabilities, estimated places, evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.geodesy import great_circle_m
from poc.metrics.columns import Columns, parts, rows_in
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.payload import microdegrees, steps
from poc.report.explorer.planes import Newest, Planes
from poc.report.findings import ANYWHERE_M
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

MAX_EVIDENCE = 3_000
VERDICTS = ("unscored", "honest", "undecided", "suspect")
_SAME_PLACE_M = 50.0


def score_columns(
    run: RunData, hotspots: Hotspots, planes: Planes, told: bool = True
) -> tuple[dict[str, Array], dict[str, Any]]:
    """(columns, facts) of the scores of one run; places and evidence only where each hotspot can be `told` of."""
    names = ("detector", "hotspot", "probability", "verdict")
    more = ("estimated_latitude_deg", "estimated_longitude_deg", "credible_radius_m", "evidence") if told else ()
    found: dict[str, _Scored] = {}
    for piece in parts(run.tables, "scores", *names, *more) or ():
        for detector in np.unique(piece["detector"]).tolist():
            mine = {name: array[piece["detector"] == detector] for name, array in piece.items()}
            if detector not in found:
                found[detector] = _Scored.of(planes)
            found[detector].add(mine, rows_in(hotspots.ids, mine["hotspot"]))
    made: dict[str, Array] = {}
    facts: dict[str, Any] = {"detectors": sorted(found), "evidence": {}}
    for number, detector in enumerate(facts["detectors"]):
        columns, facts["evidence"][detector] = found[detector].columns(hotspots)
        made |= {f"detector{number}_{name}": column for name, column in columns.items()}
    return made, facts


@dataclass(slots=True)
class _Scored:
    """The newest scores of one detector."""

    verdict: Newest
    probability: Newest
    epoch: Array
    latitude_deg: Array
    longitude_deg: Array
    radius_m: Array
    evidence: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def of(planes: Planes) -> _Scored:
        latitude_deg, longitude_deg, radius_m = np.full((3, planes.n_rows), np.nan)
        return _Scored(
            planes.newest(np.uint8, 0), planes.newest(np.uint16, 0xFFFF), np.full(planes.n_rows, -1, np.int32),
            latitude_deg, longitude_deg, radius_m,
        )  # fmt: skip

    def add(self, piece: Columns, row: Array) -> None:
        verdict = np.select([piece["verdict"] == word for word in VERDICTS], range(len(VERDICTS)), 0)
        self.verdict.add(piece["epoch"], row, verdict)
        self.probability.add(piece["epoch"], row, steps(piece["probability"], 1e-4))
        if "evidence" not in piece:
            return
        order = np.argsort(piece["epoch"], kind="stable")
        order = order[(row[order] >= 0) & (piece["epoch"][order] >= self.epoch[row[order]])]
        at = row[order]
        self.epoch[at] = piece["epoch"][order]
        self.latitude_deg[at] = piece["estimated_latitude_deg"][order]
        self.longitude_deg[at] = piece["estimated_longitude_deg"][order]
        self.radius_m[at] = piece["credible_radius_m"][order]
        for entry, place in zip(order.tolist(), at.tolist(), strict=True):
            self.evidence.pop(place, None)
            if piece["evidence"][entry] and piece["verdict"][entry] != "honest":
                self.evidence[place] = str(piece["evidence"][entry])

    def columns(self, hotspots: Hotspots) -> tuple[dict[str, Array], dict[str, str]]:
        made = {"verdict": self.verdict.values, "probability": self.probability.values}
        made |= self._estimates(hotspots)
        probability = self.probability.values[-1].astype(np.int64)
        told = sorted(self.evidence, key=lambda row: (-probability[row], row))[:MAX_EVIDENCE]
        return made, {str(row): self.evidence[row] for row in told}

    def _estimates(self, hotspots: Hotspots) -> dict[str, Array]:
        """Places of a detector that estimates any: nothing where all stay at the asserted places without a radius."""
        found = np.isfinite(self.latitude_deg) & np.isfinite(self.longitude_deg) & (self.radius_m <= ANYWHERE_M)
        both = found & np.isfinite(hotspots.latitude_deg)
        moved_m = great_circle_m(
            self.latitude_deg[both], self.longitude_deg[both], hotspots.latitude_deg[both],
            hotspots.longitude_deg[both],
        )  # fmt: skip
        if not (np.isfinite(self.radius_m[found]).any() or (moved_m > _SAME_PLACE_M).any()):
            return {}
        return {
            "latitude": microdegrees(np.where(found, self.latitude_deg, np.nan)),
            "longitude": microdegrees(np.where(found, self.longitude_deg, np.nan)),
            "radius_m": np.where(found, self.radius_m, np.nan).astype(np.float32),
        }
