"""Columns for the browser: typed arrays behind a JSON header, compressed once, as text that fits into a page.

Layout before compression: length of the header [byte] as little-endian uint32, the header as JSON, then the arrays,
each at a multiple of 8 bytes from the end of the (padded) header. The browser takes them as typed arrays in place.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from poc.table import Array

_ALIGNMENT = 8
_KINDS = {"uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8", "int32": "i4", "float32": "f4"}
MISSING_UINT16 = 0xFFFF


def payload(facts: Mapping[str, Any], columns: Mapping[str, Array]) -> str:
    """Facts and columns as base64 of gzip; equal columns are stored once, equal input gives equal text.

    >>> text = payload({"seed": 1}, {"a": np.arange(3, dtype=np.uint8)})
    >>> gzip.decompress(base64.b64decode(text))[4:18]
    b'{"columns": {"'
    """
    places: dict[str, dict[str, Any]] = {}
    offsets: dict[bytes, int] = {}
    chunks: list[bytes] = []
    n_bytes = 0
    for name, array in columns.items():
        raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        digest = hashlib.sha256(raw).digest()
        if digest not in offsets:
            offsets[digest] = n_bytes
            padded = raw + bytes(-len(raw) % _ALIGNMENT)
            chunks.append(padded)
            n_bytes += len(padded)
        places[name] = {"kind": _KINDS[array.dtype.name], "offset": offsets[digest], "n": int(array.size)}
    header = json.dumps({"columns": places, "facts": facts}, allow_nan=False).encode()
    header += b" " * (-(len(header) + 4) % _ALIGNMENT)
    whole = len(header).to_bytes(4, "little") + header + b"".join(chunks)
    return base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode("ascii")


def tenths(values: Array) -> Array:
    """Non-negative numbers as uint16 tenths; 0xFFFF where there is none. Larger ones are cut.

    >>> tenths(np.array([1.26, np.nan])).tolist()
    [13, 65535]
    """
    return steps(values, 0.1)


def steps(values: Array, step: float) -> Array:
    """Non-negative numbers as uint16 multiples of `step`; 0xFFFF where there is none. Larger ones are cut.

    >>> steps(np.array([0.5]), 1e-4).tolist()
    [5000]
    """
    counted = np.where(np.isfinite(values), np.clip(np.round(values / step), 0, MISSING_UINT16 - 1), MISSING_UINT16)
    return np.asarray(counted.astype(np.uint16))


def microdegrees(degrees: Array) -> Array:
    """Degrees as int32 millionths; the lowest int32 where there is none.

    >>> microdegrees(np.array([47.1234567])).tolist()
    [47123457]
    """
    found = np.isfinite(degrees)
    return np.where(found, np.round(np.where(found, degrees, 0.0) * 1e6), np.iinfo(np.int32).min).astype(np.int32)


def differences(ascending: Array) -> Array:
    """An ascending uint64 column as differences from row to row, the first from 0.

    >>> differences(np.array([5, 7], np.uint64)).tolist()
    [5, 2]
    """
    return np.diff(ascending, prepend=np.zeros(1, np.uint64))
