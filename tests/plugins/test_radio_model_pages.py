"""docs/radio-models: one page for each path-loss model, in step with the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.radio_models import FOLDER, functions, index, page
from poc.loss_by_distance import SIBLINGS
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS

WITHOUT_TERRAIN = [
    name
    for name, member in PATH_LOSS.items()
    if member not in NEEDS_TERRAIN and not NEEDS_TERRAIN & {PATH_LOSS[one] for one in SIBLINGS[name]}
]


@pytest.mark.parametrize("name", PATH_LOSS)
def test_every_model_has_siblings_a_page_and_a_picture(name: str) -> None:
    assert set(SIBLINGS[name]) <= set(PATH_LOSS) - {name}
    assert (FOLDER / f"{name}.md").exists()
    assert (FOLDER / f"{name}.svg").exists()
    assert {Path(one).stem for one in FOLDER.glob("*.svg")} == set(PATH_LOSS)


@pytest.mark.parametrize("name", WITHOUT_TERRAIN)
def test_pages_are_in_step(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text("utf-8") == page(name), "run python -m docs.radio_models"


def test_lists_are_in_step() -> None:
    assert (FOLDER / "index.md").read_text("utf-8") == index(), "run python -m docs.radio_models"
    assert (FOLDER / "functions.md").read_text("utf-8") == functions(), "run python -m docs.radio_models"
