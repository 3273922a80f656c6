"""`figures.html`: one file with everything inside, readable without network and without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from poc.report.figures import FIGURES
from poc.report.headline import headline
from poc.report.page_style import STYLE_SHEET
from poc.report.page_tables import Grid, detector_grid, earner_grid, outcome_grid, reason_grid, suspect_grid
from poc.report.style import GRID, INK, MUTED, PAPER, svg_from

if TYPE_CHECKING:
    from poc.store import RunData

WORLD_FIGURES = ("map", "witness-graph", "rssi-distance", "in-degree", "latency")
PROFILE_FIGURES = ("rewards-map", "lorenz", "density-scale", "roc")

ALWAYS_SIMPLIFIED = (
    "Beacons and reports are drawn from statistical radio models, not from measurements of this place.",
    "Liars do only what their attack in the scenario says; real ones adapt.",
    "Nobody pays for data traffic, and no owner reacts to earnings unless the scenario has actors.",
)


def write_report(run: RunData, other_runs: Sequence[RunData] = (), map_page: str = "") -> str:
    """The page of a run as HTML text; other runs of the same world are set beside it.

    World figures come from the first run, figures of rules and rewards from every run. `map_page` is the file with the
    interactive map beside it, where there is one.
    """
    runs = [run, *other_runs]
    title = f"{run.manifest.get('name', 'run')} · {' against '.join(_profile_name(r) for r in runs)}"
    sections = [
        _header(run, title, headline(run, other_runs), map_page),
        "<main>",
        _section("Outcome", _table(outcome_grid(runs), "Main numbers of the measured epochs")),
        _section("The world", _figures(WORLD_FIGURES, [run])),
        _section("Rules and rewards", _figures(PROFILE_FIGURES, runs)),
        *(_of_profile(each, len(runs) > 1) for each in runs),
        _section("What is real, what is simplified", _simplified(runs)),
        _section("How to run it again", "".join(_manifest(each) for each in runs)),
        f"<footer>{escape(_again(run))}</footer>",
        "</main>",
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE_SHEET}</style></head><body>\n" + "\n".join(sections) + "\n</body></html>\n"
    )


def inline_svg(kind: str, run: RunData, prefix: str) -> str:
    """A figure as an SVG element for a page: it takes the page's colours, and its ids cannot clash with others'."""
    svg = svg_from(FIGURES[kind](run))
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    for colour, name in ((INK, "ink"), (MUTED, "muted"), (GRID, "grid"), (PAPER, "paper")):
        svg = svg.replace(f": {colour}", f": var(--{name})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(kind)}"', 1)


def _header(run: RunData, title: str, news: Sequence[str], map_page: str) -> str:
    metrics, facts = run.metrics, run.manifest
    numbers = [
        f"seed {facts.get('seed', '?')}",
        f"{metrics.get('n_hotspots') or 0:,} hotspots",
        f"{facts.get('n_epochs', 0)} epochs of {facts.get('epoch_s', 0) / 3600:g} h, "
        f"{facts.get('warm_up_epochs', 0)} of them warm-up",
    ]
    if run.city is not None:
        numbers.append(f"map: {run.city.name}")
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in news)
    warnings = "".join(f'<p class="warning">{escape(str(text))}</p>' for text in facts.get("warnings", []))
    link = f' · <a href="{escape(map_page)}">interactive map</a>' if map_page else ""
    return (
        f'<header><h1>{escape(title)}</h1><p class="facts">{escape(" · ".join(numbers))}{link}</p>'
        f'<ul class="news">{items}</ul>{warnings}</header>'
    )


def _of_profile(run: RunData, several: bool) -> str:
    name = f" under {_profile_name(run)}" if several else ""
    reasons = run.metrics.get("reasons") or {}
    pair = "".join(
        f"<div>{_table(reason_grid(reasons.get(key)), text)}</div>"
        for key, text in (("beacons", "Beacon reports"), ("witness_reports", "Witness reports"))
    )
    return "\n".join((
        _section(f"Detectors{name}", _table(detector_grid(run.metrics), "Graded in the last epoch")),
        _section(f"Suspects{name}", _table(suspect_grid(run), "Most suspected hotspots, newest scores")),
        _section(f"Top earners{name}", _table(earner_grid(run), "Paid in the measured epochs")),
        _section(f"Reasons{name}", f'<div class="two">{pair}</div>'),
    ))  # fmt: skip


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _figures(kinds: Sequence[str], runs: Sequence[RunData]) -> str:
    parts = []
    for kind in kinds:
        for number, run in enumerate(runs):
            caption = f"{_profile_name(run)} · " if len(runs) > 1 else ""
            caption += "colours on a scale of its own · " if len(runs) > 1 and kind == "rewards-map" else ""
            parts.append(
                f"<figure>{inline_svg(kind, run, f'{kind}-{number}')}"
                f"<figcaption>{escape(caption)}poc plot {escape(_folder(run))} {kind}</figcaption></figure>"
            )
    return f'<div class="figures">{"".join(parts)}</div>'


def _table(grid: Grid, caption: str) -> str:
    if not grid.rows:
        return f'<p class="note">{escape(caption)}: nothing to show in this run.</p>'
    classes = {"n": ' class="n"', "i": ' class="id"', "w": ' class="words"', " ": ""}
    head = "".join(
        f'<th scope="col"{classes["n"] if kind == "n" else ""}>{escape(text)}</th>'
        for text, kind in zip(grid.head, grid.kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{classes[kind]}>{escape(text)}</td>" for text, kind in zip(row, grid.kinds, strict=True))
        + "</tr>"
        for row in grid.rows
    )
    return (
        f'<p class="note">{escape(caption)}</p><div class="wide" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _simplified(runs: Sequence[RunData]) -> str:
    parts = []
    for run in runs:
        profile = run.manifest.get("profile", {})
        dates = " to ".join(str(profile[key]) for key in ("valid_from", "valid_to") if profile.get(key))
        parts.append(f"<h3>{escape(_profile_name(run))}: {escape(str(profile.get('title', '')))}</h3>")
        parts.append(f'<p class="note">Rules in force: {escape(dates or "not dated")}. Sources:</p>')
        parts.append(_list(profile.get("sources", [])))
        if profile.get("differences"):
            parts.append('<p class="note">Bent for this study:</p>')
            parts.append(_list(f"{name}: {value}" for name, value in sorted(profile["differences"].items())))
        parts.append('<p class="note">Simplified in these rules:</p>')
        parts.append(_list(profile.get("simplifications", [])))
    parts.append("<h3>In every run</h3>")
    parts.append(_list(ALWAYS_SIMPLIFIED))
    if runs[0].city is not None:
        parts.append(f'<p class="note">Map: {escape(runs[0].city.attribution)} ({escape(runs[0].city.licence)})</p>')
    return "".join(parts)


def _manifest(run: RunData) -> str:
    facts = run.manifest
    rows: list[tuple[str, ...]] = [("seed", str(facts.get("seed", "?")))]
    rows += [(f"input: {name}", str(digest)) for name, digest in sorted(facts.get("inputs", {}).items())]
    rows += [(f"version: {name}", str(version)) for name, version in sorted(facts.get("versions", {}).items())]
    rows += [(f"time: {stage}", f"{seconds:.2f} s") for stage, seconds in sorted(facts.get("timings", {}).items())]
    rows += [(name, text) for name, text in sorted(_flat("", facts.get("scenario", {})).items())]
    table = _table(Grid(("fact", "value"), " w", tuple(rows)), "Everything that decides the result")
    return f"<details><summary>{escape(_profile_name(run))}: scenario, versions, inputs</summary>{table}</details>"


def _flat(prefix: str, value: Any) -> dict[str, str]:
    """Nested settings as dotted keys, the way `--set` takes them."""
    entries: Mapping[Any, Any] | None = None
    if isinstance(value, Mapping):
        entries = value
    elif isinstance(value, (list, tuple)) and any(isinstance(entry, Mapping) for entry in value):
        entries = dict(enumerate(value))
    if not entries:
        return {prefix: str(value)} if prefix else {}
    flat: dict[str, str] = {}
    for key, entry in entries.items():
        flat |= _flat(f"{prefix}.{key}" if prefix else str(key), entry)
    return flat


def _list(entries: Any) -> str:
    items = "".join(f"<li>{escape(str(entry))}</li>" for entry in entries)
    return f"<ul>{items}</ul>" if items else '<p class="note">none stated.</p>'


def _again(run: RunData) -> str:
    return f"poc report {_folder(run)}"


def _folder(run: RunData) -> str:
    return str(run.folder) if getattr(run, "folder", None) else "DIR"


def _profile_name(run: RunData) -> str:
    return str(run.manifest.get("profile", {}).get("name", "?"))
