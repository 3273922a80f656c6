"""No attack: members are marked but nothing changes. For controls and for the law that `none` changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from poc.keys import Keys
from poc.table import Table
from poc.world.attacks.attack import Forgery, View


@dataclass(frozen=True, slots=True)
class NoAttack:
    """Members stay honest in deed."""

    forges: ClassVar[bool] = False

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        return hotspots, truth

    def forge(self, view: View, keys: Keys) -> Forgery:
        return Forgery()
