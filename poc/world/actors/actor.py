"""What an owner can do between epochs: join, leave, re-assert, retune, take a new key or change the attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from poc.keys import Keys
from poc.schema import HOTSPOTS, TRUTH
from poc.table import Array, Table


@dataclass(frozen=True, slots=True)
class Moves:
    """What owners do before the next epoch.

    join: rows for both tables. leave: ids. reassert: HOTSPOTS rows with new assertions of hotspots that are there.
    retune: TRUTH rows with new radios or places of hotspots that are there. rekey: ids that are there, and the new ids
    under which the same radios go on. enlist: ids (new ones where re-keyed) by the label of the campaign that they go
    over to, which misplaces them anew from where they were before any attack. spent: ids by what else was paid for
    them. cost_usd: what one of a kind (join, leave, reassert, retune, rekey, enlist, …) costs its owner.
    """

    join_hotspots: Table = field(default_factory=HOTSPOTS.empty)
    join_truth: Table = field(default_factory=TRUTH.empty)
    leave: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    reassert: Table = field(default_factory=HOTSPOTS.empty)
    retune: Table = field(default_factory=TRUTH.empty)
    rekey: tuple[Array, Array] = field(default_factory=lambda: (np.zeros(0, np.uint64), np.zeros(0, np.uint64)))
    enlist: Mapping[str, Array] = field(default_factory=dict)
    spent: Mapping[str, Array] = field(default_factory=dict)
    cost_usd: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Actor(Protocol):
    """A frozen dataclass of settings with one verb; an attack that has the verb moves its own members.

    `public` holds the tables everybody can read: hotspots, last epoch's rewards, and the scores that act.
    `own` holds the actor's own rows of `hotspots` and `truth`, and the `moves` that it has made so far.
    """

    def act(self, public: Mapping[str, Table], own: Mapping[str, Table], keys: Keys) -> Moves: ...
