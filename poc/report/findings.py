"""What can be said about one hotspot: each finding is a sentence with its numbers and a weight to order it by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.geodesy import bearing_deg, great_circle_m
from poc.metrics.columns import Columns, columns, newest_rows, rows_in
from poc.report.inequalities import number
from poc.report.surroundings import Surroundings

if TYPE_CHECKING:
    from poc.store import RunData

BONES_PER_HNT = 1e8
ANYWHERE_M = 1_000_000.0
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_SCORE_COLUMNS = (
    "detector", "hotspot", "probability", "log_likelihood_ratio", "verdict", "estimated_latitude_deg",
    "estimated_longitude_deg", "credible_radius_m", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a hotspot; `weight` orders the findings, strongest first."""

    kind: str
    weight: float
    sentence: str
    numbers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The hotspot in question, the epochs to look at (first and last included), and what lies around it."""

    run: RunData
    hotspot: int
    first_epoch: int
    last_epoch: int
    around: Surroundings

    @property
    def limits(self) -> Mapping[str, Any]:
        limits: Mapping[str, Any] = self.run.manifest.get("profile", {}).get("limits", {})
        return limits

    def rows(self, table: str, *names: str, of: str = "hotspot") -> Columns | None:
        """The rows, by epoch, of a table that name the hotspot in the column `of`; None without the table."""
        found = columns(self.run.tables, table, *dict.fromkeys((of, *names)), first_epoch=self.first_epoch)
        if found is None:
            return None
        mine = np.flatnonzero((found[of] == np.uint64(self.hotspot)) & (found["epoch"] <= self.last_epoch))
        mine = mine[np.argsort(found["epoch"][mine], kind="stable")]
        return {name: array[mine] for name, array in found.items()}


def suspicion(subject: Subject) -> Iterator[Finding]:
    """What each detector says, in its newest scores."""
    scores = subject.rows("scores", *_SCORE_COLUMNS)
    if scores is None:
        return
    for row in newest_rows(scores, "detector").tolist():
        verdict, probability = str(scores["verdict"][row]), float(scores["probability"][row])
        ratio = float(scores["log_likelihood_ratio"][row])
        sentence = f"The detector {scores['detector'][row]} says {verdict}: probability {probability:.3f} of a lie"
        sentence += f" (log-likelihood ratio {number(ratio, 1)} nat)" if np.isfinite(ratio) and ratio else ""
        moved_m, estimate = _estimate(subject, scores, row)
        sentence += f"{estimate}."
        if scores["evidence"][row]:
            sentence += f" Its evidence: {str(scores['evidence'][row]).rstrip('.')}."
        yield Finding(
            "suspicion", (3.0 if verdict == "suspect" else 0.6) + probability + _surer(ratio), sentence,
            {
                "detector": str(scores["detector"][row]), "verdict": verdict, "probability": probability,
                "log_likelihood_ratio": ratio, "estimated_distance_m": moved_m, "epoch": int(scores["epoch"][row]),
            },
        )  # fmt: skip


def _surer(ratio_nat: float) -> float:
    """Between equal probabilities the larger likelihood ratio speaks first."""
    return 1e-4 * float(np.clip(ratio_nat, 0.0, 1000.0)) if np.isfinite(ratio_nat) else 0.0


def _estimate(subject: Subject, scores: Columns, row: int) -> tuple[float | None, str]:
    places = subject.around.places
    place = (float(scores["estimated_latitude_deg"][row]), float(scores["estimated_longitude_deg"][row]))
    if places is None or not np.isfinite(place).all():
        return None, ""
    at = int(rows_in(places["hotspot"], np.array([subject.hotspot], np.uint64))[0])
    if at < 0:
        return None, ""
    asserted = float(places["latitude_deg"][at]), float(places["longitude_deg"][at])
    moved_m = float(great_circle_m(*asserted, *place))
    radius_m = float(scores["credible_radius_m"][row])
    if radius_m > ANYWHERE_M:  # the detector does not estimate places
        return None, ""
    within = f", to within {radius_m:,.0f} m (90 %)" if np.isfinite(radius_m) else ""
    return moved_m, f"; most likely place {away(asserted, place)} of the asserted one{within}"


def away(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Distance and compass direction in words.

    >>> away((47.0, 9.0), (47.0, 9.1))
    '7.6 km east'
    """
    distance_m = float(great_circle_m(*start, *end))
    direction = _COMPASS[round(float(bearing_deg(*start, *end)) / 45.0) % 8]
    return f"{distance_m / 1000:.1f} km {direction}" if distance_m >= 1000 else f"{distance_m:.0f} m {direction}"


