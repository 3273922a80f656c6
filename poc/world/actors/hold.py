"""Owners who leave everything as it is: the control for every other actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poc.keys import Keys
from poc.table import Table
from poc.world.actors.actor import Moves


@dataclass(frozen=True, slots=True)
class Hold:
    """Owners who leave everything as it is."""

    def act(self, public: Mapping[str, Table], own: Mapping[str, Table], keys: Keys) -> Moves:
        return Moves()
