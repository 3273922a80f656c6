"""Judge reports that somebody else produced, by the same profiles and the same code as a run.

`poc verify` is a shell over `verify`. Every row of the given files ends in one place: rejected with a cause, or in
`verdicts` with a status and a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from poc.errors import DataError
from poc.interop.frames import file_type_of
from poc.interop.names import Names
from poc.interop.oracle_ingest import read_oracle_beacons, read_oracle_entropies, read_oracle_witnesses
from poc.interop.rejections import Rejections
from poc.interop.reports import ForeignReports, foreign_reports
from poc.interop.signature_check import COUNT, MODES, SignatureCheck
from poc.interop.table_files import Gaps, read_beacons, read_denylist, read_entropies, read_hotspots, read_witnesses
from poc.profiles.profile import Profile
from poc.table import Table
from poc.validator.judgement import Judgement
from poc.validator.state import Denylist, ValidatorState

KIND = "beacon_witness"


@dataclass(frozen=True, slots=True)
class Files:
    """What there is to judge: CSV, JSONL or Parquet; beacons, witnesses and entropies may be oracle files."""

    hotspots: Path
    beacons: Path
    witnesses: Path
    denylist: Path | None = None
    entropies: Path | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """The judgement of foreign files, the texts behind its numbers, and the counts of what was read."""

    profile: Profile
    judgement: Judgement
    reports: ForeignReports
    hotspot_names: Names
    counts: dict[str, Rejections]
    notes: list[str] = field(default_factory=list)
    signatures: Mapping[str, int] = field(default_factory=dict)


def verify(files: Files, profile: Profile, state: ValidatorState | None = None, signatures: str = COUNT) -> Verified:
    """Read the files, judge the reports, starting from `state` (empty by default).

    `signatures` of ed25519 keys are checked and bad ones counted ("count"), turned away ("reject") or nobody looks
    ("ignore"). Raises DataError for an argument that cannot be read or lacks a column; a bad row is counted.
    """
    if signatures not in MODES:
        raise DataError(f"signatures are '{signatures}', expected count, reject or ignore; correct --signatures.")
    names = Names()
    counts = {name: Rejections() for name in ("hotspots", "beacons", "witnesses", "entropies", "denylist")}
    keys: dict[str, bytes] = {}
    hotspots, gaps = read_hotspots(files.hotspots, names, counts["hotspots"], keys=keys)
    check = SignatureCheck(signatures, keys)
    readers = read_beacons, read_oracle_beacons, read_witnesses, read_oracle_witnesses
    of_beacons, of_frames, of_witnesses, of_witness_frames = (partial(each, signatures=check) for each in readers)
    beacons = _read(files.beacons, of_beacons, "iot_beacon_ingest_report", of_frames, counts["beacons"])
    witnesses = _read(
        files.witnesses, of_witnesses, "iot_witness_ingest_report", of_witness_frames, counts["witnesses"]
    )
    archive = None
    if files.entropies:
        archive = _read(files.entropies, read_entropies, "entropy_report", read_oracle_entropies, counts["entropies"])
    denylist = Denylist()
    if files.denylist:
        denylist = read_denylist(files.denylist, names, counts["denylist"])
    reports = foreign_reports(beacons, witnesses, archive, names, counts)
    kind = next((kind for kind in profile.evidence_kinds if kind.name == KIND), None)
    if kind is None:
        raise DataError(f"the profile '{profile.name}' judges no beacons and witnesses; choose another --profile.")
    notes = _notes(denylist, reports, profile, gaps)
    if state is None:
        notes.append("no --state was given: the validator starts with an empty memory.")
    judgement = kind.judge(
        hotspots, reports.tables, replace(state or ValidatorState(), denylist=denylist), profile.limits
    )
    _count_unjudged(judgement, reports, counts)
    return Verified(profile, judgement, reports, names, counts, [*notes, *check.notes()], dict(check.found))


def _count_unjudged(judgement: Judgement, reports: ForeignReports, counts: dict[str, Rejections]) -> None:
    """Reports that the profile does not even look at get no verdict, but they are counted."""
    for name, given, judged in (
        ("beacons", "beacons", "beacon_verdicts"),
        ("witnesses", "witness_reports", "witness_verdicts"),
    ):
        n_left_out = len(reports.tables[given]) - len(judgement.verdicts[judged])
        counts[name].reject("left out by the profile before judging", n_left_out)


def _read(path: Path, table: Callable[..., Any], file_type: str, oracle: Callable[..., Any], counts: Rejections) -> Any:
    found = file_type_of(path)
    if found is None:
        return table(path, counts)
    if found != file_type:
        raise DataError(f"'{path}' is an oracle file of {found}, expected {file_type}; give the right file.")
    return oracle(path, counts)


def _notes(denylist: Denylist, reports: ForeignReports, profile: Profile, gaps: Gaps) -> list[str]:
    """What the reader of the verdicts must know: checks without evidence, and guesses."""
    notes = [f"skipped: {text}" for text in reports.skipped]
    if denylist.status == "absent":
        notes.append("skipped: denied and denied_edge: no denylist was given.")
    if denylist.status == "unloaded":
        notes.append("the denylist is empty, so it counts as not loaded and denies everybody.")
    if profile.scores_act != "never":
        notes.append("no detector ran: verdicts are those of the checks alone.")
    if gaps.n_capability:
        notes.append(
            f"skipped: invalid_capability: {gaps.n_capability:,} hotspots say nothing of is_full, so they are full."
        )
    for n, source in (
        (gaps.n_by_country, "the country that their place lies in (Natural Earth, data/countries)"),
        (gaps.n_by_coast, "the nearest country within 50 km"),
        (gaps.n_nowhere, "nowhere: no country with a plan is near, so they count as not asserted"),
    ):
        if n:
            notes.append(f"the region of {n:,} hotspots comes from {source}.")
    return notes


def by_day(judgement: Judgement) -> dict[int, Judgement]:
    """The judgement cut by reward epoch: UTC day since 1970 of each report's own arrival; midnight counts to the day
    before, and a witness of a beacon of yesterday may be paid today.

    Source: oracles-iot `reward_share.rs` (`shares_from_poc`; start < timestamp ≤ end), `spec/helium-iot.md` §10.
    """
    beacons, witnesses = judgement.verdicts["beacon_verdicts"], judgement.verdicts["witness_verdicts"]
    day, day_heard = ((table["received_ns"] - 1) // (86_400 * 10**9) for table in (beacons, witnesses))
    parts = {}
    for epoch in np.unique(np.concatenate([day, day_heard])).tolist():
        here, heard = day == epoch, day_heard == epoch
        parts[epoch] = replace(
            judgement,
            verdicts={"beacon_verdicts": beacons.take(here), "witness_verdicts": witnesses.take(heard)},
            joined={"receptions": judgement.joined["receptions"].take(heard)},
        )
    return parts


def claims_by_day(verified: Verified) -> dict[int, Table]:
    """CLAIMS of each reward epoch."""
    kind = next(kind for kind in verified.profile.evidence_kinds if kind.name == KIND)
    return {day: kind.claims(part, verified.profile.limits) for day, part in by_day(verified.judgement).items()}
