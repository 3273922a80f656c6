"""Which lies matter: how far the asserted place is from the radio, and what the lie changes in anybody's own pay.

A lie is told against the same world in which the same hotspots had stayed honest: draws are keyed, so nothing else
differs. Labelling effective lies only follows VeReMi NextGen (2026), where a lie counts only when it is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells
from poc.metrics.columns import rows_in
from poc.table import Array, Table

HONEST, LIE, HARMLESS = "honest", "lie", "harmless"
#: The sloppiest honest owner is 300 m off, and centres of asserted cells 10 m more.
EFFECTIVE_OFFSET_M = 400.0
#: Change of pay below which a lie brings nothing, as a share of an average honest hotspot's pay.
EFFECTIVE_PAY_SHARE = 0.02
_NO_RADIO_DBI = -100.0  # keys in software have an antenna of −200 dBi


@dataclass(frozen=True, slots=True)
class Effects:
    """What each hotspot's lie amounts to, by ascending id.

    offset_m: from the asserted cell to the radio. has_radio: whether there is one. pay_bones: what it was paid;
    honest_pay_bones: what it would have been paid had everybody stayed honest. label: honest, lie or harmless.
    """

    hotspot: Array
    offset_m: Array
    has_radio: Array
    pay_bones: Array
    honest_pay_bones: Array
    label: Array

    @property
    def effective_reward_bones(self) -> Array:
        """What lying brought, or cost, its teller [bones]."""
        return np.asarray(self.pay_bones - self.honest_pay_bones)


def effects(hotspots: Table, truth: Table, rewards: Table, honest_rewards: Table) -> Effects:
    """Effects of the members of attacks; `honest_rewards` are REWARDS of the same world without any attack.

    hotspots: HOTSPOTS as asserted, truth: TRUTH of the same ids. A member of an attack tells a lie that matters when
    its radio is EFFECTIVE_OFFSET_M or more from where it says it is, or does not exist, and its pay differs by
    EFFECTIVE_PAY_SHARE of an average honest hotspot's; other members are harmless and count neither way.
    """
    truth = truth.sort("hotspot")
    ids = truth["hotspot"]
    cell = hotspots["cell"][hotspots.rows_of(ids)]
    latitude_deg, longitude_deg = coordinates_from_cells(cell)
    offset_m = great_circle_m(latitude_deg, longitude_deg, truth["latitude_deg"], truth["longitude_deg"])
    has_radio = truth["gain_dbi"] > _NO_RADIO_DBI
    paid, honest_paid = paid_of(rewards, ids), paid_of(honest_rewards, ids)
    member = truth["attack"] != ""
    others = honest_paid[~member] if (~member).any() else honest_paid
    scale = float(others.mean()) if len(others) else 0.0
    displaced = (offset_m >= EFFECTIVE_OFFSET_M) | ~has_radio
    rewarding = np.abs(paid - honest_paid) > EFFECTIVE_PAY_SHARE * scale
    label = np.where(member, np.where(displaced & rewarding, LIE, HARMLESS), HONEST)
    return Effects(ids, offset_m, has_radio, paid, honest_paid, label)


def paid_of(rewards: Table, ids: Array) -> Array:
    """What REWARDS pay to each of these hotspots (ascending ids) in all [bones].

    >>> from poc.schema import REWARDS
    >>> paid = REWARDS.table(epoch=[0, 1], pool=["a", "a"], hotspot=[7, 7], shares=[1, 1], amount_bones=[3, 4])
    >>> paid_of(paid, np.array([5, 7], np.uint64)).tolist()
    [0, 7]
    """
    total = np.zeros(len(ids) + 1, np.int64)
    np.add.at(total, rows_in(ids, rewards["hotspot"]), rewards["amount_bones"])
    return total[:-1]
