"""Run a scenario to its end: in memory, or streamed into a run folder."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

from poc.checkpoint import NAME as CHECKPOINT
from poc.checkpoint import Between, load, save
from poc.emulator import Emulation, Epoch
from poc.heap import hand_back
from poc.metrics import grade
from poc.parts import PartsWriter
from poc.scenario import Scenario
from poc.setup import resolved
from poc.store import FolderTables, RunData, TableWriter, new_folder, with_epoch, write_json
from poc.table import Table

Progress = Callable[[int, int], None]  # epochs done, epochs in all

LIBRARIES = ("numpy", "scipy", "h3", "h3ronpy", "shapely", "networkx", "pyarrow", "numba", "pydantic")
HELD_ROWS = 1_000_000  # of all tables of a run: so many stay in memory for grading, more are read back
_ALWAYS = ("hotspots", "truth", "beacon_verdicts", "scores", "rewards")
_ALL = (
    "entropies", "beacons", "witness_reports", "receptions", "witness_verdicts", "claims",
    "link_statistics", "activity",
)  # fmt: skip


def default_folder(scenario: Scenario) -> Path:
    """Where a run goes when nobody says: `runs/<scenario>-<seed>/`."""
    return Path("runs") / f"{scenario.name}-{scenario.seed}"


def run_in_memory(scenario: Scenario, jobs: int = 1, progress: Progress | None = None) -> RunData:
    """The finished run, nothing written.

    >>> from poc.scenario import scenario_from
    >>> run = run_in_memory(scenario_from({"fleet": {"n_hotspots": 0}}, "example"))
    >>> run.metrics["n_hotspots"]
    0
    """
    signing = _signing(scenario)
    emulation, started = Emulation.of(scenario, jobs), time.time()
    parts: dict[str, list[pa.Table]] = {}
    unpaid: dict[str, int] = {}
    for epoch in _watched(emulation, progress):
        for name, table in kept(epoch, scenario).items():
            parts.setdefault(name, []).append(with_epoch(epoch.span.epoch, table))
        _add(unpaid, epoch.unpaid_bones)
    tables = {name: pa.concat_tables(tables) for name, tables in parts.items()}
    if signing is not None:
        tables["signatures"] = pa.concat_tables(signing.signatures(tables, scenario.seed, scenario.signing.share))
    manifest = manifest_of(emulation, unpaid, time.time() - started)
    return RunData(manifest, grade(tables, manifest, emulation.setting.city), tables, emulation.setting.city)


def run_to_folder(
    scenario: Scenario, out: Path, *, jobs: int = 1, force: bool = False, progress: Progress | None = None
) -> RunData:
    """The finished run, streamed into `out`: Parquet tables, metrics.json and manifest.json.

    Raises PocError before anything is written when the scenario cannot be a run, StoreError when `out` is there already
    (without `force`) or cannot be written. A run in pieces that was stopped goes on with the epoch that it was in, and
    what it had finished of that epoch stays as it is.
    """
    signing = _signing(scenario)
    emulation, started = Emulation.of(scenario, jobs), time.time()
    run = _resumable_run(emulation) if emulation.in_pieces else None
    with new_folder(out, force, run) as folder:
        unpaid, tables = (_write_parts if emulation.in_pieces else _write_tables)(emulation, folder, progress)
        if signing is not None:
            signing.write_signatures(folder, scenario.seed, scenario.signing.share)
        manifest = manifest_of(emulation, unpaid, time.time() - started)
        metrics = grade(tables, manifest, emulation.setting.city, jobs)
        write_json(folder / "metrics.json", metrics)
        write_json(folder / "manifest.json", manifest)
    return RunData(manifest, metrics, FolderTables(out), emulation.setting.city, out)


def _signing(scenario: Scenario) -> ModuleType | None:
    """What signs the reports of a run that asks for it; DataError where it cannot. Most do not, and it loads slowly."""
    if scenario.signing.share == 0:
        return None
    from poc.interop import signing

    signing.needs_keys(scenario.signing.share)
    return signing


def _write_tables(
    emulation: Emulation, folder: Path, progress: Progress | None
) -> tuple[dict[str, int], Mapping[str, pa.Table]]:
    """Write epochs as they come; what nobody got, and the tables: still in memory where they are small."""
    unpaid: dict[str, int] = {}
    held: list[dict[str, pa.Table]] = []
    n_rows = 0
    with TableWriter(folder) as writer:
        for epoch in _watched(emulation, progress):
            written = writer.write(epoch.span.epoch, kept(epoch, emulation.scenario))
            _add(unpaid, epoch.unpaid_bones)
            n_rows += sum(table.num_rows for table in written.values())
            held = [*held, written] if n_rows <= HELD_ROWS else []
            del epoch, written  # an epoch of a large fleet is most of the memory
    if not held:
        return unpaid, FolderTables(folder)
    names = dict.fromkeys(name for tables in held for name in tables)
    return unpaid, {name: pa.concat_tables([tables[name] for tables in held if name in tables]) for name in names}


def _write_parts(
    emulation: Emulation, folder: Path, progress: Progress | None
) -> tuple[dict[str, int], Mapping[str, pa.Table]]:
    """Write pieces as they come; epochs that a run before this one finished are not done again."""
    since = load(folder, emulation.world)
    unpaid = dict(since.unpaid_bones)
    waiting_room = folder / "waiting"
    with PartsWriter(folder) as writer:
        for epoch in _watched(emulation, progress, waiting_room, since):
            writer.write(epoch.span.epoch, kept(epoch, emulation.scenario))
            if epoch.after is not None:
                writer.finish_epoch()
                _add(unpaid, epoch.unpaid_bones)
                if epoch.after.number < emulation.scenario.time.n_epochs:  # the last epoch is graded at once
                    save(folder, replace(epoch.after, unpaid_bones=unpaid))
            del epoch
    shutil.rmtree(waiting_room, ignore_errors=True)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    hand_back()
    return unpaid, FolderTables(folder)


def _resumable_run(emulation: Emulation) -> dict[str, Any]:
    """What must be the same for a run to go on where one before it stopped."""
    manifest = manifest_of(emulation, {}, 0.0)
    return {name: manifest[name] for name in ("scenario", "profile", "inputs", "versions")}


def kept(epoch: Epoch, scenario: Scenario) -> dict[str, Table]:
    """The tables of an epoch that the scenario's `reports` asks to keep."""
    names = set(_ALWAYS)
    if "all" in scenario.reports:
        names |= set(_ALL)
    if "link-statistics" in scenario.reports:
        names |= {"link_statistics", "activity"}
    tables = {name: table for name, table in epoch.tables.items() if name in names}
    verdicts = epoch.tables.get("witness_verdicts")
    if "selected" in scenario.reports and "witness_verdicts" not in names and verdicts is not None:
        tables["witness_verdicts"] = verdicts.take(verdicts["selected"])
    extra = set(epoch.tables) - names - set(_ALL) - {"joined_beacons"}
    return tables | {name: epoch.tables[name] for name in extra}


