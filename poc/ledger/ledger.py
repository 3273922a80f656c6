"""The ledger of a run: `ledger.jsonl`, one entry an epoch, each holding the root of the entry before.

An entry commits to the verdicts and rewards of its epoch by Merkle roots, and to all balances after it. A first entry
names the run, a last one the SHA-256 of every file of the folder. Whoever knows the last root can check all. A page
that is drawn anew is noted in an entry behind the last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from poc.errors import DataError
from poc.ledger.canonical import columns_text, document_hash, json_bytes, row_bytes
from poc.ledger.merkle import chunk_roots, leaf_hash, root_of
from poc.store import load_run

LEDGER_FILE = "ledger.jsonl"
TABLES = ("beacon_verdicts", "witness_verdicts", "rewards", "signatures")
#: Drawings of the tables: they may come after the ledger, and one that is drawn anew is noted by `note_pages`.
PAGES = ("report.html", "figures.html")
GENESIS = "0" * 64
VERSION = 1

Entry = dict[str, Any]
Balances = dict[int, int]


def write_ledger(folder: Path) -> str:
    """Write the ledger of a finished run into its folder and give the last root.

    Raises DataError when the folder is no finished run or has a ledger already (it is only ever appended to).
    """
    path = folder / LEDGER_FILE
    if path.exists():
        raise DataError(f"'{path}' is there already and a ledger is never written again; verify it instead.")
    previous, lines = GENESIS, []
    for entry in entries(folder):
        sealed = seal(entry, previous)
        previous = sealed["root"]
        lines.append(json_bytes(sealed) + b"\n")
    path.write_bytes(b"".join(lines))
    return previous


def note_pages(folder: Path) -> str | None:
    """Append what the pages of a run folder are now, where the ledger knows them otherwise, and give the new last root.

    None where there is nothing to note, or no ledger that could be gone on with.
    """
    path = folder / LEDGER_FILE
    try:
        chained = [json.loads(line) for line in path.read_bytes().splitlines()]
        previous, known = chained[-1]["root"], known_files(chained)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # what is wrong with it, verifying will say
    now = {name: file_hash(folder / name) for name in PAGES if name in known and (folder / name).is_file()}
    drawn = {name: digest for name, digest in now.items() if digest != known[name]}
    if not drawn:
        return None
    sealed = seal({"kind": "pages", "files": drawn}, previous)
    with path.open("ab") as file:
        file.write(json_bytes(sealed) + b"\n")
    return str(sealed["root"])


def known_files(chained: list[Entry]) -> dict[str, str]:
    """SHA-256 of every file as the ledger knows it last, by path within the folder."""
    known: dict[str, str] = {}
    for entry in chained:
        known |= entry["files"] if entry["kind"] in ("end", "pages") else {}
    return known


def entries(folder: Path) -> Iterator[Entry]:
    """What the ledger of a run folder must say, entry by entry, not yet chained."""
    run = load_run(folder)
    yield {"kind": "run", "version": VERSION, "name": run.manifest["name"], "seed": run.manifest["seed"]}
    balances: Balances = {}
    for epoch in range(int(run.manifest["n_epochs"])):
        yield epoch_entry(epoch, run.tables, balances)
    yield {"kind": "end", "files": file_hashes(folder)}


def epoch_entry(epoch: int, tables: Mapping[str, pa.Table], balances: Balances) -> Entry:
    """The entry of one epoch; `balances` [bones] of the hotspots are brought up to date."""
    committed: Entry = {}
    paid = 0
    for name in TABLES:
        if name in tables:
            here = tables[name].filter(pc.equal(tables[name].column("epoch"), epoch))
            committed[name] = commitment(here)
            if name == "rewards":
                for hotspot, bones in zip(here["hotspot"].to_pylist(), here["amount_bones"].to_pylist(), strict=True):
                    balances[hotspot] = balances.get(hotspot, 0) + bones
                paid = int(np.sum(here["amount_bones"].to_numpy(), dtype=np.int64))
    return {
        "kind": "epoch",
        "epoch": epoch,
        "tables": committed,
        "paid_bones": paid,
        "total_bones": sum(balances.values()),
        "balances_root": balances_root(balances),
    }


def commitment(table: pa.Table) -> Entry:
    """Columns, number of rows, Merkle root and roots of the subtrees of 256 rows of one table.

    >>> commitment(pa.table({"a": [1]}))["rows"]
    1
    """
    chunks = chunk_roots(row_bytes(table))
    return {
        "columns": columns_text(table),
        "rows": table.num_rows,
        "root": root_of(chunks).hex(),
        "chunks": [chunk.hex() for chunk in chunks],
    }


def balances_root(balances: Balances) -> str:
    """Merkle root over (hotspot, bones) in order of the hotspots, eight little-endian bytes each.

    >>> balances_root({}) == balances_root({1: 0})
    False
    """
    rows = (hotspot.to_bytes(8, "little") + bones.to_bytes(8, "little") for hotspot, bones in sorted(balances.items()))
    return root_of([leaf_hash(row) for row in rows]).hex()


def seal(entry: Entry, previous: str) -> Entry:
    """The entry with the root before it and its own: SHA-256 of everything else.

    >>> seal({"kind": "end"}, GENESIS)["root"] == seal({"kind": "end"}, GENESIS)["root"] != GENESIS
    True
    """
    chained = {**entry, "previous": previous}
    return {**chained, "root": document_hash(chained)}


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of the folder and the folders in it, but the ledger, by path within the folder."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != LEDGER_FILE:
            hashes[name] = file_hash(path)
    return hashes


def file_hash(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
