"""What an attack is: it misplaces its members once, and may forge their reports in every epoch.

The view holds only what the members know of themselves, sent, heard or were told, and what everybody knows: the
published assertions, the region plan, the map and the law of radio (design §4). The emulator refuses a forgery that
touches anybody else's report. Two further verbs are optional: `rebroadcast` sends again on the air what members heard,
and `act` moves members between epochs (`poc.world.actors.actor`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np

from maps.city import City
from poc.keys import Keys
from poc.table import Array, Table
from poc.world.truth import Radio, Span
from radio_models.lora.region_plans import RegionPlan


@dataclass(frozen=True, slots=True)
class View:
    """What the members of one attack know.

    hotspots: HOTSPOTS of everybody as published. own: TRUTH of the members alone. reports: the members' own reports by
    table, and public tables such as the entropies. span: the epoch in time. plan, radio, city: what everybody knows.
    """

    hotspots: Table
    own: Table
    reports: Mapping[str, Table]
    span: Span
    plan: RegionPlan
    radio: Radio
    city: City | None

    @property
    def members(self) -> Array:
        return self.own["hotspot"]

    def hearing(self, rows: Array) -> View:
        """The view with no witness reports but those of a mask."""
        return replace(self, reports={**self.reports, "witness_reports": self.reports["witness_reports"].take(rows)})


@dataclass(frozen=True, slots=True)
class Forgery:
    """Reports to add, to exchange (same id) and to drop (ids), by table name."""

    add: Mapping[str, Table] = field(default_factory=dict)
    change: Mapping[str, Table] = field(default_factory=dict)
    drop: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Emissions:
    """Payloads that members send again: who sends, true time of the start [ns since 1970], payload, frequency [Hz]."""

    hotspot: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    time_ns: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    payload: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    frequency_hz: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.payload)


class Attack(Protocol):
    """A frozen dataclass of settings with two verbs.

    `misplace(hotspots, truth, keys)` gets the member rows of both tables and returns them changed; ids stay. An attack
    whose `forge` does nothing may say so with `forges = False`: then large runs need not gather all reports.
    """

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]: ...

    def forge(self, view: View, keys: Keys) -> Forgery: ...


@runtime_checkable
class OnAir(Protocol):
    """An attack that also transmits: whoever hears it for the first time reports it in good faith."""

    def rebroadcast(self, view: View, keys: Keys) -> Emissions: ...
