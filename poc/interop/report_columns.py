"""Reports for detectors, column by column: hotspots, beacons and witness reports of any file as condensed evidence.

Detectors ask for less than the judge, so most columns may be missing; what is missing is said in `notes`. Row forms
(JSON Lines, oracle files, broken CSV) go through the same readers as `poc verify`; whole Parquet and CSV files are
taken column by column, since tens of millions of rows are nothing unusual here.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from poc.detectors.evidence import Case, statistics_by_row
from poc.errors import DataError
from poc.interop.frames import file_type_of
from poc.interop.names import Names
from poc.interop.oracle_ingest import read_oracle_beacons, read_oracle_witnesses
from poc.interop.rejections import Rejections
from poc.interop.rows import BOMB, INNOCENT_BYTES, INNOCENT_ROWS, MOST_INFLATION, check_columns, read_rows
from poc.interop.table_files import read_hotspots
from poc.schema import ACTIVITY
from poc.table import Array, Table
from radio_models.lora.receiver import esp_dbm_from

HOTSPOT_COLUMNS = ("hotspot", "cell|latitude_deg", "cell|longitude_deg")
BEACON_COLUMNS = ("beacon", "beaconer")
WITNESS_COLUMNS = ("beacon|payload", "witness", "rssi_dbm")
_TEXTS = ("beacon", "payload", "beaconer", "witness")
_NUMBERS = ("tx_power_dbm", "rssi_dbm", "snr_db", "frequency_hz")
_BOUNDS = {
    "tx_power_dbm": (-50.0, 60.0),
    "rssi_dbm": (-200.0, 50.0),
    "snr_db": (-60.0, 60.0),
    "frequency_hz": (1e6, 1e11),
}
_POWER_DBM = 14.0


@dataclass(frozen=True, slots=True)
class Reports:
    """HOTSPOTS, the reports on them condensed, the texts behind the numbers, counts of rows, and what was missing.

    noise_in_losses: the reports held no SNR (see Evidence).
    """

    hotspots: Table
    case: Case
    frequency_hz: float | None
    names: Names
    counts: dict[str, Rejections]
    notes: list[str] = field(default_factory=list)
    noise_in_losses: bool = False


def read_reports(hotspots: Path, beacons: Path, witnesses: Path) -> Reports:
    """Read and condense; DataError for a file that cannot be read or lacks a column without which nothing is left."""
    names = Names()
    counts = {name: Rejections() for name in ("hotspots", "beacons", "witnesses")}
    with ThreadPoolExecutor(1) as reader:  # Arrow reads the reports while hotspots are read row by row
        of_witnesses = reader.submit(
            _columns, witnesses, WITNESS_COLUMNS, "iot_witness_ingest_report", counts["witnesses"], encoded=_TEXTS
        )
        table, _ = read_hotspots(hotspots, names, counts["hotspots"], HOTSPOT_COLUMNS, fill_regions=False)
        sent = _columns(beacons, BEACON_COLUMNS, "iot_beacon_ingest_report", counts["beacons"])
        heard = of_witnesses.result()
    notes: list[str] = []
    beaconer, power_dbm = _beacons(sent, names, table, counts["beacons"], notes)
    beacon = _joined(sent, heard)
    witness = _hotspot_rows(heard["witness"], names, table)
    frequency = _numbers(heard, "frequency_hz", counts["witnesses"], np.zeros(0, np.bool_))
    rows, loss_db = _losses(heard, beacon, beaconer, witness, power_dbm, counts["witnesses"], notes)
    by_id = np.argsort(table["hotspot"])
    rank = np.empty(len(by_id), np.int64)
    rank[by_id] = np.arange(len(by_id))
    links = statistics_by_row(table["hotspot"][by_id], rank[beaconer[beacon[rows]]], rank[witness[rows]], loss_db)
    case = Case(_activity(table, beaconer, power_dbm, witness), links)
    known = frequency[np.isfinite(frequency)]
    frequency_hz = float(np.median(known)) if len(known) else None
    return Reports(table, case, frequency_hz, names, counts, notes, noise_in_losses="snr_db" not in heard)


def _columns(
    path: Path, required: tuple[str, ...], file_type: str, counts: Rejections, encoded: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Arrow arrays of the columns there are; encoded ones of Parquet files with each text once."""
    found = file_type_of(path)
    if found is not None and found != file_type:
        raise DataError(f"'{path}' is an oracle file of {found}, expected {file_type}; give the right file.")
    if found is not None:
        return _oracle_columns(path, file_type, counts)
    wanted = [*_TEXTS, *_NUMBERS]
    table = None
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            kinds = pq.read_schema(path)
            texts = [kind.name for kind in kinds if kind.name in encoded and kind.type in (pa.string(), pa.binary())]
            with pq.ParquetFile(path, read_dictionary=texts) as file:
                present = file.schema_arrow.names
                check_columns(path, required, present)
                facts = file.metadata
                hollow = facts.num_rows > max(INNOCENT_ROWS, path.stat().st_size)
                most = max(INNOCENT_BYTES, MOST_INFLATION * path.stat().st_size)
                groups = [facts.row_group(group) for group in range(facts.num_row_groups)]
                fine = [group for group, one in enumerate(groups) if not hollow and one.total_byte_size <= most]
                lost = facts.num_rows - sum(groups[group].num_rows for group in fine)
                counts.receive(lost)
                counts.reject(BOMB, lost)
                table = file.read_row_groups(fine, [name for name in wanted if name in present])
        elif path.suffix.lower() == ".csv":
            table = _csv_table(path, required, wanted)
    except (pa.ArrowException, UnicodeDecodeError, OverflowError) as error:
        if path.suffix.lower() == ".parquet":
            raise DataError(f"'{path}' is no readable Parquet file ({error}); write it again.") from error
    except OSError as error:
        raise DataError(f"'{path}' could not be read ({error.strerror or error}); correct the path.") from error
    if table is None:
        return _columns_of_rows(read_rows(path, required, counts), wanted)
    counts.receive(table.num_rows)
    return {name: table.column(name).combine_chunks() for name in table.column_names}


