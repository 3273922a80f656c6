"""What lasts between epochs, and the fixed surroundings of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from maps.city import City
from poc.detectors.evidence import Case
from poc.keys import Keys
from poc.scenario import Scenario
from poc.table import Table
from poc.validator.state import ValidatorState
from radio_models.lora.region_plans import RegionPlan


@dataclass(frozen=True, slots=True)
class World:
    """The state of the emulator between two epochs.

    `hotspots` is public, `truth` private (same ids, same order); `validator_state` is the judge's memory, `cases` the
    detectors' window of evidence, `market` stays empty until an economy is attached.
    """

    hotspots: Table
    truth: Table
    validator_state: ValidatorState = field(default_factory=ValidatorState)
    cases: tuple[Case, ...] = ()
    market: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Radio:
    """The radio of a run: members of the plug-points of `radio_models`, made once."""

    path_loss: Any
    shadowing: Any
    fading: Any
    noise_figure_db: float
    miss_probability: float


@dataclass(frozen=True, slots=True)
class Setting:
    """What does not change during a run: scenario, map, region plan, radio and keys."""

    scenario: Scenario
    city: City
    plan: RegionPlan
    radio: Radio
    keys: Keys
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """One epoch in time: its number, and its start and end [ns since 1970]."""

    epoch: int
    start_ns: int
    end_ns: int
