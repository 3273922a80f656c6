"""What first-14 starvation earns under `guarded` when friends know the rule: `python -m benchmarks.waiting_friends`.

The world of `docs.attacks.measure` (200 hotspots in Liechtenstein, one in ten in the attack, five days of which two
warm up), in EU868 and in US915, where a beacon's packet is shorter than the allowance for its report. Friends report
`ahead_s` before the beacon's own report arrives; below 0 they wait. pay: a liar's over an honest hotspot's, divided by
the same of the same hotspots when they do nothing.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from poc.running import run_in_memory
from poc.scenario import scenario_from

AHEAD_S = (1.0, 0.0, -0.6, -1.5)


def pay(attack: dict[str, Any], region: str, seed: int) -> tuple[float, float]:
    """(pay of a member in that of another hotspot, share of the reports from or on members that are valid)."""
    document = {
        "seed": seed, "fleet": {"n_hotspots": 200, "region": region}, "time": {"n_epochs": 5, "warm_up_epochs": 2},
        "attacks": [{**attack, "share": 0.1}], "profile": {"base": "guarded"}, "detectors": {"also": []},
    }  # fmt: skip
    run = run_in_memory(scenario_from(document, "friends who wait"))
    truth, rewards, verdicts = run.table("truth", 4), run.table("rewards"), run.table("witness_verdicts")
    members = truth["hotspot"][truth["attack"] != ""]
    amount, theirs = rewards["amount_bones"].astype(float), np.isin(rewards["hotspot"], members)
    others = amount[~theirs].sum() / (len(truth) - len(members))
    on_them = np.isin(verdicts["witness"], members) | np.isin(verdicts["beaconer"], members)
    return amount[theirs].sum() / len(members) / others, float((verdicts["reason"][on_them] == 0).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    options = parser.parse_args()
    print("| region | ahead_s | pay | reports that pass |\n|---|---|---|---|")
    for region in ("US915", "EU868"):
        idle = np.mean([pay({"name": "none"}, region, seed)[0] for seed in options.seeds])
        for ahead_s in AHEAD_S:
            found = [pay({"name": "starvation", "ahead_s": ahead_s}, region, seed) for seed in options.seeds]
            paid, passed = np.mean(found, axis=0)
            print(f"| {region} | {ahead_s} | {paid / idle:.2f} | {100.0 * passed:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
