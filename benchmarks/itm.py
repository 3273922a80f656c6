"""Speed of ITM: point-to-point, area mode and area sweep, beside a C++ reference when one is given.

    .venv/bin/python benchmarks/itm.py [--reference LIBRARY.so] [--peers] [--rounds 5] [--memory]

`LIBRARY.so` is a shared library built outside this repository from a C++ ITM, with one C function
`double ref_time(long n_links, long n_rows, long n_points, const double *profiles, const double *radio,
double *loss_db)`: it computes `n_links` losses over `n_rows` profiles in turn, each laid out as (points − 1, step,
heights …), with `radio` = tx and rx height [m], frequency [MHz], N0, polarisation, permittivity, conductivity, climate,
mdvar and the three quantiles [%], and returns the seconds of CPU time it took. Both run in the same rounds, ours on two
threads and theirs in two processes; the ratio is that of CPU times, the best round of each. CPU/wall tells whether the
machine was free (2.0: two cores). With `--memory` one batch of a million links is run and the growth of the peak told.
"""

from __future__ import annotations

import argparse
import ctypes
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import peers

from radio_models import itm

RADIO: dict[str, Any] = {
    "tx_height_m": 25.0,
    "rx_height_m": 2.0,
    "frequency_mhz": 868.0,
    "surface_refractivity": 301.0,
    "polarization": 1,
    "relative_permittivity": 15.0,
    "conductivity_s_per_m": 0.005,
    "climate": 5,
    "mdvar": 12,
    "time_pct": 50.0,
    "location_pct": 50.0,
    "situation_pct": 50.0,
}
N_LINKS = 100_000
N_PROFILES = 64
PATH_M = 5000.0


def hills(n_points: int) -> npt.NDArray[np.float64]:
    """Synthetic hills, 64 different profiles."""
    rng = np.random.default_rng(1)
    way = np.linspace(0.0, 1.0, n_points)
    phases = rng.uniform(0.0, 7.0, (N_PROFILES, 8, 1))
    waves = np.arange(8)[:, None]
    return np.asarray(300.0 + (60.0 / (waves + 1) * np.sin(2 * np.pi * (1.7 * waves + 1) * way + phases)).sum(axis=1))


def reference_seconds(library: str, n_points: int, n_links: int) -> float:
    """Seconds of one process of the reference for `n_links` links."""
    run = ctypes.CDLL(library).ref_time
    run.restype = ctypes.c_double
    step = np.full((N_PROFILES, 1), PATH_M / (n_points - 1))
    profiles = np.hstack([np.full((N_PROFILES, 1), n_points - 1.0), step, hills(n_points)])
    radio = np.array([float(value) for value in RADIO.values()])
    loss_db = np.empty(n_links)
    pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (profiles, radio, loss_db)]
    return float(run(ctypes.c_long(n_links), ctypes.c_long(N_PROFILES), ctypes.c_long(n_points), *pointers))


def point_to_point(n_points: int, n_rounds: int, library: str | None, pool: ProcessPoolExecutor) -> float:
    """Tells the speed, and returns it in links per CPU second."""
    profiles = np.tile(hills(n_points), (N_LINKS // N_PROFILES + 1, 1))[:N_LINKS]
    rounds, theirs = [], []
    for _ in range(n_rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        itm.point_to_point(profiles, PATH_M / (n_points - 1), n_threads=2, **RADIO)
        rounds.append((time.process_time() - cpu, time.perf_counter() - wall))
        if library:
            halves = [pool.submit(reference_seconds, library, n_points, N_LINKS // 2) for _ in range(2)]
            theirs.append(sum(half.result() for half in halves))
    cpu, wall = min(rounds)
    told = f"point-to-point, {n_points} points: {N_LINKS / cpu:,.0f} links per CPU second (CPU/wall {cpu / wall:.2f})"
    if library:
        told += f", reference on two processes {N_LINKS / min(theirs):,.0f}, ratio {min(theirs) / cpu:.2f}"
    print(told)
    return N_LINKS / cpu


def memory() -> None:
    """How much the peak of the process grows over a million links of 200 points, beyond input and result."""
    profiles = np.tile(hills(200).astype(np.float32), (1_000_000 // N_PROFILES + 1, 1))[:1_000_000]
    itm.point_to_point(profiles[:1000], 25.0, **RADIO)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = itm.point_to_point(profiles, 25.0, **RADIO)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) * 1024
    result = sum(getattr(found, name).nbytes for name in itm.ItmLoss.__slots__)
    print(
        f"memory: a million links of 200 points: the peak grew by {grown / 1e6:.0f} MB, "
        f"of which {result / 1e6:.0f} MB are the result"
    )


def area(n_rounds: int) -> None:
    distance_km = np.linspace(1.0, 100.0, N_LINKS)
    best = np.inf
    for _ in range(n_rounds):
        started = time.perf_counter()
        itm.area(distance_km, 90.0, tx_siting_criteria=1, rx_siting_criteria=0, n_threads=2, **RADIO)
        best = min(best, time.perf_counter() - started)
    print(f"area mode: {N_LINKS / best:,.0f} links/s")


def sweep(n_rounds: int, radials_per_pixel: int) -> None:
    """30 km around a site on hills sampled at 3 arc-seconds at 44 degrees north."""
    rows, columns = np.mgrid[:800, :1000]
    ground_m = 500.0 + 200.0 * np.sin(rows / 40.0) * np.cos(columns / 55.0) + 60.0 * np.sin(columns / 9.0 + rows / 13.0)
    best, cpu_per_wall, n_pixels = np.inf, 0.0, 0
    for _ in range(n_rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        swept = itm.sweep(
            ground_m,
            400,
            500,
            pixel_height_m=92.66,
            pixel_width_m=66.7,
            radius_m=30_000.0,
            radials_per_pixel=radials_per_pixel,
            n_threads=2,
            **RADIO,
        )
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        n_pixels = int(np.isfinite(swept.loss_db).sum())
        if wall < best:
            best, cpu_per_wall = wall, cpu / wall
    print(
        f"area sweep, 30 km, {radials_per_pixel} radials per pixel: {n_pixels:,} pixels in {best:.3f} s, "
        f"{n_pixels / best:,.0f} pixels/s, {n_pixels / (best * cpu_per_wall):,.0f} per CPU second "
        f"(CPU/wall {cpu_per_wall:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--reference", help="shared library with the C++ to compare with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--peers", action="store_true", help="also itmlogic, see peers.py")
    options = parser.parse_args()
    if options.memory:
        memory()
        return
    started = time.perf_counter()
    itm.point_to_point(hills(50)[0], 100.0, **RADIO)
    print(f"first call: {time.perf_counter() - started:.2f} s")
    python = peers.environment() if options.peers else None
    with ProcessPoolExecutor(2) as pool:
        for n_points in (200, 500):
            ours_per_s = point_to_point(n_points, options.rounds, options.reference, pool)
            if python:
                peers.tell(python, hills(n_points), PATH_M / (n_points - 1), {"itmlogic": ours_per_s})
    area(options.rounds)
    itm.sweep(np.zeros((9, 9)), 4, 4, pixel_height_m=90.0, pixel_width_m=90.0, radius_m=300.0, **RADIO)
    for radials_per_pixel in (8, 32):
        sweep(options.rounds, radials_per_pixel)


if __name__ == "__main__":
    main()
