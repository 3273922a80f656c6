"""Attacks that forge reports at true places, beside the receive-side reference: `python -m benchmarks.forged_reports`.

One line for each attack and density: shares of liars found at 1 % of the honest accused by the receive-side test, by
the informed test (which looks at what others report, so it finds nothing here) and by our detectors, and the fusion's
ratio to the receive-side test with a 95 % interval (bootstrap over worlds and hotspots, paired). Worlds: see
detection_worlds.py, urban radio, seeds from 601 on.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product

from benchmarks.detection_worlds import world
from poc.detectors import DETECTORS
from poc.metrics.references import receive_side, references
from poc.metrics.references.law import law_of
from poc.metrics.references.paired import paired_rates
from poc.table import Array

ATTACKS = {
    "signal-forging, drawn": [{"name": "signal-forging", "share": 0.1}],
    "signal-forging, constant": [{"name": "signal-forging", "share": 0.1, "level": "constant"}],
    "signal-forging, boost 15 dB": [{"name": "signal-forging", "share": 0.1, "level": "boost", "boost_db": 15.0}],
    "starvation": [{"name": "starvation", "share": 0.1}],
}
OTHERS = ("fusion", "live-checks")
FIRST_SEED = 601


def look(task: tuple[str, int, int]) -> dict[str, Array]:
    """Scores of all tests in one world, by ascending id."""
    attack, median, seed = task
    evidence, truth, setting = world(seed, median, ATTACKS[attack])
    law = law_of(setting.radio, setting.scenario.fleet, setting.plan)
    hotspot, ratio = receive_side(evidence, truth, law)
    truth = truth.sort("hotspot")
    said = references(evidence, truth, law)
    found = {"lies": truth["attack"][truth.rows_of(hotspot)] != "", "receive-side": ratio}
    for name, scores in [("informed", said.take(said["detector"] == "informed"))] + [
        (name, DETECTORS[name]().score(evidence)) for name in OTHERS
    ]:
        found[name] = scores.sort("hotspot")["log_likelihood_ratio"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--medians", nargs="+", type=int, default=[8, 15, 40])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    cells = list(product(ATTACKS, options.medians))
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    print("| attack | median | receive-side | informed | " + " | ".join(OTHERS) + " | fusion / receive-side |")
    print("|---|---|---|---|" + "---|" * len(OTHERS) + "---|")
    with ProcessPoolExecutor(options.jobs) as pool:
        looks = pool.map(look, [(attack, median, seed) for attack, median in cells for seed in seeds])
        for attack, median in cells:
            worlds = [next(looks) for _ in seeds]
            rates = {
                name: paired_rates([(one[name], one["receive-side"], one["lies"]) for one in worlds], n_draws=400)
                for name in ("receive-side", "informed", *OTHERS)
            }
            ratio = rates["fusion"]
            interval = "" if ratio.ratio_interval is None else " [{:.2f}, {:.2f}]".format(*ratio.ratio_interval)
            shares = " | ".join(f"{rate.rate:.2f}" for rate in rates.values())
            of = "–" if ratio.ratio is None else f"{ratio.ratio:.2f}{interval}"
            print(f"| {attack} | {median} | {shares} | {of} |", flush=True)


if __name__ == "__main__":
    main()
