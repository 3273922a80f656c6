"""Rows of CSV, JSON Lines and Parquet files as dictionaries, and the values in them; bad ones are rejected, not raised.

A line of a CSV or JSONL file is a row, so that one bad line spoils itself only. Memory stays bounded by the longest
line and by the Parquet batch.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from poc.errors import DataError, did_you_mean
from poc.interop.rejections import Rejections

Row = dict[str, Any]
LONGEST_LINE = 4_000_000
LONGEST_TEXT = 4096
BATCH_ROWS = 4096
#: More rows than bytes, or rows that swell a hundredfold, are a bomb; small files never are.
INNOCENT_ROWS, INNOCENT_BYTES, MOST_INFLATION = 1_000_000, 64_000_000, 100
BOMB = "swells too much when unpacked"
INT64_MAX = 2**63 - 1
_WHOLE = re.compile(r"[+-]?[0-9]{1,25}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Rejected(ValueError):
    """A row that cannot be taken; the message is the cause, a few words."""


def read_rows(path: Path, required: tuple[str, ...], counts: Rejections) -> Iterator[Row]:
    """The rows of a table file by its ending: .csv, .jsonl or .ndjson, .parquet. Each is counted as received.

    Raises DataError for a file that cannot be read, another ending, or a missing column (for JSONL: one in no row);
    `a|b` in `required` asks for one of the two.
    """
    readers = {".csv": _csv_rows, ".jsonl": _jsonl_rows, ".ndjson": _jsonl_rows, ".parquet": _parquet_rows}
    if path.suffix.lower() not in readers:
        raise DataError(f"'{path}' is of no known kind, expected .csv, .jsonl, .parquet or an oracle file; rename it.")
    try:
        yield from readers[path.suffix.lower()](path, required, counts)
    except OSError as error:
        raise DataError(f"'{path}' could not be read ({error.strerror or error}); correct the path.") from error


def kept(rows: Iterator[Row], parse: Callable[[Row], Any], counts: Rejections) -> Iterator[Any]:
    """The parsed rows; those that `parse` rejects are counted by cause."""
    for row in rows:
        try:
            parsed = parse(row)
        except Rejected as cause:
            counts.reject(str(cause))
        else:
            yield parsed


def _csv_rows(path: Path, required: tuple[str, ...], counts: Rejections) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_LINE)
    lines = _lines(path, counts)
    header = next(lines, None)
    if header is None:
        raise DataError(
            f"'{path}' is empty, expected a line with the names of the columns; write {', '.join(required)}."
        )
    counts.n_received -= 1
    names = _cells(header) or []
    check_columns(path, required, [name.strip() for name in names])
    names = [name.strip() for name in names]
    for line in lines:
        cells = _cells(line)
        if cells is None or len(cells) != len(names):
            counts.reject("broken line")
            continue
        yield dict(zip(names, cells, strict=True))


def _cells(line: str) -> list[str] | None:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader((line,), strict=True))
    except (csv.Error, StopIteration):
        return None


def _jsonl_rows(path: Path, required: tuple[str, ...], counts: Rejections) -> Iterator[Row]:
    seen: set[str] = set()
    n_rows = 0
    for line in _lines(path, counts):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            counts.reject("broken line")
            continue
        n_rows += 1
        seen |= row.keys()
        yield row
    if n_rows:
        check_columns(path, required, sorted(seen))


def _parquet_rows(path: Path, required: tuple[str, ...], counts: Rejections) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            schema = file.schema_arrow
            check_columns(path, required, schema.names)
            n_rows = file.metadata.num_rows
            if n_rows > INNOCENT_ROWS and n_rows > path.stat().st_size:
                counts.receive(n_rows)
                counts.reject(BOMB, n_rows)
                return
        words = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_binary(f.type)]
        plain = [f.name for f in schema if not pa.types.is_nested(f.type)]
        # words stay in dictionaries, so that one long word in many rows is held once
        with pq.ParquetFile(path, read_dictionary=words, memory_map=True) as file:
            for group in range(file.num_row_groups):
                facts = file.metadata.row_group(group)
                counts.receive(facts.num_rows)
                # not column by column: Arrow ends the process on some damaged facts of columns
                if facts.total_byte_size > max(INNOCENT_BYTES, MOST_INFLATION * path.stat().st_size):
                    counts.reject(BOMB, facts.num_rows)
                    continue
                for batch in file.iter_batches(BATCH_ROWS, [group], columns=plain):
                    yield from _shortened(batch).to_pylist()
    except (pa.ArrowException, UnicodeDecodeError, OverflowError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"'{path}' is no readable Parquet file ({error}); write it again.") from error


def _shortened(batch: Any) -> Any:
    """The batch with every word that no row may hold cut down, so that rows stay small."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for i, field in enumerate(batch.schema):
        column = batch.column(i)
        if not pa.types.is_dictionary(field.type):
            continue
        words = column.dictionary
        too_long = pc.greater(pc.binary_length(words), 4 * LONGEST_TEXT)
        if pc.any(too_long).as_py():
            stand_in = pa.scalar(b"x" * (LONGEST_TEXT + 1), pa.binary()).cast(words.type)
            words = pc.if_else(too_long, stand_in, words)
            batch = batch.set_column(i, field.name, pa.DictionaryArray.from_arrays(column.indices, words))
    return batch


