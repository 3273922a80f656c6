"""One run. Within an epoch data flows one way: fleet → beacons → reports → verdicts → scores → claims → rewards."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from poc.checkpoint import Between
from poc.detectors.evidence import Case, Evidence, case_of, forget, window
from poc.heap import fleet_arrays_apart
from poc.piecewise import FROM_HOTSPOTS, WHOLE, Whole, judged_in_pieces, neighbours_together, wanted_of, why_whole
from poc.profiles.profile import EvidenceKind, Profile
from poc.rewards.amounts import pay
from poc.rewards.claims import claims_without_suspects
from poc.scenario import Scenario
from poc.schema import BEACONS, CLAIMS, DEEDS, RECEPTIONS, REWARDS, SCORES, WITNESS_VERDICTS
from poc.setup import city_of, detectors_of, first_world, profile_of, setting_of
from poc.table import Table
from poc.validator.denylist import denylist_from_scores
from poc.validator.state import Denylist
from poc.world.lying import received
from poc.world.observers import OBSERVERS, Observer
from poc.world.parties import Party, act, moves_of, parties, standing
from poc.world.recruiting import Campaign
from poc.world.truth import Setting, Span, World

LARGE_ARRAYS_FROM = 200_000  # hotspots
_NO_REPORTS = {"beacons": BEACONS.empty(), "receptions": RECEPTIONS.empty()}  # for networks with other evidence


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch left behind: tables by name, and what of the emission went to nobody [bones] by pool.

    An epoch of a large fleet comes in pieces, each with some rows of some tables; only the last one is `complete` and
    says what comes `after`.
    """

    span: Span
    tables: Mapping[str, Table]
    unpaid_bones: Mapping[str, int]
    rewarded: bool
    after: Between | None = None

    @property
    def complete(self) -> bool:
        return self.after is not None


