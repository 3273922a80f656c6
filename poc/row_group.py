"""Rows of one table on their way to a Parquet file: pieces of any size go in, groups of ROW_GROUP rows come out.

Numbers are looked up straight into the columns of the group, which are used again and again.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from poc.table import Array, Column, Gathered, Schema, Table, arrow_array, arrow_column, field_of, looked_up

ROW_GROUP = 125_000
EPOCH = Column("epoch", "int32", "", "number of the epoch, from 0")


class RowGroup:
    """Room for `n_rows` rows of one schema and one epoch.

    >>> from poc.schema import SHARES
    >>> group = RowGroup(SHARES, epoch=4)
    >>> group.fill(SHARES.table(pool=["a", "b"], hotspot=[7, 8], shares=1))
    2
    >>> group.emptied().to_pylist()[1]
    {'epoch': 4, 'pool': 'b', 'hotspot': 8, 'shares': 1}
    """

    def __init__(self, schema: Schema, epoch: int, n_rows: int = ROW_GROUP) -> None:
        self.schema, self._room = schema, n_rows
        self._numbers = {
            column.name: np.empty(n_rows, column.dtype) for column in schema.columns if column.dtype != "text"
        }
        self._texts: dict[str, list[pa.Array]] = {
            column.name: [] for column in schema.columns if column.dtype == "text"
        }
        self._epoch = None if EPOCH.name in schema.names else np.full(n_rows, epoch, np.int32)
        self._n_rows = 0

    def __len__(self) -> int:
        return self._n_rows

    @property
    def full(self) -> bool:
        return self._n_rows == self._room

    def fill(self, table: Table) -> int:
        """Take in the first rows of a table, as many as there is room for; how many they are."""
        begin, end = self._n_rows, min(self._n_rows + len(table), self._room)
        some = table if end - begin == len(table) else table.slice(0, end - begin)
        for name, numbers in self._numbers.items():
            _put(some, name, numbers[begin:end])
        for name, chunks in self._texts.items():
            chunks.append(arrow_column(some, name))
        self._n_rows = end
        return end - begin

    def emptied(self) -> pa.Table:
        """The rows in Arrow's form, `epoch` first. They stand where the next rows will: they must be written first."""
        n, self._n_rows = self._n_rows, 0
        first = [] if self._epoch is None else [arrow_array(self._epoch[:n])]
        arrays = first + [self._taken(column, n) for column in self.schema.columns]
        return pa.table(arrays, schema=arrow_schema(self.schema))

    def _taken(self, column: Column, n: int) -> pa.Array:
        if column.dtype != "text":
            return arrow_array(self._numbers[column.name][:n])
        chunks, self._texts[column.name] = self._texts[column.name], []
        return pa.concat_arrays([*chunks, pa.array([], pa.string())])


def arrow_schema(schema: Schema) -> pa.Schema:
    """The Arrow schema of a table of a run, `epoch` first."""
    columns = schema.columns if EPOCH.name in schema.names else (EPOCH, *schema.columns)
    fields = [field_of(column, _kind(column)) for column in columns]
    return pa.schema(fields, metadata={"table": schema.name})


def _kind(column: Column) -> pa.DataType:
    return pa.string() if column.dtype == "text" else pa.from_numpy_dtype(np.dtype(column.dtype))


def _put(table: Table, name: str, numbers: Array) -> None:
    if isinstance(table.columns, Gathered):
        values, rows = table.columns.part(name)
        if rows is not None:
            looked_up(values, rows, numbers)
            return
    numbers[:] = table[name]
