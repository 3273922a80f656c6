"""What can be said about one hotspot: each finding is a sentence with its numbers and a weight to order it by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.geodesy import bearing_deg, great_circle_m
from poc.metrics.columns import Columns, columns, newest_rows, rows_in
from poc.metrics.money import earnings
from poc.reasons import Reason, Side
from poc.report.asserted_places import asserted_places
from poc.report.expected_witnesses import expected_witnesses
from poc.report.inequalities import beacon_inequality, in_words, number, witness_inequality
from poc.table import Array

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
    """The hotspot in question and the epochs to look at, first and last included."""

    run: RunData
    hotspot: int
    first_epoch: int
    last_epoch: int

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
            "suspicion", (3.0 if verdict == "suspect" else 0.6) + probability, sentence,
            {
                "detector": str(scores["detector"][row]), "verdict": verdict, "probability": probability,
                "log_likelihood_ratio": ratio, "estimated_distance_m": moved_m, "epoch": int(scores["epoch"][row]),
            },
        )  # fmt: skip


def _estimate(subject: Subject, scores: Columns, row: int) -> tuple[float | None, str]:
    places = asserted_places(subject.run)
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
    earned = earnings(subject.run.tables, subject.first_epoch, subject.last_epoch)
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


def beacons(subject: Subject) -> Iterator[Finding]:
    """Its beacons: how many counted, what they were worth, and why others failed."""
    verdicts = subject.rows(
        "beacon_verdicts",
        "received_ns",
        "reason",
        "n_reports",
        "n_valid",
        "n_selected",
        "hex_scale_e4",
        "reward_unit_e4",
    )
    if verdicts is None:
        return
    n, valid = len(verdicts["reason"]), verdicts["reason"] == Reason.none
    if not n:
        yield Finding("beacons", 2.0, "It sent no beacon that reached the server.", {"n_beacons": 0})
        return
    n_valid = int(valid.sum())
    numbers: dict[str, Any] = {"n_beacons": n, "n_valid": n_valid}
    sentence = f"{n_valid:,} of its {n:,} beacons were valid"
    if n_valid:
        heard, selected = (float(verdicts[name][valid].mean()) for name in ("n_valid", "n_selected"))
        scale, unit = (float(verdicts[name][valid].mean()) / 1e4 for name in ("hex_scale_e4", "reward_unit_e4"))
        numbers |= {"mean_valid_witnesses": heard, "mean_selected": selected, "hex_scale": scale, "reward_unit": unit}
        sentence += (
            f", with {heard:.1f} valid witnesses each ({selected:.1f} rewarded), "
            f"density scale {scale:.2f} and reward unit {unit:.2f}"
        )
    yield Finding("beacons", 0.9 if n_valid == n else 1.2 + (n - n_valid) / n, f"{sentence}.", numbers)
    order = np.argsort(verdicts["received_ns"], kind="stable")
    waits_h = np.append(np.nan, np.diff(verdicts["received_ns"][order]) / 3.6e12)
    for reason, count in _most_common(verdicts["reason"][~valid]):
        first = int(np.flatnonzero(verdicts["reason"][order] == reason)[0])
        why = beacon_inequality(reason, subject.limits, None if first == 0 else float(waits_h[first]))
        yield Finding(
            "reason", 1.1 + count / n,
            f"{count:,} of {n:,} beacons failed {_rule(subject, reason)}, for instance: {why}.",
            {"side": "beacon", "reason": Reason(reason).name, "n": count, "n_of": n},
        )  # fmt: skip


def witnessing(subject: Subject) -> Iterator[Finding]:
    """The witness reports it sent: how many counted, and why others failed."""
    verdicts = subject.rows("witness_verdicts", "report", "beaconer", "reason", "side", "selected", of="witness")
    if verdicts is None or not _keeps_every_report(subject.run):
        return
    n, valid = len(verdicts["reason"]), verdicts["reason"] == Reason.none
    if not n:
        yield Finding("witnessing", 1.5, "It reported no beacon of anybody.", {"n_reports": 0})
        return
    n_valid, n_selected = int(valid.sum()), int(verdicts["selected"].sum())
    yield Finding(
        "witnessing", 0.8,
        f"It reported {n:,} beacons of {len(np.unique(verdicts['beaconer'])):,} hotspots; {n_valid:,} of the reports "
        f"were valid and {n_selected:,} rewarded.",
        {"n_reports": n, "n_valid": n_valid, "n_selected": n_selected},
    )  # fmt: skip
    own = ~valid & (verdicts["side"] != Side.beaconer)
    yield from _failures(subject, verdicts, own, n, "its witness reports", "beaconer")
    spoiled = int((~valid & ~own).sum())
    if spoiled:
        reason, _ = _most_common(verdicts["reason"][~valid & ~own])[0]
        yield Finding(
            "spoiled", 0.7 + spoiled / n,
            f"{spoiled:,} of {n:,} of its witness reports fell with their beaconer, mostly since {in_words(reason)}.",
            {"n": spoiled, "n_of": n, "reason": Reason(reason).name},
        )  # fmt: skip


def heard_by_others(subject: Subject) -> Iterator[Finding]:
    """Witness reports about its beacons that failed through the witness or the pair."""
    verdicts = subject.rows("witness_verdicts", "report", "witness", "reason", "side", of="beaconer")
    if verdicts is None or not len(verdicts["reason"]) or not _keeps_every_report(subject.run):
        return
    failed = (verdicts["reason"] != Reason.none) & (verdicts["side"] != Side.beaconer)
    yield from _failures(subject, verdicts, failed, len(failed), "reports about its beacons", "witness")


def _failures(subject: Subject, verdicts: Columns, failed: Array, n: int, whose: str, peer: str) -> Iterator[Finding]:
    for reason, count in _most_common(verdicts["reason"][failed]):
        rows = np.flatnonzero(failed & (verdicts["reason"] == reason))
        row = int(rows[np.argmin(verdicts["report"][rows])])
        why = _why(subject, int(verdicts["report"][row]), int(verdicts["epoch"][row]), reason)
        yield Finding(
            "reason", 1.0 + count / n,
            f"{count:,} of {n:,} of {whose} failed {_rule(subject, reason)}, for instance with "
            f"{int(verdicts[peer][row])}: {why}.",
            {
                "side": whose, "reason": Reason(reason).name, "n": count, "n_of": n,
                "report": int(verdicts["report"][row]),
            },
        )  # fmt: skip


def _why(subject: Subject, report: int, epoch: int, reason: int) -> str:
    if "receptions" not in subject.run.tables:
        return in_words(reason)
    receptions = subject.run.table("receptions", epoch)
    row = int(receptions.rows_of(np.array([report], np.uint64))[0])
    return in_words(reason) if row < 0 else witness_inequality(receptions.take([row]), reason, subject.limits)


def set_aside(subject: Subject) -> Iterator[Finding]:
    """Rewarded participations that carry no claim: scores acted on this hotspot or on its counterpart."""
    sent = subject.rows("beacon_verdicts", "beacon", "reason", "n_selected")
    heard = subject.rows("witness_verdicts", "report", "selected", of="witness")
    claims = subject.rows("claims", "evidence", "role")
    if sent is None or heard is None or claims is None:
        return
    paying = (sent["reason"] == Reason.none) & (sent["n_selected"] > 0)
    claimed = {role: claims["evidence"][claims["role"] == role] for role in ("beaconer", "witness")}
    n_lost = int((~np.isin(sent["beacon"][paying], claimed["beaconer"])).sum())
    n_lost += int((~np.isin(heard["report"][heard["selected"]], claimed["witness"])).sum())
    n = int(paying.sum()) + int(heard["selected"].sum())
    if n_lost:
        yield Finding(
            "claims", 1.3 + n_lost / n,
            f"{n_lost:,} of its {n:,} rewarded beacons and reports gave no claim, since the detectors suspected it or "
            "its counterpart in that epoch.",
            {"n": n_lost, "n_of": n},
        )  # fmt: skip


def neighbours(subject: Subject) -> Iterator[Finding]:
    """Witnesses it should have had, and has, judged by the habits of this run at asserted distances."""
    expected = expected_witnesses(subject.run, subject.hotspot, subject.first_epoch)
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


def truth(subject: Subject) -> str:
    """What really is, for the graders; empty where the run came without truth."""
    found = columns(subject.run.tables, "truth", "hotspot", "latitude_deg", "longitude_deg", "attack", "nuisance")
    places = asserted_places(subject.run)
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


def _most_common(numbers: Array) -> list[tuple[int, int]]:
    return sorted(Counter(int(reason) for reason in numbers).items(), key=lambda item: (-item[1], item[0]))


def _rule(subject: Subject, reason: int) -> str:
    return f"{Reason(reason).name} of {subject.run.manifest.get('profile', {}).get('name', 'the profile')}"


def _keeps_every_report(run: RunData) -> bool:
    return "all" in run.manifest.get("scenario", {}).get("reports", ["all"])
