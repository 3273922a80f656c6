"""The README is under test: its demo output is what the demo prints, and its tour runs from first to last line."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docs.shown import agrees, empty_folder, outputs

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()


def poc(*words, cwd):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    started = time.perf_counter()
    done = poc("demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done, time.perf_counter() - started


def test_the_demo_prints_what_the_readme_shows(demo):
    folder, done, _ = demo
    shown = re.search(r"<!-- demo:begin -->\n```text\n(.*?)```\n<!-- demo:end -->", TEXT, flags=re.DOTALL).group(1)
    *table, address = done.stdout.rstrip().splitlines()
    assert [line.rstrip() for line in table] + done.stderr.rstrip().splitlines() == shown.rstrip().splitlines()
    assert address == (folder / "runs" / "demo" / "report.html").as_uri()


def test_the_demo_replaces_only_its_own_folder(demo):
    folder, _, _ = demo
    assert [path.name for path in (folder / "runs").iterdir()] == ["demo"]
    assert {path.name for path in (folder / "runs" / "demo").iterdir()} >= {"helium-iot", "guarded", "report.html"}


def test_the_pages_are_files_without_addresses(demo):
    pages = {name: (demo[0] / "runs" / "demo" / f"{name}.html").read_text() for name in ("report", "figures")}
    assert "<svg" in pages["figures"]
    assert 'id="map"' in pages["report"]
    for page in pages.values():  # scripts speak of addresses in messages; what they load is asked of a browser
        markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
        assert not re.search(r"""(src|href)=["'](https?:)?//""", markup)


def test_the_tour_runs_and_prints_what_it_shows(tmp_path, monkeypatch):
    def nobody_knows(host, *_, **__):
        raise AssertionError(f"the tour asks for the address of {host}: everything it needs is in the package")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)
    with empty_folder(tmp_path) as folder:
        for block, printed in outputs(TEXT, folder):
            assert block.shown is None or agrees(block.shown, printed), f"{block.text}\nprints\n{printed}"


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
