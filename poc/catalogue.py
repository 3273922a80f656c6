"""What is there: every plug-point with its members and settings, and the rules of every profile, read from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from maps.placement import PLACEMENTS
from poc.detectors import DETECTORS
from poc.errors import DataError, did_you_mean
from poc.profiles import PROFILES
from poc.profiles.pages import comparison, first_sentence, rules_of
from poc.rewards.rules import RULES
from poc.setup import find_profile
from poc.world.actors import ACTORS
from poc.world.attacks import ATTACKS
from radio_models.fading import FADING
from radio_models.model import PATH_LOSS
from radio_models.shadowing import SHADOWING

PLUG_POINTS: dict[str, Mapping[str, type]] = {
    "placement": PLACEMENTS,
    "path loss": PATH_LOSS,
    "shadowing": SHADOWING,
    "fading": FADING,
    "attack": ATTACKS,
    "actor": ACTORS,
    "detector": DETECTORS,
    "reward rule": RULES,
}


@dataclass(frozen=True, slots=True)
class Description:
    """One member: its text and its settings, one row each."""

    text: str
    settings: list[dict[str, Any]]


def rows() -> list[dict[str, Any]]:
    """One row for each member of each plug-point."""
    return [
        {"plug-point": kind, "name": name, "what": first_sentence(member), "settings": ", ".join(_settings(member))}
        for kind, members in PLUG_POINTS.items()
        for name, member in members.items()
    ]


def describe(name: str) -> Description:
    """Text and settings of the member called `name`; DataError where there is none."""
    for kind, members in PLUG_POINTS.items():
        if name in members:
            member = members[name]
            module = inspect.getmodule(member)
            text = f"{kind} '{name}'\n\n{inspect.getdoc(member) or ''}\n\n{inspect.getdoc(module) or ''}".rstrip()
            settings = [{"setting": f.name, "type": str(f.type), "default": _default(f)} for f in _fields(member)]
            return Description(text, settings)
    known = [name for members in PLUG_POINTS.values() for name in members]
    raise DataError(f"there is no model or plug-in '{name}'; {did_you_mean(name, known)}")


def profile_rows() -> list[dict[str, Any]]:
    """One row for each profile."""
    return [
        {
            "name": p.name,
            "title": p.title,
            "status": p.status,
            "valid from": p.valid_from,
            "valid to": p.valid_to,
            "scores act": p.scores_act,
        }
        for p in PROFILES.values()
    ]


def profile_rules(name: str) -> list[dict[str, Any]]:
    """Everything that a profile says, one row for each rule."""
    return [rule.row() for rule in rules_of(find_profile(name))]


def profiles_compared(a: str, b: str) -> list[dict[str, Any]]:
    """The rules of two profiles side by side, one row for each."""
    return comparison(find_profile(a), find_profile(b))


def _fields(member: type) -> Iterator[Field[Any]]:
    return (f for f in fields(member) if f.init)


def _settings(member: type) -> list[str]:
    return [f.name for f in _fields(member)]


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return repr(field.default)
    return repr(field.default_factory()) if field.default_factory is not MISSING else "required"
