"""A small run goes out in every form and comes back through `verify` with the same verdicts."""

import json
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from poc.errors import DataError, StoreError
from poc.interop.export import FORMS, export
from poc.interop.frames import read_frames
from poc.interop.messages import FILE_TYPES
from poc.interop.rejections import Rejections
from poc.interop.verdict_files import reason_name, verdict_rows
from poc.interop.verify import Files, verify
from poc.interop.wire import decode, encode
from poc.ledger.address import address_from_public_key
from poc.ledger.keys import is_signed
from poc.profiles import PROFILES
from poc.running import run_in_memory
from poc.scenario import scenario_from

PROFILE = PROFILES["helium-iot-2026"]


@pytest.fixture(scope="module")
def run():
    scenario = {
        "seed": 5, "fleet": {"n_hotspots": 25}, "time": {"n_epochs": 1, "warm_up_epochs": 0}, "reports": ["all"],
        "map": {"city": "liechtenstein"}, "profile": {"base": "helium-iot-2026"},
    }  # fmt: skip
    return run_in_memory(scenario_from(scenario, "tiny"))


def _reasons_of_run(run):
    sent, heard = run.tables["beacon_verdicts"].to_pylist(), run.tables["witness_verdicts"].to_pylist()
    assert len(sent) > 50 and len(heard) > 50
    return sorted(
        [("beacon", str(row["hotspot"]), reason_name(row["reason"])) for row in sent]
        + [("witness", str(row["witness"]), reason_name(row["reason"])) for row in heard]
    )


def _frames(path, file_type):
    counts = Rejections()
    found = [
        decode(FILE_TYPES[file_type], block.data[b:e])
        for block in read_frames(path, counts)
        for b, e in zip(block.begin, block.end, strict=True)
    ]
    assert not counts.causes
    return found


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_tables_come_back_with_the_same_verdicts(run, tmp_path, form):
    written = export(run, form, tmp_path / "out")
    files = Files(*(tmp_path / "out" / f"{name}.{form}" for name in ("hotspots", "beacons", "witnesses")))
    verified = verify(files, PROFILE)
    assert {name: counts.n_rejected for name, counts in verified.counts.items()} == dict.fromkeys(verified.counts, 0)
    assert verified.counts["witnesses"].n_received == written[f"witnesses.{form}"] > 50
    rows = verdict_rows(verified).to_pylist()
    assert sorted((row["kind"], row["hotspot"], row["reason"]) for row in rows) == _reasons_of_run(run)


def test_oracle_files_come_back_with_the_same_verdicts(run, tmp_path):
    written = export(run, "oracle", tmp_path / "out", sign_share=0.1)
    by_type = {name.split(".")[0]: tmp_path / "out" / name for name in written}
    files = Files(
        by_type["hotspots"], by_type["iot_beacon_ingest_report"], by_type["iot_witness_ingest_report"],
        entropies=by_type["entropy_report"] if written[by_type["entropy_report"].name] else None,
    )  # fmt: skip
    verified = verify(files, PROFILE)
    address = {row["hotspot"]: row["emulator_id"] for row in _csv(by_type["hotspots"])}
    rows = verdict_rows(verified).to_pylist()
    assert sorted((row["kind"], address[row["hotspot"]], row["reason"]) for row in rows) == _reasons_of_run(run)


def _csv(path):
    import csv

    with path.open() as file:
        return list(csv.DictReader(file))


def test_oracle_files_hold_what_the_run_holds(run, tmp_path):
    written = export(run, "oracle", tmp_path / "out", sign_share=0.2)
    frames = {
        name.split(".")[0]: _frames(tmp_path / "out" / name, name.split(".")[0])
        for name in written
        if name != "hotspots.csv"
    }
    sent, heard = run.tables["beacon_verdicts"], run.tables["witness_verdicts"]
    n_valid = int((sent["reason"].to_numpy() == 0).sum())
    assert len(frames["iot_poc"]) == n_valid and len(frames["iot_invalid_beacon"]) == len(sent) - n_valid
    selected = [w for poc_frame in frames["iot_poc"] for w in poc_frame["selected_witnesses"]]
    assert len(selected) == int(heard["selected"].to_numpy().sum()) > 0
    assert all(w["status"] == 0 and w["invalid_reason"] == 0 for w in selected)
    in_poc = sum(len(p["selected_witnesses"]) + len(p["unselected_witnesses"]) for p in frames["iot_poc"])
    assert in_poc + len(frames["iot_invalid_witness"]) == len(heard)
    rssi = sorted(row["report"]["signal"] for row in frames["iot_witness_ingest_report"])
    assert rssi == sorted(np.rint(run.tables["witness_reports"]["rssi_dbm"].to_numpy() * 10).astype(int).tolist())
    paid = sum(sum(r["gateway_reward"][name] for name in ("beacon_amount", "witness_amount"))
               for r in frames["iot_network_reward_shares_v1"] if "gateway_reward" in r)  # fmt: skip
    assert paid == int(run.tables["rewards"]["amount_bones"].to_numpy().sum()) > 0
    (manifest,) = frames["network_reward_manifest_v1"]
    assert manifest["written_files"] == [f"iot_network_reward_shares_v1.{run.manifest['start_s']}000.gz"]
    rewards = frames["iot_network_reward_shares_v1"]
    unpaid = sum(r["unallocated_reward"]["amount"] for r in rewards if "unallocated_reward" in r)
    operations = sum(r["operational_reward"]["amount"] for r in rewards if "operational_reward" in r)
    emitted = PROFILE.emission.bones_per_day
    assert paid + unpaid + operations + emitted * 6 // 100 == emitted  # the rest goes to delegators on chain
    witnesses = run.tables["rewards"].filter(pc.equal(run.tables["rewards"]["pool"], "witnesses"))
    shares = Decimal(int(witnesses["shares"].to_numpy().sum())) / 10**8
    price = Decimal(manifest["iot_reward_data"]["poc_bones_per_witness_reward_share"]["value"])
    assert price == (Decimal("0.64") * emitted / shares).quantize(Decimal("1e-15"))


