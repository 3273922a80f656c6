"""Detectors beside the reference tests: `python -m benchmarks.detection [--families …] [--medians 8 15 40]`.

One line for each attack family and density: shares of liars found at 1 % of the honest accused by the clairvoyant and
the informed test, by each detector, their ratio to the informed test with a 95 % interval (bootstrap over worlds and
over hotspots within them, paired), location errors of liars, and the calibration of the fusion. Worlds: see
detection_worlds.py, urban radio, seeds from 501 on, which no fit has seen.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np

from benchmarks.detection_worlds import FAMILIES, world
from maps.geodesy import great_circle_m
from poc.detectors import DETECTORS
from poc.metrics.ranking import equal_mass_calibration_error, log_loss_skill
from poc.metrics.references import references
from poc.metrics.references.law import law_of
from poc.metrics.references.paired import paired_rates
from poc.table import Array, Table

NAMES = ("clairvoyant", "informed", "relocation", "fusion", "live-checks", "helium-denylist")
FIRST_SEED = 501


def look(task: tuple[str, int, int]) -> dict[str, Array]:
    """Scores and location errors of all tests in one world, by ascending id."""
    family, median, seed = task
    evidence, truth, setting = world(seed, median, FAMILIES[family])
    law = law_of(setting.radio, setting.scenario.fleet, setting.plan)
    tables = [references(evidence, truth, law)]
    tables += [DETECTORS[name]().score(evidence) for name in NAMES[2:]]
    scores, truth = Table.concat(tables), truth.sort("hotspot")
    found: dict[str, Array] = {"lies": truth["attack"] != ""}
    for name in NAMES:
        own = scores.take(scores["detector"] == name)
        own = own.take(own.rows_of(truth["hotspot"], "hotspot"))
        rank = own["probability"] if name == "helium-denylist" else own["log_likelihood_ratio"]
        found[name], found[f"{name} probability"] = rank, own["probability"]
        found[f"{name} error"] = great_circle_m(
            own["estimated_latitude_deg"], own["estimated_longitude_deg"], truth["latitude_deg"], truth["longitude_deg"]
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--families", nargs="+", default=list(FAMILIES), choices=list(FAMILIES))
    parser.add_argument("--medians", nargs="+", type=int, default=[8, 15, 40])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    cells = list(product(options.families, options.medians))
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    print(
        "| attack | median | "
        + " | ".join(NAMES)
        + " | fusion / informed | error fusion / informed [m] | ECE | skill |"
    )
    print("|" + "---|" * (len(NAMES) + 6))
    with ProcessPoolExecutor(options.jobs) as pool:
        found = pool.map(look, [(family, median, seed) for family, median in cells for seed in seeds])
        for family, median in cells:
            print(_line(family, median, [next(found) for _ in seeds]), flush=True)


def _line(family: str, median: int, worlds: list[dict[str, Array]]) -> str:
    lies = np.concatenate([part["lies"] for part in worlds])
    rates = {
        name: paired_rates([(part[name], part["informed"], part["lies"]) for part in worlds], n_draws=400)
        for name in NAMES
    }
    errors = [
        float(np.median(np.concatenate([part[f"{name} error"][part["lies"]] for part in worlds])))
        for name in ("fusion", "informed")
    ]
    fusion = rates["fusion"]
    ratio = "–"
    if fusion.ratio is not None and fusion.ratio_interval is not None:
        ratio = f"{fusion.ratio:.2f} [{fusion.ratio_interval[0]:.2f}, {fusion.ratio_interval[1]:.2f}]"
    probability = np.concatenate([part["fusion probability"] for part in worlds])
    cells = [family, str(median), *(f"{rates[name].rate:.2f}" for name in NAMES), ratio]
    cells.append(f"{errors[0]:.0f} / {errors[1]:.0f}")
    cells.append(f"{equal_mass_calibration_error(probability, lies):.3f}")
    cells.append(f"{log_loss_skill(probability, lies):.2f}")
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
