"""`report.html`: everything inside one file, opens from disk, asks the network for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from poc.report.explorer.base_layer import base_columns
from poc.report.explorer.coverage_columns import coverage_columns
from poc.report.explorer.crowds import crowds_of
from poc.report.explorer.earning_columns import earning_columns
from poc.report.explorer.facts import page_facts, run_facts
from poc.report.explorer.hotspot_columns import Hotspots, hotspots_of
from poc.report.explorer.link_columns import link_columns, links_of
from poc.report.explorer.payload import payload
from poc.report.explorer.planes import Planes
from poc.report.explorer.run_columns import run_columns
from poc.report.explorer.score_columns import score_columns
from poc.report.explorer.stories import stories
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

MAX_HOTSPOTS = 20_000
"""Beyond that many, hotspots are shown by the hex and not one by one."""
LIBRARIES = ("h3-js.umd.js", "deck.gl.min.js")
SCRIPTS = (
    "payload.js", "run.js", "viewport.js", "hexes.js", "colours.js", "view_state.js", "hex_layers.js", "base_map.js",
    "hotspot_layers.js", "sketch.js", "labels.js", "expected.js", "story_figures.js", "story.js", "legend.js",
    "controls.js", "main.js",
)  # fmt: skip
_NO_NETWORK = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def write_explorer(run: RunData, other_runs: Sequence[RunData] = ()) -> str:
    """The page of a run as HTML text; other runs of the same world become profiles to switch between.

    >>> from poc.store import RunData
    >>> page = write_explorer(RunData({"name": "empty", "seed": 1}, {}, {}))
    >>> page.startswith("<!doctype html>"), "http-equiv" in page
    (True, True)
    """
    runs = [run, *other_runs]
    hotspots = hotspots_of(runs)
    planes = Planes.of(run.manifest, len(hotspots.ids))
    facts, columns = _contents(runs, hotspots, planes)
    title = f"{run.manifest.get('name', 'run')} · explorer"
    template = _asset("assets", "page.html").replace("{title}", escape(title)).replace("{policy}", _NO_NETWORK)
    head, body = template.split("{style}")
    markup, end = body.split("{scripts}")
    licences = "\n\n".join(_asset("vendored", name) for name in ("LICENSE-deck.gl.txt", "NOTICE-h3-js.txt"))
    parts = [
        head, _asset("assets", "page.css"), markup,
        f"<!-- This page holds deck.gl 9.4.0 and h3-js 4.5.0.\n\ndeck.gl: {licences.replace('--', '- -')} -->\n",
        f"<script>{_inline(_asset('vendored', LIBRARIES[0]))}</script>\n",
        f'<script type="text/plain" id="deck.gl">{_inline(_asset("vendored", LIBRARIES[1]))}</script>\n',
        f'<script type="text/plain" id="run">{payload(facts, columns)}</script>\n',
        "<script>\n'use strict';\n(() => {\n", *(_inline(_asset("assets", name)) for name in SCRIPTS),
        "})();\n</script>", end,
    ]  # fmt: skip
    return "".join(parts)


def _contents(runs: Sequence[RunData], hotspots: Hotspots, planes: Planes) -> tuple[dict[str, Any], dict[str, Array]]:
    facts = page_facts(runs, planes) | {"words": hotspots.words, "city": None, "crowds": False, "runs": []}
    columns = dict(hotspots.columns)
    if runs[0].city is not None:
        made, facts["city"] = base_columns(runs[0].city)
        columns |= made
        made, facts["coverage"] = coverage_columns(runs[0], hotspots) if len(hotspots.ids) else ({}, None)
        columns |= made
    crowded = len(hotspots.ids) > MAX_HOTSPOTS
    for number, run in enumerate(runs):
        links = None if crowded else links_of(run, hotspots, planes)
        scores, about = score_columns(run, hotspots, planes, told=not crowded)
        made = run_columns(run, hotspots, planes, links) | scores
        if not crowded:
            linked, of_links = link_columns(links, planes)
            made |= linked | earning_columns(run, hotspots, planes)
            about |= of_links | {"stories": stories(run, len(hotspots.ids))}
        columns |= {f"run{number}_{name}": array for name, array in made.items()}
        facts["runs"].append(run_facts(run) | about)
    if crowded:
        columns = crowds_of(hotspots, columns, MAX_HOTSPOTS)
        facts |= {"crowds": True, "n_rows": len(columns["cell"])}
    return facts, columns


def _asset(folder: str, name: str) -> str:
    return resources.files("poc.report.explorer").joinpath(folder, name).read_text("utf-8")


def _inline(script: str) -> str:
    """A script that cannot end its element early, without the link to a source map that is not there."""
    lines = [line for line in script.split("\n") if not line.startswith("//# sourceMappingURL")]
    return "\n".join(lines).replace("</script", "<\\/script").replace("<!--", "<\\!--")
