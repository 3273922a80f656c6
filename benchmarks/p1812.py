"""Time P.1812 in links per second, beside other code on the same links, interleaved; and measure its memory.

    python benchmarks/p1812.py [--points 200] [--links 40000] [--rounds 7] [--beside FILE.py] [--peers] [--memory]

`--beside` names a Python file with `run(columns)`, which computes the same links some other way on one process (for
instance a shared library kept outside this repository, through ctypes); it is then run on two forked processes, each
with half of the links, against two threads here. `columns` has the profiles `distance_km, elevation_m,
clutter_height_m, zone` and one value per link under the names of `basic_transmission_loss`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import runpy
import statistics
import time
from collections.abc import Callable

import numpy as np
import peers

from radio_models.p1812 import basic_transmission_loss

Columns = dict[str, np.ndarray]
N_WORKERS = 2


def hills(n_links: int, n_points: int) -> Columns:
    """Rolling terrain of up to 20 km, inland, half of it with clutter; 868 MHz, 25 m to 2 m."""
    random = np.random.default_rng(0)
    along = np.linspace(0.0, 1.0, n_points)
    waves = sum(np.sin(2 * np.pi * (k * along + random.random((n_links, 1)))) / k for k in range(1, 9))
    same = {"frequency_ghz": 0.868, "location_pct": 50.0, "tx_height_m": 25.0, "rx_height_m": 2.0, "polarization": 1.0}
    climate = {"latitude_deg": 47.0, "refractivity_lapse": 45.0, "surface_refractivity": 325.0}
    coast = {"tx_coast_distance_km": 500.0, "rx_coast_distance_km": 500.0}
    columns = {name: np.full(n_links, value) for name, value in (same | climate | coast).items()}
    return columns | {
        "distance_km": along * random.uniform(0.5, 20.0, (n_links, 1)),
        "elevation_m": 200.0 + random.uniform(0.0, 60.0, (n_links, 1)) * waves,
        "clutter_height_m": np.where(random.random((n_links, n_points)) < 0.5, 15.0, 0.0),
        "zone": np.full((n_links, n_points), 4),
        "time_pct": np.where(np.arange(n_links) % 2, 50.0, 10.0),
    }


def ours(columns: Columns) -> None:
    basic_transmission_loss(**columns, n_threads=N_WORKERS)


def on_processes(run: Callable[[Columns], object], columns: Columns) -> None:
    """Two forked processes, each with its half; the links are inherited, not sent."""
    n_links = columns["time_pct"].size
    halves = [slice(i * n_links // N_WORKERS, (i + 1) * n_links // N_WORKERS) for i in range(N_WORKERS)]
    context = multiprocessing.get_context("fork")
    parts = [{name: column[half] for name, column in columns.items()} for half in halves]
    processes = [context.Process(target=run, args=(part,)) for part in parts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def cpu_s() -> float:
    """CPU time of this process and of all its children that ended."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def timed(call: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), cpu_s()
    call()
    return time.perf_counter() - wall, cpu_s() - cpu


def tell_speed(columns: Columns, n_rounds: int, beside: str | None, beside_peers: bool) -> None:
    n_links, n_points = columns["elevation_m"].shape
    calls: dict[str, Callable[[], object]] = {"radio_models.p1812, 2 threads": lambda: ours(columns)}
    if beside:
        run = runpy.run_path(beside)["run"]
        calls[f"{beside}, 2 processes"] = lambda: on_processes(run, columns)
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(n_rounds):
        for name, call in calls.items():
            rounds[name].append(timed(call))
    for name, times in rounds.items():
        wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        rates = f"{n_links / wall:,.0f} links/s wall, {n_links / cpu:,.0f} links per CPU second"
        print(f"{name}: {rates} (median of {n_rounds}, {n_points} points)")
    if beside:
        pairs = list(zip(*rounds.values(), strict=True))
        wall, cpu = (statistics.median(other[i] / mine[i] for mine, other in pairs) for i in (0, 1))
        print(f"ratio, rounds paired: {wall:.2f} wall, {cpu:.2f} CPU")
    python = peers.environment() if beside_peers else None
    if python:
        cpu = min(cpu for _, cpu in rounds["radio_models.p1812, 2 threads"])
        peers.tell(python, columns["elevation_m"][:64], 5000.0 / (n_points - 1), {"pycraf": n_links / cpu})


def tell_memory() -> None:
    """Peak of the process over one batch of a million float32 profiles of 200 points."""
    n_links, n_points = 1_000_000, 200
    few = hills(100, n_points)
    ours(few)
    elevation_m = np.tile(few["elevation_m"].astype(np.float32), (n_links // 100, 1))
    same = {"frequency_ghz": 0.868, "time_pct": 50.0, "location_pct": 50.0, "tx_height_m": 25.0, "rx_height_m": 2.0}
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = basic_transmission_loss(
        few["distance_km"][0], elevation_m, 0.0, **same, polarization=1, latitude_deg=47.0, n_threads=N_WORKERS
    )
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) * 1024
    result = sum(column.nbytes for column in vars(found).values())
    print(f"memory: peak grew by {grown / 1e6:.0f} MB, of which the result is {result / 1e6:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--links", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--beside")
    parser.add_argument("--peers", action="store_true", help="also pycraf's P.452, the nearest it has; see peers.py")
    parser.add_argument("--memory", action="store_true")
    asked = parser.parse_args()
    columns = hills(asked.links, asked.points)
    started = time.perf_counter()
    ours({name: column[:8] for name, column in columns.items()})
    print(f"first call, compiling or loading what was compiled: {time.perf_counter() - started:.1f} s")
    tell_speed(columns, asked.rounds, asked.beside, asked.peers)
    if asked.memory:
        tell_memory()


if __name__ == "__main__":
    main()
