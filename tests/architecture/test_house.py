"""House rules that a machine can keep."""

import importlib
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("cli", "poc", "maps", "radio_models")
SOURCES = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


@pytest.mark.parametrize("name", PACKAGES)
def test_nothing_shadows_the_four_packages(name):
    assert Path(importlib.import_module(name).__file__).parent == ROOT / name


def test_no_package_files_under_tests():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["map", "list", "--help"]])
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys; from cli.main import app\n"
        f"try: app({words!r}, standalone_mode=False)\nexcept SystemExit: pass\n"
        "heavy = ('numpy', 'scipy', 'h3', 'pyarrow', 'numba', 'matplotlib')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_no_drawers():
    drawers = {"utils", "util", "helpers", "common", "manager", "base", "misc", "core"}
    assert [path for path in SOURCES if path.stem in drawers] == []


def test_files_are_small_enough_to_see():
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_nothing_unfinished():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")
    found = [(str(path), word) for path in SOURCES for word in words if word in path.read_text()]
    assert found == []


def test_the_emulator_never_asks_for_a_plug_in_by_name():
    from poc.catalogue import PLUG_POINTS
    from poc.profiles import PROFILES

    names = {name for members in PLUG_POINTS.values() for name in members} | set(PROFILES)
    source = (ROOT / "poc" / "emulator.py").read_text()
    assert [name for name in names if f'"{name}"' in source] == []


def test_an_installed_wheel_runs_a_sample_elsewhere(tmp_path):
    """Built from the tree, unpacked far from it; dependencies are borrowed from this environment."""
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."]
    done = subprocess.run([sys.executable, *build], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("poc_emulator-*.whl")
    venv.create(tmp_path / "elsewhere", with_pip=False)
    python = tmp_path / "elsewhere" / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), site], check=True)
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (Path(site) / "zz_borrowed.pth").write_text("\n".join(borrowed) + "\n")
    code = "import poc, sys; assert 'elsewhere' in poc.__file__, poc.__file__; from cli.main import run; run()"
    arguments = [
        "run",
        "sample",
        "--quiet",
        "--format",
        "json",
        "--set",
        "fleet.n_hotspots=20",
        "--set",
        "time.n_epochs=1",
    ]
    arguments[1] = str(Path(site) / "poc_data" / "scenarios" / "01-first-run.toml")
    arguments += ["--set", "time.warm_up_epochs=0", "--no-report"]
    environment = {**os.environ, "PYTHONPATH": "", "PYTHONNOUSERSITE": "1"}
    done = subprocess.run(
        [python, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "01-first-run-1" / "manifest.json").exists()
