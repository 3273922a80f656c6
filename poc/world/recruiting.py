"""Who lies: members of each attack are drawn from the fleet and misplaced once, before the first epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.errors import ScenarioError
from poc.keys import Keys
from poc.plugin import build
from poc.table import Array, Table
from poc.world.attacks import ATTACKS
from poc.world.attacks.attack import Attack


@dataclass(frozen=True, slots=True)
class Campaign:
    """An entry of the scenario: its label in the truth, its share of the fleet, and the attacks that its members do.

    Attacks after the first (`with` in the scenario) come on top: they misplace and forge in that order.
    """

    label: str
    share: float
    attacks: tuple[Attack, ...]

    def keyed(self, keys: Keys) -> list[tuple[Attack, Keys]]:
        """Each attack with the draws that are its own."""
        own = keys.of(self.label)
        return [(attack, own.of(f"with-{n}") if n else own) for n, attack in enumerate(self.attacks)]

    def misplace(self, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
        """Member rows of both tables after all attacks have put them where they want them."""
        for attack, own in self.keyed(keys):
            hotspots, truth = attack.misplace(hotspots, truth, own)
        return hotspots, truth


def campaigns(settings: Sequence[Mapping[str, Any]]) -> tuple[Campaign, ...]:
    """The attacks of a scenario in order, labelled name or name+other; two of one label are label and label#2.

    Raises ScenarioError for an unknown attack or setting, or shares beyond 1 in total.
    """
    made: list[Campaign] = []
    for number, entry in enumerate(settings):
        where = f"attacks.{number}"
        share = entry.get("share")
        if not isinstance(share, (int, float)) or isinstance(share, bool) or not 0.0 <= share <= 1.0:
            raise ScenarioError(f"{where}.share is {share!r}, expected a share of the fleet from 0 to 1; give one.")
        others = entry.get("with", [])
        if not isinstance(others, (list, tuple)) or not all(isinstance(other, Mapping) for other in others):
            raise ScenarioError(f'{where}.with is {others!r}, expected a list such as [{{ name = "low-power" }}].')
        first = {key: value for key, value in entry.items() if key not in ("share", "with")}
        attacks = [build("attack", ATTACKS, first, where)]
        attacks += [build("attack", ATTACKS, other, f"{where}.with.{n}") for n, other in enumerate(others)]
        name = "+".join(str(part["name"]) for part in (first, *others))
        before = sum(campaign.label.split("#")[0] == name for campaign in made)
        made.append(Campaign(f"{name}#{before + 1}" if before else name, float(share), tuple(attacks)))
    total = math.fsum(campaign.share for campaign in made)
    if total > 1.0 + 1e-9:
        raise ScenarioError(f"the shares of the attacks add up to {total:g}, expected at most 1; lower them.")
    return tuple(made)


def recruit(made: Sequence[Campaign], hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
    """The fleet with the members of every campaign marked and misplaced; members were honest and untroubled before."""
    order = np.argsort(keys.of("recruit").bits(truth["hotspot"]), kind="stable")
    begin = 0
    for campaign in made:
        end = min(begin + round(campaign.share * len(truth)), len(truth))
        rows = np.sort(order[begin:end])
        begin = end
        hotspots, truth = enlist(campaign, rows, hotspots, truth, keys)
    return hotspots, truth


def enlist(campaign: Campaign, rows: Array, hotspots: Table, truth: Table, keys: Keys) -> tuple[Table, Table]:
    """Both tables after the hotspots of these rows have joined the campaign."""
    if not len(rows):
        return hotspots, truth
    labels = truth["attack"].astype(object)
    labels[rows] = campaign.label
    nuisance = truth["nuisance"].astype(object)
    nuisance[rows] = ""
    truth = truth.replace(attack=labels, nuisance=nuisance)
    own = campaign.misplace(hotspots.take(rows), truth.take(rows), keys)
    return with_rows(hotspots, rows, own[0]), with_rows(truth, rows, own[1])


def with_rows(table: Table, rows: Array, values: Table) -> Table:
    """The table with some of its rows exchanged."""
    columns = {}
    for name, column in table.columns.items():
        new = column.astype(np.result_type(column, values[name])) if column.dtype.kind == "U" else column.copy()
        new[rows] = values[name]
        columns[name] = new
    return table.schema.table(**columns)
