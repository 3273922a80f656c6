"""The scripts of the gallery draw their pictures, and the notebooks run from top to bottom."""

import importlib.util
import runpy
import struct

import nbformat
import pytest

from docs.shown import ROOT

SCRIPTS = sorted((ROOT / "docs" / "gallery").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
PAGE = (ROOT / "docs" / "gallery" / "README.md").read_text("utf-8")


def _size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_draws_the_picture_that_stands_beside_it(script, tmp_path, monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    plt.switch_backend("agg")
    runpy.run_path(str(script))
    plt.close("all")
    (drawn,) = tmp_path.glob("*.png")
    kept = script.with_suffix(".png")
    assert drawn.name == kept.name
    assert _size(drawn) == _size(kept)
    assert f"({kept.name})" in PAGE
    assert f"({script.name})" in PAGE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_was_kept_with_its_outputs(path):
    specification = importlib.util.spec_from_file_location("execute", path.parent / "execute.py")
    execute = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(execute)
    kept = nbformat.read(path, as_version=4)
    again = execute.executed(path)  # raises where a cell fails
    for one, other in zip(kept.cells, again.cells, strict=True):
        if one.cell_type == "code":
            kinds = [[sorted(output.get("data", output)) for output in cell.outputs] for cell in (one, other)]
            assert kinds[0] == kinds[1] != []
