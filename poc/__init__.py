"""A wireless proof-of-coverage emulator. What a program or a notebook needs stands under the name `poc` itself:

    import poc

    run = poc.run("01-first-run", set={"fleet.n_hotspots": 50})   # a sample, a file, a dict or a Scenario
    run.pandas("rewards")                                         # any table: arrow, pandas or polars
    run.figure("map").save("map.png")

The names are looked up when they are first used, so that `import poc` itself is quick. See `docs/python-api.md`.
Inside the package modules are imported, never these names.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poc.api import compare, load, look, run
    from poc.errors import DataError, DomainError, PocError, ScenarioError, StoreError
    from poc.results import Compared, Drawing, Looked, Run
    from poc.scenario import Scenario

_HOMES = {
    "run": "poc.api",
    "load": "poc.api",
    "look": "poc.api",
    "compare": "poc.api",
    "Run": "poc.results",
    "Looked": "poc.results",
    "Compared": "poc.results",
    "Drawing": "poc.results",
    "Scenario": "poc.scenario",
    "PocError": "poc.errors",
    "ScenarioError": "poc.errors",
    "DataError": "poc.errors",
    "DomainError": "poc.errors",
    "StoreError": "poc.errors",
}

__all__ = [
    "Compared",
    "DataError",
    "DomainError",
    "Drawing",
    "Looked",
    "PocError",
    "Run",
    "Scenario",
    "ScenarioError",
    "StoreError",
    "compare",
    "load",
    "look",
    "run",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'poc' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
