"""A large run that was killed, interrupted or ran out of disk: no broken part is read, and a rerun completes it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from poc.store import FolderTables, load_run

PROGRAM = """
import sys
from pathlib import Path
from poc import emulator, parts, spool
from poc.errors import PocError
from poc.running import run_to_folder
from poc.scenario import scenario_from
from poc.world import observers

emulator.FROM_HOTSPOTS = 0
observers.SHARD_BEACONERS = 15
parts.ROW_GROUP, parts.PART_ROWS = 100, 300
spool.Spool.__init__.__defaults__ = (2000,)
scenario = scenario_from({
    "seed": 4,
    "map": {"synthetic": {"width_km": 8.0, "height_km": 8.0, "region": "EU868"}},
    "fleet": {"n_hotspots": 120, "placement": {"name": "uniform"}},
    "time": {"n_epochs": 5, "warm_up_epochs": 1},
    "detectors": {"of_profile": False, "also": []},
    "reports": ["selected", "link-statistics"],
}, "stopped")
try:
    run_to_folder(scenario, Path(sys.argv[1]), jobs=2)
except PocError as error:
    sys.exit(str(error))
"""


def _start(out):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(out)], stderr=subprocess.PIPE, text=True, env=environment
    )  # fmt: skip


def _parts(folder):
    return sorted(folder.glob("*/*.parquet"))


def _bytes(folder):
    """Every file of a finished run but the manifest, which holds timings."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


def _stop_when(process, partial, n_parts, number):
    """Send a signal once so many parts are finished."""
    deadline = time.monotonic() + 120
    while len(_parts(partial)) < n_parts and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(number)
    process.wait(60)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "run"
    process = _start(out)
    assert process.wait(120) == 0, process.stderr.read()
    return _bytes(out)


def test_killed_at_any_time_a_rerun_completes_to_the_same_bytes(uninterrupted, tmp_path):
    out, partial = tmp_path / "run", tmp_path / "run.partial"
    kept, n_all = {}, sum(name.endswith(".parquet") for name in uninterrupted)
    for share in (0.05, 0.3, 0.75):
        process = _start(out)
        _stop_when(process, partial, int(share * n_all), signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert not out.exists()
        for name in (tables := FolderTables(partial)):  # whatever has its name is whole
            assert tables[name].num_rows == tables.n_rows(name)
        for path, written in kept.items():
            assert path.stat().st_mtime_ns == written, "a finished part was written again"
        kept = {path: path.stat().st_mtime_ns for path in _parts(partial)}
        assert kept
    process = _start(out)
    assert process.wait(120) == 0, process.stderr.read()
    assert _bytes(out) == uninterrupted
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_an_interrupt_keeps_finished_parts_only(uninterrupted, tmp_path):
    out, partial = tmp_path / "run", tmp_path / "run.partial"
    process = _start(out)
    _stop_when(process, partial, 40, signal.SIGINT)
    assert not out.exists()
    assert _parts(partial)
    assert not [*partial.rglob("*.unfinished"), *partial.rglob("*.waiting")]


def test_another_run_does_not_go_on_in_the_same_folder(uninterrupted, tmp_path):
    out, partial = tmp_path / "run", tmp_path / "run.partial"
    (partial / "rewards").mkdir(parents=True)
    (partial / "rewards" / "00000-00000.parquet").write_bytes(b"of somebody else")
    (partial / "run.json").write_text(json.dumps({"scenario": {"seed": 5}}))
    process = _start(out)
    assert process.wait(120) == 0, process.stderr.read()
    assert _bytes(out) == uninterrupted
    assert load_run(out).tables["rewards"].num_rows > 0


def test_a_full_disk_is_said_and_leaves_finished_parts(uninterrupted, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(len(data) for data in uninterrupted.values()) // 2
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True)
    if mount.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        process = _start(disk / "run")
        _, message = process.communicate(timeout=120)
        assert process.returncode == 1
        assert message.count("\n") == 1 and "No space left" in message and "stays for the next try" in message
        assert not (disk / "run").exists()
        assert _parts(disk / "run.partial")
        FolderTables(disk / "run.partial")
        subprocess.run(["mount", "-o", f"remount,size={16 * size}", disk], check=True)
        process = _start(disk / "run")
        assert process.wait(120) == 0, process.stderr.read()
        assert _bytes(disk / "run") == uninterrupted
    finally:
        subprocess.run(["umount", disk], check=True)
