"""The reports of an epoch as they reach the server: what the observer saw, sent again on the air, and forged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from poc.keys import Keys
from poc.schema import DEEDS
from poc.table import Array, Table
from poc.world.attacks.attack import Emissions, Forgery, OnAir, View
from poc.world.backhaul import is_up, outages, ticks
from poc.world.nuisances import repeated
from poc.world.observers import Observer, Rehearing
from poc.world.recruiting import Campaign, with_rows
from poc.world.truth import Setting, Span, World

Reports = dict[str, Table]


def received(
    made: Sequence[Campaign], observer: Observer, world: World, span: Span, setting: Setting
) -> tuple[Reports, Table]:
    """The report tables of one epoch after every campaign has sent, added, changed and dropped its own; and DEEDS.

    The deeds are truth: they go to grading, never to a judge.
    """
    reports = observer.observe(world, span)
    deeds = [DEEDS.empty()]
    if isinstance(observer, Rehearing):
        reports = _sent_again(made, observer, reports, deeds, world, span, setting)
    reports = _forged_by_all(made, reports, deeds, world, span, setting)
    if "witness_reports" not in reports:
        return reports, DEEDS.empty()
    told = Table.concat(deeds[::-1])  # the last to lay hands on a report is named
    told = told.take(reports["witness_reports"].rows_of(told["report"]) >= 0)
    return reports, told.take(np.unique(told["report"], return_index=True)[1])


def forge(
    made: Sequence[Campaign], reports: Mapping[str, Table], world: World, span: Span, setting: Setting
) -> Reports:
    """The reports after every campaign has added, changed and dropped its own; public tables of no hotspot stay.

    Raises ValueError for an attack that touches what is not its own.
    """
    return _forged_by_all(made, reports, [], world, span, setting)


def _forged_by_all(
    made: Sequence[Campaign],
    reports: Mapping[str, Table],
    deeds: list[Table],
    world: World,
    span: Span,
    setting: Setting,
) -> Reports:
    reports = dict(reports)
    for campaign in made:
        member = world.truth["attack"] == campaign.label
        if not member.any():
            continue
        for attack, keys in campaign.keyed(setting.keys.of("attacks")):
            view = view_of(member, reports, world, span, setting)
            forgery = attack.forge(view, keys)
            for name in {*forgery.add, *forgery.change, *forgery.drop}:
                reports[name] = _forged(name, reports[name], view, forgery, world.truth, setting.keys)
            for deed, tables in (("changed", forgery.change), ("forged", forgery.add)):
                if "witness_reports" in tables:
                    deeds.append(_deeds(tables["witness_reports"]["report"], deed, campaign.label))
    return reports


def _deeds(report: Array, deed: str, campaign: str) -> Table:
    return DEEDS.table(report=report, deed=np.full(len(report), deed), campaign=np.full(len(report), campaign))


def view_of(member: Array, reports: Mapping[str, Table], world: World, span: Span, setting: Setting) -> View:
    """What the hotspots of a mask know."""
    own = world.truth.take(member)
    public = {name: table for name, table in reports.items() if "hotspot" not in table.columns}
    theirs = {
        name: table.take(np.isin(table["hotspot"], own["hotspot"]))
        for name, table in reports.items()
        if name not in public
    }
    return View(world.hotspots, own, {**theirs, **public}, span, setting.plan, setting.radio, setting.city)


def _sent_again(
    made: Sequence[Campaign],
    observer: Rehearing,
    reports: Reports,
    deeds: list[Table],
    world: World,
    span: Span,
    setting: Setting,
) -> Reports:
    """The reports with those of hotspots that heard a payload for the first time when somebody sent it again."""
    emissions = [("", repeated(world.truth, reports, setting.keys))]
    for campaign in made:
        sending = [(attack, keys) for attack, keys in campaign.keyed(setting.keys.of("attacks"))
                   if isinstance(attack, OnAir)]  # fmt: skip
        member = world.truth["attack"] == campaign.label
        if not sending or not member.any():
            continue
        view = view_of(member, reports, world, span, setting)
        emissions += [(campaign.label, _checked(attack.rebroadcast(view, keys), view)) for attack, keys in sending]
    for label, sent in emissions:
        if len(sent):
            before = reports["witness_reports"]["report"]
            reports = observer.hear_again(world, span, reports, sent)
            after = reports["witness_reports"]["report"]
            deeds.append(_deeds(after[~np.isin(after, before)], "sent-again", label))
    return reports


def _checked(sent: Emissions, view: View) -> Emissions:
    if not np.isin(sent.hotspot, view.members).all():
        raise ValueError("an attack sent on the air in the name of hotspots that are not its members.")
    return sent


def _forged(name: str, table: Table, view: View, forgery: Forgery, truth: Table, keys: Keys) -> Table:
    key, own = table.schema.key[0], view.reports[name]
    change, drop, add = forgery.change.get(name), forgery.drop.get(name), forgery.add.get(name)
    for ids in (change[key] if change is not None else None, drop):
        if ids is not None and not np.isin(ids, own[key]).all():
            raise ValueError(f"an attack touched rows of '{name}' that are not its own.")
    if add is not None and not np.isin(add["hotspot"], view.members).all():
        raise ValueError(f"an attack added rows to '{name}' in the name of hotspots that are not its members.")
    if drop is not None:
        table = table.take(~np.isin(table[key], drop))
    if change is not None:
        table = with_rows(table, table.rows_of(change[key]), change)
    if add is None or not len(add):
        return table
    row = truth.rows_of(add["hotspot"])
    down = outages(truth, view.span, keys)
    up = is_up(down, row, ticks(add["received_ns"], view.span))  # whoever is down reports nothing, forged or not
    return Table.concat([table, add.take(up)]).sort(key)
