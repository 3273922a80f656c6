import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from cli.commands.ledger import group
from poc.errors import DataError
from poc.ledger.canonical import document_hash, json_bytes, row_bytes
from poc.ledger.ledger import GENESIS, LEDGER_FILE, note_pages, seal, write_ledger
from poc.ledger.verify import _files, verify_ledger
from poc.report.files import save_report
from poc.running import run_to_folder
from poc.scenario import scenario_from
from poc.store import load_run


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    scenario = {
        "seed": 5, "fleet": {"n_hotspots": 25}, "time": {"n_epochs": 3, "warm_up_epochs": 1}, "reports": ["all"],
        "map": {"city": "liechtenstein"}, "profile": {"base": "helium-iot-2026"},
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("runs") / "run"
    run_to_folder(scenario_from(scenario, "tiny"), folder)
    (folder / "figures.html").write_text("a page that was there before")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "degree.svg").write_text("<svg/>")
    return folder, write_ledger(folder)


@pytest.fixture
def copy(sealed, tmp_path):
    """A fresh copy of the sealed run, to be tampered with."""
    return shutil.copytree(sealed[0], tmp_path / "run")


def lines(folder):
    return [json.loads(line) for line in (folder / LEDGER_FILE).read_text().splitlines()]


def rewrite(folder, table, column, row, change):
    path = folder / f"{table}.parquet"
    arrow = pq.read_table(path)
    values = arrow[column].to_pylist()
    values[row] = change(values[row])
    at = arrow.schema.get_field_index(column)
    pq.write_table(arrow.set_column(at, arrow.schema.field(at), pa.array(values, arrow.schema.field(at).type)), path)


def altered_files(folder):
    """What `verify_ledger` finds in the files, without reading the tables again."""
    return list(_files(folder, lines(folder)[-1]["files"]))


def test_an_untouched_run_is_clean(sealed):
    folder, root = sealed
    assert verify_ledger(folder) == (root, []) and verify_ledger(folder, root.upper())[1] == []


def test_entries_are_chained_and_count_the_money(sealed):
    entries = lines(sealed[0])
    assert [entry["kind"] for entry in entries] == ["run", "epoch", "epoch", "epoch", "end"]
    assert [entry["previous"] for entry in entries] == [GENESIS, *(entry["root"] for entry in entries[:-1])]
    for entry in entries:
        assert document_hash({name: value for name, value in entry.items() if name != "root"}) == entry["root"]
    paid = int(pq.read_table(sealed[0] / "rewards.parquet")["amount_bones"].to_numpy().sum())
    assert entries[1]["paid_bones"] == 0 and sum(entry["paid_bones"] for entry in entries[1:4]) == paid > 0
    assert entries[3]["total_bones"] == paid


def test_it_is_never_written_again(sealed):
    with pytest.raises(DataError, match="already"):
        write_ledger(sealed[0])


def test_any_altered_byte_of_any_file_is_found(sealed, tmp_path):
    rng = np.random.default_rng(1)
    names = [path.relative_to(sealed[0]).as_posix() for path in sealed[0].rglob("*") if path.is_file()]
    names.remove(LEDGER_FILE)
    expected = {"rewards.parquet", "manifest.json", "metrics.json", "figures.html", "pictures/degree.svg"}
    assert expected <= set(names) and len(names) > 14
    copy = shutil.copytree(sealed[0], tmp_path / "run")
    for name in sorted(names):
        data = (sealed[0] / name).read_bytes()
        for at in {0, len(data) - 1, *rng.integers(len(data), size=2).tolist()}:
            (copy / name).write_bytes(data[:at] + bytes([data[at] ^ 1 << int(rng.integers(8))]) + data[at + 1 :])
            assert name in {finding.where for finding in altered_files(copy)}, (name, at)
        assert name in {finding.where for finding in verify_ledger(copy)[1]}
        (copy / name).write_bytes(data)
    assert verify_ledger(copy)[1] == []


def test_any_altered_byte_of_the_ledger_is_found(copy):
    path = copy / LEDGER_FILE
    data = path.read_bytes()
    starts = np.cumsum([0, *(len(line) for line in data.splitlines(keepends=True))])
    rng = np.random.default_rng(2)
    for at in [0, len(data) - 1, *rng.integers(len(data), size=60).tolist()]:
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << int(rng.integers(8))]) + data[at + 1 :])
        (finding,) = verify_ledger(copy)[1]
        line = int(np.searchsorted(starts, at, side="right"))
        assert finding.where == f"{LEDGER_FILE}, line {line}", at


@pytest.mark.parametrize("n_cut", [1, 40, 2000])
def test_a_ledger_cut_short(copy, n_cut):
    path = copy / LEDGER_FILE
    path.write_bytes(path.read_bytes()[:-n_cut])
    assert verify_ledger(copy)[1]


def test_a_missing_last_entry_and_an_empty_ledger(copy):
    path = copy / LEDGER_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "cut short" in verify_ledger(copy)[1][0].what
    path.write_bytes(b"")
    assert "cut short" in verify_ledger(copy)[1][0].what
    path.unlink()
    with pytest.raises(DataError, match="poc ledger write"):
        verify_ledger(copy)


