"""An epoch of a large fleet, judged shard by shard, so that nothing of the size of all reports or links is held.

Each shard is checked on the thread that the radio made it on, waits in a spool until the memory of the whole epoch is
known, and is then decided; its tables go to whoever keeps them, piece by piece. `jobs` threads check and decide shards
at the same time; pieces come in the order of the shards, so results depend on neither.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from poc.heap import hand_back
from poc.profiles.profile import EvidenceKind, Profile
from poc.rewards.claims import beacon_witness_claims
from poc.schema import CLAIMS, LINK_STATISTICS
from poc.shard import ReportShard
from poc.spool import Spool
from poc.table import Array, Gathered, Table
from poc.validator.state import ValidatorState

if TYPE_CHECKING:
    from poc.validator.shards.verdicts import ShardVerdicts

Piece = dict[str, Table]
Done = TypeVar("Done")
OverShards = Callable[[Callable[[int, ReportShard], "_Seen"]], Iterator["_Seen"]]
FROM_HOTSPOTS = 2_000  # smaller fleets are done before a compiler has started
WHOLE = "The reports of an epoch are held all at once, since {}; memory grows with their number."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of an epoch somebody will look at: every report, link statistics, claims, evidence for detectors, and what
    the judge remembers, which after the last epoch nobody asks.
    """

    every_report: bool
    link_statistics: bool
    claims: bool
    evidence: bool
    memory: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """What is left of an epoch when its pieces are gone. `shares` are there unless claims were wanted; `state` is as
    before the epoch where the memory was not wanted.
    """

    state: ValidatorState
    claims: Table
    shares: Table | None
    activity: Table
    links: Table


def why_whole(profile: Profile, campaigns: Iterable[Any], detectors: Iterable[Any], *, repeaters: bool = False) -> str:
    """Why a run must hold the reports of an epoch all at once; empty where it need not."""
    if repeaters:
        return "devices beside some hotspots send again what they hear"
    for campaign in campaigns:
        for attack in campaign.attacks:
            if getattr(attack, "forges", True):
                return f"the attack '{campaign.label}' forges reports"
    for detector in detectors:
        if getattr(detector, "reads_packets", False):
            return f"the detector {type(detector).__name__} looks at single packets"
    if any(kind.rules is None for kind in profile.evidence_kinds):
        return f"the profile '{profile.name}' has a judge of its own"
    return ""


def wanted_of(
    reports: Iterable[str], kind: EvidenceKind, profile: Profile, *, any_detector: bool, last: bool
) -> Wanted:
    """What the scenario's `reports`, the reward rule, the detectors and the next epoch look at.

    Shares are summed up without claims where the rule allows it and no score strikes claims out.
    """
    reports = set(reports)
    adds_up = hasattr(profile.reward_rule, "weights_e8") and kind.claims is beacon_witness_claims
    return Wanted(
        every_report="all" in reports,
        link_statistics=bool(reports & {"all", "link-statistics"}),
        claims="all" in reports or profile.scores_act == "now" or not adds_up,
        evidence=any_detector,
        memory=not last,
    )


def neighbours_together(hotspots: Table) -> tuple[Table, Array]:
    """HOTSPOTS in the order of the asserted cells, and the new row of each old one (int32).

    Numbers of H3 cells lie close where the cells do, so what a shard looks up of its hotspots lies side by side.
    """
    order = np.lexsort((hotspots["hotspot"], hotspots["cell"]))
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return hotspots.take(order), place


