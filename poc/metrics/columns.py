"""Columns of a run's Arrow tables as numpy arrays: the only way grading, figures and explanations read a run."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from poc.errors import DataError, did_you_mean
from poc.table import Array, numpy_array

if TYPE_CHECKING:
    import pyarrow as pa

Columns = dict[str, Array]
COMPILED_FROM = 100_000  # look-ups, where the compiler is at work anyway
STARTED_FROM = 5_000_000  # look-ups for which it is worth starting
LONGEST_WORD, _LAST_ASCII = 40, 127
READY_FROM = 20_000  # ids in a list that is asked again and again


@runtime_checkable
class PartlyRead(Protocol):
    """Tables that can be read column by column, such as those of a run folder."""

    def columns(self, name: str, names: Sequence[str]) -> pa.Table: ...

    def batches(self, name: str, names: Sequence[str] | None) -> Iterator[pa.Table]: ...

    def n_rows(self, name: str) -> int: ...


class Without(Mapping[str, "pa.Table"]):
    """Tables without one of them, nothing read."""

    def __init__(self, tables: Mapping[str, pa.Table], name: str) -> None:
        self._tables, self._left_out = tables, name

    def __getitem__(self, name: str) -> pa.Table:
        if name == self._left_out:
            raise KeyError(name)
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        return name != self._left_out and name in self._tables

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._tables if name != self._left_out)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def columns(self, name: str, names: Sequence[str]) -> pa.Table:
        return self._tables.columns(name, names) if isinstance(self._tables, PartlyRead) else self._tables[name]

    def n_rows(self, name: str) -> int:
        whole = self._tables
        return whole.n_rows(name) if isinstance(whole, PartlyRead) else int(whole[name].num_rows)

    def batches(self, name: str, names: Sequence[str] | None) -> Iterator[pa.Table]:
        whole = self._tables
        return whole.batches(name, names) if isinstance(whole, PartlyRead) else iter([whole[name]])


def columns(tables: Mapping[str, pa.Table], name: str, *names: str, first_epoch: int = 0) -> Columns | None:
    """The named columns and "epoch" of one table, from `first_epoch` on; None where the run did not keep the table.

    Text columns come as numpy strings. Raises DataError for a column that the table does not have.

    >>> import pyarrow as pa
    >>> tables = {"scores": pa.table({"epoch": [0, 1], "verdict": ["honest", "suspect"]})}
    >>> columns(tables, "scores", "verdict", first_epoch=1)["verdict"].tolist()
    ['suspect']
    """
    if name not in tables:
        return None
    table = tables.columns(name, ("epoch", *names)) if isinstance(tables, PartlyRead) else tables[name]
    return _arrays(table, name, names, first_epoch)


def parts(tables: Mapping[str, pa.Table], name: str, *names: str, first_epoch: int = 0) -> Iterator[Columns] | None:
    """The same piece by piece, in the order written: for tables that memory need not hold at once.

    >>> import pyarrow as pa
    >>> tables = {"scores": pa.table({"epoch": [0, 1], "hotspot": [7, 8]})}
    >>> [part["hotspot"].tolist() for part in parts(tables, "scores", "hotspot")]
    [[7, 8]]
    """
    if name not in tables:
        return None
    pieces = tables.batches(name, ("epoch", *names)) if isinstance(tables, PartlyRead) else iter([tables[name]])
    return (_arrays(piece, name, names, first_epoch) for piece in pieces)


def _arrays(table: pa.Table, name: str, names: Sequence[str], first_epoch: int) -> Columns:
    for wanted in ("epoch", *names):
        if wanted not in table.column_names:
            raise DataError(f"the table '{name}' has no column '{wanted}': {did_you_mean(wanted, table.column_names)}")
    found = {wanted: _array(table.column(wanted)) for wanted in ("epoch", *names)}
    if first_epoch <= 0:
        return found
    measured = found["epoch"] >= first_epoch
    return {wanted: array[measured] for wanted, array in found.items()}


def _array(values: pa.ChunkedArray) -> Array:
    import pyarrow as pa

    if pa.types.is_string(values.type) and not values.null_count:
        by_letter = [_ascii(chunk) for chunk in values.chunks]
        if all(words is not None for words in by_letter):
            return np.concatenate([np.zeros(0, "U1"), *(words for words in by_letter if words is not None)])
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = values.dictionary_encode()
    if pa.types.is_dictionary(values.type):
        spelled = [np.zeros(0, "U1")]
        for chunk in values.chunks:
            words = np.asarray([str(word) for word in chunk.dictionary.to_pylist()] or [""], np.str_)
            spelled.append(words[numpy_array(chunk.indices)])
        return np.concatenate(spelled)
    return numpy_array(values)


def _ascii(words: pa.Array) -> Array | None:
    """Short words without accents, letter by letter: what Arrow would do for it takes long to load. None for others."""
    if not len(words):
        return np.zeros(0, "U1")
    _, where, text = words.buffers()
    end = np.frombuffer(where, np.int32, len(words) + 1 + words.offset)[words.offset :]
    letters = np.frombuffer(text or b"", np.uint8)[end[0] : end[-1]]
    width = max(int(np.diff(end).max()), 1)
    if width > LONGEST_WORD or letters.max(initial=0) > _LAST_ASCII:
        return None
    spelled = np.zeros((len(words), width), np.uint32)
    spelled[np.arange(width) < np.diff(end)[:, None]] = letters
    return spelled.view(f"U{width}").ravel()


def first_measured_epoch(manifest: Mapping[str, object]) -> int:
    """The number of the first epoch after warm-up.

    >>> first_measured_epoch({"warm_up_epochs": 2})
    2
    """
    return int(str(manifest.get("warm_up_epochs", 0)))


def rows_in(sorted_ids: Array, ids: Array) -> Array:
    """Row of each id in an ascending array of ids; −1 where it is not there.

    >>> rows_in(np.array([3, 7], np.uint64), np.array([7, 4], np.uint64)).tolist()
    [1, -1]
    """
    if not len(sorted_ids):
        return np.full(len(ids), -1, np.int64)
    worth_it = COMPILED_FROM if "numba" in sys.modules else STARTED_FROM
    if len(ids) >= worth_it and sorted_ids.dtype == ids.dtype == np.uint64:
        from poc.metrics.rows_compiled import Ready

        return Ready(sorted_ids).rows(ids)
    row = np.minimum(np.searchsorted(sorted_ids, ids), len(sorted_ids) - 1)
    return np.where(sorted_ids[row] == ids, row, -1).astype(np.int64)


class RowsById:
    """The rows of many ids in one list, asked for piece by piece; the list is made ready once.

    >>> RowsById(np.array([3, 7], np.uint64)).rows(np.array([7, 4], np.uint64)).tolist()
    [1, -1]
    """

    def __init__(self, sorted_ids: Array) -> None:
        self._ids, self._ready = sorted_ids, None
        if len(sorted_ids) >= READY_FROM and sorted_ids.dtype == np.uint64:
            from poc.metrics.rows_compiled import Ready

            self._ready = Ready(sorted_ids)

    def rows(self, ids: Array) -> Array:
        """Row of each id; −1 where it is not there."""
        return rows_in(self._ids, ids) if self._ready is None else self._ready.rows(ids)


def with_rows(pieces: Iterator[Columns], rows: RowsById, *names: str) -> Iterator[tuple[Columns, list[Array]]]:
    """Pieces in their order, each with the rows of its ids in the named columns; two pieces are looked up at a time.

    >>> found = with_rows(iter([{"hotspot": np.array([4, 7])}]), RowsById(np.array([3, 7])), "hotspot")
    >>> [row.tolist() for _, (row,) in found]
    [[-1, 1]]
    """
    with ThreadPoolExecutor(2) as pool:
        under_way: deque[tuple[Columns, list[Future[Array]]]] = deque()
        for piece in pieces:
            under_way.append((piece, [pool.submit(rows.rows, piece[name]) for name in names]))
            if len(under_way) > 2:
                piece, found = under_way.popleft()
                yield piece, [each.result() for each in found]
        for piece, found in under_way:
            yield piece, [each.result() for each in found]


def distinct(values: Array) -> Array:
    """The different values in ascending order; for millions of ids faster than `numpy.unique`.

    >>> distinct(np.array([7, 3, 7])).tolist()
    [3, 7]
    """
    ordered = np.sort(values)
    return np.asarray(ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]])


def among(ids: Array, wanted: Array) -> Array:
    """Whether each id is one of the wanted.

    >>> among(np.array([7, 4]), np.array([3, 7])).tolist()
    [True, False]
    """
    return np.asarray(rows_in(np.sort(wanted), ids) >= 0)


def newest_rows(found: Columns, *by: str) -> Array:
    """Rows of the newest epoch of each combination of the named columns, ordered by them.

    >>> newest_rows({"epoch": np.array([1, 0, 1]), "hotspot": np.array([5, 5, 4])}, "hotspot").tolist()
    [2, 0]
    """
    order = np.lexsort([found["epoch"], *(found[name] for name in reversed(by))])
    if not len(order):
        return order
    differs = np.zeros(len(order) - 1, bool)
    for name in by:
        ordered = found[name][order]
        differs |= ordered[1:] != ordered[:-1]
    return np.asarray(order[np.append(differs, True)])


def thinned(
    tables: Mapping[str, pa.Table], name: str, by: str, *names: str, first_epoch: int = 0, most: int = 4_000_000
) -> tuple[Columns, int] | None:
    """(columns, k): the rows whose id in the column `by` is one in k by its hash; k = 1 while the table is short.

    The same ids are taken from every table that is thinned by as much, whatever the order of rows.

    >>> import pyarrow as pa
    >>> tables = {"receptions": pa.table({"epoch": [0] * 9, "report": range(9)})}
    >>> found, k = thinned(tables, "receptions", "report", most=5)
    >>> k, found["report"].tolist()
    (2, [0, 1, 3, 4, 6])
    """
    pieces = parts(tables, name, by, *names, first_epoch=first_epoch)
    if pieces is None:
        return None
    n_rows = tables.n_rows(name) if isinstance(tables, PartlyRead) else tables[name].num_rows
    k = max(1, -(-n_rows // most))
    held = []
    for piece in pieces:
        mixed = (piece[by].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
        held.append({each: array[mixed % np.uint64(k) == 0] for each, array in piece.items()})
    if not held:
        found = columns(tables, name, by, *names, first_epoch=first_epoch)
        assert found is not None  # the table is there, without rows
        return found, 1
    return {each: np.concatenate([piece[each] for piece in held]) for each in held[0]}, k


_MERGED_TOGETHER = 1_000_000


def newest(tables: Mapping[str, pa.Table], name: str, by: str, *names: str) -> Columns | None:
    """The newest row of each value of the column `by`, ascending by it, read piece by piece; None without the table.

    >>> import pyarrow as pa
    >>> tables = {"truth": pa.table({"epoch": [0, 1], "hotspot": [7, 7], "attack": ["", "spoof"]})}
    >>> newest(tables, "truth", "hotspot", "attack")["attack"].tolist()
    ['spoof']
    """
    pieces = parts(tables, name, by, *names)
    if pieces is None:
        return None
    held: list[Columns] = []
    n_new = 0
    for piece in pieces:
        held.append(piece)
        n_new += len(piece["epoch"])
        if n_new > _MERGED_TOGETHER:
            held, n_new = [_newest_of(held, by)], 0
    return _newest_of(held, by) if held else columns(tables, name, by, *names)


def _newest_of(held: list[Columns], by: str) -> Columns:
    found = {name: np.concatenate([piece[name] for piece in held]) for name in held[0]}
    rows = newest_rows(found, by)
    return {name: array[rows] for name, array in found.items()}
