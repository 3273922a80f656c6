"""Leakage against collateral on the mixed world: `python -m benchmarks.leakage [--medians 8 15 40] [--seeds 1]`.

The mixed world of detection_worlds.py under `guarded`, three days of evidence after which the claims of the third are
paid (two days warm the reciprocity window up). For the informed test, `relocation` and `fusion`: what of the emission
liars keep at no more than 0.5 % of the honest pay lost by false accusations, and what the detector's own verdicts do.
Seeds from 601 on, which no fit has seen. Means over the seeds with the lowest and the highest.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.detection_worlds import MIXTURE, N_HOTSPOTS, SIDES_KM, URBAN, seen, uniform_fleet
from poc.detectors import DETECTORS
from poc.emulator import Emulation
from poc.metrics.references import references
from poc.metrics.references.law import law_of
from poc.metrics.withholding import Curve, Payday
from poc.table import Table

FIRST_SEED, NAMES = 601, ("informed", "relocation", "fusion")


def curves(median: int, seed: int) -> dict[str, Curve]:
    """The curve of each test in one world."""
    scenario = uniform_fleet(
        seed, SIDES_KM["urban"][median], N_HOTSPOTS, MIXTURE, "a study of leakage",
        time={"n_epochs": 3, "warm_up_epochs": 2}, radio=URBAN, profile={"base": "guarded"},
        detectors={"of_profile": False, "also": []},
    )  # fmt: skip
    emulation = Emulation.of(scenario)
    evidence, tables = seen(emulation)
    truth = tables["truth"].sort("hotspot")
    lies = truth["attack"] != ""
    # nobody's scores act in this run, so its claims are everybody's
    payday = Payday(
        tables["claims"], emulation.profile, emulation.setting.city, truth["hotspot"], lies, np.zeros(len(lies), bool)
    )
    setting = emulation.setting
    scores = [references(evidence, truth, law_of(setting.radio, setting.scenario.fleet, setting.plan))]
    scores += [DETECTORS[name]().score(evidence) for name in NAMES[1:]]
    every, found = Table.concat(scores), {}
    for name in NAMES:
        own = every.take(every["detector"] == name)
        own = own.take(own.rows_of(truth["hotspot"], "hotspot"))
        found[name] = payday.curve(own["log_likelihood_ratio"], own["verdict"] == "suspect")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--medians", nargs="+", type=int, default=[8, 15, 40])
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    print("| median witnesses | test | nobody accused | at 0.5 % collateral | by its verdicts | their collateral |")
    print("|---|---|---|---|---|---|")
    for median in options.medians:
        worlds = [curves(median, FIRST_SEED + seed) for seed in range(options.seeds)]
        for name in NAMES:
            own = [world[name] for world in worlds]
            columns = [
                [curve.nothing for curve in own],
                [curve.leakage_at() for curve in own],
                [curve.verdicts.leakage for curve in own],
                [curve.verdicts.collateral for curve in own],
            ]
            print(f"| {median} | {name} | " + " | ".join(_range(column) for column in columns) + " |", flush=True)


def _range(shares: list[float]) -> str:
    text = f"{100.0 * np.mean(shares):.2f} %"
    return text if len(shares) == 1 else f"{text} [{100.0 * min(shares):.2f}, {100.0 * max(shares):.2f}]"


if __name__ == "__main__":
    main()