def test_the_altered_rows_are_named(copy):
    epochs = pq.read_table(copy / "witness_verdicts.parquet")["epoch"].to_numpy()
    row = int(np.flatnonzero(epochs == 2)[300])
    rewrite(copy, "witness_verdicts", "received_ns", row, lambda value: value + 1)
    findings = {(finding.where, finding.what) for finding in verify_ledger(copy)[1]}
    last = min(511, int((epochs == 2).sum()) - 1)
    assert findings == {
        ("witness_verdicts.parquet", "is not the file that the ledger was written for"),
        ("witness_verdicts, epoch 2", f"rows 256 to {last} were altered"),
    }


def test_a_bone_too_many_is_found_even_if_everything_else_is_made_to_fit(copy):
    rewrite(copy, "rewards", "amount_bones", 0, lambda value: value + 1)
    where = {finding.where for finding in verify_ledger(copy)[1]}
    assert {"rewards.parquet", "rewards, epoch 1", "balances after epoch 1", "balances after epoch 2"} <= where
    (copy / LEDGER_FILE).unlink()
    write_ledger(copy)
    (finding,) = verify_ledger(copy)[1]
    assert finding.where == "rewards" and "emission" in finding.what


def test_a_ledger_written_anew_is_found_by_the_root(copy, sealed):
    rewrite(copy, "beacon_verdicts", "hotspot", 0, lambda value: value ^ 1)
    (copy / LEDGER_FILE).unlink()
    write_ledger(copy)
    assert verify_ledger(copy)[1] == []
    assert [finding.where for finding in verify_ledger(copy, sealed[1])[1]] == [LEDGER_FILE]


def test_files_that_come_and_go(copy):
    (copy / "claims.parquet").rename(copy / "claims2.parquet")
    found = {finding.where: finding.what for finding in verify_ledger(copy)[1]}
    assert found["claims.parquet"] == "is missing" and "was not there" in found["claims2.parquet"]
    shutil.copy(copy / "claims2.parquet", copy / "claims.parquet")
    (copy / "claims2.parquet").unlink()
    (copy / "report.html").write_text("drawn again")
    assert verify_ledger(copy)[1] == []


def test_a_page_that_is_drawn_anew_is_noted_and_an_altered_one_is_found(copy, sealed):
    (copy / "figures.html").write_text("drawn again, beside another run")
    assert [finding.where for finding in verify_ledger(copy)[1]] == ["figures.html"]
    root = note_pages(copy)
    assert verify_ledger(copy) == (root, []) and root != sealed[1] and note_pages(copy) is None
    assert [finding.where for finding in verify_ledger(copy, sealed[1])[1]] == [LEDGER_FILE]
    (copy / "figures.html").write_text("altered")
    assert [finding.where for finding in verify_ledger(copy)[1]] == ["figures.html"]


def test_behind_the_end_stand_only_pages(copy):
    path = copy / LEDGER_FILE
    last = lines(copy)[-1]["root"]
    for entry in ({"kind": "pages", "files": {"metrics.json": "00"}}, {"kind": "end", "files": {}}):
        whole = path.read_bytes()
        path.write_bytes(whole + json_bytes(seal(entry, last)) + b"\n")
        assert [finding.what for finding in verify_ledger(copy)[1]] == ["stands behind the end and is not about pages"]
        path.write_bytes(whole)


def test_a_report_that_is_drawn_anew_leaves_the_ledger_whole(copy):
    save_report(copy / "report.html", load_run(copy))
    assert lines(copy)[-1]["kind"] == "pages" and verify_ledger(copy)[1] == []


@pytest.mark.parametrize("text", ["", "{}\n", "[1]\n", "nonsense"])
def test_a_broken_ledger_is_not_gone_on_with(copy, text):
    (copy / LEDGER_FILE).write_text(text)
    assert note_pages(copy) is None and (copy / LEDGER_FILE).read_text() == text


def test_rows_have_one_sequence_of_bytes():
    table = pa.table(
        {
            "a": pa.array([1, -1], pa.int64()),
            "b": [True, False],
            "c": ["", "é"],
            "d": pa.array([1.5, -0.0], pa.float64()),
        }
    )
    rows = list(row_bytes(table))
    assert rows[0] == (1).to_bytes(8, "little") + b"\x01" + bytes(4) + np.float64(1.5).tobytes()
    assert rows[1] == b"\xff" * 8 + b"\x00" + b"\x02\0\0\0\xc3\xa9" + np.float64(-0.0).tobytes()
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    assert list(row_bytes(chunked)) == rows
    for bad in (pa.table({"a": pa.array([None], pa.int64())}), pa.table({"a": [b"x"]})):
        with pytest.raises(DataError):
            list(row_bytes(bad))


def test_as_a_command(copy):
    app = typer.Typer()
    app.add_typer(group, name="ledger")
    done = CliRunner().invoke(app, ["ledger", "verify", str(copy)])
    assert done.exit_code == 0 and len(done.stdout.strip()) == 64
    (copy / "metrics.json").write_text("{}")
    done = CliRunner().invoke(app, ["ledger", "verify", str(copy), "--format", "csv"])
    assert done.exit_code == 1 and "metrics.json,is not the file" in done.stdout
