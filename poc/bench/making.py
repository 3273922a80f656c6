"""Make the worlds of a part: one public folder and one private folder of labels for each, the same bytes every time.

The private folder holds who lies, where the radios are, what lying brought, and what the reference tests say: they read
the truth, so no entry may see them. Worlds that are there already are left alone, so a killed run goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from poc.bench.definition import (
    Cell,
    Definition,
    honest_twin,
    load_definition,
    scenario_of,
    seed_of,
    version_with,
    world_seed,
)
from poc.bench.world_files import (
    CARD,
    evidence_of,
    read_card,
    sha256_of,
    texts_of,
    whole_folder,
    write_card,
    write_table,
    write_world,
)  # fmt: skip
from poc.emulator import Emulation
from poc.errors import DataError, ScenarioError
from poc.experiments.executors import Executor, Failure
from poc.experiments.tasks import Progress, program_digest
from poc.keys import Keys
from poc.metrics.effects import HONEST, LIE, effects, paid_of
from poc.metrics.references import references
from poc.metrics.references.law import law_of
from poc.scenario import Scenario
from poc.store import write_json
from poc.table import Array, Table

INDEX, LABELS_INDEX, LABELS_CARD = "spoof-bench.json", "spoof-bench-labels.json", "labels.json"
#: Honest hotspots of a world that the reference tests look at, beside every member of the attack.
HONEST_LOOKED_AT = 2000
LABELS, REFERENCES = "labels.parquet", "references.parquet"


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: cells of a part of a definition, n_honest honest hotspots in each of n_worlds worlds."""

    definition: Definition
    part: str
    cells: tuple[Cell, ...]
    n_worlds: int
    n_honest: int
    seed: str
    rehearsal: bool = False

    @property
    def worlds(self) -> list[tuple[Cell, int]]:
        return [(cell, number) for cell in self.cells for number in range(1, self.n_worlds + 1)]


def order_of(
    part: str,
    secret: str | None,
    *,
    cells: Sequence[str] = (),
    n_worlds: int | None = None,
    n_honest: int | None = None,
    rehearsal: bool = False,
    definition: Definition | None = None,
) -> Order:
    """The order; what is not said is as the definition says. ScenarioError for what cannot be made."""
    definition = definition or load_definition()
    known = definition.cells(part)
    chosen = tuple(definition.cell(name) for name in cells) or known
    for cell in chosen:
        if cell not in known:
            raise ScenarioError(f"the cell '{cell.name}' is none of the part '{part}'; choose one of its {len(known)}.")
    n_honest = int(definition.document["n_honest"]) if n_honest is None else n_honest
    if n_honest < 100:
        raise ScenarioError(
            f"n_honest is {n_honest}, expected at least 100: below, 1 % of the honest is nobody; raise it."
        )
    seed = seed_of(definition, part, secret, rehearsal)
    return Order(definition, part, chosen, n_worlds or definition.n_worlds(part), n_honest, seed, rehearsal)


def make(order: Order, public: Path, private: Path, workers: Executor, progress: Progress | None = None) -> list[str]:
    """Make all worlds that are not there yet, then the two indexes; sentences on worlds that failed.

    Raises ScenarioError where one folder lies inside the other: labels would travel with the worlds.
    """
    public, private = public.absolute(), private.absolute()
    if public == private or public in private.parents or private in public.parents:
        raise ScenarioError(f"the labels '{private}' and the worlds '{public}' lie in one another; keep them apart.")
    header = _header(order)
    for folder, name in ((public, INDEX), (private, LABELS_INDEX)):
        _refuse_others(folder, name, header)
    for folder in (public, private):
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / ("making.json"), header)
    specs: list[dict[str, Any]] = [
        {
            "cell": cell.name, "world": number, "part": order.part, "n_honest": order.n_honest, "seed": order.seed,
            "public": str(public / cell.folder / f"world-{number}"),
            "private": str(private / cell.folder / f"world-{number}"),
            "definition": order.definition.sha256,
        }
        for cell, number in order.worlds
    ]  # fmt: skip
    waiting = [spec for spec in specs if not _is_made(spec)]
    done, failures = len(specs) - len(waiting), []
    if progress:
        progress(done, len(specs))
    for place, result in workers.map_unordered(make_world, waiting):
        if isinstance(result, Failure):
            failures.append(f"{waiting[place]['cell']}, world {waiting[place]['world']}: {result.sentence}")
        done += 1
        if progress:
            progress(done, len(specs))
    if not failures:
        worlds = {f"{Path(spec['public']).parent.name}/world-{spec['world']}": spec for spec in specs}
        cards = {name: read_card(Path(spec["public"])) for name, spec in worlds.items()}
        write_json(public / INDEX, {**header, "worlds": cards})
        labels = {name: read_card(Path(spec["private"]), LABELS_CARD) for name, spec in worlds.items()}
        write_json(private / LABELS_INDEX, {**header, "worlds": labels})
        for folder in (public, private):
            (folder / "making.json").unlink()
    return failures


