"""What the checks found of each row, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Array, Table
from poc.validator.checks.check import Check, Flags, Memory


@dataclass(slots=True)
class Findings:
    """First failing check, side and all failing checks of each row, while the stages go by."""

    reason: Array
    side: Array
    fired: Array

    @classmethod
    def clean(cls, n: int) -> Findings:
        return cls(np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.zeros(n, np.uint32))

    @property
    def valid(self) -> Flags:
        return self.reason == Reason.none

    def run(self, checks: tuple[Check, ...], rows: Table, limits: Any, memory: Memory) -> None:
        for check in checks:
            fails = check.fails(rows, limits, memory)
            first = fails & self.valid
            self.reason[first], self.side[first] = check.reason, check.side
            self.fired[fails] |= np.uint32(1 << check.reason)

    def write_off(self, rows: Flags, side: Side) -> None:
        """Stale and nothing else: no check was ever asked."""
        self.reason[rows], self.side[rows], self.fired[rows] = Reason.stale, side, np.uint32(1 << Reason.stale)

    def spoil(self, rows: Flags, reason: Array, fired: Array) -> None:
        """Give rows the fate of their beacon."""
        self.reason[rows], self.side[rows], self.fired[rows] = reason[rows], Side.beaconer, fired[rows]
