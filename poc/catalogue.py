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
        {"plug-point": kind, "name": name, "what": _first_sentence(member), "settings": ", ".join(_settings(member))}
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
            "valid from": p.valid_from,
            "valid to": p.valid_to,
            "scores act": p.scores_act,
        }
        for p in PROFILES.values()
    ]


def profile_rules(name: str) -> list[dict[str, Any]]:
    """Everything that a profile says, one row for each rule."""
    profile = find_profile(name)
    table: list[dict[str, Any]] = [{"part": "profile", "rule": profile.name, "value": profile.title}]
    for kind in profile.evidence_kinds:
        for side, checks in kind.checks.items():
            table += [
                {"part": f"{side} check {number}", "rule": check.reason.name, "value": _first_sentence(check)}
                for number, check in enumerate(checks, start=1)
            ]
    table += [
        {"part": "limit", "rule": f.name, "value": str(getattr(profile.limits, f.name))} for f in fields(profile.limits)
    ]
    table += [
        {
            "part": "reward rule",
            "rule": type(profile.reward_rule).__name__,
            "value": _first_sentence(profile.reward_rule),
        }
    ]
    table += [
        {
            "part": "pool",
            "rule": pool.name,
            "value": f"{pool.emission_share:%} of {profile.emission.bones_per_day:,} bones a day",
        }
        for pool in profile.emission.pools
    ]
    table += [
        {"part": "detector", "rule": detector, "value": f"scores act: {profile.scores_act}"}
        for detector in profile.detectors
    ]
    table += [{"part": "source", "rule": "", "value": source} for source in profile.sources]
    table += [{"part": "simplified", "rule": "", "value": text} for text in profile.simplifications]
    return table


def _fields(member: type) -> Iterator[Field[Any]]:
    return (f for f in fields(member) if f.init)


def _settings(member: type) -> list[str]:
    return [f.name for f in _fields(member)]


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return repr(field.default)
    return repr(field.default_factory()) if field.default_factory is not MISSING else "required"


def _first_sentence(thing: Any) -> str:
    text = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    return text.split(". ")[0].rstrip(".") + "."
