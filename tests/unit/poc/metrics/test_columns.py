import numpy as np
import pyarrow as pa
import pytest

from poc.errors import DataError
from poc.metrics.columns import columns, newest_rows, rows_in

IDS = np.array([2**64 - 1, 5], np.uint64)


def tables(text_type: pa.DataType) -> dict[str, pa.Table]:
    half = pa.table({"epoch": pa.array([0, 1], pa.int32()), "hotspot": IDS, "word": pa.array(["a", "b"], text_type)})
    other = half.set_column(2, "word", pa.array(["c", "a"], text_type))
    return {"things": pa.concat_tables([half, other])}


@pytest.mark.parametrize("text_type", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_text_and_large_ids_survive_chunks_of_any_encoding(text_type: pa.DataType) -> None:
    found = columns(tables(text_type), "things", "hotspot", "word")
    assert found is not None
    assert found["word"].tolist() == ["a", "b", "c", "a"]
    assert found["hotspot"].tolist() == [2**64 - 1, 5] * 2
    assert found["hotspot"].dtype == np.uint64


@pytest.mark.parametrize("words", [["", "beaconer"], ["é", "witness"], ["x" * 90, "y"], ["a\n", "日本"]])
def test_words_are_spelled_as_they_are_whatever_their_letters(words: list[str]) -> None:
    cut = pa.array(["left out", *words], pa.string()).slice(1)
    table = pa.table({"epoch": pa.array([0, 0], pa.int32()), "word": cut})
    found = columns({"things": pa.concat_tables([table, table])}, "things", "word")
    assert found is not None
    assert found["word"].tolist() == words * 2


def test_only_epochs_from_the_first_measured_one() -> None:
    found = columns(tables(pa.string()), "things", "word", first_epoch=1)
    assert found is not None
    assert found["word"].tolist() == ["b", "a"]


def test_an_empty_text_column_is_an_empty_array() -> None:
    empty = {"things": tables(pa.string())["things"].slice(0, 0)}
    found = columns(empty, "things", "word")
    assert found is not None
    assert found["word"].tolist() == []


def test_a_missing_table_is_none_and_a_missing_column_an_error() -> None:
    assert columns({}, "things", "word") is None
    with pytest.raises(DataError, match="no column 'wrd': did you mean 'word'"):
        columns(tables(pa.string()), "things", "wrd")


def test_rows_in_an_empty_list_are_all_unknown() -> None:
    assert rows_in(np.zeros(0, np.uint64), IDS).tolist() == [-1, -1]


def test_newest_rows_by_two_columns() -> None:
    found = {"epoch": np.array([0, 1, 2, 0]), "a": np.array([1, 1, 1, 2]), "b": np.array([7, 7, 8, 7])}
    assert newest_rows(found, "a", "b").tolist() == [1, 2, 3]
    assert newest_rows({name: array[:0] for name, array in found.items()}, "a").tolist() == []


def test_tables_without_one_are_still_read_in_parts():
    import pyarrow as pa

    from poc.metrics.columns import PartlyRead, Without

    tables = Without({"links": pa.table({"epoch": [0, 0]}), "verdicts": pa.table({"epoch": [1]})}, "verdicts")
    assert isinstance(tables, PartlyRead)
    assert list(tables) == ["links"] and "verdicts" not in tables and len(tables) == 1
    assert tables.n_rows("links") == 2
    assert [piece.num_rows for piece in tables.batches("links", ["epoch"])] == [2]
