"""Turn a scenario's `{name = "...", setting = ...}` into a member of a plug-point.

Every plug-point is a literal dict NAME → frozen dataclass; the fields are the settings (design §4).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from poc.errors import ScenarioError, did_you_mean


def build(kind: str, members: Mapping[str, type], settings: Mapping[str, Any], where: str) -> Any:
    """The member called `settings["name"]`, made with the remaining settings.

    `kind` is the word for the plug-point, `where` the scenario key, both for messages.
    Raises ScenarioError for an unknown name or setting, a wrong type, or a value that the member refuses.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Flat:
    ...     loss_db: float = 100.0
    >>> build("path loss", {"flat": Flat}, {"name": "flat", "loss_db": 90}, "radio.path_loss")
    Flat(loss_db=90.0)
    """
    name = settings.get("name")
    if not isinstance(name, str):
        raise ScenarioError(f"{where} has no name: give name = one of {', '.join(sorted(members))}.")
    if name not in members:
        raise ScenarioError(f"{where}: there is no {kind} called '{name}'; {did_you_mean(name, members)}")
    member = members[name]
    hints = typing.get_type_hints(member)
    known = {f.name: f for f in fields(member) if f.init}
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if key == "name":
            continue
        if key not in known:
            raise ScenarioError(f"{where}: {kind} '{name}' has no setting '{key}'; {did_you_mean(key, known)}")
        values[key] = _converted(value, hints[key], f"{where}.{key}")
    for key, field in known.items():
        if key not in values and field.default is MISSING and field.default_factory is MISSING:
            raise ScenarioError(f"{where}: {kind} '{name}' needs the setting '{key}'; add it.")
    try:
        return member(**values)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from error


def _converted(value: Any, hint: Any, where: str) -> Any:
    """The value in the type of the field; whole numbers pass as floats, lists as tuples."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for option in options:
        origin = typing.get_origin(option)
        if origin is typing.Literal and value in typing.get_args(option):
            return value
        if option is float and isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if option in (int, str, bool) and type(value) is option:
            return value
        if origin is tuple and isinstance(value, (list, tuple)):
            inner = typing.get_args(option)[0]
            return tuple(_converted(entry, inner, where) for entry in value)
        if (origin in (dict, Mapping) or option is dict) and isinstance(value, Mapping):
            return dict(value)
        if option is type(None) and value is None:
            return None
    wanted = " or ".join(_readable(option) for option in options)
    raise ScenarioError(f"{where} is {value!r}, expected {wanted}; correct the value.")


def _readable(hint: Any) -> str:
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(repr(choice) for choice in typing.get_args(hint))
    return {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}.get(
        hint, str(hint).replace("typing.", "")
    )
