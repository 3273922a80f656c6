"""A run folder is complete or absent."""

import json
import os

import numpy as np
import pytest

from poc.errors import DataError, StoreError
from poc.schema import ACTIVITY
from poc.store import FolderTables, TableWriter, load_run, new_folder, write_json


def _fill(folder):
    table = ACTIVITY.table(hotspot=[1, 2], n_beacons=4, n_witnessed=[0, 9], power_dbm=14.0)
    with TableWriter(folder) as writer:
        writer.write(0, {"activity": table})
        writer.write(1, {"activity": table.take(np.array([True, False]))})
    write_json(folder / "metrics.json", {"a": 1})
    write_json(folder / "manifest.json", {"name": "x", "seed": 1})


def test_round_trip(tmp_path):
    with new_folder(tmp_path / "run") as folder:
        _fill(folder)
    run = load_run(tmp_path / "run")
    assert run.table("activity", epoch=1)["hotspot"].tolist() == [1]
    assert run.table("activity")["n_witnessed"].tolist() == [0, 9, 0]
    assert run.tables["activity"].schema.field("power_dbm").metadata[b"unit"] == b"dBm"
    assert not (tmp_path / "run.partial").exists()


def test_an_earlier_run_is_not_overwritten(tmp_path):
    with new_folder(tmp_path / "run") as folder:
        _fill(folder)
    with pytest.raises(StoreError, match="already there"), new_folder(tmp_path / "run"):
        pass
    with new_folder(tmp_path / "run", force=True) as folder:
        _fill(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_force_never_replaces_a_folder_that_is_no_run(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="not a run folder"), new_folder(tmp_path / "home", force=True):
        pass
    assert (tmp_path / "home" / "letter.txt").read_text() == "dear"


def test_a_failure_leaves_no_run(tmp_path):
    with pytest.raises(StoreError, match="No space left"), new_folder(tmp_path / "run") as folder:
        _fill(folder)
        raise OSError(28, os.strerror(28))
    assert not (tmp_path / "run").exists()


def test_an_interrupt_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "run") as folder:
        _fill(folder)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be written"), new_folder(tmp_path / "file" / "run"):
        pass


def test_files_cut_short_are_named(tmp_path):
    with new_folder(tmp_path / "run") as folder:
        _fill(folder)
    path = tmp_path / "run" / "activity.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(DataError, match=r"activity\.parquet"):
        FolderTables(tmp_path / "run")
    (tmp_path / "run" / "manifest.json").write_text("{")
    with pytest.raises(DataError, match="not valid JSON"):
        load_run(tmp_path / "run")
    with pytest.raises(DataError, match="not a finished run"):
        load_run(tmp_path / "nowhere")


def test_json_is_stable_and_never_nan(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": 2})
    assert list(json.loads((tmp_path / "a.json").read_text())) == ["a", "b"]
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", {"a": float("nan")})
