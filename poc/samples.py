"""Sample scenarios, sweeps and cities that come with the package, found wherever it is installed."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from poc.errors import DataError


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
