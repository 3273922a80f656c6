"""Time of the closed forms on a million links, beside the same formula in plain numpy, interleaved.

    .venv/bin/python benchmarks/closed_forms.py [--links 1000000] [--rounds 7]

Plain numpy is the very same text of the formula, evaluated on whole arrays (`elementwise` with its thresholds out of
reach); ours takes whatever way `elementwise.evaluate` chooses. `columns` are the arguments that vary from link to link.
Nanoseconds a link and their ratio are of CPU time, all threads together, the best round of each; `wall` is the ratio of
the best wall clocks, where two threads on two free cores count double.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from radio_models import elementwise, p2108, p2109
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS
from radio_models.paths import Paths


def plainly(call: Callable[[], Any]) -> Any:
    """The call with every formula evaluated on whole arrays."""
    limit, elementwise.BLOCKED_FROM = elementwise.BLOCKED_FROM, 10**12
    try:
        return call()
    finally:
        elementwise.BLOCKED_FROM = limit


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """CPU and wall clock [s]."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.process_time() - cpu, time.perf_counter() - wall


def calls(n_links: int) -> dict[str, Callable[[], Any]]:
    """What is timed, by name."""
    rng = np.random.default_rng(0)
    d, f = rng.uniform(100.0, 20e3, n_links), rng.uniform(800e6, 2.4e9, n_links)
    high, low = rng.uniform(30.0, 60.0, n_links), rng.uniform(1.0, 3.0, n_links)
    found: dict[str, Callable[[], Any]] = {}
    for name, member in PATH_LOSS.items():
        if member in NEEDS_TERRAIN:
            continue
        model = member()
        for what, paths in (("distance", Paths(d, 868e6, 30.0, 1.5)), ("all four", Paths(d, f, high, low))):
            found[f"{name}, {what}"] = lambda model=model, paths=paths: model.loss_db(paths)
    found["p2108 statistical, two"] = lambda: p2108.statistical_loss_db(f / 1e9, d / 1e3 + 0.25, 50.0)
    found["p2109, two"] = lambda: p2109.building_entry_loss_db(f / 1e9, 1.0 + d / 300.0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    print(
        f"{'model, columns':34} {'plain ns':>9} {'ours ns':>8} {'ratio':>6} {'wall':>6} {'first s':>8} {'differs':>11}"
    )
    for name, call in calls(asked.links).items():
        first_s, _ = timed(call)
        ours, plain = [], []
        for _ in range(asked.rounds):
            ours.append(timed(call))
            plain.append(timed(lambda call=call: plainly(call)))
        difference = float(np.max(np.abs(call() - plainly(call))))
        (mine, my_wall), (theirs, their_wall) = (
            [1e9 * min(column) / asked.links for column in zip(*times, strict=True)] for times in (ours, plain)
        )
        print(
            f"{name:34} {theirs:9.1f} {mine:8.1f} {theirs / mine:6.1f} {their_wall / my_wall:6.1f} {first_s:8.2f} "
            f"{difference:11.1e}"
        )


if __name__ == "__main__":
    main()
