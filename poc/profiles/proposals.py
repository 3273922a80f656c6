"""Proposals that never took effect, each as a few changes to helium-iot-2026: HIP 42, 44, 62, 94, 127 and 136.

All six are closed (helium/HIP README.md). They share the checks, emission and density of the last live rules, so that
`poc compare` shows what the one idea would have done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from poc.profiles.helium_iot_2026 import BEACON_WITNESS, HELIUM_IOT_2026, RULES
from poc.profiles.limits import HELIUM_BOUNDS, HELIUM_WORDS, Bounds, HeliumLimits, check_limits, limit
from poc.profiles.profile import EvidenceKind, Profile
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.witness_limits import decayed_claims, limited_claims
from poc.validator.addresses import balanced_witnesses, judge_by_address
from poc.validator.checks.check import Check
from poc.validator.checks.dynamic_power import dynamic_power
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.response_window import response_window
from poc.validator.checks.rssi import witness_rssi
from poc.validator.judge import Rules, judge
from poc.validator.random_selection import witnesses_in_window
from poc.validator.redundant_coverage import spread_witnesses

CLOSED = "never took effect (closed)"


@dataclass(frozen=True)
class _ProposalLimits(HeliumLimits):
    BOUNDS: ClassVar[Bounds] = {}  # of the limits beyond Helium's

    def __post_init__(self) -> None:
        check_limits(self, {**HELIUM_BOUNDS, **self.BOUNDS}, HELIUM_WORDS)


@dataclass(frozen=True)
class DailyWitnessLimits(_ProposalLimits):
    """HIP-42."""

    compensation_factor: float = limit(2.0, "HIP-42: as long as hotspots beacon half as often as they may")
    least_daily_witnesses: int = limit(24, "HIP-42: for hotspots that nobody has witnessed yet")

    BOUNDS: ClassVar[Bounds] = {"compensation_factor": (0.0, 1000.0), "least_daily_witnesses": (0, 10**6)}


@dataclass(frozen=True)
class WitnessDecayLimits(_ProposalLimits):
    """HIP-44."""

    witness_decay_rate: float = limit(0.08, "HIP-44 witness_reward_decay_rate")
    decay_exclusion: int = limit(4, "HIP-44 witness_reward_decay_exclusion")

    BOUNDS: ClassVar[Bounds] = {"witness_decay_rate": (0.0, 100.0), "decay_exclusion": (0, 10**6)}


@dataclass(frozen=True)
class AddressLimits(_ProposalLimits):
    """HIP-62."""

    irregular_to_valid_ratio: float = limit(1.0, "HIP-62; 0 = irregular ones never count, negative = off")

    BOUNDS: ClassVar[Bounds] = {"irregular_to_valid_ratio": (-1.0, 1000.0)}


@dataclass(frozen=True)
class WindowLimits(_ProposalLimits):
    """HIP-94."""

    base_window_ms: int = limit(200, "HIP-94 MAX_WITNESS_WAIT_WINDOW_MS")
    extended_window_ms: int = limit(500, "HIP-94 EXTENDED_WITNESS_WAIT_WINDOWS_MS")

    BOUNDS: ClassVar[Bounds] = {"base_window_ms": (0, 10**9), "extended_window_ms": (0, 10**9)}


def _proposal(
    number: int,
    title: str,
    *simplifications: str,
    rules: Rules = RULES,
    limits: HeliumLimits | None = None,
    judged_by: Callable[..., Any] = judge,
    claims: Callable[..., Any] = beacon_witness_claims,
) -> Profile:
    kind = EvidenceKind(
        name=BEACON_WITNESS.name,
        reports=BEACON_WITNESS.reports,
        judge=partial(judged_by, rules),
        claims=claims,
        checks=rules.stages,
    )
    return replace(
        HELIUM_IOT_2026,
        name=f"hip-{number}",
        title=f"HIP-{number}: {title}",
        valid_from="",
        valid_to="",
        evidence_kinds=(kind,),
        limits=limits or HELIUM_IOT_2026.limits,
        status=CLOSED,
        base=HELIUM_IOT_2026.name,
        sources=(f"HIP-{number} (helium/HIP), spec/helium-iot.md §13", *HELIUM_IOT_2026.sources),
        simplifications=(*simplifications, *HELIUM_IOT_2026.simplifications),
    )


def _exchanged(old: Check, new: Check) -> tuple[Check, ...]:
    return tuple(new if check is old else check for check in RULES.witness)


HIP_42 = _proposal(
    42,
    "a daily limit on rewarded witness events, by how often one is witnessed",
    "The witness list of five days is five times the valid witnesses of the hotspot's beacons in the epoch at hand.",
    limits=DailyWitnessLimits(),
    claims=limited_claims,
)
HIP_44 = _proposal(
    44,
    "each further witness event of a day is worth less",
    "Counts are those of an epoch, in the order of judging; decayed units keep four decimals.",
    limits=WitnessDecayLimits(),
    claims=decayed_claims,
)
HIP_62 = _proposal(
    62,
    "witnesses that share an address need others to balance them",
    "Internet addresses are told by registered owners; the country of an address is not compared.",
    "Irregular witnesses that are not balanced stay valid and are not rewarded.",
    rules=replace(RULES, select=balanced_witnesses),
    limits=AddressLimits(),
    judged_by=judge_by_address,
)
HIP_94 = _proposal(
    94,
    "fourteen at random among those who answer within 200 ms",
    "Where the base window is full, later witnesses stay valid and are not rewarded.",
    rules=replace(RULES, witness=_exchanged(witness_lag, response_window), select=witnesses_in_window),
    limits=WindowLimits(),
)
HIP_127 = _proposal(
    127,
    "beacons of unforeseeable power",
    "Radios do not follow: they send at full power, at one data rate, 52 bytes; only the bound on the signal changes.",
    "The power is drawn by the payload; the proposal left open how.",
    rules=replace(RULES, witness=_exchanged(witness_rssi, dynamic_power)),
)
HIP_136 = _proposal(
    136,
    "no reward for redundant coverage",
    "Redundant witnesses stay valid and are not rewarded.",
    rules=replace(RULES, select=spread_witnesses),
)
PROPOSALS = (HIP_42, HIP_44, HIP_62, HIP_94, HIP_127, HIP_136)
