"""Signed reports from the run to the judge: sampled, exported, checked, and found where somebody altered them."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from poc.errors import DataError, ScenarioError
from poc.interop import signature_check
from poc.interop.export import export, report_tables
from poc.interop.frames import write_frames
from poc.interop.signature_check import SignatureCheck
from poc.interop.verdict_files import write_verified
from poc.interop.verify import Files, verify
from poc.interop.wire import decode, encode
from poc.ledger.ledger import LEDGER_FILE, write_ledger
from poc.ledger.verify import verify_ledger
from poc.profiles import PROFILES
from poc.running import run_in_memory, run_to_folder
from poc.scenario import scenario_from
from poc.store import load_run
from tests.unit.poc.interop.conftest import write
from tests.unit.poc.interop.test_export import _frames

PROFILE = PROFILES["helium-iot-2026"]
SCENARIO = {
    "seed": 5, "fleet": {"n_hotspots": 12}, "time": {"n_epochs": 2}, "map": {"city": "liechtenstein"},
    "signing": {"share": 1.0},
}  # fmt: skip
WITNESS_FRAME = "lora_witness_ingest_report_v1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "signed"
    run_to_folder(scenario_from(SCENARIO, "signed"), folder)
    return folder


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "run")


def altered(path, column, row, change):
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[row] = change(values[row])
    at = table.schema.get_field_index(column)
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type)), path)


def test_every_report_is_signed_or_a_sample_of_the_same(folder):
    run = load_run(folder)
    signed = run.tables["signatures"].to_pylist()
    assert len(signed) == run.tables["beacons"].num_rows + run.tables["witness_reports"].num_rows > 50
    fewer = run_in_memory(scenario_from(SCENARIO | {"signing": {"share": 0.2}}, "signed")).tables["signatures"]
    assert 0 < fewer.num_rows < len(signed) / 2
    known = {(row["kind"], row["report"]): row for row in signed}
    assert all(known[row["kind"], row["report"]] == row for row in fewer.to_pylist())
    nobody = run_in_memory(scenario_from(SCENARIO | {"signing": {"share": 0.0}}, "plain"))
    assert "signatures" not in nobody.tables and "signature" not in report_tables(nobody)["beacons"][0]


def test_what_is_signed_must_be_kept():
    with pytest.raises(ScenarioError, match='add "all" to reports'):
        scenario_from(SCENARIO | {"reports": ["selected"]}, "signed")


def test_no_run_begins_without_the_library(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "nacl.signing", None)
    with pytest.raises(DataError, match="crypto"):
        run_to_folder(scenario_from(SCENARIO, "signed"), tmp_path / "run")
    assert not list(tmp_path.iterdir())


# in the ledger


def test_an_altered_report_is_found_even_if_the_ledger_is_written_anew(copy):
    write_ledger(copy)
    assert verify_ledger(copy)[1] == []
    altered(copy / "witness_reports.parquet", "rssi_dbm", 3, lambda value: value - 1.0)
    altered(copy / "beacons.parquet", "power_dbm", 0, lambda value: value + 1)
    (copy / LEDGER_FILE).unlink()
    write_ledger(copy)
    found = {finding.where: finding.what for finding in verify_ledger(copy)[1]}
    assert set(found) == {"beacons, epoch 0", "witness_reports, epoch 0"}
    assert all(what.startswith("1 signed reports are not as they were signed") for what in found.values())


def test_a_signed_report_that_is_gone_and_a_signature_that_is_altered(copy):
    table = pq.read_table(copy / "witness_reports.parquet")
    pq.write_table(table.slice(0, table.num_rows - 2), copy / "witness_reports.parquet")
    altered(copy / "signatures.parquet", "word_5", 0, lambda value: value ^ 1)
    write_ledger(copy)
    found = {finding.where: finding.what for finding in verify_ledger(copy)[1]}
    assert found["witness_reports, epoch 1"].startswith("2 signed") and found["beacons, epoch 0"].startswith("1 signed")


def test_signatures_are_committed_to_by_the_ledger(copy):
    write_ledger(copy)
    altered(copy / "signatures.parquet", "word_0", 0, lambda value: value ^ 1)
    where = {finding.where for finding in verify_ledger(copy)[1]}
    assert where == {"signatures.parquet", "signatures, epoch 0", "beacons, epoch 0"}


# before the judge


@pytest.fixture(scope="module")
def judge(folder, tmp_path_factory):
    """Export, change rows, verify: (what became of signatures, causes of rejected witnesses, summary)."""

    def run(form, change=None, mode="count"):
        out = tmp_path_factory.mktemp("out") / form
        export(load_run(folder), form, out)
        if form == "oracle":
            hotspots = out / "hotspots.csv"
            beacons, witnesses = (next(out.glob(f"iot_{kind}_ingest*")) for kind in ("beacon", "witness"))
            if change:
                frames = _frames(witnesses, "iot_witness_ingest_report")
                change(frames[0]["report"])
                write_frames(witnesses, (encode(WITNESS_FRAME, frame) for frame in frames))
        else:
            hotspots, beacons, witnesses = (out / f"{name}.{form}" for name in ("hotspots", "beacons", "witnesses"))
            if change:
                tables = report_tables(load_run(folder), 1.0)
                change(tables)
                hotspots, witnesses = (write(out / f"x{n}.{form}", tables[n]) for n in ("hotspots", "witnesses"))
        verified = verify(Files(hotspots, beacons, witnesses), PROFILE, signatures=mode)
        (out / "judged").mkdir()
        summary = write_verified(out / "judged", verified)
        return summary["signatures"], summary["counts"]["witnesses"]["causes"], summary

    return run


@pytest.mark.parametrize("form", ["oracle", "csv", "jsonl", "parquet"])
def test_good_signatures(judge, form, folder):
    found, causes, _ = judge(form, mode="reject")
    assert found == {"good": load_run(folder).tables["signatures"].num_rows} and not causes


def louder(report):
    report["signal"] += 10


def louder_row(tables):
    tables["witnesses"][0]["rssi_dbm"] += 1.0


@pytest.mark.parametrize(("form", "change"), [("oracle", louder), ("csv", louder_row)])
def test_an_altered_report_is_counted_or_turned_away(judge, form, change):
    found, causes, summary = judge(form, change)
    assert found["bad"] == 1 and not causes
    assert any("--signatures reject" in note for note in summary["notes"])
    found, causes, summary = judge(form, change, "reject")
    assert found["bad"] == 1 and causes == {"invalid signature": 1}
    assert any("turned away" in note for note in summary["notes"])
    found, causes, summary = judge(form, change, "ignore")
    assert not found and not causes and "skipped: signatures: --signatures ignore." in summary["notes"]


def dropped(report):
    report["signature"] = b""


def short(report):
    report["signature"] = b"x"


def hardware_key(report):
    report["pub_key"] = bytes(1) + report["pub_key"][1:]


@pytest.mark.parametrize(
    ("change", "name"), [(dropped, "unsigned"), (short, "bad"), (hardware_key, "of another kind of key")]
)
def test_what_else_may_stand_in_a_frame(judge, change, name):
    found, _, _ = judge("oracle", change)
    assert found[name] == 1 and set(found) == {"good", name}


def keyless(tables):
    for row in tables["hotspots"]:
        row["public_key"] = ""


def timeless(tables):
    tables["witnesses"][0]["timestamp_ns"] = ""


@pytest.mark.parametrize(("change", "name"), [(keyless, "of an unknown key"), (timeless, "incomplete")])
def test_what_a_table_may_lack(judge, change, name):
    found, causes, summary = judge("csv", change, "reject")
    assert found[name] >= 1 and "bad" not in found and not causes
    assert any(name in note for note in summary["notes"])


def test_a_bad_report_does_not_shut_out_the_good_one_of_the_same_id(folder, tmp_path):
    out = tmp_path / "oracle"
    export(load_run(folder), "oracle", out)
    beacons, witnesses = (next(out.glob(f"iot_{kind}_ingest*")) for kind in ("beacon", "witness"))
    frames = _frames(witnesses, "iot_witness_ingest_report")
    forged = decode(WITNESS_FRAME, encode(WITNESS_FRAME, frames[0]))
    louder(forged["report"])
    write_frames(witnesses, (encode(WITNESS_FRAME, frame) for frame in [forged, *frames]))
    verified = verify(Files(out / "hotspots.csv", beacons, witnesses), PROFILE, signatures="reject")
    assert verified.counts["witnesses"].causes == {"invalid signature": 1}


def test_large_files_are_sampled_unless_bad_ones_are_turned_away(monkeypatch):
    monkeypatch.setattr(signature_check, "ALL_OF", 10)
    monkeypatch.setattr(signature_check, "EVERY", 5)
    key, asked = b"\x01" + bytes(32), []
    check = SignatureCheck()
    for _ in range(30):
        check.ask(key, bytes(64), lambda: asked.append(1) or b"")
    assert check.found == {"bad": 14, "not sampled": 16} and len(asked) == 14


def test_an_unknown_mode(judge):
    with pytest.raises(DataError, match="count, reject or ignore"):
        judge("csv", mode="maybe")
