"""Sample scenarios, sweeps and cities that come with the package, found wherever it is installed."""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path

from poc.errors import DataError


def given_or_sample(path: str | Path, kind: str) -> Path:
    """The path itself, or the sample of that name where there is no such file: `01-first-run.toml`, of "scenarios".

    >>> given_or_sample("01-first-run", "scenarios").name
    '01-first-run.toml'
    """
    path = Path(path)
    if path.exists() or path.parent != Path():
        return path
    beside = Path(str(resources.files("poc_data"))) / kind / path.with_suffix(".toml").name
    return beside if beside.is_file() else path


def samples(kind: str) -> list[str]:
    """Names of the samples of a kind, sorted.

    >>> "01-first-run" in samples("scenarios")
    True
    """
    return sorted(path.name.removesuffix(".toml") for path in (resources.files("poc_data") / kind).iterdir())


def advice(path: str | Path, kind: str) -> str:
    """What to do about a file that is not there: the sample or the neighbour that was meant.

    >>> advice("01-first-rum", "scenarios")
    "did you mean '01-first-run'?"
    """
    path = Path(path)
    beside = [each.name for each in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, n=1)
    if not near and path.parent == Path():
        near = difflib.get_close_matches(path.name.removesuffix(".toml"), samples(kind), n=1)
    return f"did you mean '{path.parent / near[0]}'?" if near else "check the path."


def sample(name: str) -> Path:
    """The path of a sample file, for instance `scenarios/01-first-run.toml`.

    Raises DataError when there is no such sample.

    >>> sample("scenarios/01-first-run.toml").name
    '01-first-run.toml'
    """
    path = Path(str(resources.files("poc_data"))) / name
    if not path.is_file():
        raise DataError(f"there is no sample '{name}', expected a file below data/; reinstall the package.")
    return path
