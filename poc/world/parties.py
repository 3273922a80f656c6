"""Who acts between epochs, on what, and what came of it: the moves of a run, each with its cost.

An actor sees the public tables and its own hotspots, and changes the world by moves alone. Moves that name a hotspot
which is not there are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from poc.errors import ScenarioError
from poc.keys import Keys
from poc.plugin import build
from poc.schema import MOVES
from poc.table import Array, Table
from poc.world.actors import ACTORS
from poc.world.actors.actor import Actor, Moves
from poc.world.recruiting import Campaign, enlist
from poc.world.truth import Setting, World


@dataclass(frozen=True, slots=True)
class Party:
    """An actor and its own: a keyed share of the fleet (`from_share` to `to_share`), or members of some attacks."""

    name: str
    actor: Actor
    from_share: float = 0.0
    to_share: float = 0.0
    attacks: tuple[str, ...] = ()

    def rows(self, truth: Table, keys: Keys) -> Array:
        """Rows of its own hotspots, the same in every epoch."""
        if self.attacks:
            return np.flatnonzero(np.isin(truth["attack"], self.attacks))
        draw = keys.of("party").uniform(truth["hotspot"])
        return np.flatnonzero((draw >= self.from_share) & (draw < self.to_share))


def parties(settings: Sequence[Mapping[str, Any]]) -> tuple[Party, ...]:
    """The actors of a scenario in order; each entry gives `share` or `attack` (a label or several) and settings.

    Raises ScenarioError for an unknown actor or setting, or an entry that says neither or both.
    """
    made: list[Party] = []
    begin = 0.0
    for number, entry in enumerate(settings):
        where = f"actors.{number}"
        share, attack = entry.get("share"), entry.get("attack", "")
        if (share is None) == (attack in ("", [])):
            raise ScenarioError(f"{where} gives share = {share!r} and attack = {attack!r}, expected one of them.")
        rest = {key: value for key, value in entry.items() if key not in ("share", "attack")}
        actor = build("actor", ACTORS, rest, where)
        end = begin + float(share or 0.0)
        labels = (attack,) if isinstance(attack, str) else tuple(str(label) for label in attack)
        made.append(Party(f"{number}-{entry['name']}", actor, begin, end, labels if share is None else ()))
        begin = end
    return tuple(made)


def standing(made: Sequence[Campaign]) -> tuple[Party, ...]:
    """The attacks that move their own members between epochs."""
    return tuple(
        Party(f"{campaign.label}-{number}", attack, attacks=(campaign.label,))
        for campaign in made
        for number, attack in enumerate(campaign.attacks)
        if isinstance(attack, Actor)
    )


def act(
    made: Sequence[Party],
    campaigns: Sequence[Campaign],
    world: World,
    public: Mapping[str, Table],
    epoch: int,
    setting: Setting,
) -> World:
    """The world before an epoch, after every party has moved; `market["moves"]` holds the MOVES of all epochs."""
    for number, party in enumerate(made):
        rows = party.rows(world.truth, setting.keys)
        before = moves_of(world)
        own = {
            "hotspots": world.hotspots.take(rows),
            "truth": world.truth.take(rows),
            "moves": before.take(before["party"] == party.name),
        }
        moves = party.actor.act(public, own, setting.keys.of(f"actor-{number}-{epoch}"))
        hotspots, truth = apply(moves, world.hotspots, world.truth)
        for label, ids in moves.enlist.items():
            campaign = _called(label, campaigns)
            row = np.sort(hotspots.rows_of(ids))
            hotspots, truth = enlist(campaign, row, hotspots, truth, setting.keys.of(f"enlist-{epoch}"))
        record = Table.concat([before, recorded(moves, party.name, epoch)])
        world = replace(world, hotspots=hotspots, truth=truth, market={**world.market, "moves": record})
    return world


def moves_of(world: World, epoch: int | None = None) -> Table:
    """MOVES of a run so far, or those before one epoch."""
    moves: Table = world.market.get("moves", MOVES.empty())
    return moves if epoch is None else moves.take(moves["epoch"] == epoch)


def recorded(moves: Moves, party: str, epoch: int) -> Table:
    """The moves as rows of MOVES."""
    ids = {
        "join": moves.join_hotspots["hotspot"],
        "leave": np.asarray(moves.leave, np.uint64),
        "reassert": moves.reassert["hotspot"],
        "retune": moves.retune["hotspot"],
        **{f"enlist {label}": np.asarray(hotspot, np.uint64) for label, hotspot in moves.enlist.items()},
    }
    rows = [
        MOVES.table(
            epoch=np.full(len(hotspot), epoch), party=np.full(len(hotspot), party), hotspot=hotspot,
            kind=np.full(len(hotspot), kind), cost_usd=np.full(len(hotspot), moves.cost_usd.get(kind.split()[0], 0.0)),
        )
        for kind, hotspot in ids.items() if len(hotspot)
    ]  # fmt: skip
    return Table.concat([MOVES.empty(), *rows])


def apply(moves: Moves, hotspots: Table, truth: Table) -> tuple[Table, Table]:
    """Both tables after joining, leaving, re-asserting and retuning, same ids in the same order.

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


def _called(label: str, campaigns: Sequence[Campaign]) -> Campaign:
    for campaign in campaigns:
        if campaign.label == label:
            return campaign
    raise ScenarioError(
        f"an actor goes over to the attack '{label}', which the scenario does not have; add it to [[attacks]] with "
        "share = 0, or name one of: " + ", ".join(campaign.label for campaign in campaigns) + "."
    )
