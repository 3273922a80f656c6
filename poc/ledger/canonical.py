"""One sequence of bytes for a row of a table and for a JSON document, whoever writes it and wherever.

A row is its values column by column: numbers in little-endian at their width, floats as IEEE 754, truth as one byte,
text as UTF-8 behind its length in four bytes. Names and types of the columns are hashed once, in front.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from poc.errors import DataError


def columns_text(table: pa.Table) -> str:
    """Names and types of the columns.

    >>> columns_text(pa.table({"a": pa.array([1], pa.uint8()), "b": ["x"]}))
    'a:uint8 b:string'
    """
    return " ".join(f"{field.name}:{field.type}" for field in table.schema)


def row_bytes(table: pa.Table) -> Iterator[bytes]:
    """The bytes of each row. DataError for a column of another kind than number, truth or text, or with empty values.

    >>> [row.hex() for row in row_bytes(pa.table({"a": pa.array([258], pa.uint16()), "b": ["x"]}))]
    ['02010100000078']
    """
    columns = [_cells(table.schema.field(name), table.column(name)) for name in table.column_names]
    return map(b"".join, zip(*columns, strict=True))


def _cells(field: pa.Field, column: pa.ChunkedArray) -> Iterator[bytes]:
    if column.null_count:
        raise DataError(f"the column '{field.name}' has empty values, expected none; run the scenario again.")
    if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
        return (len(data).to_bytes(4, "little") + data for data in (text.encode() for text in column.to_pylist()))
    if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_boolean(field.type)):
        raise DataError(f"the column '{field.name}' has type {field.type}, expected numbers, truth or text; remove it.")
    array = column.to_numpy()
    width = array.dtype.itemsize
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return (data[at : at + width] for at in range(0, len(data), width))


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The one JSON text of a document: sorted keys, no blanks, ASCII.

    >>> json_bytes({"b": 1, "a": "ü"})
    b'{"a":"\\\\u00fc","b":1}'
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document in hex.

    >>> document_hash({})[:8]
    '44136fa3'
    """
    return hashlib.sha256(json_bytes(document)).hexdigest()
