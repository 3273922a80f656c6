"""Work off the tasks of an experiment, keeping every finished one as a shard from which a rerun resumes."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from poc.experiments.executors import Executor, Failure, Function

Progress = Callable[[int, int], None]  # tasks done, tasks in all


def run_tasks(
    function: Function, specs: Sequence[Any], executor: Executor, shards: Path, progress: Progress | None = None
) -> list[Any]:
    """The results (JSON values, or a Failure) in the order of the specs.

    Finished tasks are kept in the folder `shards` and not run again; failed ones are tried again by the next run.
    """
    paths = [shards / f"{_digest(function, spec)}.json" for spec in specs]
    results = {index: kept for index, path in enumerate(paths) if (kept := _read(path)) is not None}
    if progress:
        progress(len(results), len(specs))
    waiting = [index for index in range(len(specs)) if index not in results]
    for place, result in executor.map_unordered(function, [specs[index] for index in waiting]):
        index = waiting[place]
        results[index] = result if isinstance(result, Failure) else _keep(paths[index], result)
        if progress:
            progress(len(results), len(specs))
    return [results[index] for index in range(len(specs))]


def n_kept(shards: Path) -> int:
    """Number of finished tasks in the folder."""
    return len(list(shards.glob("*.json")))


def _keep(path: Path, result: Any) -> Any:
    """Write the shard whole or not at all; the result comes back as a resumed run would read it."""
    text = json.dumps(result)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(text, "utf-8")
    half.replace(path)
    return json.loads(text)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _digest(function: Function, spec: Any) -> str:
    """Names a task by all that its result follows from: program, function, spec and the files it mentions."""
    digest = hashlib.sha256()
    what = [program_digest(), function.__module__, function.__qualname__, spec]
    digest.update(json.dumps(what, sort_keys=True).encode())
    for path in _files(spec):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]


@functools.cache
def program_digest() -> str:
    """Digest of the source, so that no table ever mixes results of two versions of the program."""
    digest = hashlib.sha256()
    for package in ("maps", "poc", "radio_models"):
        folder = Path(str(resources.files(package)))
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _files(value: Any) -> Iterator[Path]:
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _files(value[key])
    elif isinstance(value, list):
        for entry in value:
            yield from _files(entry)
    elif isinstance(value, str) and "/" in value and Path(value).is_file():
        yield Path(value)
