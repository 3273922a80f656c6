"""What the reference tests say of a finished run, so that a fraud experiment can set its detectors beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from poc.detectors.evidence import Case, Evidence, case_of, forget, window
from poc.errors import DataError
from poc.metrics.references import references
from poc.metrics.references.law import Law, law_of
from poc.metrics.references.reports import receive_side
from poc.scenario import Scenario
from poc.schema import RECEPTIONS, WITNESS_VERDICTS
from poc.setup import city_of, setting_of
from poc.store import RunData
from poc.table import Table

INFORMED, CLAIRVOYANT, RECEIVE_SIDE = "informed", "clairvoyant", "receive-side"


def law_for(scenario: Scenario) -> Law:
    """The channel of a scenario; DomainError where its path loss is not a matter of distance alone."""
    setting = setting_of(scenario, city_of(scenario))
    return law_of(setting.radio, scenario.fleet, setting.plan)


def reference_scores(run: RunData, scenario: Scenario) -> dict[str, dict[str, list[Any]]]:
    """hotspot, probability and log_likelihood_ratio by each of the three tests, over the window that detectors see.

    Raises DataError where the run did not keep every report, DomainError as `law_for`.
    """
    missing = [name for name in ("beacons", "receptions", "truth") if name not in run.tables]
    if missing:
        raise DataError(
            f"the run kept no table '{missing[0]}', expected it for the reference tests; give reports = [\"all\"]."
        )
    last = run.manifest["n_epochs"] - 1
    hotspots = run.table("hotspots", last)
    activity, links = window(_cases(run, max(0, last + 1 - scenario.detectors.window_epochs), last))
    evidence = Evidence(hotspots, activity, links, RECEPTIONS.empty(), WITNESS_VERDICTS.empty(), None)
    law, truth = law_for(scenario), run.table("truth", last)
    said = references(evidence, truth, law)
    hotspot, ratio = receive_side(evidence, truth, law)
    names = ("hotspot", "probability", "log_likelihood_ratio")
    found = {
        test: {name: said[name][said["detector"] == test].tolist() for name in names}
        for test in (INFORMED, CLAIRVOYANT)
    }
    columns = (hotspot, expit(ratio - np.log(9.0)), ratio)
    return found | {RECEIVE_SIDE: {name: column.tolist() for name, column in zip(names, columns, strict=True)}}


def _cases(run: RunData, first: int, last: int) -> list[Case]:
    """One case an epoch; what was heard of a hotspot before it moved its assertion says nothing any more."""
    cases: list[Case] = []
    before: Table | None = None
    for epoch in range(first, last + 1):
        hotspots = run.table("hotspots", epoch)
        if before is not None:
            row = before.rows_of(hotspots["hotspot"])
            moved = (row >= 0) & (before["cell"][row] != hotspots["cell"])
            cases = list(forget(cases, hotspots["hotspot"][moved]))
        tables = {name: run.table(name, epoch) for name in ("beacons", "receptions")}
        cases.append(case_of(hotspots, tables))
        before = hotspots
    return cases
