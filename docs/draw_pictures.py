"""Draw docs/pictures anew: the map in its best states, figures of the first run, the card of a comparison.

    make pictures        # or: python -m docs.draw_pictures [NAME ...]; needs chromium, takes some minutes

The worlds are those of `poc demo`, of the hills below, and of `poc compare 01-first-run.toml --seeds 3` with 100
hotspots; look at every picture before it is committed.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from poc.experiments.compare import compare
from poc.experiments.executors import Serial
from poc.metrics.columns import columns
from poc.report.files import save_explorer, save_figure
from poc.running import run_in_memory, run_to_folder
from poc.samples import sample
from poc.scenario import load_scenario, scenario_from
from poc.store import RunData
from tests.e2e.explorer_browser import Browser

FOLDER = Path(__file__).resolve().parent / "pictures"
DESKTOP, PHONE = (1280, 800, False), (390, 844, True)
HILLS = {
    "name": "hills", "seed": 2, "map": {"city": "tennessee-ridges"}, "fleet": {"n_hotspots": 80},
    "time": {"n_epochs": 3, "warm_up_epochs": 1}, "radio": {"path_loss": {"name": "itm"}},
    "attacks": [{"name": "location-spoof", "share": 0.1}], "detectors": {"also": ["relocation"]},
}  # fmt: skip
STATES = {
    "explorer-first": ("demo", "", DESKTOP),
    "explorer-phone": ("demo", "#hotspot={liar}", PHONE),
    "explorer-story": ("demo", "#hotspot={liar}", DESKTOP),
    "explorer-coverage-dark": ("demo", "#layer=coverage&theme=dark", DESKTOP),
    "explorer-modelled": ("demo", "#layer=chance&hide=actual,estimated", DESKTOP),
    "explorer-hills": ("hills", "#layer=level&theme=dark&hide=actual,estimated", DESKTOP),
}


def main() -> None:
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):  # pages name the folder they are made from
        folder = Path("runs") / "demo"
        folder.mkdir(parents=True)
        named = [name for name in STATES if not wanted or name in wanted]
        if named:
            draw_map(folder, named)
        if not wanted or "first-run-map" in wanted:
            save_figure(FOLDER / "first-run-map.png", first_run(folder, "helium-iot"), "map")
        if not wanted or "compare-card" in wanted:
            draw_card(folder)


def first_run(folder: Path, profile: str) -> RunData:
    scenario = load_scenario(sample("scenarios/01-first-run.toml"), [f'profile.base="{profile}"'])
    return run_to_folder(scenario, folder / profile, force=True)


def draw_map(folder: Path, names: list[str]) -> None:
    """Screenshots of the states named, in one browser."""
    pages, liar = {}, ""
    if any(STATES[name][0] == "demo" for name in names):
        run, other = first_run(folder, "helium-iot"), first_run(folder, "guarded")
        pages["demo"] = save_explorer(folder / "report.html", run, other)
        liar = most_moved(run)
    if any(STATES[name][0] == "hills" for name in names):
        pages["hills"] = save_explorer(folder / "hills.html", run_in_memory(scenario_from(HILLS, "the hills")))
    with Browser() as browser:
        for name in names:
            world, fragment, size = STATES[name]
            browser.open(pages[world].absolute(), fragment.format(liar=liar), *size)
            browser.settle()
            time.sleep(1.0)  # the finer hexes and the second picture of WebGL
            assert not browser.problems, browser.problems
            (FOLDER / f"{name}.png").write_bytes(browser.picture())


def most_moved(run: RunData) -> str:
    """The suspect whose place is estimated with the least doubt: its story is easy to read."""
    scores = columns(run.tables, "scores", "detector", "hotspot", "verdict", "credible_radius_m")
    assert scores is not None
    newest = scores["epoch"] == scores["epoch"].max()
    row = np.flatnonzero(newest & (scores["detector"] == "relocation") & (scores["verdict"] == "suspect"))
    return str(scores["hotspot"][row[np.argmin(scores["credible_radius_m"][row])]])


def draw_card(folder: Path) -> None:
    changes = ["fleet.n_hotspots=100", "time.n_epochs=5"]
    scenario = load_scenario(sample("scenarios/01-first-run.toml"), changes)
    compare(scenario, ["helium-iot", "guarded"], 3, folder / "compared", Serial())
    (FOLDER / "compare-card.png").write_bytes((folder / "compared" / "card.png").read_bytes())


if __name__ == "__main__":
    main()
