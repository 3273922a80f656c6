"""Score entries on made worlds: strangers' files, our own detectors, the trivial baselines and the two references.

Two kinds of tasks, each kept as it finishes: what our own detectors and the trivial numbers say of a world, and the
grades of a cell. A run that was killed goes on from there and ends with the same bytes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from poc.bench.definition import VERSIONS, version_with
from poc.bench.entry_files import Scores, read_scores, world_path, write_scores
from poc.bench.grading import CLAIRVOYANT, INFORMED, Answers, graded, pooled_ranks
from poc.bench.leaks import CLASSIFIERS, probe_rows
from poc.bench.making import INDEX, LABELS, LABELS_CARD, LABELS_INDEX, REFERENCES
from poc.bench.trivial import BOOKKEEPING, GROUPS, ranks, trivial_numbers
from poc.bench.world_files import read_card, read_world, sha256_of, texts_of
from poc.detectors import DETECTORS
from poc.errors import DataError, ScenarioError, did_you_mean
from poc.experiments.executors import Executor, Failure
from poc.experiments.folder import manifest_of, resumable_folder
from poc.experiments.tasks import Progress, run_tasks
from poc.keys import Keys
from poc.metrics.effects import HARMLESS, LIE
from poc.metrics.ranking import area_under, n_found_at, roc
from poc.store import write_json
from poc.table import Array

TRIVIAL, RANDOM = "trivial", "random"
_REFERENCE_COLUMNS = ("detector", "hotspot", "probability", "log_likelihood_ratio", "estimated_latitude_deg",
                      "estimated_longitude_deg")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contest:
    """What is scored on what: worlds and labels by cell folder, entries by name, detectors of our own."""

    worlds: Path
    labels: Path
    index: Mapping[str, Any]
    cells: tuple[str, ...]
    entries: Mapping[str, Path]
    detectors: tuple[str, ...]

    @property
    def n_tasks(self) -> int:
        return len(self.cells) * (int(self.index["n_worlds"]) + 1)


@dataclass(frozen=True, slots=True)
class BenchResult:
    """`rows`: one for each entry and cell; `probes`: one for each probe and cell; what failed; what was left out."""

    rows: list[dict[str, Any]]
    probes: list[dict[str, Any]]
    failures: list[str]
    notes: tuple[str, ...] = ()


def contest_of(
    worlds: Path,
    labels: Path,
    entries: Sequence[str] = (),
    detectors: Sequence[str] = (),
    cells: Sequence[str] = (),
) -> Contest:
    """A contest; `entries` are folders, or NAME=FOLDER. Raises PocError for what cannot be scored."""
    index, private = read_card(worlds, INDEX), read_card(labels, LABELS_INDEX)
    same = ("benchmark", "definition_sha256", "part", "cells", "n_worlds", "n_honest", "seed_sha256")
    different = [key for key in same if index.get(key) != private.get(key)]
    if different:
        raise DataError(
            f"the labels '{labels}' are of other worlds than '{worlds}' ({different[0]}); give those made together."
        )
    definition = version_with(index["definition_sha256"])
    if definition is None:
        raise DataError(
            f"the worlds '{worlds}' were made from a definition ({index['definition_sha256'][:12]}) that is none of "
            f"this program's {', '.join(VERSIONS)}; make them again."
        )
    for name in index["worlds"]:
        if index["worlds"][name]["files"] != private["worlds"][name]["public"]:
            raise DataError(f"the labels of {name} are of other files than the world; give those made together.")
    known = [definition.cell(name).folder for name in index["cells"]]
    chosen = [definition.cell(name).folder for name in cells] or known
    for cell in chosen:
        if cell not in known:
            raise ScenarioError(f"the worlds '{worlds}' have no cell '{cell}'; {did_you_mean(cell, known)}")
    for name in detectors:
        if name not in DETECTORS:
            raise ScenarioError(f"there is no detector '{name}'; {did_you_mean(name, DETECTORS)}")
    named = dict(_named(entry) for entry in entries)
    if len(named) < len(entries):
        raise ScenarioError("two entries have one name, expected each once; write NAME=FOLDER.")
    reserved = {*DETECTORS, *GROUPS, RANDOM, INFORMED, CLAIRVOYANT} & named.keys()
    if reserved:
        raise ScenarioError(f"an entry is called '{min(reserved)}', which is one of our own; write NAME=FOLDER.")
    for name, folder in named.items():
        if not any(world_path(folder, cell, n).exists() for cell in chosen for n in range(1, index["n_worlds"] + 1)):
            example = world_path(folder, chosen[0], 1)
            raise DataError(
                f"the entry '{name}' has no scores of these worlds, expected for instance '{example}'; write them."
            )
    return Contest(worlds, labels, index, tuple(chosen), named, tuple(dict.fromkeys(detectors)))


def run_contest(
    contest: Contest, out: Path, workers: Executor, *, force: bool = False, progress: Progress | None = None
) -> BenchResult:
    """Score everything and write results, probes, table.md, our own scores and manifest.json into `out`."""
    from poc.bench.result_files import write_results

    started = time.time()
    n_worlds = int(contest.index["n_worlds"])
    with resumable_folder(out, force) as place:
        own = place.shards.parent / "own-scores"
        looks = [
            {
                "world": str(contest.worlds / cell / f"world-{number}"),
                "files": _world_card(contest, cell, number)["files"],
                "detectors": list(contest.detectors), "out": str(own), "cell": cell, "number": number,
            }
            for cell in contest.cells
            for number in range(1, n_worlds + 1)
        ]  # fmt: skip
        looked = run_tasks(look_at_world, looks, workers, place.shards, _part_of(progress, 0, contest.n_tasks))
        failures = [
            f"{look['cell']}, world {look['number']}: {found.sentence}"
            for look, found in zip(looks, looked, strict=True)
            if isinstance(found, Failure)
        ]
        broken = {look["cell"] for look, found in zip(looks, looked, strict=True) if isinstance(found, Failure)}
        whole = [cell for cell in contest.cells if cell not in broken]
        specs = [_grading(contest, cell, own, n_worlds, looked) for cell in whole]
        outcomes = run_tasks(grade_cell, specs, workers, place.shards, _part_of(progress, len(looks), contest.n_tasks))
        failures += [
            f"{cell}: {found.sentence}"
            for cell, found in zip(whole, outcomes, strict=True)
            if isinstance(found, Failure)
        ]
        fine = [found for found in outcomes if not isinstance(found, Failure)]
        result = BenchResult(
            [row for found in fine for row in found["rows"]],
            [row for found in fine for row in found["probes"]],
            failures,
            _absent(contest, n_worlds),
        )
        write_results(result, contest.index, place.result)
        if own.is_dir():
            shutil.copytree(own, place.result / "entries")
        details = {
            "entries": sorted(contest.entries), "detectors": list(contest.detectors), "cells": list(contest.cells),
            **{key: contest.index[key] for key in ("part", "n_worlds", "n_honest", "seed_sha256", "definition_sha256")},
        }  # fmt: skip
        manifest = manifest_of("spoof-bench", str(contest.index["benchmark"]), [], details, time.time() - started)
        write_json(place.result / "manifest.json", manifest)
    return result


def look_at_world(spec: dict[str, Any]) -> dict[str, Any]:
    """What our own detectors and the trivial numbers say of one world, written down."""
    world = read_world(Path(spec["world"]))
    names, own = world.names, Path(spec["out"])
    for detector in spec["detectors"]:
        said = DETECTORS[detector]().score(world.evidence).sort("hotspot")
        columns = (
            "probability",
            "log_likelihood_ratio",
            "verdict",
            "estimated_latitude_deg",
            "estimated_longitude_deg",
        )
        write_scores(
            world_path(own / detector, spec["cell"], spec["number"]),
            {"hotspot": texts_of(said["hotspot"]), **{name: said[name] for name in columns}},
        )
    numbers = trivial_numbers(world)
    numbers[RANDOM] = Keys(0, RANDOM).uniform(world.evidence.hotspots["hotspot"])
    write_scores(world_path(own / TRIVIAL, spec["cell"], spec["number"]), {"hotspot": names, **numbers})
    return {"n_hotspots": len(names)}


def grade_cell(spec: dict[str, Any]) -> dict[str, Any]:
    """Rows of all entries and probes on one cell: the other task."""
    answers = [read_answers(Path(path)) for path in spec["labels"]]
    said = [pq.ParquetFile(path).read() for path in spec["references"]]
    references: dict[str, Sequence[Array]] = {}
    as_scores: dict[str, list[Scores]] = {}
    for name in (INFORMED, CLAIRVOYANT):
        as_scores[name] = [_reference(table, name, part) for table, part in zip(said, answers, strict=True)]
        references[name] = [part.log_likelihood_ratio for part in as_scores[name]]
    about = {"cell": spec["cell"], "median_witnesses": spec["median_witnesses"]}
    rows: list[dict[str, Any]] = []
    for name, scores in as_scores.items():
        seen = [_looked_at(part, values) for part, values in zip(answers, references[name], strict=True)]
        grades = graded(seen, pooled_ranks(scores), references, scores, n_draws=0)
        grades |= {"n_missing": None, "n_harmless": int(sum((part.label == HARMLESS).sum() for part in answers))}
        rows.append({"entry": name, "kind": "reference", **about, **grades})
    trivial = [_trivial(Path(path)) for path in spec["trivial"]]
    for name in [RANDOM, *(name for name, group in GROUPS.items() if group != BOOKKEEPING)]:
        rank = [ranks(part[name]) for part in trivial]
        grades = graded(answers, _either_way(rank, answers), references, n_draws=0)
        rows.append({"entry": name, "kind": TRIVIAL, **about, **grades})
    best = max((row["tpr_at_1_percent_fpr"] or 0.0 for row in rows if row["kind"] == TRIVIAL), default=0.0)
    kept = [part.counted for part in answers]
    probes = probe_rows(
        [{name: values[keep] for name, values in part.items()} for part, keep in zip(trivial, kept, strict=True)],
        [part.lies[keep] for part, keep in zip(answers, kept, strict=True)],
        [_parties(part)[keep] for part, keep in zip(answers, kept, strict=True)],
    )
    learnt = max((row["tpr_at_1_percent_fpr"] or 0.0 for row in probes if row["probe"] in CLASSIFIERS), default=0.0)
    for name, kind, paths in spec["entries"]:
        scores = [read_scores(Path(path), part.hotspot) for path, part in zip(paths, answers, strict=True)]
        grades = graded(answers, pooled_ranks(scores), references, scores)
        rows.append(
            {"entry": name, "kind": kind, **about, **grades, "best_trivial_tpr": best, "classifier_tpr": learnt}
        )
    return {"rows": rows, "probes": [{"cell": spec["cell"], **row} for row in probes]}


def read_answers(path: Path) -> Answers:
    """The labels of a world."""
    table = pq.ParquetFile(path).read()

    def column(name: str) -> Array:
        return np.asarray(table.column(name).to_numpy(zero_copy_only=False))

    return Answers(
        column("hotspot").astype(np.str_), column("label").astype(np.str_), column("has_radio").astype(bool),
        column("latitude_deg"), column("longitude_deg"), column("pay_bones"), column("near_liar").astype(bool),
        column("group").astype(np.str_),
    )  # fmt: skip


def _grading(contest: Contest, cell: str, own: Path, n_worlds: int, looked: list[Any]) -> dict[str, Any]:
    numbers = range(1, n_worlds + 1)
    labels = [contest.labels / cell / f"world-{number}" for number in numbers]
    cards = [read_card(folder, LABELS_CARD) for folder in labels]
    for folder, card in zip(labels, cards, strict=True):
        for name, digest in card["files"].items():
            if sha256_of(folder / name) != digest:
                raise DataError(
                    f"'{folder / name}' is not the file that was made (SHA-256 differs); make the world again."
                )
    entries: list[tuple[str, str, list[str]]] = []
    for name, folder in contest.entries.items():
        paths = [world_path(folder, cell, number) for number in numbers]
        if all(path.exists() for path in paths):
            entries.append((name, "entry", [str(path.absolute()) for path in paths]))
    entries += [
        (name, "detector", [str(world_path(own / name, cell, number).absolute()) for number in numbers])
        for name in contest.detectors
    ]
    medians = [float(card["median_witnesses_of_honest"]) for card in cards]
    return {
        "cell": cell.replace(".", "/"), "median_witnesses": sum(medians) / len(medians),
        "labels": [str((folder / LABELS).absolute()) for folder in labels],
        "references": [str((folder / REFERENCES).absolute()) for folder in labels],
        "trivial": [str(world_path(own / TRIVIAL, cell, number).absolute()) for number in numbers],
        "entries": [list(entry) for entry in entries],
    }  # fmt: skip


def _absent(contest: Contest, n_worlds: int) -> tuple[str, ...]:
    """A sentence for each entry that leaves out worlds, and for each cell that it therefore is not graded on."""
    notes = []
    for name, folder in contest.entries.items():
        numbers = range(1, n_worlds + 1)
        there = {cell: sum(world_path(folder, cell, n).exists() for n in numbers) for cell in contest.cells}
        whole = sum(n == n_worlds for n in there.values())
        if whole < len(there):
            notes.append(f"the entry '{name}' has all worlds of {whole} of {len(there)} cells; it is graded on these.")
        notes += [
            f"the entry '{name}' has {n} of {n_worlds} worlds of {cell.replace('.', '/')}; write the others as well."
            for cell, n in there.items()
            if 0 < n < n_worlds
        ]
    return tuple(notes)


def _world_card(contest: Contest, cell: str, number: int) -> Mapping[str, Any]:
    card: Mapping[str, Any] = contest.index["worlds"][f"{cell}/world-{number}"]
    return card


def _named(entry: str) -> tuple[str, Path]:
    name, equals, folder = entry.partition("=")
    path = Path(folder if equals else entry)
    if not path.is_dir():
        raise DataError(
            f"the entry '{path}' is no folder, expected one with <cell>/world-<n>/scores.parquet; correct it."
        )
    return (name if equals else path.absolute().name), path


def _parties(answers: Answers) -> Array:
    """Who belongs together: the group of colluders, or the hotspot alone."""
    return np.where(np.char.strip(answers.group, "0") == "", answers.hotspot, answers.group)


def _looked_at(answers: Answers, said: Array) -> Answers:
    """The labels with hotspots that a reference test did not look at set aside."""
    return replace(answers, label=np.where(np.isnan(said), HARMLESS, answers.label))


def _reference(table: Any, name: str, answers: Answers) -> Scores:
    rows = np.asarray(table.column("detector").to_numpy(zero_copy_only=False)) == name
    columns = {
        key: np.asarray(table.column(key).to_numpy(zero_copy_only=False))[rows] for key in _REFERENCE_COLUMNS[1:]
    }
    row = np.searchsorted(answers.hotspot, columns["hotspot"].astype(np.str_))
    values = {key: np.full(len(answers.hotspot), np.nan) for key in _REFERENCE_COLUMNS[2:]}
    for key, array in values.items():
        array[row] = columns[key]
    verdict = np.full(len(answers.hotspot), "", "U9")
    return Scores(
        values["probability"], values["log_likelihood_ratio"], verdict,
        values["estimated_latitude_deg"], values["estimated_longitude_deg"],
    )  # fmt: skip


def _trivial(path: Path) -> dict[str, Array]:
    table = pq.ParquetFile(path).read()
    return {name: np.asarray(table.column(name).to_numpy()) for name in table.column_names if name != "hotspot"}


def _either_way(rank: list[Array], answers: Sequence[Answers]) -> list[Array]:
    """The ranks, or the same turned round where that finds more at 1 %: a trivial number may choose with hindsight."""
    keep = [part.counted for part in answers]
    lies = np.concatenate([(part.label == LIE)[kept] for part, kept in zip(answers, keep, strict=True)])
    values = np.concatenate([one[kept] for one, kept in zip(rank, keep, strict=True)])
    up, down = roc(values, lies), roc(-values, lies)
    better = (n_found_at(up, 0.01), area_under(up) or 0.0) >= (n_found_at(down, 0.01), area_under(down) or 0.0)
    return rank if better else [-one for one in rank]


def _part_of(progress: Progress | None, begin: int, n_all: int) -> Progress | None:
    if progress is None:
        return None
    return lambda n_done, _: progress(begin + n_done, n_all)
