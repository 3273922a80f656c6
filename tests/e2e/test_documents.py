"""The documents are under test: what they tell people to type runs, and prints what they show."""

import re

import pytest

from docs.shown import ROOT, agrees, empty_folder, outputs, pages

PAGES = [path for path in pages() if path.name != "README.md"]  # the README has a test of its own


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_runs_and_prints_what_it_shows(path, tmp_path):
    with empty_folder(tmp_path) as folder:
        for block, printed in outputs(path.read_text("utf-8"), folder):
            assert block.shown is None or agrees(block.shown, printed), f"{block.text}\nprints\n{printed}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8")):
        assert "://" in target or (path.parent / target).exists(), target
