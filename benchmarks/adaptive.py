"""Liars who learn against `guarded`: `python -m benchmarks.adaptive [--medians 8 15 40] [--seeds 1] [--tactics …]`.

Uniform fleets of detection_worlds.py, one hotspot in ten a liar who begins with a lie of 2 km and goes over to what
still pays, by the actor `adaptive` within 200 USD a hotspot (`known`: the tactics of 04-adaptive.toml; `all`: also
the remote clique, starvation and the antenna misreported). Two epochs of warm-up, then ten that are paid.

leakage: share of an epoch's pay that goes to liars; a tenth is what honesty would earn them. collateral: paid
participations among honest hotspots that no claim carries. pay: a liar's in that of an honest hotspot. Money as the
actor reckons it: a hotspot costs 300 USD, an honest one earns 2 USD an epoch; return: pay of a year of epochs like the
last three over hardware and moves, less 1, beside an honest hotspot's.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from benchmarks.detection_worlds import SIDES_KM, URBAN, lone, uniform_fleet
from poc.running import run_in_memory
from poc.store import RunData

N_HOTSPOTS, N_EPOCHS, WARM_UP, FIRST_SEED = 600, 12, 2, 701
HOTSPOT_USD, EPOCH_USD, DAYS = 300.0, 2.0, 365
KNOWN: list[dict[str, Any]] = [
    lone(0.5, 0.0),
    {**lone(2.0, 0.0), "with": [{"name": "low-power", "lower_db": 15.0}]},
    {"name": "sybil-station", "share": 0.0, "group_size": 3, "spread_km": 1.0},
    {"name": "closed-clique", "share": 0.0, "group_size": 5, "spread_km": 2.0},
]
LABELS = ["location-spoof#2", "location-spoof+low-power", "sybil-station", "closed-clique"]
MORE: list[dict[str, Any]] = [
    {"name": "closed-clique", "share": 0.0, "group_size": 5, "spread_km": 2.0, "remote_km": 60.0},
    {"name": "starvation", "share": 0.0},
    {"name": "antenna-misreport", "share": 0.0},
]
MORE_LABELS = ["closed-clique#2", "starvation", "antenna-misreport"]


def run(median: int, seed: int, tactics: str) -> RunData:
    """One run in memory."""
    side_km = SIDES_KM["urban"][median] * (N_HOTSPOTS / 1200) ** 0.5
    every = tactics == "all"
    scenario = uniform_fleet(
        seed, side_km, N_HOTSPOTS, [lone(2.0, 0.1), *KNOWN, *(MORE if every else [])], "a study of liars who learn",
        time={"n_epochs": N_EPOCHS, "warm_up_epochs": WARM_UP}, radio=URBAN, profile={"base": "guarded"},
        actors=[{"name": "adaptive", "attack": "location-spoof", "tactics": LABELS + (MORE_LABELS if every else [])}],
    )  # fmt: skip
    return run_in_memory(scenario)


def line(median: int, seed: int, tactics: str, data: RunData) -> str:
    """A row of the table."""
    truth = data.table("truth", N_EPOCHS - 1)
    liars = truth["hotspot"][truth["attack"] != ""]
    leakage, relative, accused = [], [], []
    for epoch in range(WARM_UP, N_EPOCHS):
        # keys that were given up are liars too, so the liars of the epoch at hand
        now, rewards, scores = (data.table(name, epoch) for name in ("truth", "rewards", "scores"))
        lying = now["hotspot"][now["attack"] != ""]
        amount, ours = rewards["amount_bones"].astype(float), np.isin(rewards["hotspot"], lying)
        leakage.append(amount[ours].sum() / max(amount.sum(), 1.0))
        honest_pay = amount[~ours].sum() / (len(now) - len(lying))
        relative.append(amount[ours].sum() / len(lying) / max(honest_pay, 1.0))
        suspects = np.unique(scores["hotspot"][scores["verdict"] == "suspect"])
        accused.append(int((~np.isin(suspects, lying)).sum()))
    moves = data.table("moves")
    spent_usd = moves["cost_usd"].sum() / len(liars)
    late = float(np.mean(relative[-3:]))
    year = [DAYS * EPOCH_USD * pay / cost - 1.0 for pay, cost in ((late, spent_usd), (1.0, HOTSPOT_USD))]
    ends = ", ".join(f"{name} {count}" for name, count in zip(*np.unique(truth["attack"][truth["attack"] != ""],
                                                                        return_counts=True), strict=True))  # fmt: skip
    lost = data.metrics["collateral"]["claims_removed_share"]
    course = " ".join(f"{100.0 * share:.1f}" for share in leakage)
    return (
        f"| {tactics} | {median} | {course} | {np.mean(accused):.1f} | {100.0 * (lost or 0.0):.2f} % | {late:.2f} "
        f"| {spent_usd:.0f} | {100.0 * year[0]:+.0f} % / {100.0 * year[1]:+.0f} % | {ends} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--medians", nargs="+", type=int, default=[8, 15, 40])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--tactics", nargs="+", default=["known", "all"], choices=["known", "all"])
    options = parser.parse_args()
    print(
        "| tactics | median witnesses | leakage by epoch [%] | honest accused | collateral | pay, last three epochs "
        "| spent [USD] | return over a year, liar / honest | where they end |"
    )
    print("|" + "---|" * 9)
    for tactics in options.tactics:
        for median in options.medians:
            for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
                print(line(median, seed, tactics, run(median, seed, tactics)), flush=True)


if __name__ == "__main__":
    main()
