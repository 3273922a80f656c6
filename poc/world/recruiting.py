"""Who lies: members of each attack are drawn from the fleet, misplaced once, and forge in every epoch."""

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
from poc.world.attacks.attack import Attack, Forgery, View


@dataclass(frozen=True, slots=True)
class Campaign:
    """One attack of the scenario: its label in the truth, its share of the fleet, and how it works."""

    label: str
    share: float
    attack: Attack


def campaigns(settings: Sequence[Mapping[str, Any]]) -> tuple[Campaign, ...]:
    """The attacks of a scenario in order; two of one name are labelled name, name-2.

    Raises ScenarioError for an unknown attack or setting, or shares beyond 1 in total.
    """
    made: list[Campaign] = []
    for number, entry in enumerate(settings):
        where = f"attacks.{number}"
        share = entry.get("share")
        if not isinstance(share, (int, float)) or isinstance(share, bool) or not 0.0 <= share <= 1.0:
            raise ScenarioError(f"{where}.share is {share!r}, expected a share of the fleet from 0 to 1; give one.")
        attack = build("attack", ATTACKS, {key: value for key, value in entry.items() if key != "share"}, where)
        before = sum(campaign.label.split("#")[0] == entry["name"] for campaign in made)
        made.append(Campaign(f"{entry['name']}#{before + 1}" if before else entry["name"], float(share), attack))
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
        if not len(rows):
            continue
        labels = truth["attack"].astype(object)
        labels[rows] = campaign.label
        nuisance = truth["nuisance"].astype(object)
        nuisance[rows] = ""
        truth = truth.replace(attack=labels, nuisance=nuisance)
        members = campaign.attack.misplace(hotspots.take(rows), truth.take(rows), keys.of(campaign.label))
        hotspots, truth = _put(hotspots, rows, members[0]), _put(truth, rows, members[1])
    return hotspots, truth


def forge(
    made: Sequence[Campaign],
    hotspots: Table,
    truth: Table,
    reports: Mapping[str, Table],
    epoch: int,
    keys: Keys,
) -> dict[str, Table]:
    """The reports after every campaign has added, changed and dropped its own; public tables of no hotspot stay."""
    public = {name: table for name, table in reports.items() if "hotspot" not in table.columns}
    reports = {name: table for name, table in reports.items() if name not in public}
    for campaign in made:
        member = truth["attack"] == campaign.label
        members = truth["hotspot"][member]
        own = {name: table.take(np.isin(table["hotspot"], members)) for name, table in reports.items()}
        view = View(hotspots, members, truth["group"][member], {**own, **public}, epoch)
        forgery = campaign.attack.forge(view, keys.of(campaign.label))
        reports = {name: _forged(name, table, own[name], forgery, members) for name, table in reports.items()}
    return {**reports, **public}


def _forged(name: str, table: Table, own: Table, forgery: Forgery, members: Array) -> Table:
    key = table.schema.key[0]
    change, drop, add = forgery.change.get(name), forgery.drop.get(name), forgery.add.get(name)
    for ids in (change[key] if change is not None else None, drop):
        if ids is not None and not np.isin(ids, own[key]).all():
            raise ValueError(f"an attack touched rows of '{name}' that are not its own.")
    if add is not None and not np.isin(add["hotspot"], members).all():
        raise ValueError(f"an attack added rows to '{name}' in the name of hotspots that are not its members.")
    if drop is not None:
        table = table.take(~np.isin(table[key], drop))
    if change is not None:
        table = _put(table, table.rows_of(change[key]), change)
    return table if add is None else Table.concat([table, add]).sort(key)


def _put(table: Table, rows: Array, values: Table) -> Table:
    columns = {}
    for name, column in table.columns.items():
        new = column.astype(np.result_type(column, values[name])) if column.dtype.kind == "U" else column.copy()
        new[rows] = values[name]
        columns[name] = new
    return table.schema.table(**columns)
