import base64
import gzip
import json
from typing import Any

import numpy as np

from poc.report.explorer.payload import differences, microdegrees, payload, steps
from poc.table import Array

KINDS = {"u1": np.uint8, "u2": np.uint16, "u4": np.uint32, "u8": np.uint64, "i4": np.int32, "f4": np.float32}


def opened(text: str) -> tuple[dict[str, Any], dict[str, Array], dict[str, int]]:
    """The payload read as the page reads it."""
    whole = gzip.decompress(base64.b64decode(text))
    n_header = int.from_bytes(whole[:4], "little")
    header = json.loads(whole[4 : 4 + n_header])
    columns, offsets = {}, {}
    for name, place in header["columns"].items():
        offsets[name] = place["offset"]
        start = 4 + n_header + place["offset"]
        assert start % 8 == 0  # or a browser refuses the typed array
        columns[name] = np.frombuffer(whole, KINDS[place["kind"]], place["n"], start)
    return header["facts"], columns, offsets


def test_columns_come_back_as_they_went_in() -> None:
    given = {
        "id": np.array([3, 2**64 - 1], np.uint64), "a": np.array([1, 2, 3], np.uint8), "b": np.array([-5], np.int32),
        "c": np.array([[1.5, np.nan]], np.float32), "none": np.zeros(0, np.uint16),
    }  # fmt: skip
    facts, columns, _ = opened(payload({"name": "é </script>"}, given))
    assert facts == {"name": "é </script>"}
    for name, array in given.items():
        np.testing.assert_array_equal(columns[name], array.ravel())


def test_equal_columns_are_stored_once_and_text_is_safe_in_a_page() -> None:
    column = np.arange(50_000, dtype=np.uint32) * 2654435761 % 1_000_003
    once, twice = payload({}, {"a": column}), payload({}, {"a": column, "b": column.copy()})
    assert len(twice) < len(once) + 100
    _, _, offsets = opened(twice)
    assert offsets["a"] == offsets["b"]
    assert "<" not in twice
    assert payload({}, {"a": column}) == once


def test_whole_numbers_keep_what_matters() -> None:
    assert steps(np.array([np.nan, 0.12344, 99.0]), 1e-4).tolist() == [65535, 1234, 65534]
    assert microdegrees(np.array([-179.9999996, np.nan])).tolist() == [-180_000_000, -(2**31)]
    ids = np.array([7, 2**63, 2**64 - 2], np.uint64)
    np.testing.assert_array_equal(np.cumsum(differences(ids), dtype=np.uint64), ids)
