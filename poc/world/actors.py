"""Owners who act between epochs: they join, leave, re-assert or retune, and change the world by nothing else.

An actor sees the public tables and its own hotspots. Moves that name a hotspot which is not there are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from poc.errors import ScenarioError
from poc.keys import Keys
from poc.plugin import build
from poc.schema import HOTSPOTS, TRUTH
from poc.table import Array, Table


@dataclass(frozen=True, slots=True)
class Moves:
    """What owners do before the next epoch.

    join: rows for both tables. leave: ids. reassert: HOTSPOTS rows with new assertions of hotspots that are there.
    retune: TRUTH rows with new radios or places of hotspots that are there.
    """

    join_hotspots: Table = field(default_factory=HOTSPOTS.empty)
    join_truth: Table = field(default_factory=TRUTH.empty)
    leave: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    reassert: Table = field(default_factory=HOTSPOTS.empty)
    retune: Table = field(default_factory=TRUTH.empty)


class Actor(Protocol):
    """A frozen dataclass of settings with one verb.

    `public` holds the tables everybody can read (hotspots, last epoch's verdicts and rewards), `own` the actor's own
    rows of `hotspots` and `truth`.
    """

    def act(self, public: Mapping[str, Table], own: Mapping[str, Table], keys: Keys) -> Moves: ...


@dataclass(frozen=True, slots=True)
class Hold:
    """Owners who leave everything as it is."""

    def act(self, public: Mapping[str, Table], own: Mapping[str, Table], keys: Keys) -> Moves:
        return Moves()


ACTORS: dict[str, type] = {"hold": Hold}


def apply(moves: Moves, hotspots: Table, truth: Table) -> tuple[Table, Table]:
    """Both tables after the moves, same ids in the same order.

    Raises ValueError when a move names a hotspot that is not there, or one joins that is.
    """
    for table in (moves.reassert, moves.retune):
        if (hotspots.rows_of(table["hotspot"]) < 0).any():
            raise ValueError("an actor moved a hotspot that is not there.")
    if (hotspots.rows_of(moves.join_hotspots["hotspot"]) >= 0).any():
        raise ValueError("an actor let a hotspot join that is there already.")
    hotspots, truth = _exchanged(hotspots, moves.reassert), _exchanged(truth, moves.retune)
    stay = ~np.isin(hotspots["hotspot"], moves.leave)
    return (
        Table.concat([hotspots.take(stay), moves.join_hotspots]),
        Table.concat([truth.take(stay), moves.join_truth]),
    )


def _exchanged(table: Table, rows: Table) -> Table:
    if not len(rows):
        return table
    keep = ~np.isin(table["hotspot"], rows["hotspot"])
    merged = Table.concat([table.take(keep), rows])
    return merged.take(merged.rows_of(table["hotspot"]))


@dataclass(frozen=True, slots=True)
class Party:
    """An actor and its own: a keyed share of the fleet (`from_share` to `to_share`), or the members of an attack."""

    actor: Actor
    from_share: float
    to_share: float
    attack: str

    def rows(self, truth: Table, keys: Keys) -> Array:
        """Rows of its own hotspots, the same in every epoch."""
        if self.attack:
            return np.flatnonzero(truth["attack"] == self.attack)
        draw = keys.of("party").uniform(truth["hotspot"])
        return np.flatnonzero((draw >= self.from_share) & (draw < self.to_share))


def parties(settings: Sequence[Mapping[str, Any]]) -> tuple[Party, ...]:
    """The actors of a scenario in order; each entry gives `share` or `attack` and the actor's settings.

    Raises ScenarioError for an unknown actor or setting, or an entry that says neither or both.
    """
    made: list[Party] = []
    begin = 0.0
    for number, entry in enumerate(settings):
        where = f"actors.{number}"
        share, attack = entry.get("share"), entry.get("attack", "")
        if (share is None) == (attack == ""):
            raise ScenarioError(f"{where} gives share = {share!r} and attack = {attack!r}, expected one of them.")
        rest = {key: value for key, value in entry.items() if key not in ("share", "attack")}
        actor = build("actor", ACTORS, rest, where)
        end = begin + float(share or 0.0)
        made.append(Party(actor, begin, end, str(attack)))
        begin = end
    return tuple(made)