def _csv_table(path: Path, required: tuple[str, ...], wanted: list[str]) -> pa.Table | None:
    """A CSV file without a broken line as text columns; None where the row reader should look at it."""
    import pyarrow.csv

    with path.open("rb") as file:
        first = file.readline(1 << 20)
    if not first.strip() or b'"' in first:
        return None
    header = [name.strip() for name in first.decode("utf-8-sig").split(",")]
    check_columns(path, required, header)
    if len(set(header)) != len(header):
        return None
    return pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(column_names=header, skip_rows=1),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=[name for name in wanted if name in header],
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _columns_of_rows(rows: Iterable[dict[str, Any]], wanted: list[str]) -> dict[str, Any]:
    parts: dict[str, list[str | None]] = {name: [] for name in wanted}
    present: set[str] = set()
    for row in rows:
        present |= row.keys()
        for name, part in parts.items():
            value = row.get(name)
            part.append(None if value is None or value == "" or isinstance(value, (dict, list)) else str(value))
    return {name: pa.array(part, pa.string()) for name, part in parts.items() if name in present or not present}


def _oracle_columns(path: Path, file_type: str, counts: Rejections) -> dict[str, Any]:
    if file_type == "iot_beacon_ingest_report":
        beacons = read_oracle_beacons(path, counts)
        return {
            "beacon": pa.array([row.beacon for row in beacons], pa.string()),
            "payload": pa.array([str(row.payload) for row in beacons], pa.string()),
            "beaconer": pa.array([row.hotspot for row in beacons], pa.string()),
            "tx_power_dbm": pa.array([row.power_dbm for row in beacons], pa.float64()),
        }
    reports = read_oracle_witnesses(path, counts)
    return {
        "payload": pa.array([None if row.payload is None else str(row.payload) for row in reports], pa.string()),
        "witness": pa.array([row.hotspot for row in reports], pa.string()),
        "rssi_dbm": pa.array([row.rssi_dbm for row in reports], pa.float64()),
        "snr_db": pa.array([row.snr_db for row in reports], pa.float64()),
        "frequency_hz": pa.array([float(row.frequency_hz) for row in reports], pa.float64()),
    }


def _beacons(
    sent: dict[str, Any], names: Names, hotspots: Table, counts: Rejections, notes: list[str]
) -> tuple[Array, Array]:
    """(row of the beaconer, claimed power) of each beacon; −1 for one that counts for nothing."""
    beaconer = _hotspot_rows(sent["beaconer"], names, hotspots)
    counts.reject("beaconer is missing or not among the hotspots", int((beaconer < 0).sum()))
    power_dbm = _numbers(sent, "tx_power_dbm", counts, beaconer < 0)
    if "tx_power_dbm" not in sent:
        notes.append(f"no column tx_power_dbm: every beacon counts as sent with {_POWER_DBM:.0f} dBm.")
        power_dbm = np.full(len(beaconer), _POWER_DBM)
    bad = (beaconer >= 0) & ~np.isfinite(power_dbm)
    beaconer = np.where(bad, -1, beaconer)
    first = pc.index_in(sent["beacon"], value_set=sent["beacon"]).fill_null(-1).to_numpy(zero_copy_only=False)
    again = (beaconer >= 0) & (first != np.arange(len(first)))
    counts.reject("duplicate beacon", int(again.sum()))
    return np.where(again, -1, beaconer), power_dbm


def _joined(sent: dict[str, Any], heard: dict[str, Any]) -> Array:
    """Row of the beacon that each witness report speaks of, by its name, else by its payload; −1 for none."""
    n = len(heard["witness"])
    row = np.full(n, -1, np.int64)
    for name in ("beacon", "payload"):
        if name in heard and name in sent:
            words, index = _words(heard[name])
            found = pc.index_in(words, value_set=_text(sent[name]).drop_null())
            # positions among the named ones become rows of all
            named = np.flatnonzero(sent[name].is_valid().to_numpy(zero_copy_only=False))
            place = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            place = np.append(np.append(named, -1)[place], -1)[index]
            row = np.where(row < 0, place, row)
    return row


