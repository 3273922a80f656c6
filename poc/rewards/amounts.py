"""From shares to money: pools, data transfer, price of a share, whole bones, and where every bone went.

Source: oracles-iot `reward_share.rs`, `rewarder.rs`, `spec/helium-iot.md` §10. Decimals of 28 digits, rounded half to
even; prices have 15 decimals; amounts are cut to whole bones. What cutting leaves over stays unallocated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from poc.profiles.profile import Emission
from poc.schema import REWARDS
from poc.table import Gathered, Table, coded

USD_PER_DATA_CREDIT = Decimal("0.00001")
SHARE_E8 = Decimal("1e-8")
DATA_POOL = "data"
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
    (pools without shares, unused data transfer that nobody takes over, cut fractions of bones) and `rounding` (cut
    fractions of the reserved parts). Rows that would be paid nothing are left out.

    `data.credits` is a SHARES table whose `shares` count data credits; without it nothing was carried.
    """
    with localcontext(_CONTEXT):
        total = emission_bones(emission, days)
        data_cap = emission.data_share * total
        rewards, bones_of = [], pool_bones(emission, total, data)
        names = coded(list(bones_of), np.zeros(0))[0]
        for number, (name, bones) in enumerate(bones_of.items()):
            pool = names, number
            if name != DATA_POOL:
                rewards.append(_amounts(pool, shares.take(shares.says("pool", name)), bones, SHARE_E8, epoch))
            elif data is not None:
                rewards.append(_amounts(pool, data.credits, bones, Decimal(1), epoch))
        table = Table.concat([REWARDS.empty(), *rewards])
        paid = int(table["amount_bones"].sum())
        unused = dict.fromkeys(emission.reserved, 0)
        if emission.unused_data_to:
            carried = int(table["amount_bones"][table.says("pool", DATA_POOL)].sum())
            unused[emission.unused_data_to] = _floor(data_cap - carried)
        payable = (sum((pool.emission_share for pool in emission.pools), emission.data_share)) * total
        unpaid = {"unallocated": _floor(payable) - paid - sum(unused.values())}
        unpaid |= {name: _floor(share * total + unused[name]) for name, share in emission.reserved.items()}
        unpaid["rounding"] = total - paid - sum(unpaid.values())
        return table, unpaid


def pool_bones(emission: Emission, total: int, data: DataTransfer | None = None) -> dict[str, Decimal]:
    """What each pool has to give in an epoch of `total` bones; `data` comes first and is capped by its share.

    >>> from poc.profiles.profile import Pool
    >>> half = Emission(1000, (Pool("witnesses", Decimal("0.5"), Decimal(1)),), Decimal("0.5"), {}, "an example")
    >>> {name: int(bones) for name, bones in pool_bones(half, 1000).items()}
    {'data': 0, 'witnesses': 1000}
    """
    with localcontext(_CONTEXT):
        data_cap, used = emission.data_share * total, Decimal(0)
        if data is not None:
            n_credits = int(data.credits["shares"].sum())
            used = min(bones_from_data_credits(n_credits, data.usd_per_bone), data_cap)
        pools = {DATA_POOL: used}
        for pool in emission.pools:
            pools[pool.name] = pool.emission_share * total + pool.unused_data_share * (data_cap - used)
        return pools


def prices(shares: Table, emission: Emission, days: float, data: DataTransfer | None = None) -> dict[str, Decimal]:
    """Bones for one share of each pool, for one data credit under `data`: what Helium's reward manifest says.

    >>> from poc.schema import SHARES
    >>> prices(SHARES.empty(), Emission(1000, (), Decimal(1), {}, "an example"), 1.0)
    {'data': Decimal('0')}
    """
    found = {}
    for name, bones in pool_bones(emission, emission_bones(emission, days), data).items():
        if name == DATA_POOL:
            found[name] = price_of_share(bones, Decimal(0 if data is None else int(data.credits["shares"].sum())))
        else:
            found[name] = price_of_share(bones, int(shares["shares"][shares["pool"] == name].sum()) * SHARE_E8)
    return found


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


def whole_amounts(price: Decimal, counts: npt.NDArray[np.int64], unit: Decimal) -> npt.NDArray[np.int64]:
    """Whole bones of so many units at a price, cut off. Decimals of 28 digits decide wherever floats come close.

    >>> whole_amounts(Decimal("0.1"), np.array([9, 10, 11]), Decimal(1)).tolist()
    [0, 1, 1]
    """
    about = counts * (float(price) * float(unit))
    close = np.abs(about - np.rint(about)) <= 1e-9 + 1e-13 * np.abs(about)
    amounts = np.floor(about).astype(np.int64)
    with localcontext(_CONTEXT):
        for row in np.flatnonzero(close).tolist():
            amounts[row] = _floor(price * (int(counts[row]) * unit))
    return amounts


def _amounts(pool: tuple[npt.NDArray[np.str_], int], shares: Table, bones: Decimal, unit: Decimal, epoch: int) -> Table:
    """REWARDS of one pool: the names of all pools and its number."""
    counts = shares["shares"]
    price = price_of_share(bones, _exact_sum(counts) * unit)
    amounts = whole_amounts(price, counts, unit)
    paid = amounts > 0
    n_paid = int(paid.sum())
    columns = {"hotspot": shares["hotspot"][paid], "shares": counts[paid], "amount_bones": amounts[paid]}
    parts: dict[str, tuple[npt.NDArray[Any], npt.NDArray[Any] | None]] = {
        "epoch": (np.full(n_paid, epoch, np.int32), None),
        "pool": (pool[0], np.full(n_paid, pool[1], np.uint8)),
        **{name: (values, None) for name, values in columns.items()},
    }
    return Table(REWARDS, Gathered(parts))


def _exact_sum(counts: npt.NDArray[np.int64]) -> int:
    """The sum as a Python integer, whatever its size: of the upper and lower halves by themselves.

    >>> _exact_sum(np.array([2**62, 2**62, -1]))
    9223372036854775807
    """
    return (int((counts >> 32).sum()) << 32) + int((counts & 0xFFFFFFFF).sum())


def _fifteen_decimals(value: Decimal, rounding: str) -> Decimal:
    """At most 15 decimals; what has fewer stays as it is, since 28 digits may not hold the zeros."""
    exponent = value.as_tuple().exponent
    return value.quantize(_FIFTEEN, rounding) if isinstance(exponent, int) and exponent < -15 else value


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))
