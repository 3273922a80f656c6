"""A run on disk: Parquet tables, `manifest.json` and `metrics.json` in one folder that is complete or absent.

Tables are streamed epoch by epoch into `<name>.partial/`, which takes its final name only when all is written.
"""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from poc.errors import DataError, StoreError
from poc.row_group import EPOCH, ROW_GROUP
from poc.schema import TABLES
from poc.table import Schema, Table, arrow_array, field_of, table_from_arrow

if TYPE_CHECKING:
    from maps.city import City

EPOCH_FIELD = field_of(EPOCH, pa.int32())
_IN_RUNS = {"beacon", "beaconer", "evidence", "payload", "beacon_payload"}
_REPEATED_IDS = ("hotspot", "witness", "peer", "owner", "cell", "beaconer_cell", "witness_cell")


class FolderTables(Mapping[str, pa.Table]):
    """The Parquet tables of a folder, read when asked for and not kept; `columns` reads no more than it must.

    A table is a file, or in a large run a folder of parts. Raises DataError for a file that is cut short or foreign.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: [path] for path in sorted(folder.glob("*.parquet"))}
        for part in sorted(folder.glob("*/*.parquet")):
            self._paths.setdefault(part.parent.name, []).append(part)
        for parts in self._paths.values():
            for path in parts:
                self._opened(pq.read_metadata, path)

    def __getitem__(self, name: str) -> pa.Table:
        return self._read(self._paths[name], None)

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def columns(self, name: str, names: Sequence[str]) -> pa.Table:
        """Some columns of a table; names that it does not have are left out. Text comes as a dictionary, as written."""
        known = self._opened(pq.read_schema, self._paths[name][0]).names
        return self._read(self._paths[name], [wanted for wanted in names if wanted in known])

    def batches(self, name: str, names: Sequence[str] | None) -> Iterator[pa.Table]:
        """The same row group by row group, at most ROW_GROUP rows at a time, in the order written; None: all columns.

        Of all columns text is spelled out. The next group is read while whoever asks works on the last one.
        """
        with ThreadPoolExecutor(1) as ahead:
            under_way: deque[Future[pa.Table]] = deque()
            for path in self._paths[name]:
                file = self._opened(partial(pq.ParquetFile, read_dictionary=names), path)
                wanted = None if names is None else [each for each in names if each in file.schema_arrow.names]
                for number in range(file.num_row_groups):
                    read = partial(self._opened, partial(_row_group, file, number, wanted), path)
                    under_way.append(ahead.submit(read))
                    if len(under_way) > 1:
                        yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    def n_rows(self, name: str) -> int:
        return sum(int(pq.read_metadata(path).num_rows) for path in self._paths[name])

    def _read(self, paths: Sequence[Path], names: list[str] | None) -> pa.Table:
        parts = [self._opened(partial(_all_rows, names=names), path) for path in paths]
        return parts[0] if len(parts) == 1 else pa.concat_tables(parts)

    @staticmethod
    def _opened(read: Callable[[Path], Any], path: Path) -> Any:
        try:
            return read(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(f"'{path}' is not a readable Parquet file ({error}); run the scenario again.") from error


@dataclass(frozen=True)
class RunData:
    """A finished run as everything downstream sees it.

    `tables` are Arrow tables by name; tables written once an epoch begin with an int32 column `epoch`. A table that the
    scenario's `reports` left out is not there.
    """

    manifest: dict[str, Any]
    metrics: dict[str, Any]
    tables: Mapping[str, pa.Table]
    city: City | None = None
    folder: Path | None = field(default=None, compare=False)

    def table(self, name: str, epoch: int | None = None) -> Table:
        """A table of one epoch (or all rows) as columns; DataError when the run does not hold it."""
        if name not in self.tables:
            raise DataError(f"the run holds no table '{name}': it has {', '.join(sorted(self.tables))}.")
        arrow = self.tables[name]
        if epoch is not None and "epoch" in arrow.column_names:
            import pyarrow.compute as pc  # slow to import

            arrow = arrow.filter(pc.equal(arrow.column("epoch"), epoch))
        return table_from_arrow(_schema(name), arrow)

    def __repr__(self) -> str:
        counted = (
            self.tables.n_rows if isinstance(self.tables, FolderTables) else lambda name: self.tables[name].num_rows
        )
        rows = ", ".join(f"{name} {counted(name):,}" for name in sorted(self.tables))
        profile = self.manifest.get("profile", {}).get("name", "?")
        return f"<run '{self.manifest.get('name', '?')}', seed {self.manifest.get('seed')}, {profile}: {rows}>"


def with_epoch(epoch: int, table: Table) -> pa.Table:
    """The Arrow form of one epoch's table, `epoch` first."""
    arrow = table.to_arrow()
    if "epoch" in arrow.column_names:
        return arrow
    return arrow.add_column(0, EPOCH_FIELD, arrow_array(np.full(len(table), epoch, np.int32)))


