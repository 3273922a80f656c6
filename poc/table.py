"""Tables: named numpy columns of equal length under a schema that states dtype, unit and meaning once.

A table is a value. Nothing changes it in place; `take`, `replace` and `concat` give new ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from poc.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa

Array = npt.NDArray[Any]
COMPILED_FROM = 20_000  # rows from which compiled loops run


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its numpy dtype ("text" for strings), its unit ("" for none) and what it means."""

    name: str
    dtype: str
    unit: str
    meaning: str

    def array(self, values: Any) -> Array:
        """The values as a read-only one-dimensional array of this column's dtype."""
        array = np.asarray(values)
        if self.dtype == "text":
            array = array if array.dtype.kind == "U" else array.astype(np.str_)
        elif array.dtype != np.dtype(self.dtype):
            array = array.astype(self.dtype)
        array = np.atleast_1d(array)
        array = array.view()
        array.flags.writeable = False
        return array


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one kind of table and the column(s) that identify a row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    meaning: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def table(self, **values: Any) -> Table:
        """A table of this schema; every column must be given, scalars are repeated.

        Raises DataError for a missing, unknown or odd-length column.
        """
        for name in values:
            if name not in self.names:
                raise DataError(f"the table '{self.name}' has no column '{name}': {did_you_mean(name, self.names)}")
        missing = [name for name in self.names if name not in values]
        if missing:
            raise DataError(f"the table '{self.name}' lacks the column '{missing[0]}': give all of {list(self.names)}.")
        n_rows = next((len(v) for v in values.values() if np.ndim(v) == 1), 1)
        arrays = {}
        for column in self.columns:
            value = values[column.name]
            array = column.array(np.full(n_rows, value) if np.ndim(value) == 0 else value)
            if len(array) != n_rows:
                raise DataError(
                    f"column '{column.name}' of the table '{self.name}' has {len(array)} rows, expected {n_rows}."
                )
            arrays[column.name] = array
        return Table(self, arrays)

    def empty(self) -> Table:
        """A table without rows."""
        return self.table(**{c.name: np.zeros(0, "U1" if c.dtype == "text" else c.dtype) for c in self.columns})


