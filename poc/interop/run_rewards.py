"""The money of a finished run epoch by epoch: prices of a share, and what went to nobody, reckoned from its claims.

A run keeps rewards by hotspot and one sum of what was not paid; Helium's reward manifest wants both for each epoch.
Source: oracles-iot `rewarder.rs`, `spec/helium-iot.md` §10.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from poc.errors import PocError
from poc.profiles import PROFILES
from poc.profiles.profile import Profile
from poc.rewards.amounts import pay, prices
from poc.store import RunData


@dataclass(frozen=True, slots=True)
class EpochMoney:
    """Bones for one share of each pool, and bones that went to no hotspot, by purpose."""

    prices: dict[str, Decimal]
    unpaid: dict[str, int]


def money_by_epoch(run: RunData) -> dict[int, EpochMoney]:
    """The money of each rewarded epoch; nothing for a run whose claims or whose profile are not at hand.

    Nothing as well where the claims do not give the rewards that the run holds: then they are not all there.
    """
    profile = _profile(run)
    if profile is None or "claims" not in run.tables:
        return {}
    found: dict[int, EpochMoney] = {}
    days = float(run.manifest["epoch_s"]) / 86_400
    for epoch in range(int(run.manifest["warm_up_epochs"]), int(run.manifest["n_epochs"])):
        claims = run.table("claims", epoch)
        shares = profile.reward_rule.shares(claims, run.city, profile.limits)
        rewards, unpaid = pay(shares, profile.emission, days, epoch)
        if int(rewards["amount_bones"].sum()) != int(run.table("rewards", epoch)["amount_bones"].sum()):
            return {}
        found[epoch] = EpochMoney(prices(shares, profile.emission, days), unpaid)
    return found


def _profile(run: RunData) -> Profile | None:
    """The profile of the run with its limits as they were bent."""
    facts = run.manifest["profile"]
    profile = PROFILES.get(facts["name"])
    try:
        return profile.bend(facts["limits"]) if profile else None
    except PocError:
        return None