def check_columns(path: Path, required: tuple[str, ...], names: list[str]) -> None:
    for name in required:
        if not set(name.split("|")) & set(names):
            wanted = name.replace("|", "' or '")
            raise DataError(f"'{path}' lacks the column '{wanted}': {did_you_mean(name, names[:100])}")


def _lines(path: Path, counts: Rejections) -> Iterator[str]:
    """The lines that are text and not too long, each received; empty ones do not count."""
    with path.open("rb") as file:
        while raw := file.readline(LONGEST_LINE):
            if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                counts.receive_and_reject("line too long")
                while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                continue
            raw = raw.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
            if not raw:
                continue
            counts.receive()
            try:
                yield raw.decode()
            except UnicodeDecodeError:
                counts.reject("not UTF-8")


def absent(row: Row, name: str) -> bool:
    """Whether a row says nothing in a column: no such column, null, empty text or NaN."""
    value = row.get(name)
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def text(row: Row, name: str) -> str:
    """Text of 1 to 4096 characters without control characters; whole numbers are read as text.

    >>> text({"hotspot": 7}, "hotspot")
    '7'
    """
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) <= 2**64 else None
    if not isinstance(value, str) or not value.strip():
        raise Rejected(f"{name} is missing")
    value = value.strip()
    if len(value) > LONGEST_TEXT:
        raise Rejected(f"{name} is too long")
    if _CONTROL.search(value):
        raise Rejected(f"{name} has control characters")
    return value


def whole(row: Row, name: str, low: int, high: int) -> int:
    """A whole number within bounds.

    >>> whole({"n": "12"}, "n", 0, 20), whole({"n": 12.0}, "n", 0, 20)
    (12, 12)
    """
    value = row.get(name)
    if isinstance(value, str):
        value = value.strip()[:64]
        value = int(value) if _WHOLE.fullmatch(value) else _float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Rejected(f"{name} is no whole number")
    if not low <= value <= high:
        raise Rejected(f"{name} is out of range")
    return value


def number(row: Row, name: str, low: float, high: float) -> float:
    """A finite number within bounds.

    >>> number({"rssi_dbm": "-101.5"}, "rssi_dbm", -300, 300)
    -101.5
    """
    value = row.get(name)
    if isinstance(value, str):
        value = _float(value.strip()[:64])
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise Rejected(f"{name} is no number")
    if not low <= value <= high:
        raise Rejected(f"{name} is out of range")
    return float(value)


def hex_bytes(row: Row, name: str, length: int | None = None) -> bytes:
    """Bytes written as hex text, of one length if that is fixed; empty where the row says nothing.

    >>> hex_bytes({"payload": "00ff"}, "payload")
    b'\\x00\\xff'
    """
    value = row.get(name)
    if absent(row, name):
        return b""
    if isinstance(value, str | bytes) and len(value) > LONGEST_TEXT:
        raise Rejected(f"{name} is too long")
    try:
        data = value if isinstance(value, bytes) else bytes.fromhex(str(value).strip().removeprefix("0x"))
    except ValueError:
        raise Rejected(f"{name} is no hex text") from None
    if length is not None and len(data) != length:
        raise Rejected(f"{name} has another size")
    return data


def truth(row: Row, name: str, otherwise: bool) -> bool:
    """A yes or no; `otherwise` where the row says nothing.

    >>> truth({"is_full": "false"}, "is_full", True)
    False
    """
    if absent(row, name):
        return otherwise
    word = str(row[name]).strip().lower()
    if word not in ("true", "false", "1", "0", "1.0", "0.0", "yes", "no"):
        raise Rejected(f"{name} is neither true nor false")
    return word in ("true", "1", "1.0", "yes")


def _float(value: str) -> float | None:
    return float(value) if _NUMBER.fullmatch(value) else None