def _losses(
    heard: dict[str, Any],
    beacon: Array,
    beaconer: Array,
    witness: Array,
    power_dbm: Array,
    counts: Rejections,
    notes: list[str],
) -> tuple[Array, Array]:
    """(rows of usable witness reports, their losses [dB]); the others are counted by cause."""
    counts.reject("witness is missing or not among the hotspots", int((witness < 0).sum()))
    usable = witness >= 0
    sender = np.where(beacon >= 0, np.append(beaconer, -1)[beacon], -1)
    counts.reject("beacon is not among the beacons", int((usable & (sender < 0)).sum()))
    usable &= sender >= 0
    rssi_dbm = _numbers(heard, "rssi_dbm", counts, ~usable)
    usable &= np.isfinite(rssi_dbm)
    if "snr_db" in heard:
        snr_db = _numbers(heard, "snr_db", counts, ~usable)
        usable &= np.isfinite(snr_db)
        signal_dbm = esp_dbm_from(rssi_dbm, np.clip(np.where(np.isfinite(snr_db), snr_db, 0.0), -40.0, 40.0))
    else:
        notes.append("no column snr_db: the noise is taken out of the strengths as far as the weakest links show it.")
        signal_dbm = rssi_dbm
    own = usable & (sender == witness)
    counts.reject("a hotspot heard itself", int(own.sum()))
    rows = np.flatnonzero(usable & ~own)
    first = _first_copies(beacon[rows] * (int(witness.max(initial=0)) + 1) + witness[rows], rssi_dbm[rows])
    counts.reject("duplicate report", len(rows) - len(first))
    rows = rows[first]
    return rows, power_dbm[beacon[rows]] - signal_dbm[rows]


def _first_copies(keys: Array, rssi_dbm: Array) -> Array:
    """Which rows to keep, so that each key is there once: of several the weakest signal."""
    sorted_keys = np.sort(keys)
    if not (sorted_keys[1:] == sorted_keys[:-1]).any():
        return np.arange(len(keys))
    order = np.lexsort((rssi_dbm, keys))
    first = np.ones(len(order), np.bool_)
    first[1:] = keys[order][1:] != keys[order][:-1]
    return order[first]


def _activity(hotspots: Table, beaconer: Array, power_dbm: Array, witness: Array) -> Table:
    n, counted = len(hotspots), np.flatnonzero(beaconer >= 0)
    n_beacons = np.bincount(beaconer[counted], minlength=n)
    # powers in sixteenths of a decibel are whole, so the sum is the same in any order
    power = np.bincount(beaconer[counted], np.rint(power_dbm[counted] * 16.0), n) / 16.0
    table = ACTIVITY.table(
        hotspot=hotspots["hotspot"],
        n_beacons=n_beacons,
        n_witnessed=np.bincount(witness[witness >= 0], minlength=n),
        power_dbm=power / np.maximum(n_beacons, 1),
    )
    return table.sort("hotspot")


def _hotspot_rows(column: Any, names: Names, hotspots: Table) -> Array:
    """Row of the hotspot that each text names; −1 for none."""
    text_of = {names.text_of[number]: row for row, number in enumerate(hotspots["hotspot"].tolist())}
    words, index = _words(column)
    return np.array([text_of.get(text, -1) for text in words.to_pylist()] + [-1], np.int64)[index]


def _words(column: Any) -> tuple[Any, Array]:
    """(texts without spaces around, which of them each row has; −1 for none)."""
    if not pa.types.is_dictionary(column.type):
        column = _text(column).dictionary_encode()
    return _text(column.dictionary), column.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def _text(column: Any) -> Any:
    """The column as text without spaces around; whole numbers are read as text."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type):
        return pa.array([None if value is None else value.hex() for value in column.to_pylist()], pa.string())
    return pc.utf8_trim_whitespace(column.cast(pa.string()))


def _numbers(columns: dict[str, Any], name: str, counts: Rejections, silent: Array) -> Array:
    """A column as numbers, NaN where there is none or it is out of bounds; counted unless the row is lost already."""
    if name not in columns:
        return np.zeros(0)
    column = columns[name]
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.utf8_trim_whitespace(column)
        fine = pc.match_substring_regex(column, r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$")
        column = pc.if_else(fine, column, pa.scalar(None, pa.string())).cast(pa.float64())
    values = column.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    low, high = _BOUNDS[name]
    bad = ~((values >= low) & (values <= high))
    if len(silent) == len(values):
        counts.reject(f"{name} is no number within {low:g} to {high:g}", int((bad & ~silent).sum()))
    return np.where(bad, np.nan, values)