def judged_in_pieces(
    kind: EvidenceKind,
    rule: Any,
    over_shards: OverShards,
    hotspots: Table,
    state: ValidatorState,
    limits: Any,
    entropies: Table,
    wanted: Wanted,
    folder: Path | None,
    jobs: int,
    lap: Callable[[str], None],
) -> Generator[Piece, None, Whole]:
    """Yield the tables of an epoch piece by piece, and return what is left; shards wait in `folder`.

    `over_shards` gives what a function makes of each numbered shard, in their order, several at the same time.
    """
    from poc.detectors.shard_evidence import Life, link_statistics_of
    from poc.rewards.tally import Tally
    from poc.validator.shards.judge import ShardJudge

    assert kind.rules is not None
    judge = ShardJudge(
        kind.rules, hotspots, state, limits, entropies, Spool(folder),
        every_report=wanted.every_report, with_signal=wanted.claims,
    )  # fmt: skip
    n_sites, known, ids = len(judge.sites), judge.sites.known, judge.sites.hotspots["hotspot"]
    life, links, claims = Life.of(n_sites), [LINK_STATISTICS.empty()], [CLAIMS.empty()]
    roles = [np.zeros(0, np.uint8)]
    tally = None if wanted.claims else Tally(rule, n_sites)

    def check(number: int, shard: ReportShard) -> _Seen:
        checked = judge.check(number, shard)
        ordered, pairs, power_dbm = checked.ordered, checked.pairs, checked.joined["power_dbm"]
        of_links = None
        if wanted.link_statistics or wanted.evidence:
            of_links = link_statistics_of(
                ordered.shard, ordered.begin, ordered.end, power_dbm,
                (pairs.beaconer, pairs.witness), checked.pair, ids, known,
            )  # fmt: skip
        beacons = ordered.beacons if wanted.every_report else None
        return _Seen(number, ordered.row, power_dbm, ordered.shard.witness_row, of_links, beacons)

    numbers = []
    for seen in over_shards(check):
        numbers.append(seen.number)
        life.add(seen.beaconer_row, seen.power_dbm, seen.witness_row)
        piece = {} if seen.links is None or not wanted.link_statistics else {"link_statistics": seen.links}
        if wanted.evidence and seen.links is not None:
            links.append(_plain(seen.links))
        if seen.beacons is not None:
            piece |= {"beacons": seen.beacons}
        del seen
        lap("radio and row checks")
        yield piece
        lap("writing")
    hand_back()
    with ThreadPoolExecutor(jobs) as pool:
        settled = judge.settle(pool)
        hand_back()
        lap("memory and density")
        for verdicts in _in_order(pool, jobs, lambda number: judge.verdicts(number, settled), numbers):
            if tally is None:
                claimed = kind.claims(verdicts.judgement, limits)
                claims.append(_plain(claimed))
                roles.append(_roles(claimed))
            else:
                for role, earned in (("beaconer", verdicts.beaconers), ("witness", verdicts.witnesses)):
                    tally.add(role, earned.row, earned.scale_e4, earned.unit_e4)
            lap("verdicts")
            yield _tables(verdicts, wanted)
            lap("writing")
    hand_back()
    return Whole(
        judge.state_after(settled) if wanted.memory else state,
        _by_role(claims, roles),
        None if tally is None else tally.shares(ids),
        life.activity(ids),
        Table.concat(links),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the first look at a shard leaves to be added up or written, while the shard itself waits for its verdict."""

    number: int
    beaconer_row: Array
    power_dbm: Array
    witness_row: Array
    links: Table | None
    beacons: Table | None


def _tables(verdicts: ShardVerdicts, wanted: Wanted) -> Piece:
    tables = dict(verdicts.judgement.verdicts)
    if wanted.every_report:
        tables["receptions"] = verdicts.judgement.joined["receptions"]
        if verdicts.witness_reports is not None:
            tables["witness_reports"] = verdicts.witness_reports
    return tables


def _by_role(claims: list[Table], roles: list[Array]) -> Table:
    """All claims by role and then in the order of the shards: however many there were, the same."""
    return Table.concat(claims).take(np.argsort(np.concatenate(roles), kind="stable"))


def _roles(claims: Table) -> Array:
    """A number for the role of each claim."""
    if isinstance(claims.columns, Gathered):
        names, rows = claims.columns.part("role")
        if rows is not None:
            return rows
        claims = Table(claims.schema, {"role": names})
    return np.unique(claims["role"], return_inverse=True)[1]


def _plain(table: Table) -> Table:
    """The table with its numbers looked up, so that what they were looked up in can go; words stay coded."""
    if not isinstance(table.columns, Gathered):
        return table
    return Table(table.schema, Gathered({name: _plain_part(table.columns, name) for name in table}))


def _plain_part(columns: Gathered, name: str) -> tuple[Array, Array | None]:
    values, rows = columns.part(name)
    return (values, rows) if rows is None or values.dtype.kind == "U" else (columns[name], None)


def _in_order(
    pool: ThreadPoolExecutor, jobs: int, work: Callable[[int], Done], numbers: Iterable[int]
) -> Iterator[Done]:
    """The results in the order of the numbers, a few of them under way at a time."""
    under_way: deque[Future[Done]] = deque()
    for number in numbers:
        under_way.append(pool.submit(work, number))
        if len(under_way) > jobs:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
