"""What an attack is: it misplaces its members once, and may forge their reports in every epoch.

The view of `forge` holds only what the members sent, heard or were told (design §4); the emulator refuses a forgery
that touches anybody else's report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from poc.keys import Keys
from poc.table import Array, Table


@dataclass(frozen=True, slots=True)
class View:
    """What the members of one attack know: HOTSPOTS of everybody as published, their own ids and reports by table."""

    hotspots: Table
    members: Array
    groups: Array
    reports: Mapping[str, Table]
    epoch: int


@dataclass(frozen=True, slots=True)
class Forgery:
    """Reports to add, to exchange (same id) and to drop (ids), by table name."""

    add: Mapping[str, Table] = field(default_factory=dict)
    change: Mapping[str, Table] = field(default_factory=dict)
    drop: Mapping[str, Array] = field(default_factory=dict)


class Attack(Protocol):
    """A frozen dataclass of settings with two verbs.

    `misplace(hotspots, truth, keys)` gets the member rows of both tables and returns them changed; ids stay.
    """

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]: ...

    def forge(self, view: View, keys: Keys) -> Forgery: ...