def make_world(spec: dict[str, Any]) -> dict[str, Any]:
    """One world: the task that the executors work off."""
    definition = version_with(spec["definition"])
    if definition is None:
        raise DataError("the definition of the benchmark changed while worlds were made; start again.")
    cell, number = definition.cell(spec["cell"]), spec["world"]
    seed = world_seed(spec["seed"], cell, number)
    training = definition.is_training(spec["part"])
    scenario = scenario_of(definition, cell, number, seed, spec["n_honest"], training)
    tables, emulation = _whole(scenario)
    honest_tables, _ = _whole(honest_twin(scenario))
    hotspots, truth = tables["hotspots"], tables["truth"]
    found = effects(hotspots, truth, tables["rewards"], honest_tables["rewards"])
    evidence = evidence_of(hotspots, tables["beacons"], tables["witness_reports"])
    setting = emulation.setting
    law = law_of(setting.radio, setting.scenario.fleet, setting.plan)
    said = references(evidence, truth, law, chosen=_looked_at(truth, setting.keys))
    pay = paid_of(tables["rewards"], np.sort(hotspots["hotspot"]))[np.argsort(np.argsort(hotspots["hotspot"]))]
    with whole_folder(Path(spec["public"])) as folder:
        files = write_world(folder, hotspots, tables, pay, setting.keys.of("published"))
        write_card(folder, {"files": files, "n_hotspots": len(hotspots), "n_reports": len(evidence.receptions)})
    truth = truth.sort("hotspot")
    with whole_folder(Path(spec["private"])) as folder:
        write_table(folder / LABELS, {
            "hotspot": texts_of(found.hotspot), "label": found.label, "attack": truth["attack"],
            "nuisance": truth["nuisance"], "latitude_deg": truth["latitude_deg"],
            "longitude_deg": truth["longitude_deg"], "has_radio": found.has_radio, "offset_m": found.offset_m,
            "pay_bones": found.pay_bones, "effective_reward_bones": found.effective_reward_bones,
            "group": texts_of(truth["group"]), "near_liar": _near(evidence.links, found.hotspot, found.label == LIE),
        })  # fmt: skip
        write_table(folder / REFERENCES, _said(said))
        files_made = {name: sha256_of(folder / name) for name in (LABELS, REFERENCES)}
        counts = {name: int((found.label == name).sum()) for name in np.unique(found.label).tolist()}
        median = float(np.median(_in_degree(evidence.links, found.hotspot, found.label == HONEST)))
        card = {"files": files_made, "public": files, "labels": counts, "median_witnesses_of_honest": median}
        write_card(folder, card, LABELS_CARD)
    return {"world": number}


def _whole(scenario: Scenario) -> tuple[dict[str, Table], Emulation]:
    """The tables of a run of one epoch, pieces put together."""
    emulation = Emulation.of(scenario)
    parts: dict[str, list[Table]] = {}
    for epoch in emulation.epochs():
        for name in ("hotspots", "truth", "beacons", "witness_reports", "rewards"):
            if name in epoch.tables:
                parts.setdefault(name, []).append(epoch.tables[name])
    return {name: Table.concat(found) for name, found in parts.items()}, emulation


def _header(order: Order) -> dict[str, Any]:
    return {
        "benchmark": order.definition.name,
        "definition_sha256": order.definition.sha256,
        "part": order.part,
        "cells": [cell.name for cell in order.cells],
        "n_worlds": order.n_worlds,
        "n_honest": order.n_honest,
        "seed_sha256": hashlib.sha256(order.seed.encode()).hexdigest(),
        "rehearsal": order.rehearsal,
        "program_sha256": program_digest(),
    }


def _refuse_others(folder: Path, index: str, header: dict[str, Any]) -> None:
    """Worlds of another order in the same folder would be mixed with these."""
    for name in (index, "making.json"):
        if (folder / name).exists():
            found = read_card(folder, name)
            different = [key for key, value in header.items() if found.get(key) != value]
            if different:
                raise ScenarioError(
                    f"'{folder}' holds worlds with another {' and '.join(different)}; give a new folder, or repeat the "
                    "order that it was made with."
                )
    if (
        folder.is_dir()
        and any(folder.iterdir())
        and not any((folder / name).exists() for name in (index, "making.json"))
    ):
        raise ScenarioError(f"'{folder}' holds other things than worlds of spoof-bench; give a new folder.")


def _is_made(spec: dict[str, Any]) -> bool:
    return (Path(spec["public"]) / CARD).exists() and (Path(spec["private"]) / LABELS_CARD).exists()


def _said(said: Table) -> dict[str, Any]:
    names = ("detector", "probability", "log_likelihood_ratio", "estimated_latitude_deg", "estimated_longitude_deg")
    said = said.sort("detector", "hotspot")
    return {"hotspot": texts_of(said["hotspot"]), **{name: said[name] for name in names}}


def _looked_at(truth: Table, keys: Keys) -> Array:
    """Ids of all members of attacks and of HONEST_LOOKED_AT honest hotspots by a keyed draw."""
    ids, honest = truth["hotspot"], truth["attack"] == ""
    drawn = ids[honest][np.argsort(keys.of("looked-at").bits(ids[honest]), kind="stable")[:HONEST_LOOKED_AT]]
    return np.concatenate([ids[~honest], drawn])


def _near(links: Table, ids: Array, lies: Array) -> Array:
    """Which hotspots heard a liar, or were heard by one."""
    a, b = np.searchsorted(ids, links["beaconer"]), np.searchsorted(ids, links["witness"])
    near = np.zeros(len(ids), np.bool_)
    near[a[lies[b]]] = True
    near[b[lies[a]]] = True
    return near


def _in_degree(links: Table, ids: Array, chosen: Array) -> Array:
    """Number of witnesses of each chosen hotspot."""
    return np.bincount(np.searchsorted(ids, links["beaconer"]), minlength=len(ids))[chosen]
