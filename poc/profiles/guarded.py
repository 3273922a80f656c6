"""guarded: our repaired protocol. Helium's checks but one, scores that act in the same epoch, pay for covered hexes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from poc.profiles.helium_iot_2026 import BEACON_WITNESS, EMISSION, RULES
from poc.profiles.limits import HELIUM_BOUNDS, HELIUM_WORDS, HeliumLimits, check_limits, limit
from poc.profiles.profile import Pool, Profile
from poc.rewards.rules.hex_coverage import VALUE_LAYERS, HexCoverage
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.possible_arrival import possible_arrival
from poc.validator.judge import judge


@dataclass(frozen=True)
class GuardedLimits(HeliumLimits):
    """Helium's limits, how late a beacon's own report may be, and how hexes are paid. The last six are our choice, to
    be explored by sweeps.

    >>> GuardedLimits().max_paid
    14
    """

    max_beacon_delay_ms: int = limit(2000, "the slowest honest backhaul: how late a beacon's own report may be")
    coverage_res: int = limit(8, "H3 resolution of the paid cells: 0.74 km², where HIP-104 starts to share")
    overlap_decay: float = limit(0.7, "weight of each further hotspot in a cell, against the one before")
    max_paid: int = limit(14, "hotspots paid in a cell, as many as Helium pays witnesses of a beacon")
    min_evidence: int = limit(2, "separate reports before a cell counts as covered")
    value_layer: str = limit("uniform", "or 'population': a cell is worth its inhabitants")

    def __post_init__(self) -> None:
        bounds = {
            "max_beacon_delay_ms": (0, 10**9),
            "coverage_res": (0, 11),
            "overlap_decay": (0.0, 1.0),
            "max_paid": (1, 10**6),
            "min_evidence": (1, 10**6),
        }
        check_limits(self, {**HELIUM_BOUNDS, **bounds}, {**HELIUM_WORDS, "value_layer": VALUE_LAYERS})


GUARDED_RULES = replace(
    RULES, witness=tuple(possible_arrival if check is witness_lag else check for check in RULES.witness)
)
GUARDED = Profile(
    name="guarded",
    title="Repaired: no race, detectors act at once, pay by covered hex",
    valid_from="",
    valid_to="",
    evidence_kinds=(
        replace(BEACON_WITNESS, judge=partial(judge, GUARDED_RULES), checks=GUARDED_RULES.stages, rules=GUARDED_RULES),
    ),
    limits=GuardedLimits(),
    reward_rule=HexCoverage(),
    emission=replace(
        EMISSION,
        pools=(Pool("coverage", Decimal("0.30"), unused_data_share=Decimal(1)),),
        source="helium-iot-2026's, with its two proof-of-coverage pools made one",
    ),
    detectors=("fusion",),
    scores_act="now",
    status="our proposal",
    base="helium-iot-2026",
    gets_past=(
        "Liars whose signals fit their false place in level, scatter and misses alike.",
        "Hotspots below the detector's threshold, and those that report too little to be judged.",
        "Friends who know a payload and report just after the earliest time that radio allows still come first.",
    ),
    sources=("our proposal; checks, constants and emission of helium-iot-2026",),
    simplifications=(
        "As helium-iot-2026: nothing is retried, no data transfer.",
        "The denylist checks stay, but nothing fills the list: scores act on the claims of the same epoch.",
    ),
)
