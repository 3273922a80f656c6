"""Hotspots sign their reports: signatures of a run, all of them or a keyed sample, and the check of them.

What is signed is the report as Helium's firmware encodes it, so an export to oracle files carries the same signatures.
Keys follow from the seed of the run (`poc.ledger.keys`). Source: `spec/helium-iot.md` §2.6, §3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from poc.errors import DataError
from poc.interop.run_reports import ReportBytes, Row
from poc.interop.wire_reports import BEACON_MESSAGE, WITNESS_MESSAGE, signed_bytes, wire_beacon, wire_witness
from poc.keys import Keys
from poc.ledger.keys import SIGNATURE_BYTES, is_signed, public_key, sign, signing_key
from poc.schema import SIGNATURES
from poc.store import FolderTables, parquet_writer, with_epoch

#: kind → (table, its id, the message, how a row becomes one).
KINDS: dict[str, tuple[str, str, str, Callable[[Mapping[str, Any], bytes], dict[str, Any]]]] = {
    "beacon": ("beacons", "beacon", BEACON_MESSAGE, wire_beacon),
    "witness": ("witness_reports", "report", WITNESS_MESSAGE, wire_witness),
}
WORDS = [f"word_{i}" for i in range(SIGNATURE_BYTES // 8)]


def needs_keys(share: float) -> None:
    """DataError when reports are to be signed and PyNaCl is not there."""
    if share > 0:
        signing_key(0, 0)


def are_sampled(seed: int, share: float, ids: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which reports are signed, by their ids.

    >>> are_sampled(1, 1.0, np.array([7, 8], np.uint64)).tolist()
    [True, True]
    """
    return np.asarray(Keys(seed).of("signatures").uniform(np.asarray(ids, np.uint64)) < share)


def signatures(tables: Mapping[str, pa.Table], seed: int, share: float) -> Iterator[pa.Table]:
    """SIGNATURES of a run with its column `epoch`, batch by batch: beacons first, then witness reports."""
    contents = ReportBytes.of(tables)
    for kind, (name, number, _, _) in KINDS.items():
        for batch in _batches(tables, name):
            some = batch.filter(pa.array(are_sampled(seed, share, batch[number].to_numpy())))
            rows = some.to_pylist()
            rows = contents.beacons(rows) if kind == "beacon" else contents.witnesses(rows)
            data = [_signature(kind, row, seed) for row in rows]
            words = np.frombuffer(b"".join(data), "<u8").reshape(-1, len(WORDS))
            table = SIGNATURES.table(
                kind=np.full(len(rows), kind),
                report=some[number].to_numpy(),
                hotspot=some["hotspot"].to_numpy(),
                **{word: words[:, i] for i, word in enumerate(WORDS)},
            )
            arrow = table.to_arrow()
            at = some.schema.get_field_index("epoch")
            yield arrow.add_column(0, some.schema.field(at), some.column(at))


def signatures_of(kind: str, rows: list[Row], seed: int, share: float) -> list[bytes]:
    """The signature of each completed row of a run, empty for one that is not in the sample."""
    sampled = are_sampled(seed, share, np.array([row[KINDS[kind][1]] for row in rows], np.uint64)).tolist()
    return [_signature(kind, row, seed) if yes else b"" for row, yes in zip(rows, sampled, strict=True)]


def _signature(kind: str, row: Row, seed: int) -> bytes:
    _, _, message, wire = KINDS[kind]
    return sign(seed, row["hotspot"], signed_bytes(message, wire(row, public_key(seed, row["hotspot"]))))


def write_signatures(folder: Path, seed: int, share: float) -> None:
    """Sign the reports of the run whose tables stand in a folder, into `signatures.parquet` beside them."""
    unfinished, path = folder / "signatures.parquet.unfinished", folder / "signatures.parquet"
    with parquet_writer(unfinished, with_epoch(0, SIGNATURES.empty()).schema) as writer:
        for batch in signatures(FolderTables(folder), seed, share):
            writer.write_table(batch)
    unfinished.rename(path)


def misfits(tables: Mapping[str, pa.Table], seed: int) -> dict[tuple[str, int], tuple[int, int]]:
    """How many signed reports do not fit their signature or are gone, and one of them, by table and epoch."""
    found: dict[tuple[str, int], tuple[int, int]] = {}

    def note(name: str, epoch: int, number: int) -> None:
        n, first = found.get((name, epoch), (0, number))
        found[name, epoch] = n + 1, first

    contents = ReportBytes.of(tables)
    for kind, (name, number, message, wire) in KINDS.items():
        waiting = _signed(tables["signatures"], kind)
        for batch in _batches(tables, name):
            some = batch.filter(pa.array(np.isin(batch[number].to_numpy(), np.array(list(waiting), np.uint64))))
            rows: list[Row] = some.to_pylist()
            for row in contents.beacons(rows) if kind == "beacon" else contents.witnesses(rows):
                _, signature = waiting.pop(row[number])
                if not _fits(public_key(seed, row["hotspot"]), message, wire, row, signature):
                    note(name, row["epoch"], row[number])
        for report, (epoch, _) in waiting.items():
            note(name, epoch, report)
    return found


def _signed(table: pa.Table, kind: str) -> dict[int, tuple[int, bytes]]:
    """(epoch, signature) of the reports of one kind by id."""
    some = table.filter(pc.equal(table["kind"], kind))
    data = np.stack([some[word].to_numpy() for word in WORDS], axis=1).astype("<u8")
    parts = (line.tobytes() for line in data)
    pairs = zip(some["epoch"].to_pylist(), parts, strict=True)
    return dict(zip(some["report"].to_pylist(), pairs, strict=True))


def _fits(key: bytes, message: str, wire: Callable[..., dict[str, Any]], row: Row, signature: bytes) -> bool:
    try:
        return is_signed(key, signed_bytes(message, wire(row, key)), signature)
    except (KeyError, OverflowError, ValueError):  # numbers that no hotspot could have put on the wire
        return False


def _batches(tables: Mapping[str, pa.Table], name: str) -> Iterator[pa.Table]:
    if name not in tables:
        raise DataError(f"the run holds no table '{name}'; run it again with reports = [\"all\"].")
    if isinstance(tables, FolderTables):
        yield from tables.batches(name, None)
    else:
        yield tables[name]