class Gathered(Mapping[str, Array]):
    """Columns that are looked up when they are read: `values[rows]`, or the values as they are where rows is None.

    A join of millions of rows so costs a few row numbers each, and not a copy of every column on either side.

    >>> joined = Gathered({"height_m": (np.array([10.0, 30.0]), np.array([1, 1, 0]))})
    >>> joined["height_m"].tolist(), joined.take(np.array([2]))["height_m"].tolist()
    ([30.0, 30.0, 10.0], [10.0])
    """

    def __init__(self, parts: Mapping[str, tuple[Array, Array | None]]) -> None:
        self._parts = dict(parts)

    def __getitem__(self, name: str) -> Array:
        values, rows = self._parts[name]
        return values if rows is None else looked_up(values, rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def n_rows(self) -> int:
        values, rows = next(iter(self._parts.values()))
        return len(values if rows is None else rows)

    def part(self, name: str) -> tuple[Array, Array | None]:
        """Values and rows of one column, to be looked up under another name."""
        return self._parts[name]

    @staticmethod
    def concat(tables: Sequence[Gathered]) -> Gathered:
        """The columns of all tables in the order given; what is looked up in the same values stays looked up."""
        parts: dict[str, tuple[Array, Array | None]] = {}
        for name in tables[0]:
            values = tables[0].part(name)[0]
            rows = [part[1] for part in (table.part(name) for table in tables) if part[0] is values]
            known = [each for each in rows if each is not None]
            if len(known) == len(tables):
                parts[name] = values, np.concatenate(known)
            else:
                parts[name] = _frozen(np.concatenate([table[name] for table in tables])), None
        return Gathered(parts)

    def slice(self, begin: int, end: int) -> Gathered:
        """The columns of the rows from `begin` to before `end`, nothing copied."""
        cut = slice(begin, end)
        return Gathered({name: (v[cut], r) if r is None else (v, r[cut]) for name, (v, r) in self._parts.items()})

    def take(self, chosen: Array) -> Gathered:
        """The columns of a boolean mask or of an index array; row numbers shared by columns stay shared."""
        chosen = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        taken: dict[int, Array] = {}
        for _, rows in self._parts.values():
            if rows is not None and id(rows) not in taken:
                taken[id(rows)] = looked_up(rows, chosen)
        return Gathered({name: (v, chosen if r is None else taken[id(r)]) for name, (v, r) in self._parts.items()})


def looked_up(values: Array, rows: Array, out: Array | None = None) -> Array:
    """`values[rows]`, in `out` where that is given; in large runs by a compiled loop, if the compiler is at work."""
    if _by_compiled_loop(values, rows) and (out is None or out.dtype == values.dtype):
        from poc.gather_compiled import gathered

        return gathered(values, rows, out)
    if out is not None:
        out[:] = values[rows]
    return values[rows] if out is None else out


def _by_compiled_loop(values: Array, rows: Array) -> bool:
    many = len(rows) >= COMPILED_FROM and "numba" in sys.modules
    numbers = rows.dtype.kind in "iu" and values.dtype.kind in "iufb"
    return many and numbers and bool(values.flags.c_contiguous and rows.flags.c_contiguous)


def coded(words: Sequence[str], number: Array) -> tuple[Array, Array]:
    """A part of `Gathered`: a few words, and the number of the word of each row (uint8).

    >>> words, number = coded(["", "tower"], np.array([1, 0, 1]))
    >>> words[number].tolist(), number.dtype.name
    (['tower', '', 'tower'], 'uint8')
    """
    return _frozen(np.array(words, np.str_)), _frozen(number.astype(np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of one schema.

    >>> PAIRS = Schema("pairs", ("a",), (Column("a", "uint64", "", "id"), Column("loss_db", "float64", "dB", "loss")))
    >>> pairs = PAIRS.table(a=[2, 1], loss_db=90.0)
    >>> pairs.sort("a")["a"].tolist(), len(pairs)
    ([1, 2], 2)
    """

    schema: Schema
    columns: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        try:
            return self.columns[name]
        except KeyError:
            raise DataError(
                f"the table '{self.schema.name}' has no column '{name}': {did_you_mean(name, self.columns)}"
            ) from None

    def __len__(self) -> int:
        if isinstance(self.columns, Gathered):
            return self.columns.n_rows()
        return len(next(iter(self.columns.values())))

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __repr__(self) -> str:
        return f"<{self.schema.name}: {len(self):,} rows × {', '.join(self.columns)}>"

    def take(self, rows: Any) -> Table:
        """The rows of a boolean mask or of an index array, in that order."""
        rows = np.asarray(rows)
        if isinstance(self.columns, Gathered):
            return Table(self.schema, self.columns.take(rows))
        return Table(self.schema, {name: _frozen(array[rows]) for name, array in self.columns.items()})

    def slice(self, begin: int, end: int) -> Table:
        """The rows from `begin` to before `end`, nothing copied."""
        if isinstance(self.columns, Gathered):
            return Table(self.schema, self.columns.slice(begin, end))
        return Table(self.schema, {name: array[begin:end] for name, array in self.columns.items()})

    def coded(self, **words: Sequence[str]) -> Table:
        """The same table, with the words of these columns kept once: they hold no others.

        >>> SITES = Schema("sites", ("kind",), (Column("kind", "text", "", "kind of site"),))
        >>> sites = SITES.table(kind=["tower", "", "tower"]).coded(kind=["", "tower"])
        >>> sites["kind"].tolist(), sites.says("kind", "tower").tolist()
        (['tower', '', 'tower'], [True, False, True])
        """
        parts: dict[str, tuple[Array, Array | None]] = {name: (self[name], None) for name in self}
        for name, known in words.items():
            number = np.zeros(len(self), np.uint8)
            for place, word in enumerate(known):
                number[self[name] == word] = place
            parts[name] = coded(known, number)
        return Table(self.schema, Gathered(parts))

    def says(self, name: str, word: str) -> npt.NDArray[np.bool_]:
        """Whether the text of each row is this word; what is coded is not spelled out for it."""
        if isinstance(self.columns, Gathered):
            words, number = self.columns.part(name)
            return np.asarray((words == word) if number is None else (words == word)[number])
        return np.asarray(self[name] == word)

    def sort(self, *by: str) -> Table:
        """The rows in ascending order of the named columns (stable)."""
        return self.take(np.lexsort([self[name] for name in reversed(by or self.schema.key)]))

    def replace(self, **values: Any) -> Table:
        """The same rows with some columns exchanged."""
        return self.schema.table(**{**self.columns, **values})

    def rows_of(self, ids: Any, column: str = "") -> npt.NDArray[np.int64]:
        """Row number of each id in the key column (or the one named); −1 where there is none."""
        keys = self[column or self.schema.key[0]]
        ids = np.asarray(ids, keys.dtype)
        if not len(keys):
            return np.full(ids.shape, -1, np.int64)
        order = np.argsort(keys, kind="stable")
        place = np.minimum(np.searchsorted(keys, ids, sorter=order), len(keys) - 1)
        rows = order[place]
        return np.where(keys[rows] == ids, rows, -1).astype(np.int64)

    @staticmethod
    def concat(tables: Iterable[Table]) -> Table:
        """All rows of tables of one schema, in the order given."""
        given = list(tables)
        tables = [table for table in given if len(table)]
        if len(tables) < 2:
            return tables[0] if tables else given[0]
        first = tables[0]
        if all(isinstance(table.columns, Gathered) for table in tables):
            return Table(first.schema, Gathered.concat([cast(Gathered, table.columns) for table in tables]))
        return Table(
            first.schema, {name: _frozen(np.concatenate([table[name] for table in tables])) for name in first.columns}
        )

    def equals(self, other: Table) -> bool:
        """Whether schema, order and every value agree."""
        return self.schema.name == other.schema.name and all(
            np.array_equal(self[name], other[name]) for name in self.columns
        )

    def to_arrow(self) -> pa.Table:
        """The same columns as an Arrow table whose fields carry unit and meaning."""
        import pyarrow as pa

        arrays = [arrow_column(self, column.name) for column in self.schema.columns]
        fields = [field_of(column, array.type) for column, array in zip(self.schema.columns, arrays, strict=True)]
        return pa.table(arrays, schema=pa.schema(fields, metadata={"table": self.schema.name}))


def field_of(column: Column, kind: pa.DataType) -> pa.Field:
    """The Arrow field of a column: it carries unit and meaning."""
    import pyarrow as pa

    return pa.field(column.name, kind, nullable=False, metadata={"unit": column.unit, "meaning": column.meaning})


def arrow_column(table: Table, name: str) -> pa.Array:
    """One column of a table in Arrow's form."""
    if isinstance(table.columns, Gathered):
        values, rows = table.columns.part(name)
        if rows is not None and values.dtype.kind == "U":  # a few words, many times: never spelled out in numpy
            return _spelled(values, rows)
    return arrow_array(table[name])


def _spelled(words: Array, rows: Array) -> pa.Array:
    """The Arrow form of `words[rows]`; `take` would do the same and load Arrow's functions, which few runs need."""
    import pyarrow as pa

    encoded = np.char.encode(words, "utf-8")
    length = np.char.str_len(encoded)
    letters = encoded.view(np.uint8).reshape(len(words), -1)
    offsets = np.concatenate(([0], np.cumsum(length[rows]))).astype(np.int32)
    text = letters[rows][np.arange(letters.shape[1]) < length[rows, None]]
    return pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def arrow_array(values: Array) -> pa.Array:
    """The Arrow form of a numpy array of numbers, truth values or text; numbers are not copied.

    `pyarrow.array` would do the same and load pandas for it, which takes longer than a small run.

    >>> arrow_array(np.array([True, False])).to_pylist(), arrow_array(np.array(["a"])).to_pylist()
    ([True, False], ['a'])
    """
    import pyarrow as pa

    if values.dtype.kind == "U":
        words = [word.encode() for word in values.tolist()]
        offsets = np.cumsum([0, *map(len, words)], dtype=np.int32)
        return pa.Array.from_buffers(
            pa.string(), len(words), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(words))]
        )
    kind = pa.from_numpy_dtype(values.dtype)
    data = np.packbits(values, bitorder="little") if values.dtype.kind == "b" else np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(data)])


