"""Scores of an entry: one Parquet file a world, from any program. What cannot be used is counted, never guessed.

`DIR/<cell>/world-<n>/scores.parquet`, cell as attack.density.channel, with the columns hotspot and probability, and as
far as the entry has them log_likelihood_ratio, verdict, estimated_latitude_deg and estimated_longitude_deg.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from poc.errors import DataError, did_you_mean
from poc.interop.rejections import Rejections
from poc.table import Array

FILE = "scores.parquet"
REQUIRED = ("hotspot", "probability")
OPTIONAL = ("log_likelihood_ratio", "verdict", "estimated_latitude_deg", "estimated_longitude_deg")
VERDICTS = ("honest", "suspect", "undecided")
MOST_ROWS = 5_000_000


@dataclass(frozen=True, slots=True)
class Scores:
    """What an entry says of each hotspot of a world, rows as in the labels; NaN and "" where it says nothing.

    counts: rows of the file, and why some were of no use.
    """

    probability: Array
    log_likelihood_ratio: Array
    verdict: Array
    latitude_deg: Array
    longitude_deg: Array
    counts: Rejections = field(default_factory=Rejections)


def read_scores(path: Path, hotspots: Array) -> Scores:
    """The scores of a file for these hotspots (ids as texts, ascending).

    A row is of no use, and counted, when its hotspot is none of the world's or comes again, or when its probability is
    not within 0 to 1. Hotspots without a usable row are counted as missing: they rank last. Raises DataError, one
    sentence, for a file that is no Parquet file, lacks a column, or holds one that cannot be read.
    """
    table = _read(path)
    counts = Rejections()
    counts.receive(table.num_rows)
    name = _hotspots(table, path)
    value_of = pc.index_in(name, value_set=pa.array(hotspots.tolist(), pa.string()))
    row = value_of.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    probability = _numbers(table, "probability", path)
    counts.reject("hotspot is none of this world", int((row < 0).sum()))
    bad = (row >= 0) & ~((probability >= 0.0) & (probability <= 1.0))
    counts.reject("probability is no number within 0 to 1", int(bad.sum()))
    use = np.flatnonzero((row >= 0) & ~bad)
    _, first = np.unique(row[use], return_index=True)
    counts.reject("hotspot comes again", len(use) - len(first))
    use = use[first]
    n = len(hotspots)
    values: dict[str, Array] = {}
    for column in ("probability", "log_likelihood_ratio", "estimated_latitude_deg", "estimated_longitude_deg"):
        values[column] = np.full(n, np.nan)
        if column in table.column_names:
            values[column][row[use]] = _numbers(table, column, path)[use]
    verdict = np.full(n, "", "U64")
    if "verdict" in table.column_names:
        verdict[row[use]] = _verdicts(table, path)[use]
    strange = np.setdiff1d(np.unique(verdict), [*VERDICTS, ""])
    if len(strange):
        raise DataError(f"'{path}' has the verdict '{strange[0]}', expected one of {', '.join(VERDICTS)}; correct it.")
    latitude_deg, longitude_deg = values["estimated_latitude_deg"], values["estimated_longitude_deg"]
    placed = (np.abs(latitude_deg) <= 90.0) & (np.abs(longitude_deg) <= 360.0)
    return Scores(
        values["probability"], values["log_likelihood_ratio"], verdict,
        np.where(placed, latitude_deg, np.nan), np.where(placed, longitude_deg, np.nan), counts,
    )  # fmt: skip


def world_path(entry: Path, cell_folder: str, world: int) -> Path:
    """Where an entry's scores of a world lie."""
    return entry / cell_folder / f"world-{world}" / FILE


def write_scores(path: Path, columns: dict[str, Any]) -> None:
    """The same columns as a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), half, compression="zstd")
    half.replace(path)


def _read(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            names, n_rows = file.schema_arrow.names, file.metadata.num_rows
            for wanted in REQUIRED:
                if wanted not in names:
                    raise DataError(f"'{path}' has no column '{wanted}'; {did_you_mean(wanted, names)}")
            if n_rows > MOST_ROWS:
                raise DataError(
                    f"'{path}' has {n_rows:,} rows, expected at most {MOST_ROWS:,}: one a hotspot; shorten it."
                )
            twice = [name for name in {*REQUIRED, *OPTIONAL} if names.count(name) > 1]
            if twice:
                raise DataError(f"'{path}' has two columns '{twice[0]}', expected one; drop one of them.")
            return file.read([name for name in names if name in (*REQUIRED, *OPTIONAL)])
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"'{path}' cannot be read ({reason}); write it again.") from error
    except pa.ArrowException as error:
        raise DataError(f"'{path}' is no readable Parquet file ({error}); write it again.") from error


def _hotspots(table: pa.Table, path: Path) -> pa.ChunkedArray:
    column = table.column("hotspot")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise DataError(f"'{path}' has hotspots of type {column.type}, expected the texts of the world; write them so.")
    return column.cast(pa.string())


def _numbers(table: pa.Table, name: str, path: Path) -> Array:
    column = table.column(name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise DataError(f"'{path}' has '{name}' of type {column.type}, expected numbers; write them so.")
    values = column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False)
    return np.asarray(values, np.float64)


def _verdicts(table: pa.Table, path: Path) -> Array:
    column = table.column("verdict")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise DataError(f"'{path}' has 'verdict' of type {column.type}, expected texts; write {', '.join(VERDICTS)}.")
    return np.array([value or "" for value in column.to_pylist()], "U64")