def manifest_of(emulation: Emulation, unpaid_bones: Mapping[str, int], wall_s: float) -> dict[str, Any]:
    """All that is needed to know what was run, and to run it again."""
    scenario, profile, section = emulation.scenario, emulation.profile, emulation.scenario.time
    city = emulation.setting.city
    return {
        "name": scenario.name,
        "seed": scenario.seed,
        "scenario": dict(resolved(scenario)),
        "profile": {
            "name": profile.name,
            "title": profile.title,
            "valid_from": profile.valid_from,
            "valid_to": profile.valid_to,
            "limits": asdict(profile.limits),
            "differences": dict(profile.differences),
            "sources": list(profile.sources),
            "simplifications": list(profile.simplifications),
            "detectors": list(profile.detectors),
            "scores_act": profile.scores_act,
        },
        "n_epochs": section.n_epochs,
        "warm_up_epochs": section.warm_up_epochs,
        "epoch_s": section.epoch_ns / 1e9,
        "start_s": section.start_ns // 10**9,
        "unpaid_bones": dict(sorted(unpaid_bones.items())),
        "inputs": {f"city {city.name}": city.digest},
        "warnings": list(emulation.warnings),
        "versions": {
            "python": platform.python_version(),
            **{name: _version(name) for name in ("poc-emulator", *LIBRARIES)},
        },
        "timings": {**{k: round(v, 3) for k, v in emulation.watch.seconds.items()}, "wall_s": round(wall_s, 3)},
    }


def _version(distribution: str) -> str:
    """Version of an installed distribution; `metadata.version` would read its whole description as an e-mail."""
    installed = metadata.distribution(distribution)
    described = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    return next(line.removeprefix("Version: ") for line in described.splitlines() if line.startswith("Version: "))


def _watched(
    emulation: Emulation, progress: Progress | None, waiting_room: Path | None = None, since: Between | None = None
) -> Iterator[Epoch]:
    total = emulation.scenario.time.n_epochs
    for epoch in emulation.epochs(waiting_room, since):
        yield epoch
        if progress and epoch.complete:
            progress(epoch.span.epoch + 1, total)


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, bones in more.items():
        total[name] = total.get(name, 0) + bones
