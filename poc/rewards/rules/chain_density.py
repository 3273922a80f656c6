"""The old chain's rule: density scale × HIP-15 unit, in three pools, since hotspots that challenge are paid too.

Source: helium/blockchain-core 0fc794e `blockchain_txn_rewards_v2.erl`, `spec/helium-iot.md` §12.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from poc.rewards.shares import shares_of_pool
from poc.table import Table

_POOL_OF_ROLE = {"beaconer": "beacons", "witness": "witnesses", "challenger": "challengers"}


@dataclass(frozen=True, slots=True)
class ChainDensity:
    """Pools `beacons`, `witnesses` and `challengers`. Shares are scale_e4 × unit_e4, in 1e-8."""

    def shares(self, claims: Table, city: Any, limits: Any) -> Table:
        """SHARES of the three pools; claims of other roles earn nothing here."""
        weight = claims["hex_scale_e4"] * claims["reward_unit_e4"]
        pools = []
        for role, pool in _POOL_OF_ROLE.items():
            rows = claims["role"] == role
            pools.append(shares_of_pool(pool, claims["hotspot"][rows], weight[rows]))
        return Table.concat(pools)
