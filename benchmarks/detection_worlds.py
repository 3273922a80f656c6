"""Worlds for the studies of detectors: uniform fleets on a plain, two radios, three densities, one attack or a mixture.

Evidence of two days (8 beacons a hotspot), honest troubles at their defaults, 1,200 hotspots. Places and seeds are
those of no shipped scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poc.detectors.evidence import Evidence, case_of, window
from poc.emulator import Emulation
from poc.scenario import Scenario, scenario_from
from poc.table import Table
from poc.world.truth import Setting

N_HOTSPOTS = 1200
#: A town's radio beside the default one, and the side of the square [km] that gives each median of witnesses.
URBAN: dict[str, Any] = {
    "path_loss": {"name": "log-distance", "exponent": 3.5, "reference_distance_m": 1000.0, "reference_loss_db": 133.0}
}
SIDES_KM = {"urban": {8: 66.0, 15: 48.0, 40: 29.0}, "default": {8: 92.0, 15: 62.0, 40: 34.0}}


def lone(km: float, share: float) -> dict[str, Any]:
    return {"name": "location-spoof", "share": share, "min_km": km, "max_km": km}


MIXTURE: list[dict[str, Any]] = [
    lone(2.0, 0.03),
    lone(1.0, 0.02),
    {"name": "attic-farm", "share": 0.0084, "forging": "none", "group_size": 10},
    {"name": "attic-farm", "share": 0.0084, "forging": "fspl-aware", "group_size": 10},
    {"name": "attenuator-rig", "share": 0.0084, "group_size": 10},
    {"name": "attenuator-rig", "share": 0.0084, "group_size": 10, "antenna": True, "forging": "model-aware"},
    {"name": "relay", "share": 0.01},
    {"name": "closed-clique", "share": 0.01, "forging": "model-aware"},
    {"name": "sybil-station", "share": 0.01, "spread_km": 3.0},
]
FAMILIES: dict[str, list[dict[str, Any]]] = {
    "lone 0.5 km": [lone(0.5, 0.12)],
    "lone 1 km": [lone(1.0, 0.12)],
    "lone 2 km": [lone(2.0, 0.12)],
    "lone 5 km": [lone(5.0, 0.12)],
    "attic farm": [{"name": "attic-farm", "share": 0.1}],
    "attic farm, fspl-aware": [{"name": "attic-farm", "share": 0.1, "forging": "fspl-aware"}],
    "rig": [{"name": "attenuator-rig", "share": 0.1}],
    "rig on an antenna": [{"name": "attenuator-rig", "share": 0.1, "antenna": True, "forging": "model-aware"}],
    "Sybil station 3 km": [{"name": "sybil-station", "share": 0.1, "spread_km": 3.0}],
    "relay": [{"name": "relay", "share": 0.1}],
    "clique, fspl-aware": [{"name": "closed-clique", "share": 0.1, "forging": "fspl-aware"}],
    "clique, model-aware": [{"name": "closed-clique", "share": 0.1, "forging": "model-aware"}],
    "mixture": MIXTURE,
}


def uniform_fleet(
    seed: int, side_km: float, n_hotspots: int, attacks: list[dict[str, Any]], name: str, **sections: Any
) -> Scenario:
    """A fleet spread evenly over a plain square; `sections` are those of a scenario file."""
    place = {"width_km": side_km, "height_km": side_km, "resolution": 8, "latitude_deg": 47.0, "longitude_deg": 9.0}
    return scenario_from(
        {
            "seed": seed,
            "map": {"synthetic": {"kind": "grid", **place}},
            "fleet": {"n_hotspots": n_hotspots, "region": "EU868", "placement": {"name": "uniform"}},
            "attacks": attacks,
            **sections,
        },
        name,
    )


def world(
    seed: int, median: int, attacks: list[dict[str, Any]], radio: str = "urban", n_hotspots: int = N_HOTSPOTS
) -> tuple[Evidence, Table, Setting]:
    """(evidence, truth, setting) of one world whose median hotspot has about so many witnesses."""
    side_km = SIDES_KM[radio][median] * (n_hotspots / N_HOTSPOTS) ** 0.5
    scenario = uniform_fleet(
        seed, side_km, n_hotspots, attacks, "a study of detectors",
        time={"n_epochs": 2}, radio=URBAN if radio == "urban" else {}, profile={"base": "minimal"},
        detectors={"also": [], "denylist": "absent"},
    )  # fmt: skip
    emulation = Emulation.of(scenario)
    evidence, tables = seen(emulation)
    return evidence, tables["truth"], emulation.setting


def seen(emulation: Emulation) -> tuple[Evidence, Mapping[str, Table]]:
    """The evidence of all epochs together, and the tables of the last one."""
    cases = []
    for epoch in emulation.epochs():
        cases.append(case_of(epoch.tables["hotspots"], epoch.tables))
    activity, links = window(cases)
    tables = epoch.tables
    evidence = Evidence(
        hotspots=tables["hotspots"], activity=activity, links=links,
        receptions=tables["receptions"], witness_verdicts=tables["witness_verdicts"], city=None,
    )  # fmt: skip
    return evidence, tables