def test_signatures_are_sampled_and_good(run, tmp_path):
    export(run, "oracle", tmp_path / "out", sign_share=0.2)
    (path,) = (tmp_path / "out").glob("iot_witness_ingest_report.*")
    reports = [frame["report"] for frame in _frames(path, "iot_witness_ingest_report")]
    signed = [report for report in reports if report["signature"]]
    assert 0 < len(signed) < len(reports) / 2
    for report in signed[:5]:
        message = encode("lora_witness_report_req_v1", report | {"signature": b""})
        assert is_signed(report["pub_key"], message, report["signature"])
        assert not is_signed(report["pub_key"], message + b"x", report["signature"])
        assert address_from_public_key(report["pub_key"]).startswith("1")


def test_the_same_run_gives_the_same_files(run, tmp_path):
    for name in ("a", "b"):
        export(run, "oracle", tmp_path / name, sign_share=0.1)
    assert {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()
    }


def test_maps(run, tmp_path):
    import shapely

    export(run, "geojson", tmp_path / "json")
    features = json.loads((tmp_path / "json" / "hotspots.geojson").read_text())["features"]
    assert len(features) == 25
    longitude, latitude = features[0]["geometry"]["coordinates"]
    assert 9.4 < longitude < 9.7 and 47.0 < latitude < 47.3
    export(run, "geoparquet", tmp_path / "parquet")
    table = pq.read_table(tmp_path / "parquet" / "hotspots.parquet")
    assert json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"
    point = shapely.from_wkb(table["geometry"][0].as_py())
    assert (point.x, point.y) == (longitude, latitude)
    assert sum(table["amount_bones"].to_pylist()) == int(run.tables["rewards"]["amount_bones"].to_numpy().sum())


def test_every_form_is_written(run, tmp_path):
    for form in FORMS:
        assert sum(export(run, form, tmp_path / form).values()) >= 25


def test_what_cannot_be_exported(run, tmp_path):
    with pytest.raises(DataError, match="did you mean 'csv'"):
        export(run, "csvv", tmp_path / "out")
    export(run, "csv", tmp_path / "out")
    with pytest.raises(StoreError, match="already there"):
        export(run, "csv", tmp_path / "out")
    without = {name: table for name, table in run.tables.items() if name != "witness_reports"}
    with pytest.raises(DataError, match="reports"):
        export(type(run)(run.manifest, run.metrics, without), "csv", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_hotspot_that_heard_itself_is_not_in_the_poc(run, tmp_path):
    """Source: oracles-iot `runner.rs` `filter_witness`; one unselected report of a valid beacon is made its own."""
    table = run.tables["witness_verdicts"]
    rows = table.to_pylist()
    valid = {row["beacon"] for row in run.tables["beacon_verdicts"].to_pylist() if not row["reason"]}
    own = next(i for i, row in enumerate(rows) if row["beacon"] in valid and not row["selected"])
    rows[own] |= {"witness": rows[own]["beaconer"], "reason": 15, "side": 3}
    tables = {name: run.tables[name] for name in run.tables} | {
        "witness_verdicts": pa.Table.from_pylist(rows, table.schema)
    }
    counted = []
    for name, each in (("as it was", run.tables), ("with it", tables)):
        export(type(run)(run.manifest, run.metrics, each, run.city), "oracle", tmp_path / name)
        (path,) = (tmp_path / name).glob("iot_poc.*")
        counted.append(sum(len(frame["unselected_witnesses"]) for frame in _frames(path, "iot_poc")))
    assert counted[1] == counted[0] - 1


def test_denied_reports_carry_the_tag_of_the_list(run, tmp_path):
    """Source: oracles-iot `runner.rs`; a run whose verdicts are made denied by hand."""
    tables = {name: run.tables[name] for name in run.tables}
    for name, reason, side in (("beacon_verdicts", 9, None), ("witness_verdicts", 9, 2)):
        table = tables[name]
        n = len(table)
        columns = {"reason": pa.array([reason] * n, table.schema.field("reason").type)}
        if side:
            columns |= {"side": pa.array([side] * n, table.schema.field("side").type)}
        for column, values in columns.items():
            table = table.set_column(table.schema.get_field_index(column), table.schema.field(column), values)
        tables[name] = table
    export(type(run)(run.manifest, run.metrics, tables, run.city), "oracle", tmp_path / "denied")
    for kind in ("beacon", "witness"):
        (path,) = (tmp_path / "denied").glob(f"iot_invalid_{kind}.*")
        frames = _frames(path, f"iot_invalid_{kind}")
        assert frames and {frame["invalid_details"]["denylist_tag"] for frame in frames} == {"0"}
        assert {frame["reason"] for frame in frames} == {9}
    assert {frame["participant_side"] for frame in frames} == {2}
    assert not any(_frames(path, "iot_poc") for path in (tmp_path / "denied").glob("iot_poc.*"))
