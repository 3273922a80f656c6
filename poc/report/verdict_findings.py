"""What the verdicts say about one hotspot: its beacons, its witness reports, those about it, and lost claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.columns import Columns
from poc.reasons import Reason, Side
from poc.report.findings import Finding, Subject
from poc.report.inequalities import beacon_inequality, in_words, witness_inequality
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData


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


def _most_common(numbers: Array) -> list[tuple[int, int]]:
    return sorted(Counter(int(reason) for reason in numbers).items(), key=lambda item: (-item[1], item[0]))


def _rule(subject: Subject, reason: int) -> str:
    return f"{Reason(reason).name} of {subject.run.manifest.get('profile', {}).get('name', 'the profile')}"


def _keeps_every_report(run: RunData) -> bool:
    return "all" in run.manifest.get("scenario", {}).get("reports", ["all"])
