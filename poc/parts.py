"""Tables of a large run on disk: a folder for each table, in it Parquet files that are finished one after the other.

A part gets its name only when all of it is written and on disk, so whatever kills the writer leaves finished parts and
at most one unfinished file of another name for each table. Parts are cut by rows and not by pieces: the same rows give
the same bytes. A second writer in the same folder leaves finished parts alone and goes on behind them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pyarrow.parquet as pq

from poc.row_group import ROW_GROUP, RowGroup
from poc.store import parquet_writer
from poc.table import Table

PART_ROWS = 16 * ROW_GROUP
UNFINISHED = ".unfinished"


class PartsWriter:
    """Appends pieces of tables to folders of parts; what was written before in the same order is not written again.

    Writing runs on threads of its own, a piece behind. Errors of one piece are raised by the next call.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, _Parts] = {}
        self._pool = ThreadPoolExecutor(2)  # compression runs without the GIL, each table in files of its own
        self._under_way: list[Future[None]] = []

    def write(self, epoch: int, tables: Mapping[str, Table]) -> None:
        """Append rows of one epoch."""
        self._wait()
        for name, table in tables.items():
            parts = self._tables.setdefault(name, _Parts(self.folder / name))
            self._under_way.append(self._pool.submit(parts.append, epoch, table))

    def finish_epoch(self) -> None:
        """All rows so far are on disk when this returns; the next ones start new parts."""
        self._wait()
        list(self._pool.map(_Parts.finish, self._tables.values()))

    def _wait(self) -> None:
        done, self._under_way = self._under_way, []
        for each in done:
            each.result()

    def __enter__(self) -> PartsWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.finish_epoch()
        finally:
            self._pool.shutdown(cancel_futures=True)
            for parts in self._tables.values():
                parts.abandon()


class _Parts:
    """The parts of one table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._epoch, self._number, self._rows = -1, 0, 0
        self._group: RowGroup | None = None
        self._writer: pq.ParquetWriter | None = None
        self._there = False

    def append(self, epoch: int, table: Table) -> None:
        if epoch != self._epoch:
            self._epoch, self._number = epoch, 0
        if self._group is None:
            self._group = RowGroup(table.schema, epoch, ROW_GROUP)
        taken = 0
        while taken < len(table):
            taken += self._group.fill(table.slice(taken, len(table)))
            if self._group.full:
                self._put(self._group)

    def finish(self) -> None:
        group, self._group = self._group, None
        if group is not None and (len(group) or self._rows + self._number == 0):
            self._put(group)
        if self._rows or self._writer is not None:
            self._close()

    def abandon(self) -> None:
        """Let go of an unfinished part; it keeps its other name."""
        if self._writer is not None:
            with suppress(OSError):  # of a full disk was told already
                self._writer.close()
            self._writer = None

    def _put(self, group: RowGroup) -> None:
        """Write the rows of a group, and so empty it."""
        rows, path = group.emptied(), self._path()
        if not self._rows:
            self._there = path.exists()
        if not self._there:
            if self._writer is None:
                self.folder.mkdir(exist_ok=True)
                self._writer = parquet_writer(path.with_name(path.name + UNFINISHED), rows.schema)
            self._writer.write_table(rows, row_group_size=ROW_GROUP)
        self._rows += rows.num_rows
        if self._rows >= PART_ROWS:
            self._close()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            path = self._path()
            unfinished = path.with_name(path.name + UNFINISHED)
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
            unfinished.rename(path)
        self._rows, self._number = 0, self._number + 1

    def _path(self) -> Path:
        return self.folder / f"{self._epoch:05d}-{self._number:05d}.parquet"
