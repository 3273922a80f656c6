"""Measure what every attack earns and what stops it: each alone, one hotspot in ten, in the same small worlds.

python -m docs.attacks.measure            runs all worlds (about ten minutes) and writes docs/attacks/figures.json
python -m docs.attacks.measure NAME …     measures some attacks again

The pages and the index of this folder are written from that file by `make docs`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from poc.reasons import Reason
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.world.attacks import ATTACKS

FIGURES = Path(__file__).with_name("figures.json")
PROFILES = ("helium-iot", "guarded")
SEEDS = (1, 2)
SHARE = 0.1
#: Entries beside each attack at its defaults: its forging levels, and what makes sense only on top of another.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "location-spoof": [{"min_km": 1.0, "max_km": 1.0}, {"min_km": 2.0, "max_km": 2.0, "forging": "fspl-aware"}],
    "attic-farm": [{"forging": "fspl-aware"}, {"forging": "model-aware"}],
    "attenuator-rig": [{"antenna": True, "forging": "model-aware", "software_fading": True}],
    "closed-clique": [{"forging": "fspl-aware"}, {"remote_km": 60.0}],
    "relay": [{"silent": False}],
    "sybil-station": [{"spread_km": 3.0}],
    "signal-forging": [{"level": "constant"}, {"level": "boost"}],
    "low-power": [{"with": [{"name": "location-spoof", "min_km": 2.0, "max_km": 2.0}]}],
}


def entries(name: str) -> list[dict[str, Any]]:
    """The settings that are measured for an attack, its defaults first."""
    return [{"name": name, **settings} for settings in ({}, *VARIANTS.get(name, []))]


def measure(entry: dict[str, Any]) -> dict[str, Any]:
    """Figures of one attack by profile, means over the seeds."""
    return {profile: _mean([_world(entry, profile, seed) for seed in SEEDS]) for profile in PROFILES}


def _world(entry: dict[str, Any], profile: str, seed: int) -> dict[str, Any]:
    document = {
        "seed": seed, "fleet": {"n_hotspots": 200}, "time": {"n_epochs": 5, "warm_up_epochs": 2},
        "attacks": [{**entry, "share": SHARE}], "profile": {"base": profile},
        "detectors": {"also": ["fusion", "relocation", "helium-denylist"]},
    }  # fmt: skip
    run = run_in_memory(scenario_from(document, "attack range"))
    truth = run.table("truth", 4)
    liars = truth["hotspot"][truth["attack"] != ""]
    rewards = run.table("rewards")
    paid = np.isin(rewards["hotspot"], liars)
    amount = rewards["amount_bones"].astype(np.float64)
    n_honest = len(truth) - len(liars)
    verdicts = run.table("witness_verdicts")
    theirs = np.isin(verdicts["witness"], liars) | np.isin(verdicts["beaconer"], liars)
    reasons, count = np.unique(verdicts["reason"][theirs], return_counts=True)
    found = run.metrics["detection"] if entry["name"] != "none" else {}
    return {
        "pay_against_honest": float(amount[paid].sum() / len(liars) / (amount[~paid].sum() / n_honest)),
        "leakage": float(amount[paid].sum() / amount.sum()),
        "reasons": {Reason(int(r)).name: int(n) / int(theirs.sum()) for r, n in zip(reasons, count, strict=True)},
        "tpr": {name: grades["tpr_at_1_percent_fpr"] for name, grades in found.items()},
        "auc": {name: grades["auc"] for name, grades in found.items()},
    }


def _mean(worlds: list[dict[str, Any]]) -> dict[str, Any]:
    def mean(values: list[float]) -> float:
        return round(float(np.mean(values)), 4)

    def by_name(key: str) -> dict[str, float]:
        names = sorted({name for world in worlds for name in world[key]})
        return {name: mean([world[key].get(name, 0.0) for world in worlds]) for name in names}

    return {
        **{key: mean([world[key] for world in worlds]) for key in ("pay_against_honest", "leakage")},
        **{key: by_name(key) for key in ("reasons", "tpr", "auc")},
    }


def main(names: list[str]) -> None:
    """Measure the named attacks, or all, and keep the figures."""
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    for name in names or ATTACKS:
        known[name] = [{"entry": entry, **measure(entry)} for entry in entries(name)]
        print(name, file=sys.stderr, flush=True)
        FIGURES.write_text(json.dumps({key: known[key] for key in ATTACKS if key in known}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
