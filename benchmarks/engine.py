"""Speed of the link engine beside the frozen baselines: `make bench-engine`, or

    .venv/bin/python -m benchmarks.engine [--largest 1000000] [--rounds 3] [--json FILE]

The baselines' own network and model (loss by kind of sender, independent shadowing of 6 dB, Rayleigh fading, four
beacons a day, the first 14): `baselines.py` is imported from where it lies, `../shared/baselines/` or the folder in
POC_BASELINES, and where it is absent this says so and stops. Rounds are interleaved; every figure is CPU time of this
process, every ratio the median over the rounds with its least and largest. Our day sets up its bins, computes static
links, draws every packet and gives the first 14 with RSSI and SNR and the number of receivers; the baseline's day only
counts them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np

from benchmarks.engine_day import RANGE, Day, truth_of
from benchmarks.first_compiled import first_arrivals, first_of, queue
from benchmarks.flat_kernels import draw_flat, flat_links, static_flat, triad
from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.keys import Keys
from poc.world.witnessing import static_compiled
from poc.world.witnessing.hearing import calls_of
from poc.world.witnessing.laws import shadow_of
from poc.world.witnessing.receptions import flat_links as arrays_of
from poc.world.witnessing.receptions_compiled import BLOCK, found_of
from poc.world.witnessing.sites import ground_of
from radio_models.shadowing import CorrelatedShadowing, IndependentShadowing

ROOT = Path(__file__).resolve().parents[1]


def baselines() -> Any:
    """The frozen baselines, from wherever they are."""
    folders = [os.environ.get("POC_BASELINES", ""), *(up / "shared" / "baselines" for up in ROOT.parents)]
    for folder in folders:
        path = Path(folder) / "baselines.py"
        if str(folder) and path.is_file():
            spec = importlib.util.spec_from_file_location("frozen_baselines", path)
            assert spec and spec.loader
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    sys.exit(
        "The frozen baselines are absent: put baselines.py into ../shared/baselines/ or name a folder in POC_BASELINES."
    )


def cpu_of(task: Callable[[], Any]) -> float:
    started = time.process_time()
    task()
    return time.process_time() - started


def ratio(theirs: list[float], ours: list[float]) -> dict[str, float]:
    """Median ratio over rounds, least and largest."""
    rounds = np.array(theirs) / np.array(ours)
    return {"median": float(np.median(rounds)), "least": float(rounds.min()), "largest": float(rounds.max())}


def calibration() -> float:
    """CPU seconds of a fixed loop: what this machine was worth at this moment."""
    return cpu_of(lambda: sum(k * k for k in range(1_000_000)))


def link_kernel(base: Any, n_rounds: int) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    m = 1 << 21
    args = (
        rng.uniform(0.1, 15, m),
        rng.integers(0, 1 << 20, m, dtype=np.uint32),
        rng.integers(0, 1 << 20, m, dtype=np.uint32),
    )
    loss_db, per_decade_db = base.LOSS_DB[0]
    numbers = [
        np.float32(x)
        for x in (loss_db - base.EIRP_GAIN_DB, per_decade_db * np.log10(2.0), base.SHADOW_DB, base.SENSITIVITY_DBM)
    ]
    out = np.empty(m, np.int16)
    block = tuple(np.empty(1024, kind) for kind in (np.int32, np.uint32, np.float32, np.float32))

    def ours() -> None:
        flat_links(*args, numbers, block, out)

    ours()
    expected = base.links_numpy(*args)
    heard = (out != -32768) & (expected != -32768)
    differing = int(((out == -32768) != (expected == -32768)).sum())
    apart = np.abs(out[heard].astype(int) - expected[heard])
    times: dict[str, list[float]] = {"theirs": [], "ours": []}
    for _ in range(max(n_rounds, 5)):
        times["theirs"].append(cpu_of(lambda: base.links_numpy(*args)))
        times["ours"].append(min(cpu_of(ours) for _ in range(3)))
    return {
        "ratio": ratio(times["theirs"], times["ours"]), "ns_a_link": float(np.median(times["ours"]) / m * 1e9),
        "baseline_ns_a_link": float(np.median(times["theirs"]) / m * 1e9), "receptions_that_differ": differing,
        "of": m,
        "rssi_that_differ_by_a_tenth": int((apart == 1).sum()), "by_more": int((apart > 1).sum()),
        "crc": zlib.crc32(out),
    }  # fmt: skip


def against_days(base: Any, n: int, n_rounds: int, sample: int | None) -> dict[str, Any]:
    network = base.make_hotspots(n)
    day = Day(base, *network, IndependentShadowing(base.SHADOW_DB))
    theirs, ours, selected = [], [], 0.0
    day.run() if n <= 100_000 else None
    for _ in range(n_rounds):
        seconds, selected = base.day_ckdtree(*network, sample)
        theirs.append(seconds)
        ours.append(day.run())
    found: dict[str, Any] = {
        "hotspots": n, "ratio": ratio(theirs, ours), "cpu_s": float(np.median(ours)),
        "baseline_cpu_s": float(np.median(theirs)),
        "ns_a_link_and_beacon": float(np.median(ours) / max(day.n_links * day.beacons, 1) * 1e9),
        "selected_a_beacon": day.n_selected / day.n_beacons, "baseline_selected_a_beacon": selected,
        "heard_a_beacon": day.n_heard / day.n_beacons,
        "degree": {
            "mean": float(day.degrees.mean()), **{f"p{q}": float(np.percentile(day.degrees, q)) for q in (50, 99, 100)},
        },
        "engine_bytes_a_hotspot": day.bytes_a_hotspot,
    }  # fmt: skip
    if n == 10_000:
        python, mine = [], []
        for _ in range(n_rounds):
            python.append(base.day_python(*network)[0])
            mine.append(min(day.run() for _ in range(3)))
        found["ratio_to_plain_python"] = ratio(python, mine)
    if n == 100_000:
        for jobs in (1, 2):
            wall = time.perf_counter()
            cpu = day.run(jobs=jobs)
            wall = time.perf_counter() - wall
            day.run(jobs=jobs, size=RANGE * jobs + 1, with_crc=True)
            found[f"{jobs}_threads"] = {"cpu_s": cpu, "wall_s": wall, "cpu_per_wall": cpu / wall, "crc": day.crc}
        one, thirty = [], []
        for _ in range(min(n_rounds, 2)):
            one.append(day.run())
            thirty.append(day.run(n_days=30) / 30)
        found["one_day_over_a_day_of_thirty"] = ratio(one, thirty)
        correlated = Day(base, *network, CorrelatedShadowing(base.SHADOW_DB, 110.0, 0.25))
        found["correlated_field_cpu_s"] = min(correlated.run() for _ in range(n_rounds))
        found["roofline"] = roofline(day, float(np.median(ours)))
    return found


def roofline(day: Day, cpu_s: float) -> dict[str, float]:
    """What the same work costs in kernels that do nothing but compute, all in cache: links kept count as candidates."""
    rng, n, repeats = np.random.default_rng(1), 1024, 2000
    lat, lon = 47.0 + rng.normal(size=2048) * 0.02, 9.0 + rng.normal(size=2048) * 0.02
    ground = ground_of(truth_of(lat, lon, 29.4))
    sites = ground.sites
    work = static_compiled.scratch(n, 1, 1)
    for name in ("x", "y", "z"):
        getattr(work, name)[:n] = getattr(sites, name)[:n]
    work.place[:n], work.heard[:n], work.limit[:n] = np.arange(n), 0.0, np.inf
    shadow = shadow_of(IndependentShadowing(6.0).field(unit_vectors(lat, lon) * EARTH_RADIUS_M, Keys(1)), 2048)
    assert shadow is not None
    work.words[0, :n] = shadow.words[0, :n]
    arrays = np.empty(n + 64, np.int32), np.empty(n + 64, np.int16)
    args = work, sites, np.float32(1e30), day.law.slope_cdb[0], np.float32(0.0), shadow, n
    static_flat(*args, 1, *arrays)
    static_ns = min(cpu_of(lambda: static_flat(*args, repeats, *arrays)) for _ in range(5)) / repeats / n * 1e9
    many = queue(n)
    many.draws.id_word[:n] = rng.integers(0, 2**63, n).astype(np.uint64)
    many.draws.least[:n], many.cut[:n] = 2**31, 2**32 - 2**27
    draw_flat(many, n, 1)
    draw_ns = min(cpu_of(lambda: draw_flat(many, n, 5000)) for _ in range(5)) / 5000 / n * 1e9
    few, n_beacons = 26, 20_000  # reports of a beacon that pass the cut
    links = SimpleNamespace(
        start=np.array([0, few]), witness=np.arange(few, dtype=np.int32), received_cdbm=np.full(few, -9000, np.int16)
    )
    calls = calls_of(np.zeros(n_beacons), np.zeros(n_beacons), np.arange(n_beacons), Keys(1))
    never, out, found = np.zeros(0, np.uint16), first_of(n_beacons, day.most), found_of(BLOCK + few)
    flat: Any = arrays_of(links)  # type: ignore[arg-type]

    def select() -> None:
        first_arrivals(calls, flat, sites, (never, never), day.tables, False, day.most, queue(few), found, out)

    select()
    select_ns = min(cpu_of(select) for _ in range(5)) / n_beacons * 1e9 - 32 * draw_ns
    n_beacons = day.beacons * len(day.degrees)
    floor_s = (static_ns * day.n_links + draw_ns * day.n_links * day.beacons + select_ns * n_beacons) * 1e-9
    return {
        "static_ns": static_ns,
        "draw_ns": draw_ns,
        "select_ns": select_ns,
        "floor_s": floor_s,
        "share": floor_s / cpu_s,
    }


def scaling(base: Any, largest: int, n_rounds: int) -> dict[str, Any]:
    """CPU exponent at constant density: hotspots evenly over a patch that grows with their number."""
    sizes, cpu, degrees = [n for n in (10_000, 100_000, 1_000_000) if n <= largest], [], []
    for n in sizes:
        rng, side_km = np.random.default_rng(n), np.sqrt(n / 0.15)
        north, east = (rng.random((2, n)) - 0.5) * side_km / 111.2
        lat = 45.0 + north
        day = Day(base, lat, 10.0 + east / np.cos(np.radians(lat)), np.zeros(n, np.uint8), IndependentShadowing(6.0))
        cpu.append(min(day.run() for _ in range(n_rounds if n < 1_000_000 else 1)))
        degrees.append(float(day.degrees.mean()))
    slope = np.polyfit(np.log(sizes), np.log(cpu), 1)[0] if len(sizes) > 1 else float("nan")
    return {"sizes": sizes, "cpu_s": cpu, "mean_degree": degrees, "exponent": float(slope)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    base = baselines()
    cpu_model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    result: dict[str, Any] = {
        "machine": f"{cpu_model}, {os.cpu_count()} CPUs, LLVM target {llvm.get_host_cpu_name()}",
        "python": platform.python_version(), "numpy": np.__version__, "numba": numba.__version__,
        "load_before": os.getloadavg(), "calibration_s": [calibration()],
    }  # fmt: skip
    result["link_kernel"] = link_kernel(base, options.rounds)
    print(json.dumps(result, indent=1), flush=True)
    third = 1_000_000_000 // 24
    a, b, c = np.zeros(third), np.ones(third), np.ones(third)
    triad(a, b, c)
    result["triad_cpu_s"] = min(cpu_of(lambda: triad(a, b, c)) for _ in range(5))
    a = b = c = np.zeros(0)
    result["days"] = []
    for n, sample in ((10_000, None), (100_000, 10_000), (1_000_000, 5_000)):
        if n <= options.largest:
            result["calibration_s"].append(calibration())
            result["days"].append(
                against_days(base, n, options.rounds if n < 1_000_000 else min(2, options.rounds), sample)
            )
            print(json.dumps(result["days"][-1], indent=1), flush=True)
    result["day_in_triad_passes"] = result["days"][-1]["cpu_s"] / result["triad_cpu_s"]
    result["scaling"] = scaling(base, options.largest, options.rounds)
    result["calibration_s"].append(calibration())
    result["load_after"] = os.getloadavg()
    print(
        json.dumps(
            {k: result[k] for k in ("triad_cpu_s", "day_in_triad_passes", "scaling", "calibration_s", "load_after")},
            indent=1,
        )
    )
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
