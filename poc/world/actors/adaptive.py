"""Attackers who learn: each epoch they answer what they were paid and who was listed, within a budget.

An arm is an attack of the scenario (the one that a hotspot is in, or one of `tactics`) under the old key or a new one.
It is worth what the actor's own hotspots in it were paid on average in the last epoch, times the epochs still in view,
less what going over costs; an arm that none of them is in is taken at its best: what an average paid hotspot earns.
Whoever was listed, or paid less than half of that average, takes the arm worth most. So the party tries its tactics
against the profile at hand and gathers in the one that still pays. It knows published tables and its own hotspots only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Array, Table
from poc.world.actors.actor import Moves

_CONTENT = 0.5  # of the average pay: whoever has less looks around
_ID_BITS = 53


@dataclass(frozen=True, slots=True)
class Adaptive:
    """Members go over to the attack, and if it must be to the key, that pays best; labels of `tactics` stand in
    [[attacks]] with share = 0.

    Money: `hotspot_usd` is sunk in each hotspot at the start, a re-assertion costs `assert_usd`, a new key
    `onboarding_usd` on top; moves cost the party no more than `budget_usd` for each of its hotspots. An average paid
    hotspot is taken to earn `epoch_usd` an epoch, and `horizon_epochs` is how far ahead they look.
    """

    tactics: tuple[str, ...] = ()
    rekey: bool = True
    budget_usd: float = 200.0
    assert_usd: float = 10.0
    onboarding_usd: float = 40.0
    hotspot_usd: float = 300.0
    epoch_usd: float = 2.0
    horizon_epochs: int = 30

    def __post_init__(self) -> None:
        money = (self.budget_usd, self.assert_usd, self.onboarding_usd, self.hotspot_usd, self.epoch_usd)
        if min(money) < 0.0 or self.horizon_epochs < 1:
            raise ValueError("a price is negative or horizon_epochs is below 1; give prices from 0 and at least 1.")

    def act(self, public: Mapping[str, Table], own: Mapping[str, Table], keys: Keys) -> Moves:
        truth, past = own["truth"], own["moves"]
        ids, label = truth["hotspot"], truth["attack"]
        sunk = past["hotspot"][past["kind"] == "hardware"]
        spent = {"hardware": ids[~np.isin(ids, np.append(sunk, _new_ids(past)))]}
        prices = {"hardware": self.hotspot_usd, "enlist": self.assert_usd, "rekey": self.onboarding_usd}
        paid, usual = _paid(public["rewards"], ids)
        if not usual:  # nobody has been paid yet
            return Moves(spent=spent, cost_usd=prices)
        fresh = np.isin(ids, _new_ids(past))
        arms = [(name, new) for name in dict.fromkeys([*np.unique(label).tolist(), *self.tactics])
                for new in ((False, True) if self.rekey else (False,))]  # fmt: skip
        price_usd = np.array([self._price_usd(arm, label) for arm in arms])
        worth = np.stack([self._expected(arm, label, fresh, paid, usual, keys, ids) for arm in arms]) - price_usd
        here = np.stack([(label == name) & (not new) for name, new in arms])
        worth = np.where(here, -np.inf, worth)
        best = np.argmax(worth, axis=0)
        gain, price_usd = worth.max(axis=0), price_usd[best, np.arange(len(ids))]
        listed = np.isin(ids, public["scores"]["hotspot"][public["scores"]["verdict"] == "suspect"])
        staying = np.where(listed, 0.0, self._usd(paid / usual))
        goes = (listed | (paid < _CONTENT * usual)) & (gain > staying)
        order = np.lexsort((ids, -np.where(goes, gain - staying, -np.inf)))
        left_usd = self.budget_usd * len(ids) - past["cost_usd"][past["kind"] != "hardware"].sum()
        goes[order] &= np.cumsum(np.where(goes, price_usd, 0.0)[order]) <= left_usd

        target, renewed = np.array([name for name, _ in arms])[best], goes & np.array([new for _, new in arms])[best]
        new_ids = np.where(renewed, keys.of("id").bits(ids) >> np.uint64(64 - _ID_BITS), ids)
        enlist = {str(name): new_ids[goes & (target == name)] for name in np.unique(target[goes])}
        return Moves(rekey=(ids[renewed], new_ids[renewed]), enlist=enlist, spent=spent, cost_usd=prices)

    def _usd(self, pay: Array) -> Array:
        """Pay of an epoch, in that of an average paid hotspot, over the epochs in view."""
        return np.asarray(pay * self.epoch_usd * self.horizon_epochs)

    def _price_usd(self, arm: tuple[str, bool], label: Array) -> Array:
        """What going over to an arm costs each hotspot: it is asserted anew, and onboarded anew under a new key."""
        return np.full(len(label), self.assert_usd + (self.onboarding_usd if arm[1] else 0.0))

    def _expected(
        self, arm: tuple[str, bool], label: Array, fresh: Array, paid: Array, usual: float, keys: Keys, ids: Array
    ) -> Array:
        """What an arm is thought to bring [USD]; untried ones are worth the same but for a taste, and so share out."""
        name, new = arm
        there = (label == name) & (fresh == new)
        pay = paid[there].sum() / there.sum() / usual if there.any() else 1.0  # whole bones: the same in any order
        return self._usd(np.full(len(ids), pay)) + 1e-3 * keys.of(f"taste {name} {new}").uniform(ids)


def _paid(rewards: Table, ids: Array) -> tuple[Array, float]:
    """What each of the hotspots was paid [bones], and what a paid hotspot got on average; 0 where nobody was."""
    who, place = np.unique(rewards["hotspot"], return_inverse=True)
    total = np.bincount(place, rewards["amount_bones"].astype(np.float64), len(who))
    at = np.minimum(np.searchsorted(who, ids), max(len(who) - 1, 0))
    paid = np.where(who[at] == ids, total[at], 0.0) if len(who) else np.zeros(len(ids))
    return paid, float(total[total > 0].mean()) if (total > 0).any() else 0.0


def _new_ids(past: Table) -> Array:
    return past["hotspot"][past["kind"] == "rekey"]