class TableWriter:
    """Appends the tables of each epoch to one Parquet file a table, a bounded number of rows at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}

    def write(self, epoch: int, tables: Mapping[str, Table]) -> dict[str, pa.Table]:
        """Append the tables; what was written."""
        with ThreadPoolExecutor(2) as pool:  # compression runs without the GIL, each table in a file of its own
            return dict(zip(tables, pool.map(lambda item: self._append(epoch, *item), tables.items()), strict=True))

    def _append(self, epoch: int, name: str, table: Table) -> pa.Table:
        written = []
        for begin in range(0, max(len(table), 1), ROW_GROUP):
            end = min(begin + ROW_GROUP, len(table))
            arrow = with_epoch(epoch, table.slice(begin, end))
            if name not in self._writers:
                self._writers[name] = parquet_writer(self.folder / f"{name}.parquet", arrow.schema)
            self._writers[name].write_table(arrow)
            written.append(arrow)
        return pa.concat_tables(written)

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()


RUN_FILE = "run.json"  # in a partial folder: which run it is, so that only the same run goes on in it


@contextmanager
def new_folder(target: Path, force: bool = False, run: Mapping[str, Any] | None = None) -> Iterator[Path]:
    """A folder to fill that becomes `target` when the block ends well, and leaves nothing of that name otherwise.

    With `run`, a description, an unfinished folder of the same run is taken up again and is left behind for that when
    the block fails. Raises StoreError when the target is there already (and not forced), is not a folder of ours, or
    cannot be written.
    """
    target = target.absolute()
    refuse_to_overwrite(target, force)
    partial = target.with_name(target.name + ".partial")
    try:
        if run is None or not _is_of_run(partial, run):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
        if run is not None:
            _drop_unfinished(partial)
            if not (partial / RUN_FILE).exists():
                write_json(partial / RUN_FILE, run)
        yield partial
        (partial / RUN_FILE).unlink(missing_ok=True)
        put_in_place(partial, target)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        reason = error.strerror or str(error)
        kept = "" if run is None else "; what was finished stays for the next try"
        if run is not None:
            _drop_unfinished(partial)
        raise StoreError(
            f"'{target}' could not be written ({reason}); free space or choose another --out{kept}."
        ) from error
    except KeyboardInterrupt:
        if run is None:
            shutil.rmtree(partial, ignore_errors=True)
        else:
            _drop_unfinished(partial)
        raise


def _is_of_run(partial: Path, run: Mapping[str, Any]) -> bool:
    try:
        return bool(json.loads((partial / RUN_FILE).read_text("utf-8")) == json.loads(json.dumps(run)))
    except (OSError, ValueError):
        return False


def _drop_unfinished(partial: Path) -> None:
    for path in [*partial.rglob("*.unfinished"), *partial.rglob("*.waiting")]:
        path.unlink(missing_ok=True)


def refuse_to_overwrite(target: Path, force: bool) -> None:
    """StoreError when the target is there already and not forced, or is not a folder of ours."""
    if not target.exists():
        return
    if not force:
        raise StoreError(f"'{target}' is already there, expected a new folder; choose another --out or add --force.")
    if not target.is_dir() or (any(target.iterdir()) and not (target / "manifest.json").exists()):
        raise StoreError(f"'{target}' is not a run folder, so --force will not replace it; choose another --out.")


def put_in_place(finished: Path, target: Path) -> None:
    """Give a finished folder its name; what had the name before goes only once the new one stands there."""
    if not target.exists():
        finished.rename(target)
        return
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    finished.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """JSON with stable order; never NaN."""
    path.write_text(json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n", "utf-8")


def load_run(folder: str | Path) -> RunData:
    """A run from its folder, with its map where that can be found.

    Raises DataError when the folder is not a finished run.
    """
    folder = Path(folder)
    manifest = _read_json(folder / "manifest.json")
    return RunData(manifest, _read_json(folder / "metrics.json"), FolderTables(folder), _city(manifest), folder)


def _city(manifest: Mapping[str, Any]) -> City | None:
    from poc.errors import PocError
    from poc.scenario import scenario_from
    from poc.setup import city_of

    try:
        return city_of(scenario_from(manifest["scenario"], "manifest.json"))
    except (PocError, KeyError):
        return None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DataError(
            f"'{path.parent}' is not a finished run ({path.name}: {error.strerror}); give a run folder."
        ) from error
    except ValueError as error:
        raise DataError(f"'{path}' is not valid JSON ({error}); run the scenario again.") from error
    if not isinstance(document, dict):
        raise DataError(f"'{path}' holds no object; run the scenario again.")
    return document


def _all_rows(path: Path, names: list[str] | None) -> pa.Table:
    return pq.ParquetFile(path, read_dictionary=names).read(columns=names)


def _row_group(file: pq.ParquetFile, number: int, names: list[str] | None, _: Path) -> pa.Table:
    return file.read_row_group(number, columns=names)


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Each column in the form that costs little time for the bytes it saves, as every reader of Parquet knows them.

    Ids that come again and again out of order, and words: a dictionary, whose references need no compression. Counts:
    differences in as few bits as they take. Times and floating-point numbers: bytes of one place together, compressed.
    Other numbers have few values, and ids and payloads of beacons stand side by side: compressed as they are. Of other
    ids, which are random words, nothing can be saved. Smallest and largest of a group, kept of all columns but ids,
    would tell nothing of these.
    """
    names = {field.name: field.type for field in schema}
    ids = {name for name, kind in names.items() if pa.types.is_uint64(kind)}
    split = [name for name, kind in names.items() if pa.types.is_floating(kind) or name.endswith("_ns")]
    counts = [name for name, kind in names.items() if pa.types.is_signed_integer(kind) and name.startswith("n_")]
    words = [name for name, kind in names.items() if pa.types.is_string(kind)]
    encoding = {**dict.fromkeys(split, "BYTE_STREAM_SPLIT"), **dict.fromkeys(counts, "DELTA_BINARY_PACKED")}
    dictionary = [*words, *(name for name in names if name in _REPEATED_IDS)]
    plain = (ids - _IN_RUNS) | {*counts, *dictionary}
    return pq.ParquetWriter(
        path, schema, compression={name: "none" if name in plain else "lz4" for name in names}, version="2.6",
        use_dictionary=dictionary or False, column_encoding=encoding or None,
        write_statistics=[name for name in names if name not in ids] or False,
    )  # fmt: skip


def _schema(name: str) -> Schema:
    if name not in TABLES:
        raise DataError(f"there is no table '{name}': known are {', '.join(sorted(TABLES))}.")
    return TABLES[name]
