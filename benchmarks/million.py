"""A day of up to a million hotspots, everything: beacons, links, checks, selection, density, rewards, Parquet, grading.

    .venv/bin/python benchmarks/million.py [--sizes 10000 100000 1000000] [--jobs 2] [--folder DIR] [--json FILE]

Every size runs in a process of its own at the same density (2.8 hotspots a km²), under helium-iot-2026 with reports =
["selected", "link-statistics"]. Reported are wall and CPU seconds, the peak of resident memory, links a hotspot, the
exponent of CPU over the fleet and the slope of the peak. The same as `poc run data/scenarios/million.toml`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SCENARIO = Path(__file__).resolve().parents[1] / "data" / "scenarios" / "million.toml"
WORK = """
import sys
from pathlib import Path
from poc.running import run_to_folder
from poc.scenario import load_scenario
scenario = load_scenario(sys.argv[1], sys.argv[4:])
run_to_folder(scenario, Path(sys.argv[2]), jobs=int(sys.argv[3]), force=True)
"""


def measured(n_hotspots: int, jobs: int, folder: Path) -> dict[str, Any]:
    """One day of so many hotspots in a process of its own."""
    side_km = 600.0 * math.sqrt(n_hotspots / 1_000_000)
    out = folder / f"day-{n_hotspots}"
    settings = [
        f"fleet.n_hotspots={n_hotspots}", f"map.synthetic.width_km={side_km}", f"map.synthetic.height_km={side_km}",
    ]  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", WORK, str(SCENARIO), str(out), str(jobs), *settings])
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the run of {n_hotspots:,} hotspots failed with {process.returncode}")
    metrics = json.loads((out / "metrics.json").read_text())
    timings = json.loads((out / "manifest.json").read_text())["timings"]
    n_bytes = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    return {
        "hotspots": n_hotspots,
        "wall_s": wall_s,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "links_per_hotspot": metrics["witness_graph"]["in_degree_mean"],
        "output_mb": n_bytes / 1e6,
        "timings": timings,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where runs are written; default: a temporary folder")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measured(2_500, options.jobs, folder)  # compiles
        days = [measured(size, options.jobs, folder) for size in options.sizes]
    print("| hotspots | links each | wall s | CPU s | peak MB | output MB |\n|---|---|---|---|---|---|")
    for day in days:
        print(
            f"| {day['hotspots']:,} | {day['links_per_hotspot']:.1f} | {day['wall_s']:.1f} | {day['cpu_s']:.1f} "
            f"| {day['peak_mb']:.0f} | {day['output_mb']:.0f} |"
        )
    figures: dict[str, Any] = {"days": days, "jobs": options.jobs}
    if len(days) > 1:
        first, last = days[0], days[-1]
        fleet = last["hotspots"] / first["hotspots"]
        figures["cpu_exponent"] = math.log(last["cpu_s"] / first["cpu_s"]) / math.log(fleet)
        figures["peak_bytes_per_hotspot"] = (
            (last["peak_mb"] - first["peak_mb"]) * 2**20 / (last["hotspots"] - first["hotspots"])
        )
        print(f"CPU exponent {figures['cpu_exponent']:.3f}; peak {figures['peak_bytes_per_hotspot']:.0f} B a hotspot")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
