"""Why one hotspot earned, failed or is suspected: findings in words with numbers, strongest first."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.grid import text_from_cells
from poc.errors import DataError
from poc.metrics.columns import columns, first_measured_epoch, newest, newest_rows
from poc.report.density_clip import density_clip
from poc.report.findings import BONES_PER_HNT, Finding, Subject, hearing, neighbours, payment, suspicion, truth
from poc.report.surroundings import Surroundings, surroundings_of
from poc.report.verdict_findings import beacons, heard_by_others, set_aside, witnessing

if TYPE_CHECKING:
    from poc.store import RunData

_SOURCES = (suspicion, payment, set_aside, beacons, density_clip, witnessing, heard_by_others, neighbours, hearing)
_MAX_IDS_TO_COMPARE = 20_000
N_ARGUED = 6
_MAX_BARS, _BAR_LETTERS = 14, 30


@dataclass(frozen=True, slots=True)
class Explanation:
    """One hotspot's story. `verdict` is suspect, honest, undecided or unscored; `findings` come strongest first.

    `earnings_bones` is what it was paid in each epoch looked at; `truth` is for graders and never seen by the judges.
    """

    hotspot: int
    asserted: str
    profile: str
    epochs: tuple[int, int]
    verdict: str
    findings: tuple[Finding, ...]
    earnings_bones: Mapping[int, int]
    truth: str
    rules: str = ""

    def text(self, width: int = 0) -> str:
        """The story as plain lines for a terminal, broken at `width` letters (0 = nowhere)."""
        first, last = self.epochs
        when = f"epoch {first}" if first == last else f"epochs {first} to {last}"
        said = [f"{place:>2}. {finding.sentence}" for place, finding in enumerate(self.findings, start=1)]
        lines = [f"{self.verdict.upper()}: hotspot {self.hotspot} under {self.profile}, {when}", self.asserted]
        lines += [f"Rules in force {self.rules}."] if self.rules else []
        if not said:
            lines += ["", "The run kept nothing about this hotspot in these epochs."]
        for title, part in (("The argument, strongest first", said[:N_ARGUED]), ("Also on record", said[N_ARGUED:])):
            lines += ["", title, *part] if part else []
        if self.earnings_bones:
            lines += ["", "Paid by epoch [HNT]", *_bars(self.earnings_bones)]
        if self.truth:
            lines += ["", f"{self.truth} (The judges never see this.)"]
        if not width:
            return "\n".join(lines)
        return "\n".join(
            textwrap.fill(line, width, subsequent_indent="    " if line[2:4] == ". " else "", break_on_hyphens=False)
            if "█" not in line else line
            for line in lines
        )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One row for each finding, for tables and CSV."""
        story = {"hotspot": str(self.hotspot), "verdict": self.verdict}
        return [
            {**story, "rank": rank, "kind": found.kind, "finding": found.sentence}
            for rank, found in enumerate(self.findings, start=1)
        ]

    def as_dict(self) -> dict[str, Any]:
        """The story for JSON."""
        return {
            "hotspot": str(self.hotspot), "asserted": self.asserted, "profile": self.profile, "epochs": self.epochs,
            "verdict": self.verdict,
            "findings": [
                {"kind": each.kind, "weight": each.weight, "sentence": each.sentence, "numbers": dict(each.numbers)}
                for each in self.findings
            ],
            "rules": self.rules,
            "earnings_bones": {str(epoch): bones for epoch, bones in self.earnings_bones.items()},
            "truth": self.truth,
        }  # fmt: skip


def explain(run: RunData, hotspot: int, epoch: int | None = None) -> Explanation:
    """The story of one hotspot in the measured epochs, or in one epoch.

    Raises DataError when the run does not have the hotspot or the epoch.
    """
    _check_hotspot(run, hotspot)
    first, last = _epochs(run, epoch)
    return _explained(surroundings_of(run, [hotspot], first, last), hotspot, first, last)


def explain_some(run: RunData, hotspots: Sequence[int]) -> Iterator[Explanation]:
    """The stories of several hotspots of the run in the measured epochs, with no table read twice."""
    first, last = _epochs(run, None)
    around = surroundings_of(run, hotspots, first, last)
    for hotspot in hotspots:
        yield _explained(around, hotspot, first, last)


