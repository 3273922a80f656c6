"""Every table of a run: names, units, dtypes and keys say what they should."""

import re

import numpy as np
import pytest

from poc.schema import BEACONS, HOTSPOTS, JOINED_BEACONS, RECEPTIONS, TABLES, TRUTH, WITNESS_REPORTS

UNITS = {
    "_dbm": "dBm", "_db": "dB", "_dbi": "dBi", "_hz": "Hz", "_m": "m", "_km": "km", "_deg": "deg", "_s": "s",
    "_ns": "ns", "_e4": "1e-4", "_db2": "dB^2", "_bones": "bones", "_usd": "USD",
}  # fmt: skip
EVERY_COLUMN = [(schema, column) for schema in TABLES.values() for column in schema.columns]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_names_and_keys(name):
    schema = TABLES[name]
    assert schema.name == name
    assert schema.meaning
    assert len(set(schema.names)) == len(schema.names)
    assert set(schema.key) <= set(schema.names)
    assert len(schema.empty()) == 0


@pytest.mark.parametrize(("schema", "column"), EVERY_COLUMN, ids=lambda value: value.name)
def test_a_column_s_suffix_is_its_unit(schema, column):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
    assert column.meaning
    suffix = "_" + column.name.rsplit("_", 1)[-1] if "_" in column.name else ""
    if suffix in UNITS:
        assert column.unit == UNITS[suffix]
    else:
        assert column.unit in ("", "1e-8", "nat")
    if column.name.startswith("n_"):
        assert np.dtype(column.dtype).kind == "i"


def test_ids_and_cells_are_64_bits_without_sign():
    ids = {"hotspot", "owner", "beacon", "report", "beaconer", "witness", "peer", "payload", "evidence"}
    for schema, column in EVERY_COLUMN:
        words = column.name == "evidence" and schema.name in ("scores", "edge_scores")
        if (column.name in ids or column.name.endswith("cell")) and not words:
            assert column.dtype == "uint64", (schema.name, column.name)


def test_the_truth_is_in_one_table_only():
    private = {"latitude_deg", "longitude_deg", "attack", "nuisance", "group", "clock_offset_s", "rssi_bias_db"}
    assert private <= set(TRUTH.names)
    for name, schema in TABLES.items():
        if name != "truth":
            assert not private & set(schema.names), name


def test_one_name_has_one_type_on_both_sides_of_a_join():
    columns = {}
    for schema in (HOTSPOTS, BEACONS, WITNESS_REPORTS, JOINED_BEACONS, RECEPTIONS):
        for column in schema.columns:
            assert columns.setdefault(column.name, column.dtype) == column.dtype, column.name
