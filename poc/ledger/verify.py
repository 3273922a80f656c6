"""Find what was altered in a run folder since its ledger was written, and say where.

The chain is checked by itself first, then every table and file against it, then the money: what was paid and what went
to nobody must be the emission, bone by bone. Last come the signatures of hotspots over their reports, where a run has
them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poc.errors import DataError
from poc.interop.signing import misfits, needs_keys
from poc.ledger.canonical import json_bytes
from poc.ledger.ledger import GENESIS, LEDGER_FILE, PAGES, Entry, entries, file_hashes, known_files, seal
from poc.ledger.merkle import CHUNK_LEAVES
from poc.profiles import PROFILES
from poc.rewards.amounts import emission_bones
from poc.store import load_run


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: where, and what of it."""

    where: str
    what: str


def verify_ledger(folder: Path, root: str | None = None) -> tuple[str, list[Finding]]:
    """The last root of the ledger in a run folder, and everything that was altered; nothing when all is well.

    `root` is a last root known from elsewhere: with it a ledger that was rewritten as a whole is found as well. Raises
    DataError when there is no ledger at all.
    """
    path = folder / LEDGER_FILE
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise DataError(
            f"'{path}' could not be read ({error.strerror or error}); 'poc ledger write' makes one."
        ) from error
    chained, findings = _chain(lines)
    last = str(chained[-1]["root"]) if chained else GENESIS
    if root is not None and root.lower() != last:
        findings.append(Finding(LEDGER_FILE, f"the last root is {last}, expected {root}"))
    if not findings:
        run = [entry for entry in chained if entry["kind"] != "pages"]
        findings = [*_files(folder, known_files(chained)), *_contents(folder, run), *_signatures(folder)]
    return last, findings


def _chain(lines: list[bytes]) -> tuple[list[Entry], list[Finding]]:
    """The entries of the ledger up to the first that does not fit its own root or the one before."""
    chained: list[Entry] = []
    previous = GENESIS
    for number, line in enumerate(lines, start=1):
        where = f"{LEDGER_FILE}, line {number}"
        entry = _entry(line)
        if entry is None:
            return chained, [Finding(where, "is no entry as it was written")]
        sealed = seal({name: value for name, value in entry.items() if name not in ("previous", "root")}, previous)
        if entry.get("previous") != previous:
            return chained, [Finding(where, "does not follow the entry before it")]
        if entry.get("root") != sealed["root"]:
            return chained, [Finding(where, "does not fit its own root")]
        chained.append(entry)
        previous = sealed["root"]
    kinds = [entry.get("kind") for entry in chained]
    if "end" not in kinds:
        return chained, [Finding(LEDGER_FILE, "is cut short: there is no last entry")]
    for number, entry in enumerate(chained[kinds.index("end") + 1 :], start=kinds.index("end") + 2):
        if entry["kind"] != "pages" or not set(entry.get("files", ())) <= set(PAGES):
            return chained, [Finding(f"{LEDGER_FILE}, line {number}", "stands behind the end and is not about pages")]
    return chained, []


def _entry(line: bytes) -> Entry | None:
    """The entry of a line, None unless it is exactly the text that would be written for it."""
    try:
        entry = json.loads(line)
        same = isinstance(entry, dict) and json_bytes(entry) + b"\n" == line
    except (ValueError, RecursionError):
        return None
    return entry if same else None


def _files(folder: Path, known: dict[str, str]) -> Iterator[Finding]:
    found = file_hashes(folder)
    for name in sorted(found.keys() | known.keys()):
        if name not in found:
            yield Finding(name, "is missing")
        elif name not in known and name in PAGES:
            continue
        elif name not in known:
            yield Finding(name, "was not there when the ledger was written")
        elif found[name] != known[name]:
            yield Finding(name, "is not the file that the ledger was written for")


def _contents(folder: Path, chained: list[Entry]) -> Iterator[Finding]:
    """Which rows of which epoch differ, as far as the files can be read at all."""
    try:
        expected = list(entries(folder))
        yield from _money(folder, chained)
    except Exception as error:  # an altered file may fail in any way; that is a finding, not a crash
        yield Finding("tables", f"can no longer be read ({type(error).__name__})")
        return
    if len(expected) != len(chained):
        yield Finding(LEDGER_FILE, f"has {len(chained)} entries, the run has {len(expected)}")
    for now, then in zip(expected, chained, strict=False):
        if now["kind"] == then["kind"] == "epoch":
            yield from _epoch(now, then)
        elif now["kind"] == "run" and any(now[name] != then.get(name) for name in now):
            yield Finding("manifest.json", "names another run")


def _signatures(folder: Path) -> Iterator[Finding]:
    """Signed reports that do not fit their signatures: found even where the whole ledger was written anew."""
    try:
        run = load_run(folder)
        if "signatures" not in run.tables:
            return
        needs_keys(1.0)
    except DataError as error:
        if "PyNaCl" in str(error):
            raise
        return  # what cannot be read was found before
    try:
        found = misfits(run.tables, int(run.manifest["seed"]))
    except Exception as error:  # as above: an altered file may fail in any way
        yield Finding("signatures", f"can no longer be checked ({type(error).__name__})")
        return
    for (name, epoch), (n, number) in sorted(found.items()):
        what = f"{n:,} signed reports are not as they were signed, for instance {number}"
        yield Finding(f"{name}, epoch {epoch}", what)


def _epoch(now: Entry, then: Entry) -> Iterator[Finding]:
    for name in sorted(now["tables"].keys() | then["tables"].keys()):
        a, b = now["tables"].get(name), then["tables"].get(name)
        where = f"{name}, epoch {then['epoch']}"
        if a is None or b is None:
            yield Finding(where, "is missing" if a is None else "was not there")
        elif a["columns"] != b["columns"]:
            yield Finding(where, "has other columns")
        elif a["rows"] != b["rows"]:
            yield Finding(where, f"has {a['rows']:,} rows, the ledger says {b['rows']:,}")
        else:
            for chunk, (left, right) in enumerate(zip(a["chunks"], b["chunks"], strict=True)):
                if left != right:
                    first = chunk * CHUNK_LEAVES
                    yield Finding(where, f"rows {first} to {min(first + CHUNK_LEAVES, a['rows']) - 1} were altered")
    if now["balances_root"] != then["balances_root"]:
        yield Finding(f"balances after epoch {then['epoch']}", "differ")


def _money(folder: Path, chained: list[Entry]) -> Iterator[Finding]:
    """Paid + unpaid = emission, for a profile whose emission we know."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    profile = PROFILES.get(manifest["profile"]["name"])
    if profile is None:
        return
    n_rewarded = max(int(manifest["n_epochs"]) - int(manifest["warm_up_epochs"]), 0)
    emitted = n_rewarded * emission_bones(profile.emission, manifest["epoch_s"] / 86_400)
    accounted = sum(entry["paid_bones"] for entry in chained if entry["kind"] == "epoch")
    accounted += sum(manifest["unpaid_bones"].values())
    if accounted != emitted:
        yield Finding("rewards", f"account for {accounted:,} bones, the emission was {emitted:,}")
