"""From shares to money: pools, data transfer, price of a share, whole bones, and where every bone went.

Source: oracles-iot `reward_share.rs`, `rewarder.rs`, `spec/helium-iot.md` §10. Decimals of 28 digits, rounded half to
even; prices have 15 decimals; amounts are cut to whole bones. What cutting leaves over stays unallocated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext

import numpy as np

from poc.profiles.profile import Emission
from poc.schema import REWARDS
from poc.table import Table

USD_PER_DATA_CREDIT = Decimal("0.00001")
SHARE_E8 = Decimal("1e-8")
_FIFTEEN = Decimal("1e-15")
_CONTEXT = Context(prec=28, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class DataTransfer:
    """Data credits that hotspots carried in the epoch, and the price of a bone [USD]."""

    credits: Table
    usd_per_bone: Decimal


def pay(
    shares: Table, emission: Emission, days: float, epoch: int, data: DataTransfer | None = None
) -> tuple[Table, dict[str, int]]:
    """REWARDS of the epoch, and the bones that went to no hotspot, by purpose.

    Rewards and unpaid bones add up to the emission of the epoch exactly. Unpaid are the reserved parts, `unallocated`
    (pools without shares, unused data transfer that no pool takes over, cut fractions of bones) and `rounding` (cut
    fractions of the reserved parts). Rows that would be paid nothing are left out.

    `data.credits` is a SHARES table whose `shares` count data credits; without it nothing was carried.
    """
    with localcontext(_CONTEXT):
        total = emission_bones(emission, days)
        rewards = []
        data_cap = emission.data_share * total
        data_used = Decimal(0)
        if data is not None:
            n_credits = int(data.credits["shares"].sum())
            data_used = min(bones_from_data_credits(n_credits, data.usd_per_bone), data_cap)
            rewards.append(_amounts("data", data.credits, data_used, Decimal(1), epoch))
        for pool in emission.pools:
            bones = pool.emission_share * total + pool.unused_data_share * (data_cap - data_used)
            rewards.append(_amounts(pool.name, shares.take(shares["pool"] == pool.name), bones, SHARE_E8, epoch))
        table = Table.concat([REWARDS.empty(), *rewards])
        paid = int(table["amount_bones"].sum())
        payable = (sum((pool.emission_share for pool in emission.pools), emission.data_share)) * total
        unpaid = {"unallocated": _floor(payable) - paid}
        unpaid |= {name: _floor(share * total) for name, share in emission.reserved.items()}
        unpaid["rounding"] = total - paid - sum(unpaid.values())
        return table, unpaid


def emission_bones(emission: Emission, days: float) -> int:
    """Emission of an epoch of so many days [whole bones].

    >>> emission_bones(Emission(1000, (), Decimal(1), {}, "an example"), 0.25)
    250
    """
    return _floor(emission.bones_per_day * Decimal(repr(float(days))))


def bones_from_data_credits(n_credits: int, usd_per_bone: Decimal) -> Decimal:
    """What data credits are worth in bones, rounded up at the 15th decimal.

    >>> bones_from_data_credits(1_000_000, Decimal("0.00000359"))
    Decimal('2785515.320334261838441')
    """
    with localcontext(_CONTEXT):
        return _fifteen_decimals(n_credits * USD_PER_DATA_CREDIT / usd_per_bone, ROUND_CEILING)


def price_of_share(bones: Decimal, total_shares: Decimal) -> Decimal:
    """Bones for one share, 15 decimals, half to even; 0 where there are no shares.

    >>> price_of_share(Decimal(2), Decimal(3))
    Decimal('0.666666666666667')
    """
    with localcontext(_CONTEXT):
        return _fifteen_decimals(bones / total_shares, ROUND_HALF_EVEN) if total_shares else Decimal(0)


def _amounts(pool: str, shares: Table, bones: Decimal, unit: Decimal, epoch: int) -> Table:
    counts = shares["shares"].tolist()
    price = price_of_share(bones, sum(counts) * unit)
    amounts = np.asarray([_floor(price * (count * unit)) for count in counts], np.int64)
    paid = amounts > 0
    return REWARDS.table(
        epoch=np.full(int(paid.sum()), epoch),
        pool=np.full(int(paid.sum()), pool),
        hotspot=shares["hotspot"][paid],
        shares=shares["shares"][paid],
        amount_bones=amounts[paid],
    )


def _fifteen_decimals(value: Decimal, rounding: str) -> Decimal:
    """At most 15 decimals; what has fewer stays as it is, since 28 digits may not hold the zeros."""
    exponent = value.as_tuple().exponent
    return value.quantize(_FIFTEEN, rounding) if isinstance(exponent, int) and exponent < -15 else value


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))
