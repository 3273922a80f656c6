"""A finished run in other people's formats: Helium oracle files, report tables, GeoJSON, GeoParquet.

The report tables have the columns that `poc verify` reads, so a run can be judged again by anybody.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from maps.grid import are_valid, coordinates_from_cells
from poc.errors import DataError, did_you_mean
from poc.interop.export_oracle import OracleFiles
from poc.interop.run_reports import Row, RunReports, data_rate_name, run_reports
from poc.interop.signing import signatures_of
from poc.ledger.address import address_from_public_key
from poc.ledger.keys import public_key
from poc.reasons import Reason
from poc.store import RunData, new_folder, write_json
from radio_models.lora.region_plans import REGION_NUMBERS

Rows = list[Row]
_REGION_NAMES = {number: name for name, number in REGION_NUMBERS.items()}
#: Spreadsheets run text that begins like this; a quote in front keeps it text.
_FORMULA = ("=", "+", "-", "@")


def export(
    run: RunData, form: str, out: Path, *, force: bool = False, sign_share: float | None = None
) -> dict[str, int]:
    """Write a run to the folder `out` in one of FORMS and give the rows of each file.

    `sign_share` of the reports carry their signature, those that the run signed where it is None.
    PocError for another form, a run that did not keep its reports, or a folder that is there already.
    """
    if form not in FORMS:
        raise DataError(f"there is no export '{form}'; {did_you_mean(form, FORMS)}")
    if sign_share is None:
        sign_share = float(run.manifest["scenario"].get("signing", {}).get("share", 0.0))
    if not 0.0 <= sign_share <= 1.0:
        raise DataError(f"the share of signed reports is {sign_share}, expected 0 to 1; correct it.")
    with new_folder(out, force) as folder:
        written = FORMS[form](run, folder, sign_share)
        document = {"kind": "export", "form": form, "run": run.manifest["name"], "seed": run.manifest["seed"]}
        write_json(folder / "manifest.json", {**document, "rows": written})
    return written


def report_tables(run: RunData, sign_share: float = 0.0) -> dict[str, Rows]:
    """Hotspots, beacons, witnesses and entropies in the columns of `poc verify`; ids as decimal text.

    Public keys, times by the hotspots' clocks and signatures come along only where something is signed.
    """
    reports = run_reports(run)
    tables = _plain_tables(reports)
    if sign_share > 0:
        seed = int(run.manifest["seed"])
        for row, hotspot in zip(tables["hotspots"], reports.hotspots, strict=True):
            row["public_key"] = public_key(seed, hotspot["hotspot"]).hex()
        for name, kind, time_ns, rows in (
            ("beacons", "beacon", "sent_ns", reports.beacons),
            ("witnesses", "witness", "heard_ns", reports.witnesses),
        ):
            data = signatures_of(kind, rows, seed, sign_share)
            for row, report, signature in zip(tables[name], rows, data, strict=True):
                row |= {"timestamp_ns": report[time_ns], "signature": signature.hex()}
    return tables


def _plain_tables(reports: RunReports) -> dict[str, Rows]:
    return {
        "hotspots": [
            {
                "hotspot": str(row["hotspot"]),
                "cell": format(row["cell"], "x") if row["cell"] else "",
                "gain_dbi": row["gain_dbi"],
                "elevation_m": row["elevation_m"],
                "region": _REGION_NAMES[row["region"]],
                "is_full": row["full"],
                "owner": str(row["owner"]),
            }
            for row in reports.hotspots
        ],
        "beacons": [
            {
                "beacon": str(row["beacon"]),
                "beaconer": str(row["hotspot"]),
                "received_ns": row["received_ns"],
                "frequency_hz": row["frequency_hz"],
                "data_rate": data_rate_name(row["spreading_factor"]),
                "tx_power_dbm": row["power_dbm"],
                "payload": row["data"].hex(),
                "local_entropy": row["local"].hex(),
                "remote_entropy": row["remote_entropy"].hex(),
                "entropy_timestamp_s": row["entropy_timestamp_s"],
            }
            for row in reports.beacons
        ],
        "witnesses": [
            {
                "payload": row["data"].hex(),
                "witness": str(row["hotspot"]),
                "received_ns": row["received_ns"],
                "rssi_dbm": row["rssi_dbm"],
                "snr_db": row["snr_db"],
                "frequency_hz": row["frequency_hz"],
                "data_rate": data_rate_name(row["spreading_factor"]),
            }
            for row in reports.witnesses
        ],
        "entropies": [
            {"remote_entropy": row["data"].hex(), "entropy_timestamp_s": row["timestamp"], "version": row["version"]}
            for row in reports.entropies
        ],
    }


def hotspot_features(run: RunData) -> tuple[list[tuple[float, float]], Rows]:
    """(longitude, latitude) of the asserted cells' centres, and of each hotspot what it sent, heard and earned."""
    last = {row["hotspot"]: row for row in run.tables["hotspots"].to_pylist()}
    rows = [row for row in last.values() if are_valid([row["cell"]])[0]]
    counted: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, who, what in (("beacon_verdicts", "hotspot", "beacons"), ("witness_verdicts", "witness", "witnesses")):
        for row in run.tables[name].select([who, "reason"]).to_pylist() if name in run.tables else []:
            counted[row[who]][f"n_{what}_{'invalid' if row['reason'] != Reason.none else 'valid'}"] += 1
    for row in run.tables["rewards"].to_pylist() if "rewards" in run.tables else []:
        counted[row["hotspot"]]["amount_bones"] += row["amount_bones"]
    names = ("n_beacons_valid", "n_beacons_invalid", "n_witnesses_valid", "n_witnesses_invalid", "amount_bones")
    latitude, longitude = coordinates_from_cells(np.array([row["cell"] for row in rows], np.uint64))
    properties = [
        {
            "hotspot": str(row["hotspot"]),
            "cell": format(row["cell"], "x"),
            "gain_dbi": row["gain_dbi"],
            "elevation_m": row["elevation_m"],
            "region": _REGION_NAMES[row["region"]],
            **{name: counted[row["hotspot"]][name] for name in names},
        }
        for row in rows
    ]
    return list(zip(longitude.tolist(), latitude.tolist(), strict=True)), properties


