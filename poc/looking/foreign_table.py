"""A foreign table as columns of raw values: CSV with any usual separator, JSON Lines, GeoJSON or Parquet.

Bad lines are counted with their cause and the rest is read; only a file that cannot be read at all is an error.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from poc.errors import DataError, did_you_mean
from poc.interop.rejections import Rejections

Columns = dict[str, list[Any]]
_SEPARATORS = ",;\t|"


def read_table(path: Path, counts: Rejections) -> Columns:
    """Columns of equal length, None where a row says nothing. DataError, in one sentence, for an unreadable file."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"'{path}' ends in '{path.suffix}', expected {', '.join(_READERS)}; rename or convert it.")
    try:
        columns = reader(path, counts)
    except DataError:
        raise
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError, csv.Error) as error:
        said = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
        near = did_you_mean(path.name, _neighbours(path)) if isinstance(error, FileNotFoundError) else "check the file."
        raise DataError(f"'{path}' cannot be read as {path.suffix.lower()[1:]} ({said}); {near}") from error
    if not columns:
        raise DataError(f"'{path}' has no columns, expected a header and one row for each hotspot; fill it.")
    return columns


def _neighbours(path: Path) -> list[str]:
    folder = path.parent
    return [each.name for each in folder.iterdir() if each.suffix in _READERS][:50] if folder.is_dir() else []


def _csv(path: Path, counts: Rejections) -> Columns:
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    header, _, _ = text.partition("\n")
    separator = max(_SEPARATORS, key=header.count)
    rows = (row for row in csv.reader(text.splitlines(), delimiter=separator) if row)
    names = [name.strip() for name in next(rows, [])]
    if len(set(names)) < len(names):
        raise DataError(f"'{path}' has two columns of one name in its header ({', '.join(names)}); rename one.")
    kept: list[list[str]] = []
    for row in rows:
        if len(row) == len(names):
            counts.receive()
            kept.append(row)
        else:
            counts.receive_and_reject("not as many fields as the header")
    return {name: [row[place].strip() for row in kept] for place, name in enumerate(names)}


def _jsonl(path: Path, counts: Rejections) -> Columns:
    rows: list[dict[str, Any]] = []
    for line in path.read_text("utf-8", "replace").splitlines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            counts.receive()
            rows.append(row)
        else:
            counts.receive_and_reject("no JSON object")
    return _transposed(rows)


def _json(path: Path, counts: Rejections) -> Columns:
    """GeoJSON, or a list of objects, or an object that holds one such list."""
    document = json.loads(path.read_text("utf-8"))
    if isinstance(document, dict) and isinstance(document.get("features"), list):
        return _transposed(list(_points(document["features"], counts)))
    inner = list(document.values()) if isinstance(document, dict) else [document]
    lists = [value for value in inner if isinstance(value, list)]
    if len(lists) != 1:
        raise DataError(f"'{path}' is neither GeoJSON nor a list of objects; write one of them.")
    rows = [row for row in lists[0] if isinstance(row, dict)]
    counts.receive(len(lists[0]))
    counts.reject("no JSON object", len(lists[0]) - len(rows))
    return _transposed(rows)


def _points(features: list[Any], counts: Rejections) -> Iterator[dict[str, Any]]:
    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        place = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") != "Point" or not isinstance(place, list):
            counts.receive_and_reject("no Point")
        elif len(place) < 2:
            counts.receive_and_reject("a Point of less than two coordinates")
        else:
            counts.receive()
            yield {**(feature.get("properties") or {}), "longitude_deg": place[0], "latitude_deg": place[1]}


def _parquet(path: Path, counts: Rejections) -> Columns:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise DataError(f"'{path}' is no readable Parquet file; write it again.") from error
    counts.receive(table.num_rows)
    plain = [name for name, kind in zip(table.column_names, table.schema.types, strict=True) if not _nested(kind)]
    return {name: table.column(name).to_pylist() for name in plain}


def _nested(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def _transposed(rows: list[dict[str, Any]]) -> Columns:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


_READERS: dict[str, Callable[[Path, Rejections], Columns]] = {
    ".csv": _csv, ".tsv": _csv, ".txt": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl, ".json": _json, ".geojson": _json,
    ".parquet": _parquet,
}  # fmt: skip
