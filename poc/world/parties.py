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
from poc.world.recruiting import Campaign, enlist, with_rows
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


def parties(settings: Sequence[Mapping[str, Any]], campaigns: Sequence[Campaign] = ()) -> tuple[Party, ...]:
    """The actors of a scenario in order; each entry gives `share` or `attack` (a label or several) and settings.

    An actor with `tactics` owns whoever has gone over to one of these attacks, too.
    Raises ScenarioError for an unknown actor, setting or tactic, or an entry that says neither or both.
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
        tactics: tuple[str, ...] = getattr(actor, "tactics", ())
        for label in tactics:
            _called(label, campaigns)
        labels = (attack,) if isinstance(attack, str) else tuple(str(label) for label in attack)
        made.append(Party(f"{number}-{entry['name']}", actor, begin, end, (*labels, *tactics) if share is None else ()))
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
        home = {name: renamed(table, moves.rekey) for name, table in world.market.get("home", {}).items()}
        for label, ids in moves.enlist.items():
            hotspots, truth = _gone_over(_called(label, campaigns), ids, hotspots, truth, home, setting)
        record = Table.concat([before, recorded(moves, party.name, epoch)])
        market = {**world.market, "moves": record} | ({"home": home} if home else {})
        world = replace(world, hotspots=hotspots, truth=truth, market=market)
    return world


def _gone_over(
    campaign: Campaign, ids: Array, hotspots: Table, truth: Table, home: Mapping[str, Table], setting: Setting
) -> tuple[Table, Table]:
    """Both tables after hotspots have gone over to a campaign, from where they stood before any attack."""
    rows = np.sort(hotspots.rows_of(ids))
    known = np.flatnonzero(home["truth"].rows_of(truth["hotspot"][rows]) >= 0) if home else np.zeros(0, np.int64)
    at = rows[known]
    if len(at):
        hotspots = with_rows(hotspots, at, home["hotspots"].take(home["hotspots"].rows_of(hotspots["hotspot"][at])))
        truth = with_rows(truth, at, home["truth"].take(home["truth"].rows_of(truth["hotspot"][at])))
    return enlist(campaign, rows, hotspots, truth, setting.keys.of("attacks"))


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
        "rekey": np.asarray(moves.rekey[1], np.uint64),
        **{kind: np.asarray(hotspot, np.uint64) for kind, hotspot in moves.spent.items()},
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
    """Both tables after joining, leaving, re-asserting, retuning and re-keying, same ids in the same order.

    Raises ValueError when a move names a hotspot that is not there, or one joins that is.
    """
    for ids in (moves.reassert["hotspot"], moves.retune["hotspot"], moves.rekey[0]):
        if (hotspots.rows_of(ids) < 0).any():
            raise ValueError("an actor moved a hotspot that is not there.")
    for ids in (moves.join_hotspots["hotspot"], moves.rekey[1]):
        if (hotspots.rows_of(ids) >= 0).any():
            raise ValueError("an actor let a hotspot join that is there already.")
    hotspots, truth = _exchanged(hotspots, moves.reassert), _exchanged(truth, moves.retune)
    stay = ~np.isin(hotspots["hotspot"], moves.leave)
    return (
        renamed(Table.concat([hotspots.take(stay), moves.join_hotspots]), moves.rekey),
        renamed(Table.concat([truth.take(stay), moves.join_truth]), moves.rekey),
    )


def renamed(table: Table, rekey: tuple[Array, Array]) -> Table:
    """The table with new ids for some hotspots, wherever it names them: as the key, and as a group's."""
    old, new = (np.asarray(ids, np.uint64) for ids in rekey)
    if not len(old):
        return table
    order = np.argsort(old)
    columns = {}
    for name in ("hotspot", "group"):
        if name in table.columns:
            ids = table[name]
            place = np.minimum(np.searchsorted(old[order], ids), len(old) - 1)
            columns[name] = np.where(old[order][place] == ids, new[order][place], ids)
    return table.replace(**columns)


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
