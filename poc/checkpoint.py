"""What a large run needs to go on after an epoch: the world, and what the next epoch may look at, as plain arrays.

A checkpoint is written under another name, put on disk and then renamed, so one that can be found is whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from poc.detectors.evidence import Case
from poc.schema import TABLES
from poc.table import Schema, Table
from poc.validator.state import LAST_TIMES, Denylist, ValidatorState
from poc.world.truth import World

NAME = "checkpoint.npz"


@dataclass(frozen=True, slots=True)
class Between:
    """The state of a run before the epoch `number`: the world, the public tables of the epoch before, and what was
    counted so far.
    """

    number: int
    world: World
    public: Mapping[str, Table] = field(default_factory=dict)
    unpaid_bones: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def save(folder: Path, between: Between) -> None:
    """Put the state into the folder in place of the one before."""
    world, state = between.world, between.world.validator_state
    tables = {"hotspots": world.hotspots, "truth": world.truth, "last_times": state.last_times}
    tables |= {f"public/{name}": table for name, table in between.public.items()}
    tables |= {f"market/{name}": table for name, table in world.market.items() if isinstance(table, Table)}
    for number, case in enumerate(world.cases):
        tables |= {f"case/{number}/activity": case.activity, f"case/{number}/link_statistics": case.links}
    denylist = state.denylist
    document = {
        "number": between.number,
        "unpaid_bones": {name: str(bones) for name, bones in between.unpaid_bones.items()},
        "notes": list(between.notes),
        "n_cases": len(world.cases),
        "denylist": [denylist.status, denylist.tag],
        "schemas": {name: table.schema.name for name, table in tables.items()},
    }
    arrays = {f"{name}:{column}": table[column] for name, table in tables.items() for column in table}
    arrays |= {"denied": denylist.hotspots, "denied_edges": denylist.edges}
    arrays["document"] = np.array(json.dumps(document))
    unfinished = folder / (NAME + ".unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / NAME)


def load(folder: Path, world: World) -> Between:
    """The state in the folder; `world` before the first epoch where there is none."""
    path = folder / NAME
    if not path.exists():
        return Between(0, world)
    with np.load(path, allow_pickle=False) as arrays:
        document: dict[str, Any] = json.loads(str(arrays["document"]))

        def table(name: str) -> Table:
            schema: Schema = {**TABLES, LAST_TIMES.name: LAST_TIMES}[document["schemas"][name]]
            return schema.table(**{column: arrays[f"{name}:{column}"] for column in schema.names})

        def under(prefix: str) -> dict[str, Table]:
            return {name.removeprefix(prefix): table(name) for name in document["schemas"] if name.startswith(prefix)}

        status, tag = document["denylist"]
        denylist = Denylist(status, arrays["denied"], arrays["denied_edges"], tag)
        cases = [
            Case(table(f"case/{number}/activity"), table(f"case/{number}/link_statistics"))
            for number in range(document["n_cases"])
        ]
        world = replace(
            world,
            hotspots=table("hotspots"),
            truth=table("truth"),
            validator_state=ValidatorState(table("last_times"), denylist),
            cases=tuple(cases),
            market={**world.market, **under("market/")},
        )
        unpaid = {name: int(bones) for name, bones in document["unpaid_bones"].items()}
        return Between(document["number"], world, under("public/"), unpaid, tuple(document["notes"]))
