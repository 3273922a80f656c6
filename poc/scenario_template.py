"""A commented scenario made from the schema, so that it never falls behind the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from poc.errors import StoreError
from poc.scenario import Scenario

_EXAMPLES = """
# One block for each attack; `share` is the part of the fleet that takes part.
[[attacks]]
name = "location-spoof"
share = 0.05
min_km = 1.0
max_km = 5.0
"""


def template() -> str:
    """The text of a scenario with every key at its default."""
    lines = [
        "# A scenario of the proof-of-coverage emulator. Every key below is at its default; delete what you keep.",
        "",
    ]
    lines += [f"seed = {Scenario().seed}", f"reports = {_toml(Scenario().reports)}"]
    for name, field in Scenario.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            lines += ["", f"# {(section.__doc__ or '').splitlines()[0]}", f"[{name}]"]
            values = getattr(Scenario(), name)
            for key, entry in section.model_fields.items():
                value = getattr(values, key)
                note = f"  # {entry.description}" if entry.description else ""
                comment = "# " if value is None or value == {} or value == "" else ""
                lines.append(f"{comment}{key} = {_toml(value)}{note}")
    return "\n".join(lines) + "\n" + _EXAMPLES


def write_template(path: Path, force: bool = False) -> None:
    """The template as a file; StoreError when it is there already or cannot be written."""
    if path.exists() and not force:
        raise StoreError(f"'{path}' is already there, expected a new file; choose another name or add --force.")
    try:
        path.write_text(template(), "utf-8")
    except OSError as error:
        raise StoreError(f"'{path}' could not be written ({error.strerror}); choose another place.") from error


def _toml(value: Any) -> str:
    if isinstance(value, BaseModel):
        return _toml(value.model_dump())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(entry)}" for key, entry in value.items()) + " }" if value else "{}"
    if value is None:
        return '""'
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
