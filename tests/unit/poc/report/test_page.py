import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from poc.report.page import write_report
from poc.report.page_tables import detector_grid, earner_grid, outcome_grid, suspect_grid
from poc.store import RunData

MakeRun = Callable[..., RunData]
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Outline(HTMLParser):
    """Collects ids and texts, and fails on tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("src", "href", "xlink:href") and value:
                self.sources.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


@pytest.fixture(scope="module")
def page_of_two(make_run: MakeRun, hand_run: RunData) -> str:
    return write_report(hand_run, [make_run(profile="other", n_epochs=2)])


def test_the_page_needs_neither_network_nor_script(page_of_two: str) -> None:
    outline = read(page_of_two)
    assert not outline.tags & {"script", "link", "iframe", "img"}
    assert all(source.startswith(("#", "data:image/png;base64,")) for source in outline.sources)
    assert not re.search(r"url\((?!#)", page_of_two) and "@import" not in page_of_two


def test_ids_are_unique_and_every_reference_is_there(page_of_two: str) -> None:
    ids = read(page_of_two).ids
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r"url\(#([^)]+)\)", page_of_two)) | set(re.findall(r'href="#([^"]+)"', page_of_two))
    assert wanted and wanted <= set(ids)


def test_figures_follow_the_colours_of_the_page(page_of_two: str) -> None:
    figures = page_of_two[page_of_two.index("<svg") :]
    assert "var(--ink)" in figures and "var(--paper)" in figures
    assert "#1b1f24" not in figures and "#fefefe" not in figures


def test_worst_news_come_first_with_both_profiles(page_of_two: str, hand_run: RunData) -> None:
    news = re.findall(r"<li>(.*?)</li>", page_of_two[: page_of_two.index("</ul>")])
    assert len(news) == 3
    share = 100 * hand_run.metrics["leakage"]["share"]
    assert f"they take {share:.0f} %" in news[0] or f"they take {share:.1f} %" in news[0]
    assert "under made-up" in news[0] and "under other" in news[0]


def test_tables_hold_the_numbers_of_the_metrics(hand_run: RunData) -> None:
    outcome = {row[0]: row[1] for row in outcome_grid([hand_run]).rows}
    assert outcome["Valid beacons"] == str(hand_run.metrics["n_valid_beacons"])
    assert outcome["Gini of the rewards, all"] == f"{hand_run.metrics['rewards']['gini']:.3f}"
    assert detector_grid(hand_run.metrics).rows[0][:2] == ("relocation", "1.000")


def test_suspects_are_ranked_and_judged_by_the_truth(hand_run: RunData) -> None:
    rows = suspect_grid(hand_run).rows
    assert len(rows) == 6 and {row[5] for row in rows} == {"location-spoof"}
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert "18 dB above expectation" in rows[0][4]


def test_top_earners_are_those_paid_most(hand_run: RunData) -> None:
    rewards = hand_run.tables["rewards"].to_pylist()
    paid: dict[int, int] = {}
    for row in rewards:
        if row["epoch"] >= 1:
            paid[row["hotspot"]] = paid.get(row["hotspot"], 0) + row["amount_bones"]
    best = max(paid.items(), key=lambda item: (item[1], -item[0]))
    first = earner_grid(hand_run).rows[0]
    assert first[0] == str(best[0]) and first[1] == f"{best[1] / 1e8:,.2f}"


def test_markup_in_names_is_text(make_run: MakeRun) -> None:
    run = make_run(profile="<b>bold</b>", n_honest=3, n_liars=0)
    page = write_report(run)
    assert "<b>" not in page and "&lt;b&gt;bold" in page


@pytest.mark.parametrize(
    "case",
    [
        {"n_honest": 0, "n_liars": 0},
        {"n_honest": 1, "n_liars": 0, "n_epochs": 1, "warm_up_epochs": 0},
        {"n_liars": 0, "leave_out": ("scores",)},
        {"leave_out": ("receptions", "witness_verdicts", "claims", "link_statistics", "activity", "truth")},
    ],
)
def test_awkward_runs_have_a_page(make_run: MakeRun, case: dict[str, Any]) -> None:
    outline = read(write_report(make_run(**case)))
    assert "What is real, what is simplified" in outline.text
    if case.get("n_honest") == 0:
        assert "There is no hotspot in this run" in outline.text


def test_equal_runs_give_equal_pages(make_run: MakeRun) -> None:
    assert write_report(make_run(n_honest=5)) == write_report(make_run(n_honest=5, shuffle_seed=9))