def _oracle(run: RunData, folder: Path, sign_share: float) -> dict[str, int]:
    files = OracleFiles(run, run_reports(run), sign_share)
    written = files.write(folder)
    rows = _plain_tables(files.reports)["hotspots"]
    for row in rows:
        row["emulator_id"] = row["hotspot"]
        row["hotspot"] = address_from_public_key(files.keys[int(row["emulator_id"])])
    return written | {"hotspots.csv": _write_csv(folder / "hotspots.csv", rows)}


def _tables(write: Callable[[Path, Rows], int], suffix: str) -> Callable[[RunData, Path, float], dict[str, int]]:
    def writer(run: RunData, folder: Path, sign_share: float) -> dict[str, int]:
        tables = {name: rows for name, rows in report_tables(run, sign_share).items() if rows or name != "entropies"}
        return {f"{name}{suffix}": write(folder / f"{name}{suffix}", rows) for name, rows in tables.items()}

    return writer


def _write_csv(path: Path, rows: Rows) -> int:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["empty"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return len(rows)


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_jsonl(path: Path, rows: Rows) -> int:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    return len(rows)


def _write_parquet(path: Path, rows: Rows) -> int:
    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")
    return len(rows)


def _geojson(run: RunData, folder: Path, sign_share: float) -> dict[str, int]:
    places, properties = hotspot_features(run)
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": list(place)}, "properties": row}
        for place, row in zip(places, properties, strict=True)
    ]
    document = {"type": "FeatureCollection", "features": features}
    (folder / "hotspots.geojson").write_text(json.dumps(document, allow_nan=False), "utf-8")
    return {"hotspots.geojson": len(features)}


def _geoparquet(run: RunData, folder: Path, sign_share: float) -> dict[str, int]:
    import shapely

    places, properties = hotspot_features(run)
    table = pa.Table.from_pylist(properties)
    points = shapely.to_wkb(shapely.points(places)) if places else []
    table = table.append_column("geometry", pa.array([bytes(point) for point in points], pa.binary()))
    column = {"encoding": "WKB", "geometry_types": ["Point"]}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), folder / "hotspots.parquet")
    return {"hotspots.parquet": len(properties)}


#: Form → writer. To add one: a function and a line here.
FORMS: dict[str, Callable[[RunData, Path, float], dict[str, int]]] = {
    "oracle": _oracle,
    "csv": _tables(_write_csv, ".csv"),
    "jsonl": _tables(_write_jsonl, ".jsonl"),
    "parquet": _tables(_write_parquet, ".parquet"),
    "geojson": _geojson,
    "geoparquet": _geoparquet,
}
