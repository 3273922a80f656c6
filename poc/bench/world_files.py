"""One world as files: what a server received, in the columns of `poc verify` and `poc detect`, and nothing else.

Ids are keyed words in hexadecimal, rows are ordered by id or by arrival, times are whole milliseconds. Owners are left
out: the emulator gives the keys of a farm one owner and honest hotspots any, so they would tell too much.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from maps.grid import text_from_cells
from poc.detectors.evidence import Evidence, case_of
from poc.errors import DataError
from poc.interop.run_reports import data_rate_name
from poc.keys import Keys
from poc.schema import BEACONS, HOTSPOTS, WITNESS_REPORTS, WITNESS_VERDICTS
from poc.store import write_json
from poc.table import Array, Table
from poc.validator.joining import join

FILES = ("hotspots.parquet", "beacons.parquet", "witnesses.parquet")
CARD = "world.json"
_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class PublicWorld:
    """A world as an entry sees it: the evidence of all reports, and what each hotspot was paid (rows of hotspots)."""

    evidence: Evidence
    beacons: Table
    pay_bones: Array

    @property
    def names(self) -> Array:
        """The ids as they stand in the files, in the order of `evidence.hotspots`."""
        return texts_of(self.evidence.hotspots["hotspot"])


def texts_of(ids: Array) -> Array:
    """Ids as they stand in the files.

    >>> texts_of(np.array([255], np.uint64)).tolist()
    ['00000000000000ff']
    """
    octets = np.ascontiguousarray(ids, ">u8").view(np.uint8).reshape(-1, 8)
    digits = np.stack([octets >> 4, octets & 15], axis=-1).reshape(-1, 16)
    return np.frombuffer(b"0123456789abcdef", np.uint8)[digits].view("S16").reshape(-1).astype("U16")


def write_world(
    folder: Path, hotspots: Table, tables: Mapping[str, Table], pay_bones: Array, keys: Keys
) -> dict[str, str]:
    """Write the three files of a world; the SHA-256 of each.

    tables: `beacons` and `witness_reports` of the world; ids of beacons are drawn anew from `keys`. pay_bones: of the
    rows of hotspots. Reports on no beacon of the world are left out, as a server drops them.
    """
    order = np.argsort(hotspots["hotspot"], kind="stable")
    hotspots, pay_bones = hotspots.take(order), pay_bones[order]
    columns: dict[str, Any] = {
        "hotspot": texts_of(hotspots["hotspot"]),
        "cell": text_from_cells(hotspots["cell"]),
        "gain_dbi": hotspots["gain_dbi"],
        "elevation_m": hotspots["elevation_m"],
        "region": hotspots["region"].astype(np.int64).astype(np.str_),
        "pay_bones": pay_bones,
    }
    _write(folder / FILES[0], columns)
    beacons = tables["beacons"]
    names = keys.bits(beacons["beacon"])
    order = np.lexsort((names, beacons["received_ns"] // _MS))
    sent = beacons.take(order)
    columns = {
        "beacon": texts_of(names[order]),
        "beaconer": _each_once(sent["hotspot"]),
        "received_ns": sent["received_ns"] // _MS * _MS,
        "frequency_hz": sent["frequency_hz"],
        "data_rate": _rates(sent["spreading_factor"]),
        "tx_power_dbm": sent["power_dbm"].astype(np.int64),
    }
    _write(folder / FILES[1], columns)
    heard = tables["witness_reports"]
    row = beacons.rows_of(heard["payload"], "payload")
    heard, row = heard.take(row >= 0), row[row >= 0]
    order = np.lexsort((heard["hotspot"], names[row], heard["received_ns"] // _MS))
    heard, row = heard.take(order), row[order]
    columns = {
        "beacon": _each_once(names[row]),
        "witness": _each_once(heard["hotspot"]),
        "received_ns": heard["received_ns"] // _MS * _MS,
        "rssi_dbm": heard["rssi_dbm"],
        "snr_db": heard["snr_db"],
        "frequency_hz": heard["frequency_hz"],
        "data_rate": _rates(heard["spreading_factor"]),
    }
    _write(folder / FILES[2], columns)
    return {name: sha256_of(folder / name) for name in FILES}


def read_world(folder: Path) -> PublicWorld:
    """The world of a folder; DataError for files that are missing or not as they were made (checked by SHA-256)."""
    card = read_card(folder)
    for name in FILES:
        if sha256_of(folder / name) != card["files"].get(name):
            raise DataError(f"'{folder / name}' is not the file that was made (SHA-256 differs); make the world again.")
    hotspots, beacons, witnesses = (pq.ParquetFile(folder / name).read() for name in FILES)
    ids = _ids(hotspots, "hotspot")
    n = len(ids)
    table = HOTSPOTS.table(
        hotspot=ids,
        owner=np.zeros(n, np.uint64),
        cell=np.array([int(text, 16) for text in hotspots.column("cell").to_pylist()], np.uint64),
        gain_dbi=hotspots.column("gain_dbi").to_numpy(),
        elevation_m=hotspots.column("elevation_m").to_numpy(),
        region=np.array([int(text) for text in hotspots.column("region").to_pylist()], np.int16),
        full=np.ones(n, np.bool_),
    )
    sent = _ids(beacons, "beacon")
    m = len(sent)
    beacon_table = BEACONS.table(
        beacon=sent, hotspot=_ids(beacons, "beaconer"), sent_ns=beacons.column("received_ns").to_numpy(),
        received_ns=beacons.column("received_ns").to_numpy(), payload=sent, entropy_start_s=np.zeros(m, np.int64),
        entropy=np.zeros(m, np.uint64), local_entropy=np.zeros(m, np.uint32),
        power_dbm=beacons.column("tx_power_dbm").to_numpy(), frequency_hz=beacons.column("frequency_hz").to_numpy(),
        spreading_factor=_factors(beacons),
    )  # fmt: skip
    k = witnesses.num_rows
    received_ns = witnesses.column("received_ns").to_numpy()
    heard = WITNESS_REPORTS.table(
        report=np.arange(1, k + 1, dtype=np.uint64), payload=_ids(witnesses, "beacon"),
        hotspot=_ids(witnesses, "witness"), heard_ns=received_ns, received_ns=received_ns,
        rssi_dbm=witnesses.column("rssi_dbm").to_numpy(), snr_db=witnesses.column("snr_db").to_numpy(),
        frequency_hz=witnesses.column("frequency_hz").to_numpy(), spreading_factor=_factors(witnesses),
    )  # fmt: skip
    pay = hotspots.column("pay_bones").to_numpy()
    return PublicWorld(evidence_of(table, beacon_table, heard), beacon_table, pay)


def evidence_of(hotspots: Table, beacons: Table, witness_reports: Table) -> Evidence:
    """All reports of a world, joined and condensed as a detector wants them; no verdicts, no map."""
    receptions = join(hotspots, beacons, witness_reports).receptions
    case = case_of(hotspots, {"beacons": beacons, "receptions": receptions})
    return Evidence(hotspots, case.activity, case.links, receptions, WITNESS_VERDICTS.empty(), None)


def read_card(folder: Path, name: str = CARD) -> dict[str, Any]:
    """The JSON beside the files; DataError where there is none."""
    try:
        card = json.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"'{folder}' holds no readable {name}, expected a world of spoof-bench; make it again."
        ) from error
    if not isinstance(card, dict):
        raise DataError(f"'{folder / name}' holds no object, expected the card of a world; make it again.")
    return card


def write_table(path: Path, columns: Mapping[str, Any]) -> None:
    """A Parquet file whose bytes follow from the columns alone."""
    _write(path, columns)


def sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"'{path}' cannot be read ({error.strerror}); make the world again.") from error


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder that has its name only when all is written, so that a killed run leaves none that looks finished."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def write_card(folder: Path, card: Mapping[str, Any], name: str = CARD) -> None:
    write_json(folder / name, card)


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    pq.write_table(table, path, compression="zstd", version="2.6")


def _each_once(ids: Array) -> pa.Array:
    """The texts of ids of which there are few: each is spelt once."""
    words, place = np.unique(ids, return_inverse=True)
    return pa.array(texts_of(words), pa.string()).take(pa.array(place))


def _ids(table: pa.Table, name: str) -> Array:
    encoded = table.column(name).combine_chunks().dictionary_encode()
    words = np.array([int(text, 16) for text in encoded.dictionary.to_pylist()] or [0], np.uint64)
    return words[encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)]


def _rates(factors: Array) -> pa.Array:
    words, place = np.unique(factors, return_inverse=True)
    names = pa.array([data_rate_name(int(factor)) for factor in words.tolist()], pa.string())
    return names.take(pa.array(place)) if len(words) else names


def _factors(table: pa.Table) -> Array:
    encoded = table.column("data_rate").combine_chunks().dictionary_encode()
    words = np.array([int(text[2:].split("BW")[0]) for text in encoded.dictionary.to_pylist()] or [0], np.uint8)
    return words[encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)]
