"""Every attack has its page, under the same headings, with figures that the kept script measured at its defaults."""

import json
import re

import pytest

from docs.attacks import measure, pages
from poc.world.attacks import ATTACKS

FIGURES = json.loads((pages.FOLDER / "figures.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_has_its_page(name):
    text = (pages.FOLDER / f"{name}.md").read_text("utf-8")
    assert tuple(re.findall(r"^## (.+)$", text, flags=re.MULTILINE)) == pages.HEADINGS
    for heading, body in re.findall(r"^## (.+?)\n\n(.+?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL):
        assert len(body.strip()) >= len("None."), heading
    assert text == pages.page(name)
    assert f"{name.replace('-', '_')}.py" in text


@pytest.mark.parametrize("name", ATTACKS)
def test_its_figures_were_measured_at_these_settings(name):
    assert [measured["entry"] for measured in FIGURES[name]] == measure.entries(name)
    assert f"[{name}]({name}.md)" in pages.index()


def test_there_is_no_page_without_its_attack():
    assert {path.stem for path in pages.FOLDER.glob("*.md")} == {*ATTACKS, "README"}
