"""Helium's own rule: every participation is worth its density scale × its HIP-15 unit, in two separate pools.

Source: oracles-iot `reward_share.rs`, `spec/helium-iot.md` §8, §10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from poc.rewards.shares import shares_of_pool
from poc.table import Array, Table


@dataclass(frozen=True, slots=True)
class HeliumDensity:
    """Pools `beacons` (role beaconer) and `witnesses` (role witness). Shares are scale_e4 × unit_e4, in 1e-8."""

    POOLS: ClassVar[dict[str, str]] = {"beacons": "beaconer", "witnesses": "witness"}

    @staticmethod
    def weights_e8(hex_scale_e4: Array, reward_unit_e4: Array) -> Array:
        """What participations are worth, each by itself: so shares may be summed up piece by piece."""
        return hex_scale_e4 * reward_unit_e4

    def shares(self, claims: Table, city: Any, limits: Any) -> Table:
        """SHARES of both pools; claims of other roles earn nothing here."""
        weight = self.weights_e8(claims["hex_scale_e4"], claims["reward_unit_e4"])
        pools = []
        for pool, role in self.POOLS.items():
            rows = claims["role"] == role
            pools.append(shares_of_pool(pool, claims["hotspot"][rows], weight[rows]))
        return Table.concat(pools)
