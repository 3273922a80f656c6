"""The folder of an experiment: complete or absent, with the finished tasks of an unfinished one beside it."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from poc.errors import StoreError
from poc.experiments.tasks import n_kept
from poc.running import LIBRARIES
from poc.store import put_in_place, refuse_to_overwrite


@dataclass(frozen=True, slots=True)
class Workplace:
    """`shards` keeps finished tasks, `result` is to be filled with the files of the experiment."""

    shards: Path
    result: Path


def partial_folder(target: Path) -> Path:
    """Where the finished tasks of an unfinished experiment lie.

    >>> partial_folder(Path("/runs/density")).name
    'density.partial'
    """
    return target.absolute().with_name(target.name + ".partial")


@contextmanager
def resumable_folder(target: Path, force: bool = False) -> Iterator[Workplace]:
    """A workplace whose `result` becomes `target` when the block ends well.

    When it does not, finished tasks stay in `<name>.partial/shards`, or nothing at all where none finished.
    Raises StoreError when the target is there already (and not forced), is not a folder of ours, or cannot be written.
    """
    target = target.absolute()
    refuse_to_overwrite(target, force)
    partial = partial_folder(target)
    place = Workplace(partial / "shards", partial / "result")
    try:
        shutil.rmtree(place.result, ignore_errors=True)
        place.result.mkdir(parents=True)
        yield place
        put_in_place(place.result, target)
        shutil.rmtree(partial)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        reason = error.strerror or str(error)
        raise StoreError(f"'{target}' could not be written ({reason}); free space or choose another --out.") from error
    finally:
        if not n_kept(place.shards):
            shutil.rmtree(partial, ignore_errors=True)


def manifest_of(
    experiment: str, name: str, seeds: list[int], details: Mapping[str, Any], wall_s: float
) -> dict[str, Any]:
    """What was run and with what, to write beside the results."""
    return {
        "experiment": experiment,
        "name": name,
        "seeds": seeds,
        **details,
        "versions": {
            "poc-emulator": metadata.version("poc-emulator"),
            "python": platform.python_version(),
            **{library: metadata.version(library) for library in LIBRARIES},
        },
        "timings": {"wall_s": round(wall_s, 3)},
    }