def payment(subject: Subject) -> Iterator[Finding]:
    """What it was paid, beside everybody else."""
    earned = subject.around.earned
    if earned is None or not len(earned[0]):
        return
    hotspot, amount = earned
    row = int(rows_in(hotspot, np.array([subject.hotspot], np.uint64))[0])
    own, total = int(amount[row]) if row >= 0 else 0, sum(amount.tolist())
    rank, median = int((amount > own).sum()) + 1, float(np.median(amount))
    numbers = {"n_bones": own, "rank": rank, "n_hotspots": len(hotspot), "median_n_bones": median}
    if not total:
        yield Finding("payment", 0.4, "Nobody was paid anything.", numbers)
    elif not own:
        beside = f"while the median hotspot got {median / BONES_PER_HNT:,.2f} HNT" if median else "like most hotspots"
        yield Finding("payment", 2.0, f"It was paid nothing, {beside}.", numbers)
    else:
        yield Finding(
            "payment", 1.0,
            f"It was paid {own / BONES_PER_HNT:,.2f} HNT, {100 * own / total:.2g} % of everything, rank {rank:,} of "
            f"{len(hotspot):,}; the median hotspot got {median / BONES_PER_HNT:,.2f} HNT.",
            numbers,
        )  # fmt: skip


def neighbours(subject: Subject) -> Iterator[Finding]:
    """Witnesses it should have had, and has, judged by the habits of this run at asserted distances."""
    habits = subject.around.habits
    expected = habits.witnesses_of(subject.hotspot) if habits else None
    if expected is None or not len(expected.witness):
        return
    sentence = (
        f"From its asserted place {expected.n_expected:.1f} hotspots should have heard it, and {expected.n_heard} did"
    )
    silent, far = expected.silent_near(), expected.heard_far()
    if len(silent):
        nearest = silent[0]
        sentence += (
            f"; {len(silent)} that likely should stayed silent, the nearest ({int(expected.witness[nearest])}) at "
            f"{expected.distance_m[nearest] / 1000:.1f} km"
        )
    if len(far):
        farthest = far[0]
        sentence += (
            f"; {len(far)} heard it from where at most 5 % do, the farthest ({int(expected.witness[farthest])}) at "
            f"{expected.distance_m[farthest] / 1000:.1f} km"
        )
    yield Finding(
        "neighbours", 0.5 + min(0.1 * max(expected.surprise, 0.0), 2.0), f"{sentence}.",
        {
            "n_expected": expected.n_expected, "n_heard": expected.n_heard, "surprise_nat": expected.surprise,
            "silent_near": expected.witness[silent].tolist(), "heard_far": expected.witness[far].tolist(),
        },
    )  # fmt: skip


def hearing(subject: Subject) -> Iterator[Finding]:
    """Whom it should have heard, and whom it did."""
    habits = subject.around.habits
    expected = habits.heard_by(subject.hotspot) if habits else None
    if expected is None or not len(expected.witness):
        return
    silent, far = expected.silent_near(), expected.heard_far()
    sentence = f"There it should have heard {expected.n_expected:.1f} hotspots itself, and it heard {expected.n_heard}"
    sentence += f"; {len(silent)} that it likely should have, it never heard" if len(silent) else ""
    sentence += f"; {len(far)} it heard from where at most 5 % do" if len(far) else ""
    yield Finding(
        "hearing", 0.4 + min(0.1 * max(expected.surprise, 0.0), 1.9), f"{sentence}.",
        {
            "n_expected": expected.n_expected, "n_heard": expected.n_heard, "surprise_nat": expected.surprise,
            "silent_near": expected.witness[silent].tolist(), "heard_far": expected.witness[far].tolist(),
        },
    )  # fmt: skip


def truth(subject: Subject) -> str:
    """What really is, for the graders; empty where the run came without truth."""
    found = columns(subject.run.tables, "truth", "hotspot", "latitude_deg", "longitude_deg", "attack", "nuisance")
    places = subject.around.places
    if found is None or places is None:
        return ""
    mine = np.flatnonzero(found["hotspot"] == np.uint64(subject.hotspot))
    at = int(rows_in(places["hotspot"], np.array([subject.hotspot], np.uint64))[0])
    if not len(mine):
        return ""
    row = int(mine[np.argmax(found["epoch"][mine])])
    attack, nuisance = str(found["attack"][row]), str(found["nuisance"][row])
    who = f"belongs to the attack {attack}" if attack else "is honest"
    who += f" with an everyday trouble: {nuisance}" if nuisance else ""
    if at < 0:
        return f"In truth it {who}, and asserts no place."
    asserted = float(places["latitude_deg"][at]), float(places["longitude_deg"][at])
    place = float(found["latitude_deg"][row]), float(found["longitude_deg"][row])
    return f"In truth it {who} and stands {away(asserted, place)} of the asserted place."
