"""Tables as values: checks on construction, taking, sorting, joining, Arrow and back."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poc.errors import DataError
from poc.table import Column, Gathered, Schema, Table, table_from_arrow

PAIRS = Schema(
    "pairs",
    ("id",),
    (
        Column("id", "uint64", "", "id"),
        Column("loss_db", "float64", "dB", "loss"),
        Column("name", "text", "", "name"),
        Column("valid", "bool", "", "flag"),
    ),
    "an example",
)


def _pairs(ids=(3, 1, 2), names=("c", "a", "b")):
    return PAIRS.table(id=list(ids), loss_db=np.arange(len(ids)) * 1.5, name=list(names), valid=True)


def test_construction_converts_and_repeats():
    table = _pairs()
    assert {name: table[name].dtype.kind for name in table} == {"id": "u", "loss_db": "f", "name": "U", "valid": "b"}
    assert table["valid"].tolist() == [True] * 3
    assert len(table) == 3
    assert repr(table) == "<pairs: 3 rows × id, loss_db, name, valid>"


def test_scalars_alone_make_one_row():
    assert len(PAIRS.table(id=1, loss_db=2, name="x", valid=False)) == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": [1], "loss_db": 0.0, "name": ""}, "lacks the column 'valid'"),
        ({"id": [1], "los_db": 0.0, "name": "", "valid": True}, "did you mean 'loss_db'"),
        ({"id": [1], "loss_db": [0.0, 1.0], "name": "", "valid": True}, "has 2 rows, expected 1"),
    ],
)
def test_what_does_not_fit_is_one_sentence(columns, message):
    with pytest.raises(DataError, match=message):
        PAIRS.table(**columns)


def test_unknown_column():
    with pytest.raises(DataError, match="did you mean 'name'"):
        _pairs()["nane"]


def test_nothing_can_be_changed_in_place():
    table = _pairs()
    for made in (table, table.take([0]), table.sort(), table.replace(valid=False), Table.concat([table, table])):
        for name in made:
            with pytest.raises(ValueError, match="read-only"):
                made[name][:1] = made[name][:1]


def test_the_caller_s_array_stays_writable():
    mine = np.array([1, 2], np.uint64)
    PAIRS.table(id=mine, loss_db=0.0, name="", valid=True)
    mine[0] = 5
    assert mine[0] == 5


def test_take_by_mask_and_by_rows():
    table = _pairs()
    assert table.take(table["id"] > 1)["id"].tolist() == [3, 2]
    assert table.take([2, 2, 0])["name"].tolist() == ["b", "b", "c"]
    assert len(table.take([False] * 3)) == 0


def test_sort_is_stable_and_by_the_key_unless_told():
    table = _pairs(ids=(2, 1, 2), names=("z", "y", "x"))
    assert table.sort()["name"].tolist() == ["y", "z", "x"]
    assert table.sort("id", "name")["name"].tolist() == ["y", "x", "z"]


def test_replace_keeps_the_other_columns():
    table = _pairs().replace(loss_db=7)
    assert table["loss_db"].tolist() == [7.0] * 3
    assert table["id"].tolist() == [3, 1, 2]


@given(st.lists(st.integers(0, 12), max_size=20), st.lists(st.integers(0, 14), max_size=20))
def test_rows_of_is_the_first_row_with_the_id(ids, wanted):
    table = PAIRS.table(
        id=np.array(ids, np.uint64), loss_db=np.zeros(len(ids)), name=np.zeros(len(ids), "U1"), valid=np.zeros(len(ids))
    )
    assert table.rows_of(np.array(wanted, np.uint64)).tolist() == [ids.index(x) if x in ids else -1 for x in wanted]


def test_rows_of_another_column_and_shape():
    table = _pairs()
    assert table.rows_of([["a", "?"], ["c", "b"]], "name").tolist() == [[1, -1], [0, 2]]


def test_equality_looks_at_order_and_values():
    assert _pairs().equals(_pairs())
    assert not _pairs().equals(_pairs().sort())
    assert not _pairs().equals(_pairs().replace(valid=False))


def test_an_empty_table_has_its_types():
    empty = PAIRS.empty()
    assert len(empty) == 0
    assert empty["loss_db"].dtype == np.float64
    assert len(Table.concat([empty, _pairs()])) == 3


def test_arrow_and_back():
    arrow = _pairs().to_arrow()
    assert arrow.schema.field("loss_db").metadata == {b"unit": b"dB", b"meaning": b"loss"}
    assert arrow.schema.metadata == {b"table": b"pairs"}
    assert table_from_arrow(PAIRS, arrow.append_column("more", pa.array([1, 2, 3]))).equals(_pairs())
    assert table_from_arrow(PAIRS, PAIRS.empty().to_arrow()).equals(PAIRS.empty())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrow: arrow.drop_columns(["name"]), "lacks the column 'name'"),
        (lambda arrow: arrow.set_column(1, "loss_db", pa.array([1.0, None, 2.0])), "has 1 empty values"),
        (lambda arrow: arrow.set_column(0, "id", pa.array(["x", "y", "z"])), "expected uint64"),
    ],
)
def test_foreign_arrow_tables_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        table_from_arrow(PAIRS, change(_pairs().to_arrow()))


@pytest.mark.parametrize("words", [["beaconer", ""], ["é", "日本 x"], [""]])
def test_words_looked_up_are_written_as_if_spelled_out(words):
    schema = Schema("words", ("word",), (Column("word", "text", "", "a word"),), "an example")
    rows = np.array([0, len(words) - 1, 0])
    gathered = Table(schema, Gathered({"word": (np.array(words), rows)})).to_arrow()
    assert gathered.equals(schema.table(word=np.array(words)[rows]).to_arrow())


def test_coded_words_read_like_plain_ones():
    plain = _pairs(names=("tower", "", "tower"))
    table = plain.coded(name=["", "tower", "nowhere"])
    assert table.equals(plain) and table.to_arrow().equals(plain.to_arrow())
    assert table.says("name", "tower").tolist() == plain.says("name", "tower").tolist() == [True, False, True]
    assert table.slice(1, 3).equals(plain.take([1, 2])) and plain.slice(1, 3).equals(plain.take([1, 2]))
