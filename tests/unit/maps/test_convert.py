"""The bundled cities come out of the kept script again, where the sources are at hand."""

import importlib.util
import sys
from pathlib import Path

import pytest

from maps.city import load_city

ROOT = Path(__file__).resolve().parents[3]
LIECHTENSTEIN = ROOT.parent / "shared" / "maps" / "liechtenstein" / "liechtenstein-2013-08-03.osm.pbf"


@pytest.fixture
def convert(monkeypatch):
    pytest.importorskip("osmium")
    spec = importlib.util.spec_from_file_location("convert", ROOT / "data" / "cities" / "convert.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "convert", module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not LIECHTENSTEIN.exists(), reason="the extract lies beside the repository only")
def test_liechtenstein_comes_out_again(convert):
    city = convert.make("liechtenstein", LIECHTENSTEIN)
    assert len(city.cells) == len(load_city("liechtenstein").cells)
    assert city.digest == load_city("liechtenstein").digest


def test_tennessee_comes_out_again(convert):
    import matplotlib

    sample = Path(matplotlib.get_data_path()) / "sample_data" / "jacksboro_fault_dem.npz"
    assert convert.make("tennessee-ridges", sample).digest == load_city("tennessee-ridges").digest


def test_municipal_counts_add_up_to_their_total(convert):
    assert sum(convert.LIECHTENSTEIN_PERSONS.values()) == 37370