@dataclass(slots=True)
class Stopwatch:
    """CPU seconds by stage; they go into the manifest only."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.process_time)

    def lap(self, stage: str) -> None:
        now = time.process_time()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


@dataclass(frozen=True)
class Emulation:
    """A scenario made ready to run; iterate `epochs()` once.

    Raises PocError on construction for anything that cannot be a run.
    """

    scenario: Scenario
    profile: Profile
    setting: Setting
    detectors: Mapping[str, Any]
    world: World
    campaigns: tuple[Campaign, ...]
    parties: tuple[Party, ...]
    watch: Stopwatch
    in_pieces: bool = False
    warnings: list[str] = field(default_factory=list)

    @staticmethod
    def of(scenario: Scenario, jobs: int = 1) -> Emulation:
        watch = Stopwatch()
        profile = profile_of(scenario)
        detectors = detectors_of(scenario, profile)
        if scenario.fleet.n_hotspots >= LARGE_ARRAYS_FROM:
            fleet_arrays_apart()
        setting = setting_of(scenario, city_of(scenario), jobs)
        world, campaigns = first_world(setting)
        first_list = Denylist("unloaded" if scenario.detectors.denylist == "unloaded" else "absent")
        world = replace(world, validator_state=replace(world.validator_state, denylist=first_list))
        watch.lap("setup")
        made = (*standing(campaigns), *parties(scenario.actors, campaigns))
        large = len(world.hotspots) >= FROM_HOTSPOTS
        repeaters = bool(world.truth.says("nuisance", "beside-repeater").any())
        obstacle = why_whole(profile, campaigns, detectors.values(), repeaters=repeaters) if large else ""
        warnings = [WHOLE.format(obstacle)] if obstacle else []
        in_pieces = large and not obstacle
        return Emulation(scenario, profile, setting, detectors, world, campaigns, made, watch, in_pieces, warnings)

    def epochs(self, waiting_room: Path | None = None, since: Between | None = None) -> Iterator[Epoch]:
        """The epochs in order, from the first or where a run stopped; shards of large ones wait in `waiting_room`."""
        observers: dict[str, Observer] = {
            kind.name: OBSERVERS[kind.name](self.setting) for kind in self.profile.evidence_kinds
        }
        before = since or Between(0, self.world)
        notes = list(before.notes)
        for number in range(before.number, self.scenario.time.n_epochs):
            world = self._act(before.world, before.public, number) if number else before.world
            epoch, world = yield from self._epoch(world, self._span(number), observers, waiting_room)
            public = {name: epoch.tables[name] for name in ("hotspots", "rewards")}
            public["scores"] = acting(epoch.tables["scores"], self.profile)
            notes += [note for observer in observers.values() for note in observer.notes() if note not in notes]
            before = Between(number + 1, world, public, notes=tuple(notes))
            yield replace(epoch, after=before)
        self.warnings.extend(notes)

    def _epoch(
        self, world: World, span: Span, observers: Mapping[str, Observer], waiting_room: Path | None
    ) -> Generator[Epoch, None, tuple[Epoch, World]]:
        profile, limits, section = self.profile, self.profile.limits, self.scenario.detectors
        tables: dict[str, Table] = {"hotspots": world.hotspots, "truth": world.truth}
        tables |= {"moves": moves_of(world, span.epoch)} if self.parties else {}
        state, claims, shares, case = world.validator_state, [CLAIMS.empty()], None, None
        for kind in profile.evidence_kinds:
            if self.in_pieces:
                whole = yield from self._pieces(kind, observers[kind.name], world, span, waiting_room)
                state, shares, case = whole.state, whole.shares, Case(whole.activity, whole.links)
                claims.append(whole.claims)
                tables |= {"deeds": DEEDS.empty()} if self.campaigns else {}  # who forges is judged whole
                continue
            reports, deeds = received(self.campaigns, observers[kind.name], world, span, self.setting)
            self.watch.lap("radio")
            judgement = kind.judge(world.hotspots, reports, state, limits)
            state = judgement.state
            claims.append(kind.claims(judgement, limits))
            tables |= {**reports, **judgement.joined, **judgement.verdicts}
            tables |= {"deeds": deeds} if self.campaigns or len(deeds) else {}
            self.watch.lap("judging")

        case = case or case_of(world.hotspots, {**_NO_REPORTS, **tables})
        tables |= {"activity": case.activity} | ({} if self.in_pieces else {"link_statistics": case.links})
        cases = (*world.cases, case)[-section.window_epochs :]
        scores = self._scores(world.hotspots, cases, tables)
        self.watch.lap("detection")
        effective = acting(scores, profile)
        claim = Table.concat(claims)
        if profile.scores_act == "now":
            claim = claims_without_suspects(claim, effective)
        elif profile.scores_act == "denylist" and section.denylist == "detectors" and section.of_profile:
            state = denylist_from_scores(effective, state, tag=span.epoch + 1)

        rewarded = span.epoch >= self.scenario.time.warm_up_epochs
        shares = profile.reward_rule.shares(claim, self.setting.city, limits) if shares is None else shares
        days = (span.end_ns - span.start_ns) / 86_400e9
        rewards, unpaid = pay(shares, profile.emission, days, span.epoch)
        tables |= {"scores": scores, "claims": claim, "rewards": rewards if rewarded else REWARDS.empty()}
        self.watch.lap("rewards")
        next_world = replace(world, validator_state=state, cases=cases)
        return Epoch(span, tables, unpaid if rewarded else {}, rewarded), next_world

    def _pieces(
        self, kind: EvidenceKind, observer: Any, world: World, span: Span, waiting_room: Path | None
    ) -> Generator[Epoch, None, Whole]:
        """Yield an epoch of a large fleet piece by piece; what is left at the end is returned."""
        wanted = wanted_of(
            self.scenario.reports, kind, self.profile, any_detector=bool(self.detectors),
            last=span.epoch == self.scenario.time.n_epochs - 1,
        )  # fmt: skip
        hotspots, place = neighbours_together(world.hotspots)
        entropies = observer.entropies(span)
        if wanted.every_report:
            yield Epoch(span, {"entropies": entropies}, {}, False)
        pieces = judged_in_pieces(
            kind, self.profile.reward_rule, partial(observer.over_shards, world, span, place), hotspots,
            world.validator_state, self.profile.limits, entropies, wanted, waiting_room, self.setting.jobs,
            self.watch.lap,
        )  # fmt: skip
        while True:
            try:
                yield Epoch(span, next(pieces), {}, False)
            except StopIteration as finished:
                return finished.value

    def _scores(self, hotspots: Table, cases: tuple[Case, ...], tables: Mapping[str, Table]) -> Table:
        if not self.detectors:
            return SCORES.empty()
        activity, links = window(cases)
        evidence = Evidence(
            hotspots=hotspots,
            activity=activity,
            links=links,
            receptions=tables.get("receptions", _NO_REPORTS["receptions"]),
            witness_verdicts=tables.get("witness_verdicts", WITNESS_VERDICTS.empty()),
            city=self.setting.city,
        )
        return Table.concat([SCORES.empty(), *(detector.score(evidence) for detector in self.detectors.values())])

    def _act(self, world: World, public: Mapping[str, Table], epoch: int) -> World:
        before = world.hotspots
        world = act(self.parties, self.campaigns, world, public, epoch, self.setting)
        return replace(world, cases=forget(world.cases, _moved(before, world.hotspots)))

    def _span(self, number: int) -> Span:
        section = self.scenario.time
        start_ns = section.start_ns + number * section.epoch_ns
        return Span(number, start_ns, start_ns + section.epoch_ns)


def acting(scores: Table, profile: Profile) -> Table:
    """The scores of the profile's own detectors: these act and are published; others only look on."""
    return scores.take(np.isin(scores["detector"], profile.detectors))


def _moved(before: Table, after: Table) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Hotspots whose assertion changed: what was heard of them before says nothing about the new place."""
    row = before.rows_of(after["hotspot"])
    known = row >= 0
    changed = after["cell"][known] != before["cell"][row[known]]
    return np.asarray(after["hotspot"][known][changed])
