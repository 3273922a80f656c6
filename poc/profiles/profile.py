"""What a protocol profile is: a page of values that says which reports count, who acts on scores and who is paid.

A profile is data (design §1.3). The emulator calls its parts and never asks for its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol

from poc.errors import ScenarioError, did_you_mean
from poc.table import Schema, Table
from poc.validator.checks.check import Check
from poc.validator.judgement import Judgement as Judgement
from poc.validator.state import ValidatorState

if TYPE_CHECKING:
    from poc.validator.judge import Rules

ScoresAct = Literal["never", "denylist", "now"]


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """One way to prove coverage: its report tables, how they are judged, and what may be claimed from them.

    `judge(hotspots, reports, state, limits) -> Judgement` and `claims(judgement, limits) -> CLAIMS table`.
    The observer that makes such reports is found under `name` in `poc.world.observers`. `checks` lists what judge goes
    by, stage by stage, for people and for `poc profiles show`. `rules` are given where `judge` is that of
    `poc.validator.judge`, so that large runs may be judged shard by shard to the same verdicts.
    """

    name: str
    reports: Mapping[str, Schema]
    judge: Callable[[Table, Mapping[str, Table], ValidatorState, Any], Judgement]
    claims: Callable[[Judgement, Any], Table]
    checks: Mapping[str, tuple[Check, ...]] = field(default_factory=dict)
    rules: Rules | None = None


class RewardRule(Protocol):
    """Weighs claims: `shares(claims, city, limits) -> SHARES table` with whole-number shares by pool and hotspot.

    A rule in which every participation is worth the same wherever it is counted may also give `POOLS` (pool → role) and
    `weights_e8(hex_scale_e4, reward_unit_e4)`; large runs then sum shares up piece by piece (`poc.rewards.tally`).
    """

    def shares(self, claims: Table, city: Any, limits: Any) -> Table: ...


@dataclass(frozen=True, slots=True)
class Pool:
    """A part of the emission: a share of the whole, and the share of unused data-transfer emission it takes over."""

    name: str
    emission_share: Decimal
    unused_data_share: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Emission:
    """How one epoch's emission [bones] is cut. Shares of `pools` and `reserved` add up to 1 with `data_share`.

    Unused data-transfer emission goes to the pools by their `unused_data_share`, or whole to the reserved part
    `unused_data_to`.
    """

    bones_per_day: int
    pools: tuple[Pool, ...]
    data_share: Decimal
    reserved: Mapping[str, Decimal]
    source: str
    unused_data_to: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A dated protocol: evidence kinds, limits, detectors and how their scores act, reward rule, emission, sources.

    `status` says whether it was ever in force; `base` names the profile of which it changes a few values;
    `simplifications` is what the emulator does otherwise, `unknown` what cannot be established, `gets_past` which fraud
    all its rules together do not see.
    """

    name: str
    title: str
    valid_from: str
    valid_to: str
    evidence_kinds: tuple[EvidenceKind, ...]
    limits: Any
    reward_rule: RewardRule
    emission: Emission
    detectors: tuple[str, ...]
    scores_act: ScoresAct
    sources: tuple[str, ...]
    simplifications: tuple[str, ...] = ()
    differences: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    base: str = ""
    unknown: tuple[str, ...] = ()
    gets_past: tuple[str, ...] = ()

    def bend(self, overrides: Mapping[str, Any]) -> Profile:
        """The same profile with some limits exchanged; what changed is kept in `differences`.

        Raises ScenarioError for an unknown limit or a value of another type.
        """
        known = {f.name: getattr(self.limits, f.name) for f in fields(self.limits)}
        differences = dict(self.differences)
        values: dict[str, Any] = {}
        for name, value in overrides.items():
            if name not in known:
                raise ScenarioError(f"profile '{self.name}' has no limit '{name}': {did_you_mean(name, known)}")
            before = known[name]
            if isinstance(before, float) and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if type(value) is not type(before):
                raise ScenarioError(
                    f"limit '{name}' of profile '{self.name}' is {value!r}, expected {type(before).__name__} "
                    f"like {before!r}; correct the value."
                )
            values[name] = value
            if value != before:
                differences[f"limits.{name}"] = f"{before} -> {value}"
        return replace(self, limits=replace(self.limits, **values), differences=differences)