def numpy_array(values: pa.ChunkedArray | pa.Array) -> Array:
    """The values of an Arrow column as a numpy array, numbers of a single chunk not copied, text as Python strings.

    >>> import pyarrow as pa
    >>> numpy_array(pa.chunked_array([[True], [False, True]])).tolist()
    [True, False, True]
    """
    import pyarrow as pa

    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    arrays = [_numbers(chunk) for chunk in chunks]
    if not arrays:
        return np.zeros(0, values.type.to_pandas_dtype())
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _numbers(chunk: pa.Array) -> Array:
    """Arrow's own `to_numpy` loads pandas, whatever it converts."""
    import pyarrow.types as kinds

    kind = chunk.type
    whole = kinds.is_boolean(kind) or kinds.is_integer(kind) or kinds.is_floating(kind)
    if not whole or chunk.null_count:
        return np.asarray(chunk.to_numpy(zero_copy_only=False))
    buffer, end = chunk.buffers()[1], chunk.offset + len(chunk)
    if buffer is None or not len(chunk):
        return np.zeros(0, kind.to_pandas_dtype())
    if kinds.is_boolean(kind):
        bits = np.unpackbits(np.frombuffer(buffer, np.uint8), count=end, bitorder="little")
        return bits[chunk.offset :].view(np.bool_)
    return np.frombuffer(buffer, kind.to_pandas_dtype(), end)[chunk.offset :]


def table_from_arrow(schema: Schema, arrow: pa.Table) -> Table:
    """A table of the schema from an Arrow table; columns beyond the schema are left out.

    Raises DataError when a column is missing or cannot be converted.
    """
    columns: dict[str, Any] = {}
    for column in schema.columns:
        if column.name not in arrow.column_names:
            raise DataError(
                f"the file for '{schema.name}' lacks the column '{column.name}': it has {arrow.column_names}."
            )
        values = arrow.column(column.name)
        if values.null_count:
            raise DataError(
                f"the column '{column.name}' of '{schema.name}' has {values.null_count} empty values; fill them."
            )
        try:
            columns[column.name] = column.array(numpy_array(values))
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError(
                f"the column '{column.name}' of '{schema.name}' has type {values.type}, expected {column.dtype}."
            ) from error
    return schema.table(**columns)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
