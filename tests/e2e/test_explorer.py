"""The explorer in a real browser: what a reader sees, clicks and types."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from poc.report.explorer import write_explorer
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.store import RunData
from tests.e2e.explorer_browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt-get install chromium")

SCENARIO: dict[str, Any] = {
    "name": "in-a-browser", "seed": 3, "map": {"city": "liechtenstein"},
    "time": {"n_epochs": 4, "warm_up_epochs": 1}, "fleet": {"n_hotspots": 60, "placement": {"name": "population"}},
    "attacks": [{"name": "location-spoof", "share": 0.1, "min_km": 2.0, "max_km": 5.0}],
    "detectors": {"also": ["relocation"]},
}  # fmt: skip
LEGEND = "document.getElementById('legend').textContent"
SIZES = {"desktop": (1280, 800, False), "phone": (390, 844, True)}
OVERLAPPING_LABELS = """(() => {
  const boxes = [...document.querySelectorAll('#labels span')].map((label) => label.getBoundingClientRect());
  return boxes.filter((a, i) => boxes.some((b, j) => j > i && a.left < b.right && b.left < a.right && a.top < b.bottom
    && b.top < a.bottom)).length;
})()"""


def run_of(profile: str, **changes: Any) -> RunData:
    return run_in_memory(scenario_from({**SCENARIO, **changes, "profile": {"base": profile}}, "the test"))


@pytest.fixture(scope="module")
def runs() -> list[RunData]:
    return [run_of(profile) for profile in ("helium-iot", "guarded")]


@pytest.fixture(scope="module")
def page(runs: list[RunData], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    path.write_text(write_explorer(runs[0], runs[1:]), "utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def liar(runs: list[RunData]) -> str:
    truth = runs[0].tables["truth"].to_pylist()
    return next(str(row["hotspot"]) for row in truth if row["attack"])


def quiet(browser: Browser, page: Path) -> None:
    assert browser.problems == []
    assert {address for address in browser.requests if not address.startswith("data:")} == {page.as_uri()}


def layers(browser: Browser) -> dict[str, int]:
    return {layer["id"]: layer["n"] for layer in browser.run("explorer.layers")}


def controls_in_reach(browser: Browser, size: str) -> None:
    """On a phone the controls stay behind a menu until they are asked for."""
    if size == "phone":
        browser.run("document.getElementById('menu').click()")


both_sizes = pytest.mark.parametrize("size", SIZES)


@both_sizes
def test_it_opens_from_disk_and_asks_the_network_for_nothing(browser: Browser, page: Path, size: str) -> None:
    browser.open(page, "", *SIZES[size])
    shown = layers(browser)
    assert shown["asserted-places"] == 60
    assert min(shown[name] for name in ("hexes", "actual-places")) > 0
    assert min(browser.run("explorer.base").values()) > 0
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.run("document.getElementById('foot').textContent").startswith("scenario in-a-browser")
    assert browser.run("document.getElementById('menu').offsetParent !== null") == (size == "phone")
    quiet(browser, page)


def test_the_map_is_really_painted(browser: Browser, page: Path) -> None:
    browser.open(page, "#layer=rewards", *SIZES["desktop"])
    full = len(browser.picture())
    browser.run("explorer.set({layer: 'none', hide: 'actual,base,estimated,hotspots'})")
    browser.wait("explorer.layers.length <= 2")
    browser.settle()
    assert full > 1.25 * len(browser.picture())  # an empty map compresses better


def test_hexes_agree_with_the_grades_of_the_run(browser: Browser, page: Path, runs: list[RunData]) -> None:
    browser.open(page, "", *SIZES["desktop"])
    for number, run in enumerate(runs):
        browser.go(f"#layer=coverage&res=8&profile={number}")
        seen, graded = browser.run("explorer.hexes"), run.metrics["coverage"]
        assert (seen["n"], seen["n_phantoms"]) == (graded["n_cells_res8"], graded["n_phantom_cells_res8"])
        browser.run("explorer.set({layer: 'rewards'})")
        total = browser.run("explorer.hexes.values.filter(v => v !== null && !isNaN(v)).reduce((a, b) => a + b, 0)")
        assert total == pytest.approx(run.metrics["rewards"]["n_bones_paid"] / 1e8, rel=1e-5)


def test_the_model_is_a_layer_apart_from_what_was_measured(browser: Browser, page: Path) -> None:
    browser.open(page, "#layer=chance", *SIZES["desktop"])
    chances = [each for each in browser.run("explorer.hexes.values") if each is not None]
    assert len(chances) > 100
    assert 0 <= min(chances) < max(chances) <= 100
    assert "chance that one of the nearest hotspots hears a device" in browser.run(LEGEND)
    assert browser.run("document.getElementById('colours').value") == "cividis"
    browser.run("explorer.set({layer: 'rssi'})")
    assert browser.run("document.getElementById('colours').value") == "viridis"


def test_hexes_seen_from_near_are_drawn_by_the_cells_that_count(browser: Browser, page: Path, liar: str) -> None:
    browser.open(page, f"#hotspot={liar}", *SIZES["desktop"])
    assert "can reach a little over the outline" in browser.run(LEGEND)
    at = browser.run(f"""(() => {{ const {{ run }} = explorer, row = run.rowOfId.get('{liar}');
        return run.latitude('asserted')[row] + ',' + run.longitude('asserted')[row]; }})()""")
    browser.open(page, f"#layer=scale&at={at},15.5", *SIZES["desktop"])
    assert layers(browser)["hexes-by-members"] > 0
    assert "follow the cells of resolution 12" in browser.run(LEGEND)


def test_there_is_a_picture_before_webgl(browser: Browser, page: Path) -> None:
    browser.open(page, "", *SIZES["desktop"])
    times = browser.run("explorer.times")
    assert times["script"] < times["sketch"] < times["first"]
    assert browser.run("document.getElementById('card').open")
    assert "Not modelled" in browser.run("document.getElementById('card').textContent")


@both_sizes
def test_a_click_tells_the_story(browser: Browser, page: Path, liar: str, size: str) -> None:
    browser.open(page, "", *SIZES[size])
    x, y = browser.run(f"explorer.pixelOf('{liar}')")
    left, top = browser.run("(({left, top}) => [left, top])(document.getElementById('map').getBoundingClientRect())")
    browser.click(left + x, top + y)
    browser.wait("!document.getElementById('story').hidden")
    story = browser.run("document.getElementById('story').textContent")
    chosen = browser.run("explorer.state.hotspot")
    assert f"Hotspot {chosen}" in story
    assert all(part in story for part in ("Probability of a lie", "expected", "Density scale", "It heard", "In truth"))
    assert browser.run("location.hash").find(f"hotspot={chosen}") > 0
    assert browser.run("document.querySelectorAll('#story svg').length") >= 4
    assert layers(browser)["links"] > 0
    assert browser.run(OVERLAPPING_LABELS) == 0
    assert browser.run("document.querySelectorAll('#labels span').length") >= 2
    browser.press("Escape", 27)
    browser.wait("document.getElementById('story').hidden")
    quiet(browser, page)


@both_sizes
def test_search_finds_by_the_beginning_of_an_id(browser: Browser, page: Path, liar: str, size: str) -> None:
    browser.open(page, "", *SIZES[size])
    controls_in_reach(browser, size)
    browser.run("document.getElementById('search').focus()")
    browser.type(liar[:7])
    listed = browser.run("[...document.querySelectorAll('#list button')].map((button) => button.dataset.id)")
    assert listed
    assert all(hotspot.startswith(liar[:7]) for hotspot in listed)
    browser.type(liar[7:])
    browser.press("Enter", 13)
    browser.wait(f"explorer.state.hotspot === '{liar}'")
    assert "Residuals against distance" in browser.run("document.getElementById('story').textContent")
    browser.run("document.getElementById('search').value = 'x'; explorer.list('x')")
    assert "No hotspot's id begins with x" in browser.run("document.getElementById('matching').textContent")


@both_sizes
def test_the_slider_moves_by_keys_and_recolours(browser: Browser, page: Path, runs: list[RunData], size: str) -> None:
    browser.open(page, "#layer=rewards", *SIZES[size])
    browser.run("document.getElementById('epoch').focus()")
    browser.press("PageUp", 33)
    assert browser.run("explorer.state.epoch") == "1"
    browser.press("PageUp", 33)
    assert browser.run("explorer.state.epoch") == "3"
    paid = runs[0].tables["rewards"].to_pylist()
    total = browser.run("explorer.hexes.values.filter(v => v !== null && !isNaN(v)).reduce((a, b) => a + b, 0)")
    assert total == pytest.approx(sum(row["amount_bones"] for row in paid if row["epoch"] == 3) / 1e8, rel=1e-5)
    browser.press("PageDown", 34)
    assert browser.run("document.getElementById('when').textContent").startswith("epoch 1, 2026-01-")
    browser.run("document.getElementById('whole').click()")
    assert browser.run("explorer.state.epoch") == "all"


@both_sizes
def test_filters_show_those_and_no_others(browser: Browser, page: Path, runs: list[RunData], size: str) -> None:
    browser.open(page, "#attack=liars", *SIZES[size])
    controls_in_reach(browser, size)
    assert layers(browser)["asserted-places"] == runs[0].metrics["n_liars"]
    browser.run("""(() => { const box = document.getElementById('attack'); box.value = 'honest';
        box.dispatchEvent(new Event('change')); })()""")
    assert layers(browser)["asserted-places"] == 60 - runs[0].metrics["n_liars"]
    suspects = {
        row["hotspot"] for row in runs[0].tables["scores"].to_pylist()
        if row["epoch"] == 3 and row["detector"] == "relocation" and row["verdict"] == "suspect"
    }  # fmt: skip
    browser.go("#judge=relocation&verdict=suspect")
    assert layers(browser).get("asserted-places", 0) == len(suspects)
    verdicts = runs[0].tables["witness_verdicts"].to_pylist()
    failed = [row for row in verdicts if row["epoch"] >= 1 and row["reason"] == 19]
    touched = {row["witness"] for row in failed} | {row["beaconer"] for row in failed if row["side"] != 2}
    assert touched
    browser.go("#reason=19")
    assert layers(browser)["asserted-places"] == len(touched)


def test_limits_recolour_without_recomputing(browser: Browser, page: Path) -> None:
    browser.open(page, "#layer=loss&low=100&high=150", *SIZES["desktop"])
    before = browser.run("explorer.hexes")
    assert (before["limits"]["low"], before["limits"]["high"]) == (100, 150)
    browser.run("explorer.set({high: '170', colours: 'cividis'})")
    after = browser.run("explorer.hexes")
    assert after["limits"]["high"] == 170
    assert after["values"] == before["values"]


def test_a_link_opens_the_same_view(browser: Browser, page: Path, liar: str) -> None:
    fragment = f"#layer=scale&profile=1&epoch=2&res=7&hotspot={liar}&theme=dark&at=47.15,9.55,12.00"
    browser.open(page, fragment, *SIZES["desktop"])
    state = browser.run("explorer.state")
    assert {name: state[name] for name in ("layer", "profile", "epoch", "res", "hotspot", "theme")} == {
        "layer": "scale", "profile": "1", "epoch": "2", "res": "7", "hotspot": liar, "theme": "dark",
    }  # fmt: skip
    view = browser.run("explorer.view")
    assert (view["latitude"], view["longitude"], view["zoom"]) == pytest.approx((47.15, 9.55, 12.0))
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    browser.go("#layer=nonsense&profile=9&epoch=99&hotspot=1&low=x&res=77&at=a,b,c")
    assert browser.run("explorer.state.layer") == "rewards"
    quiet(browser, page)


def test_the_phone_has_a_menu_and_a_sheet(browser: Browser, page: Path, liar: str) -> None:
    browser.open(page, "", *SIZES["phone"])
    assert browser.run("document.getElementById('controls').offsetParent === null")
    browser.run("document.getElementById('menu').click()")
    assert browser.run("document.getElementById('controls').getBoundingClientRect().width") == 390
    browser.run(f"explorer.set({{hotspot: '{liar}'}}, true)")
    assert browser.run("getComputedStyle(document.getElementById('controls')).display") == "none"
    x, y = browser.run(f"explorer.pixelOf('{liar}')")
    sheet = browser.run("document.getElementById('story').getBoundingClientRect().top")
    above = browser.run("document.getElementById('map').getBoundingClientRect().top")
    assert 0 < x < 390
    assert 0 < y < sheet - above


def test_every_control_has_a_name_and_takes_the_focus(browser: Browser, page: Path, liar: str) -> None:
    browser.open(page, f"#hotspot={liar}", *SIZES["desktop"])
    nameless = browser.run("""[...document.querySelectorAll('button, input, select, a')].filter((each) =>
        !(each.textContent.trim() || each.getAttribute('aria-label') || each.labels?.length))
        .map((each) => each.outerHTML)""")
    assert nameless == []
    reached = set()
    for _ in range(30):
        browser.press("Tab", 9)
        reached.add(browser.run("document.activeElement.id || document.activeElement.tagName"))
    assert len(reached) > 12


EMPTY: dict[str, dict[str, Any]] = {
    "no attacker": {"attacks": []},
    "one hotspot": {"attacks": [], "fleet": {"n_hotspots": 1}},
    "no hotspot": {"attacks": [], "fleet": {"n_hotspots": 0}},
    "one epoch": {"time": {"n_epochs": 1, "warm_up_epochs": 0}},
    "no detector": {"detectors": {"also": []}, "attacks": []},
}
SAID = {
    "no attacker": "No hotspot lies in this run.", "one hotspot": "1 of 1", "one epoch": "The run has one epoch.",
    "no hotspot": "There is no hotspot in this run.", "no detector": "No detector ran",
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_runs_with_little_in_them_say_so(browser: Browser, tmp_path: Path, name: str) -> None:
    small = {"fleet": {"n_hotspots": 12}, "time": {"n_epochs": 2, "warm_up_epochs": 1}} | EMPTY[name]
    path = tmp_path / "explorer.html"
    path.write_text(write_explorer(run_of("minimal", **small)), "utf-8")
    browser.open(path, "", *SIZES["desktop"])
    assert SAID[name] in browser.run("document.body.textContent")
    for layer in browser.run("[...document.getElementById('layer').options].map((option) => option.value)"):
        browser.run(f"explorer.set({{layer: {json.dumps(layer)}}})")
    first = browser.run("explorer.run.ids[0] || ''")
    browser.run(f"explorer.set({{hotspot: '{first}'}}, true)")
    browser.settle()
    quiet(browser, path)


def test_without_witnesses_it_says_so(browser: Browser, runs: list[RunData], tmp_path: Path) -> None:
    emptied = ("witness_verdicts", "receptions", "link_statistics", "claims")
    silent = {name: table.slice(0, 0) if name in emptied else table for name, table in runs[0].tables.items()}
    path = tmp_path / "explorer.html"
    path.write_text(write_explorer(RunData(runs[0].manifest, runs[0].metrics, silent, runs[0].city)), "utf-8")
    browser.open(path, "#layer=coverage", *SIZES["desktop"])
    assert "Nobody heard anybody" in browser.run("document.getElementById('note').textContent")
    assert "No hex has a value here" in browser.run("document.getElementById('legend').textContent")
    quiet(browser, path)


def test_without_webgl_it_points_to_the_static_report(page: Path) -> None:
    with Browser("--disable-gpu", "--disable-3d-apis") as blind:
        blind.open(page, "", *SIZES["desktop"])
        assert "no WebGL" in blind.run("document.getElementById('sorry').textContent")
        assert blind.run("document.querySelector('#sorry a').getAttribute('href')") == "figures.html"
        assert "Rewards" in blind.run("document.getElementById('controls').textContent")