def _explained(around: Surroundings, hotspot: int, first: int, last: int) -> Explanation:
    run = around.of_one(hotspot)
    subject = Subject(run, hotspot, first, last, around)
    findings = sorted((found for source in _SOURCES for found in source(subject)), key=lambda each: -each.weight)
    rewards = subject.rows("rewards", "amount_bones")
    dates = run.manifest.get("profile", {})
    paid: dict[int, int] = {}
    if rewards is not None:
        paid = dict.fromkeys(range(first, last + 1), 0)
        for number, bones in zip(rewards["epoch"].tolist(), rewards["amount_bones"].tolist(), strict=True):
            paid[number] += bones
    return Explanation(
        hotspot=hotspot,
        asserted=_asserted(subject),
        profile=str(run.manifest.get("profile", {}).get("name", "?")),
        epochs=(first, last),
        verdict=_verdict(findings),
        findings=tuple(findings),
        earnings_bones=paid,
        truth=truth(subject),
        rules=" to ".join(str(dates[key]) for key in ("valid_from", "valid_to") if dates.get(key)),
    )


def _bars(earnings_bones: Mapping[int, int]) -> list[str]:
    """A bar for each epoch; runs of many epochs are summed over equal stretches."""
    step = max(1, -(-len(earnings_bones) // _MAX_BARS))
    epochs, paid = list(earnings_bones), list(earnings_bones.values())
    sums = [
        (epochs[at], epochs[min(at + step, len(epochs)) - 1], sum(paid[at : at + step]))
        for at in range(0, len(paid), step)
    ]
    most = max((amount for *_, amount in sums), default=0) or 1
    return [
        f"{f'{first}' if first == last else f'{first}–{last}':>9} {amount / BONES_PER_HNT:>14,.2f} "
        + "█" * round(_BAR_LETTERS * amount / most)
        for first, last, amount in sums
    ]


def _verdict(findings: list[Finding]) -> str:
    """The gravest word of any detector."""
    said = {str(found.numbers["verdict"]) for found in findings if found.kind == "suspicion"}
    return next((word for word in ("suspect", "undecided", "honest") if word in said), "unscored")


def _asserted(subject: Subject) -> str:
    hotspots = columns(subject.run.tables, "hotspots", "hotspot", "cell", "gain_dbi", "elevation_m")
    assert hotspots is not None  # _check_hotspot has looked
    rows = newest_rows(hotspots, "hotspot")
    row = int(rows[hotspots["hotspot"][rows] == np.uint64(subject.hotspot)][0])
    antenna = f"{hotspots['gain_dbi'][row]:.1f} dBi, {hotspots['elevation_m'][row]:.0f} m above ground"
    places = subject.around.places
    at = np.flatnonzero(places["hotspot"] == np.uint64(subject.hotspot)) if places is not None else np.zeros(0, int)
    if places is None or not len(at):
        return f"It asserts no place; antenna {antenna}."
    latitude, longitude = float(places["latitude_deg"][at[0]]), float(places["longitude_deg"][at[0]])
    cell = text_from_cells(places["cell"][at])[0]
    return f"It asserts cell {cell} ({latitude:.5f}°, {longitude:.5f}°), {antenna}."


def _epochs(run: RunData, epoch: int | None) -> tuple[int, int]:
    n_epochs = int(run.manifest.get("n_epochs", 1))
    if epoch is None:
        return first_measured_epoch(run.manifest), n_epochs - 1
    if not 0 <= epoch < n_epochs:
        raise DataError(f"epoch {epoch} was asked for, but the run has epochs 0 to {n_epochs - 1}; choose one of them.")
    return epoch, epoch


def _check_hotspot(run: RunData, hotspot: int) -> None:
    hotspots = newest(run.tables, "hotspots", "hotspot")
    ids = [] if hotspots is None else hotspots["hotspot"].tolist()
    if not ids:
        raise DataError(f"hotspot {hotspot} was asked for, but the run has no hotspots; run a scenario with some.")
    if hotspot in ids:
        return
    near = [str(each) for each in sorted(ids, key=lambda each: (abs(each - hotspot), each))[:2]]
    if len(ids) <= _MAX_IDS_TO_COMPARE:
        near = list(dict.fromkeys(difflib.get_close_matches(str(hotspot), [str(each) for each in ids], n=2) + near))[:3]
    raise DataError(
        f"there is no hotspot {hotspot} among the {len(ids):,} of this run; nearest are {', '.join(near)}, "
        "and the report page lists suspects and top earners."
    )
