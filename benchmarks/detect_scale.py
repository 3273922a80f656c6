"""`poc detect` on a large network, whole: `make bench-detect`.

    .venv/bin/python -m benchmarks.detect_scale [--districts 10] [--jobs 2] [--folder DIR]

Makes the reports unless the folder holds them: a district of 10,000 hotspots by the emulator (the mixture of attacks on
a plain, seed 701, a town's radio, two days, 1.93 million receptions), and copies of it under other names out of each
other's hearing, five in a row, as the three Parquet files that `poc detect` reads. Copies cost what as many different
districts would; their scores say no more than one district's. Then runs `poc detect` in a process of its own and prints
wall and CPU seconds, the peak of the memory of it and its workers together (proportional set size, sampled twice a
second), verdicts, and how many liars they name.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.detection_worlds import MIXTURE, N_HOTSPOTS, SIDES_KM, URBAN, uniform_fleet
from maps.grid import cells_from_coordinates, coordinates_from_cells, text_from_cells
from poc.bench.world_files import texts_of
from poc.emulator import Emulation

SEED = 701
N_DISTRICT = 10_000
SIDE_KM = SIDES_KM["urban"][40] * (N_DISTRICT / N_HOTSPOTS * 40.0 / 25.0) ** 0.5
APART_KM = 150.0  # closer, who stands at a seam would miss neighbours that no link reaches, and look like a liar
KM_PER_DEG = 111.195
FILES = ("hotspots", "beacons", "witnesses")


def make(folder: Path, n_districts: int) -> None:
    """hotspots, beacons and witnesses as Parquet, and who lies (`truth.parquet`, which `poc detect` never sees)."""
    folder.mkdir(parents=True, exist_ok=True)
    copies(folder, district(), n_districts)


def district() -> dict[str, pa.Table]:
    """The reports of one district, and its truth."""
    scenario = uniform_fleet(
        SEED, SIDE_KM, N_DISTRICT, MIXTURE, "a district for detectors",
        time={"n_epochs": 2}, radio=URBAN, profile={"base": "minimal"}, detectors={"also": [], "denylist": "absent"},
    )  # fmt: skip
    parts: dict[str, list[pa.Table]] = {"beacons": [], "witnesses": []}
    for epoch in Emulation.of(scenario, jobs=2).epochs():
        for name, table in _reports(epoch.tables).items():
            parts[name].append(table)
    hotspots, truth = epoch.tables["hotspots"], epoch.tables["truth"]
    cells = pa.array(text_from_cells(hotspots["cell"]))
    return {
        "hotspots": pa.table(
            {"hotspot": texts_of(hotspots["hotspot"]), "cell": cells, "gain_dbi": hotspots["gain_dbi"]}
        ),
        "truth": pa.table({"hotspot": texts_of(truth["hotspot"]), "attack": pa.array(truth["attack"])}),
        **{name: pa.concat_tables(some) for name, some in parts.items()},
    }


def copies(folder: Path, tables: dict[str, pa.Table], n_districts: int) -> None:
    """Write so many copies side by side."""
    for name, table in tables.items():
        words = [column for column in table.column_names if column in ("hotspot", "beaconer", "witness", "beacon")]
        encoded = {word: table.column(word).combine_chunks().dictionary_encode() for word in words}
        with pq.ParquetWriter(folder / f"{name}.partial", table.schema, compression="zstd") as writer:
            for number in range(n_districts):
                copy = table
                for word, column in encoded.items():
                    renamed = pc.binary_join_element_wise(f"{number:02x}", column.dictionary, "")
                    copy = copy.set_column(table.column_names.index(word), word, renamed.take(column.indices))
                if name == "hotspots":
                    copy = copy.set_column(1, "cell", _moved(table.column("cell").to_pylist(), number))
                writer.write_table(copy)
        (folder / f"{name}.partial").rename(folder / f"{name}.parquet")


def _moved(cells: list[str], number: int) -> pa.Array:
    """The cells of a copy: whole districts to the east and north, distances kept."""
    latitude_deg, longitude_deg = coordinates_from_cells(np.array([int(cell, 16) for cell in cells], np.uint64))
    north_deg = number // 5 * (SIDE_KM + APART_KM) / KM_PER_DEG
    wider = np.cos(np.radians(latitude_deg)) / np.cos(np.radians(latitude_deg + north_deg))
    middle_deg = 9.0 + number % 5 * (SIDE_KM + APART_KM) / KM_PER_DEG / np.cos(np.radians(47.0 + north_deg))
    return pa.array(
        text_from_cells(
            cells_from_coordinates(latitude_deg + north_deg, middle_deg + (longitude_deg - 9.0) * wider, 12)
        )
    )


def _reports(tables: Any) -> dict[str, pa.Table]:
    sent, heard = tables["beacons"], tables["witness_reports"]
    names = texts_of(sent["beacon"])
    row = sent.rows_of(heard["payload"], "payload")
    heard, row = heard.take(row >= 0), row[row >= 0]
    power_dbm = sent["power_dbm"].astype(np.int64)
    return {
        "beacons": pa.table({"beacon": names, "beaconer": texts_of(sent["hotspot"]), "tx_power_dbm": power_dbm}),
        "witnesses": pa.table(
            {
                "beacon": names[row],
                "witness": texts_of(heard["hotspot"]),
                "rssi_dbm": heard["rssi_dbm"],
                "snr_db": heard["snr_db"],
                "frequency_hz": heard["frequency_hz"],
            }
        ),
    }


def detect(folder: Path, jobs: int) -> dict[str, Any]:
    """Wall and CPU seconds and the peak of memory of one `poc detect`."""
    reports = [part for name in FILES for part in (f"--{name}", str(folder / f"{name}.parquet"))]
    command = [sys.executable, "-m", "cli.main", "detect", *reports, "--out", str(folder / "found"), "--force"]
    began, peak = time.perf_counter(), [0]
    process = subprocess.Popen([*command, "--jobs", str(jobs), "--quiet"], stdout=subprocess.DEVNULL)
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"poc detect failed with {process.returncode}")
    wall_s = time.perf_counter() - began
    return {"wall_s": wall_s, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mb": peak[0] / 1024}


def _watch(pid: int, peak: list[int]) -> None:
    """Keep the largest sum of memory [KiB] of a process and its descendants."""
    while Path(f"/proc/{pid}").exists():
        peak[0] = max(peak[0], sum(_memory_kib(one) for one in _family(pid)))
        time.sleep(0.5)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _memory_kib(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--districts", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("runs/detect-scale"))
    parser.add_argument("--make", action="store_true", help="only make the reports")
    given = parser.parse_args()
    if given.make:
        make(given.folder, given.districts)
        return
    if not all((given.folder / f"{name}.parquet").exists() for name in FILES):
        size = ["--districts", str(given.districts), "--folder", str(given.folder)]
        subprocess.run([sys.executable, "-m", "benchmarks.detect_scale", "--make", *size], check=True)
    n_hotspots, n_reports = (pq.read_metadata(given.folder / f"{name}.parquet").num_rows for name in FILES[::2])
    print(f"{n_hotspots:,} hotspots, {n_reports:,} receptions; load {os.getloadavg()[0]:.1f} before", flush=True)
    found = detect(given.folder, given.jobs)
    print(
        f"{found['wall_s']:.0f} s wall, {found['cpu_s']:.0f} s CPU, {found['peak_mb']:,.0f} MB at most; load "
        f"{os.getloadavg()[0]:.1f} after"
    )
    print(json.loads((given.folder / "found" / "summary.json").read_text())["sentence"])
    liars = pq.read_table(given.folder / "truth.parquet").sort_by("hotspot").column("attack").to_numpy() != ""
    scores = pq.read_table(given.folder / "found" / "scores.parquet").sort_by("hotspot")
    suspect = scores.column("verdict").to_numpy(zero_copy_only=False) == "suspect"
    named, wrongly = int((suspect & liars).sum()), int((suspect & ~liars).sum())
    print(f"suspects: {named:,} of {int(liars.sum()):,} liars, {wrongly:,} honest")


if __name__ == "__main__":
    main()
