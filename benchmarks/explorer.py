"""How large the interactive map is, how long it takes to write, and how long a browser works before the first picture.

    python -m benchmarks.explorer [--hotspots 10000] [--cells 100000] [--epochs 4] [--rounds 3]

A made-up run (hotspots over a synthetic city, a dozen witnesses each) is streamed into a folder and drawn from there.
Reported are bytes of the page; CPU seconds and peak memory of writing it, in a process of its own; and from headless
Chromium on software rendering: JavaScript before the first draw as CPU of the page's main thread (scripts and their
compilation, libraries included, from a trace) and as the page's own clock sees it, and the time to the first picture.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from maps.city import City, save_city
from maps.grid import cells_from_coordinates, coordinates_from_cells
from maps.synthetic import synthetic_city
from poc.keys import Keys
from poc.metrics import grade
from poc.schema import TABLES
from poc.store import FolderTables, RunData, TableWriter, write_json
from poc.table import Array, Table

N_WITNESSES = 12
KM2_A_CELL = 0.1053  # of resolution 9, on average
_NOT_SCRIPT = ("ParseHTML", "Layout", "UpdateLayoutTree")
START_NS = 1_767_571_200 * 10**9
DAY_NS = 86_400 * 10**9


def made_up_run(folder: Path, n: int, city: City, n_epochs: int, every_report: bool) -> RunData:
    """A run in a folder: one hotspot in ten lies, two detectors, everybody heard by the nearest dozen."""
    keys, ids = Keys(1), np.sort(Keys(2).of("id").bits(np.arange(n, dtype=np.uint64)) >> np.uint64(10))
    there = (keys.of("cell").uniform(ids) * len(city.cells)).astype(np.int64)
    latitude, longitude = (part[there] for part in coordinates_from_cells(city.cells))
    latitude = latitude + 0.002 * keys.of("north").uniform(ids)
    longitude = longitude + 0.002 * keys.of("east").uniform(ids)
    witness, loss_db = neighbours(latitude, longitude)
    with TableWriter(folder) as writer:
        for epoch in range(n_epochs):
            writer.write(epoch, epoch_tables(epoch, ids, latitude, longitude, witness, loss_db, every_report))
    facts: dict[str, Any] = {
        "name": "made-up", "seed": 1, "scenario": {"reports": ["all" if every_report else "link-statistics"]},
        "profile": {"name": "made-up", "limits": {}, "detectors": ["a"]}, "n_epochs": n_epochs, "warm_up_epochs": 1,
        "epoch_s": 86_400.0, "start_s": START_NS // 10**9, "warnings": [],
    }  # fmt: skip
    write_json(folder / "manifest.json", facts)
    metrics = grade(FolderTables(folder), facts, city) if n <= 100_000 else {"n_hotspots": n}
    return RunData(facts, metrics, FolderTables(folder), city, folder)


def neighbours(latitude: Array, longitude: Array) -> tuple[Array, Array]:
    """Rows of the dozen nearest others, and a loss that grows with distance [dB]; each (n, N_WITNESSES)."""
    from scipy.spatial import cKDTree

    flat = np.column_stack([latitude, longitude * np.cos(np.radians(latitude.mean()))]) * 111_195.0
    distance_m, row = cKDTree(flat).query(flat, N_WITNESSES + 1)
    return row[:, 1:], 80.0 + 30.0 * np.log10(np.maximum(distance_m[:, 1:], 10.0) / 100.0)


def epoch_tables(
    epoch: int, ids: Array, latitude: Array, longitude: Array, witness: Array, loss_db: Array, every_report: bool
) -> dict[str, Table]:
    n, keys = len(ids), Keys(3).of(str(epoch))
    liar = np.arange(n) % 10 == 0
    cell = cells_from_coordinates(latitude + 0.01 * liar, longitude, 12)
    sender, hears = np.repeat(ids, N_WITNESSES), ids[witness].ravel()
    probability = np.where(liar, 0.9, 0.05) + 0.05 * keys.of("score").uniform(ids)
    amount = (2e8 * keys.of("pay").uniform(ids)).astype(np.int64)
    received = START_NS + epoch * DAY_NS + np.arange(n)
    verdict = np.where(liar, "suspect", "honest")
    scores = [
        TABLES["scores"].table(
            detector=np.full(n, name), hotspot=ids, probability=probability, log_likelihood_ratio=np.zeros(n),
            verdict=verdict, estimated_latitude_deg=latitude, estimated_longitude_deg=longitude,
            credible_radius_m=np.full(n, 300.0), family=np.full(n, "relocation"),
            evidence=np.where(liar, "heard by 4 hotspots 3 km away at 18 dB above expectation", ""),
        )
        for name in ("a", "b")
    ]  # fmt: skip
    tables = {
        "hotspots": TABLES["hotspots"].table(
            hotspot=ids, owner=ids, cell=cell, gain_dbi=3.0, elevation_m=8.0, region=7, full=True
        ),
        "truth": TABLES["truth"].table(
            hotspot=ids, latitude_deg=latitude, longitude_deg=longitude, height_m=8.0, gain_dbi=2.0, power_dbm=14.0,
            rssi_bias_db=0.0, latency_s=0.05, clock_offset_s=0.0, outage_share=0.0,
            attack=np.where(liar, "location-spoof", ""), nuisance=np.full(n, ""), group=0,
        ),
        "link_statistics": TABLES["link_statistics"].table(
            beaconer=sender, witness=hears, n_heard=4, mean_loss_db=loss_db.ravel(), var_loss_db2=0.0
        ),
        "activity": TABLES["activity"].table(hotspot=ids, n_beacons=4, n_witnessed=40, power_dbm=14.0),
        "beacon_verdicts": TABLES["beacon_verdicts"].table(
            beacon=ids + np.uint64(epoch), hotspot=ids, received_ns=received, reason=0, fired=0, n_reports=N_WITNESSES,
            n_valid=N_WITNESSES, n_selected=N_WITNESSES, hex_scale_e4=np.where(np.arange(n) % 2, 10_000, 5_000),
            reward_unit_e4=2500,
        ),
        "scores": Table.concat(scores),
        "rewards": TABLES["rewards"].table(
            epoch=epoch, pool="witnesses", hotspot=ids, shares=amount, amount_bones=amount
        ),
    }  # fmt: skip
    if every_report:
        report = keys.of("report").bits(np.arange(len(sender), dtype=np.uint64))
        tables["witness_verdicts"] = TABLES["witness_verdicts"].table(
            report=report, beacon=np.repeat(ids, N_WITNESSES), beaconer=sender, witness=hears,
            received_ns=np.repeat(received, N_WITNESSES), reason=0, side=0, fired=0, selected=True, hex_scale_e4=8000,
            reward_unit_e4=2500,
        )  # fmt: skip
    return tables


def write_page(folder: Path) -> None:
    """Draw a folder into page.html beside its tables, and print what it cost: run as a process of its own."""
    import json

    from maps.city import load_city
    from poc.report.explorer import write_explorer

    facts = json.loads((folder / "manifest.json").read_text())
    metrics = json.loads((folder / "grades.json").read_text())
    city = load_city(str(folder / "city.npz"))
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.process_time()
    page = write_explorer(RunData(facts, metrics, FolderTables(folder), city, folder))
    cpu_s = time.process_time() - began
    (folder / "page.html").write_text(page, "utf-8")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"page {len(page) / 1e6:.2f} MB, {cpu_s:.1f} s CPU, peak {peak_mib:,.0f} MiB (idle {before_mib:,.0f})")


def watch(page: Path, rounds: int) -> None:
    """Open the page in headless Chromium and print the middle of the rounds."""
    from tests.e2e.explorer_browser import CHROMIUM, Browser

    if not CHROMIUM:
        print("no Chromium here: apt-get install chromium")
        return
    script_ms, own_ms, sketch_s, first_s = [], [], [], []
    for _ in range(rounds):
        with Browser() as browser:  # a new one each time: nothing is compiled or cached from before
            traced: list[dict[str, Any]] = []
            browser.listen("Tracing.dataCollected", lambda part, traced=traced: traced.extend(part["value"]))
            browser.call("Tracing.start", categories="devtools.timeline,v8,blink.user_timing")
            began = time.perf_counter()
            browser.open(page, "", 1280, 800)
            first_s.append(time.perf_counter() - began)
            browser.call("Tracing.end")
            browser.await_event("Tracing.tracingComplete")
            script_ms.append(scripting_ms(traced))
            times = browser.run("explorer.times")
            own_ms.append(times["script"])
            sketch_s.append(times["sketch"] / 1000)
            assert not browser.problems, browser.problems
    middle = statistics.median
    print(
        f"JavaScript before the first picture: {middle(script_ms):.0f} ms CPU ({min(script_ms):.0f} at best), with "
        f"libraries, compilation and garbage; {middle(own_ms):.0f} ms by the page's clock from decoding on\n"
        f"first picture {middle(sketch_s):.1f} s after decoding began; WebGL {middle(first_s):.1f} s after opening"
    )


def scripting_ms(events: list[dict[str, Any]]) -> float:
    """CPU of the page's main thread up to the mark "first picture", less parsing of HTML, styles and layout [ms]."""
    mark = next(each for each in events if each["name"] == "first picture")
    ours = [
        each for each in events if (each["pid"], each["tid"]) == (mark["pid"], mark["tid"]) and each["ts"] < mark["ts"]
    ]
    opened = max(each["tts"] for each in ours if each["name"] == "CommitLoad")
    total_us = mark["tts"] - opened
    for each in ours:
        if each.get("tts", 0) >= opened and "tdur" in each:
            total_us -= each["tdur"] * (each["name"] in _NOT_SCRIPT)
            total_us += each["tdur"] * (each["name"] == "EvaluateScript")  # nested in the parsing of HTML
    return float(total_us) / 1000.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--hotspots", type=int, default=10_000)
    arguments.add_argument("--cells", type=int, default=100_000)
    arguments.add_argument("--epochs", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--page", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.page:
        write_page(given.page)
        return
    side_km = float(np.sqrt(given.cells * KM2_A_CELL))
    city = synthetic_city("grid", side_km, side_km, 1, resolution=9)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run = made_up_run(folder, given.hotspots, city, given.epochs, given.hotspots <= 100_000)
        save_city(city, folder / "city.npz")
        write_json(folder / "grades.json", run.metrics)
        print(f"{given.hotspots:,} hotspots, {len(city.cells):,} cells, {given.epochs} epochs")
        subprocess.run([sys.executable, __file__, "--page", str(folder)], check=True)
        watch(folder / "page.html", given.rounds)


if __name__ == "__main__":
    main()
