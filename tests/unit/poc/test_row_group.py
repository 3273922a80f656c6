"""Groups of rows: whatever the pieces that they are filled from, the same rows in Arrow's form."""

import numpy as np
import pyarrow as pa
import pytest

from poc.row_group import RowGroup, arrow_schema
from poc.schema import REWARDS, SCORES, TRUTH
from poc.store import with_epoch
from poc.table import Gathered, Table, coded


def _truth(n):
    columns = {c.name: np.arange(n) % 7 for c in TRUTH.columns if c.dtype not in ("text", "bool")}
    return TRUTH.table(**columns, attack=np.full(n, "spoof"), nuisance=np.where(np.arange(n) % 3, "", "tower"))


@pytest.mark.parametrize("sizes", [[10], [3, 7], [0, 4, 4, 2], [1] * 10])
@pytest.mark.parametrize("is_coded", [False, True])
def test_pieces_of_any_size_give_the_same_rows(sizes, is_coded):
    whole = _truth(10)
    source = whole.coded(attack=["", "spoof"], nuisance=["", "tower"]) if is_coded else whole
    group, begin, parts = RowGroup(TRUTH, 3, 4), 0, []
    for size in sizes:
        piece = source.slice(begin, begin + size)
        begin += size
        while len(piece):
            piece = piece.slice(group.fill(piece), len(piece))
            if group.full:
                parts.append(pa.Table.from_batches(group.emptied().to_batches()).take(np.arange(4)))
    parts.append(group.emptied())
    found = pa.concat_tables(parts)
    assert [len(part) for part in parts] == [4, 4, 2]
    assert found.equals(with_epoch(3, whole))
    assert found.schema.equals(with_epoch(3, whole).schema, check_metadata=True)


def test_look_ups_are_written_where_they_belong():
    number = np.array([1, 0, 1])
    pool = coded(["beacons", "witnesses"], number)
    values = {"epoch": np.int32([2, 2, 2]), "hotspot": np.uint64([7, 8, 9]), "shares": number, "amount_bones": number}
    parts = {name: (column, None) for name, column in values.items()}
    rewards = Table(REWARDS, Gathered({**parts, "pool": pool, "hotspot": (np.uint64([8, 7]), number)}))
    group = RowGroup(REWARDS, 2, 5)
    assert group.fill(rewards) == 3
    assert group.emptied().to_pydict() == {
        "epoch": [2] * 3, "pool": ["witnesses", "beacons", "witnesses"], "hotspot": [7, 8, 7],
        "shares": [1, 0, 1], "amount_bones": [1, 0, 1],
    }  # fmt: skip


def test_the_schema_is_that_of_a_whole_table():
    for schema in (TRUTH, SCORES, REWARDS):
        assert arrow_schema(schema).equals(with_epoch(0, schema.empty()).schema, check_metadata=True)
