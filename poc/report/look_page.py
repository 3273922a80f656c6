"""The page of `poc look`: what there is to see, the picture, every hotspot in a table; one file without a script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from poc.report.look_figure import look_figure
from poc.report.page_style import STYLE_SHEET
from poc.report.style import svg_from

if TYPE_CHECKING:
    from poc.looking.look import Sight

MOST_ROWS = 2_000


def look_page(sight: Sight) -> str:
    """The page as HTML text."""
    rows = sight.rows()
    title = f"{len(sight.places):,} hotspots of {sight.path.name}"
    svg = svg_from(look_figure(sight))
    beyond = f" The first {MOST_ROWS:,} of {len(rows):,}." if len(rows) > MOST_ROWS else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE_SHEET}</style></head><body><header><h1>{escape(title)}</h1>"
        f'<ul class="news">{_items(sight.headline())}</ul></header><main>'
        f"<figure>{svg[svg.index('<svg') :]}</figure>"
        f"<section><h2>What was guessed</h2><ul>{_items(sight.said)}</ul></section>"
        f'<section><h2>Every hotspot, the most crowded first</h2><p class="note">{_LEGEND}{beyond}</p>'
        f"{_table(rows[:MOST_ROWS])}</section></main></body></html>\n"
    )


_LEGEND = (
    "The scales are what HIP-104 and HIP-17 leave of a reward when every hotspot here is active. The deepest cut of "
    "HIP-104 is at resolution cut_at_res, where n_counted of n_present hotspots count. nearest_m is the distance to "
    "the next hotspot."
)


def _items(sentences: Any) -> str:
    return "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)


def _table(rows: list[dict[str, Any]]) -> str:
    names = list(rows[0]) if rows else []
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join("<tr>" + "".join(_cell(row[name]) for name in names) + "</tr>" for row in rows)
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="every hotspot"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f'<td class="id">{escape(value)}</td>'
    return (
        f'<td class="n">{"–" if value is None else f"{value:.6g}" if isinstance(value, float) else f"{value:,}"}</td>'
    )
