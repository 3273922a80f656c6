"""What a profile says, rule by rule, for people: `poc profiles show` and `compare`, and docs/protocol.md."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from poc.profiles.profile import Profile
from poc.validator.checks.check import Check


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a profile says. `part` and `rule` name it, the same in every profile that has it."""

    part: str
    rule: str
    value: str
    source: str = ""
    gets_past: str = ""

    def row(self) -> dict[str, Any]:
        return {"part": self.part, "rule": self.rule, "value": self.value, "source": self.source}


def rules_of(profile: Profile) -> list[Rule]:
    """Everything that a profile says, in the order of judging and paying."""
    return [
        Rule("profile", "title", profile.title),
        Rule("profile", "status", profile.status),
        Rule("profile", "valid", f"{profile.valid_from or '?'} to {profile.valid_to or '?'}"),
        *_checks(profile),
        *_selection(profile),
        *limits_of(profile),
        *_pay(profile),
        *(Rule("detector", name, f"scores act: {profile.scores_act}") for name in profile.detectors),
        *(Rule("source", "", source) for source in profile.sources),
        *(Rule("simplified", "", text) for text in profile.simplifications),
        *(Rule("unknown", "", text) for text in profile.unknown),
        *(Rule("gets past it", "", text) for text in profile.gets_past),
    ]


def comparison(a: Profile, b: Profile) -> list[dict[str, Any]]:
    """The rules of two profiles side by side, those of `a` first; a dash where a profile has none."""
    sides = [{(rule.part, _key(rule)): rule for rule in rules_of(profile)} for profile in (a, b)]
    rows = []
    for key in dict.fromkeys((*sides[0], *sides[1])):
        left, right = (side.get(key) for side in sides)
        some = left or right
        assert some is not None
        sources = dict.fromkeys(rule.source for rule in (left, right) if rule is not None and rule.source)
        rows.append({
            "part": some.part,
            "rule": some.rule,
            a.name: left.value if left else "–",
            b.name: right.value if right else "–",
            "same": bool(left and right and left.value == right.value),
            "source": " | ".join(sources),
        })  # fmt: skip
    return rows


def _key(rule: Rule) -> str:
    return rule.rule or rule.value


def check_text(check: Check, limits: Any) -> str:
    """The rule of a check with the constants that it uses.

    >>> from poc.profiles.limits import HeliumLimits
    >>> from poc.validator.checks.distance import witness_distance
    >>> check_text(witness_distance, HeliumLimits())[-25:]
    '[max_distance_km = 100.0]'
    """
    constants = ", ".join(f"{name} = {getattr(limits, name)}" for name in check.limits)
    return check.rule + (f" [{constants}]" if constants else "")


def _checks(profile: Profile) -> Iterator[Rule]:
    for kind in profile.evidence_kinds:
        for stage, checks in kind.checks.items():
            times: dict[str, int] = {}
            for check in checks:
                name = check.reason.name
                times[name] = times.get(name, 0) + 1
                rule = name if times[name] == 1 else f"{name} ({times[name]})"
                text = check_text(check, profile.limits)
                yield Rule(f"{stage} check", rule, text, check.source, check.gets_past)


def _selection(profile: Profile) -> Iterator[Rule]:
    for kind in profile.evidence_kinds:
        judge = kind.judge
        rules = judge.args[0] if hasattr(judge, "args") and judge.args else None
        yield Rule("judge", kind.name, first_sentence(getattr(judge, "func", judge)), module_source(judge))
        if rules is not None:
            yield Rule("selection", kind.name, first_sentence(rules.select), module_source(rules.select))
        yield Rule("claims", kind.name, first_sentence(kind.claims), module_source(kind.claims))


def limits_of(profile: Profile) -> list[Rule]:
    """The constants of a profile with their sources."""
    return [
        Rule("limit", f.name, str(getattr(profile.limits, f.name)), f.metadata.get("source", ""))
        for f in fields(profile.limits)
    ]


def _pay(profile: Profile) -> Iterator[Rule]:
    emission, rule = profile.emission, profile.reward_rule
    yield Rule("reward rule", type(rule).__name__, first_sentence(rule), module_source(type(rule)))
    yield Rule("emission", "a day", f"{emission.bones_per_day:,} bones", emission.source)
    yield Rule("emission", "data", f"at most {emission.data_share:%}", emission.source)
    for pool in emission.pools:
        unused = f", and {pool.unused_data_share:.4%} of unused data" if pool.unused_data_share else ""
        yield Rule("emission", pool.name, f"{pool.emission_share:%}{unused}", emission.source)
    for name, share in emission.reserved.items():
        unused = ", and unused data" if name == emission.unused_data_to else ""
        yield Rule("emission", name, f"{share:%}{unused}, to no hotspot", emission.source)


def first_sentence(thing: Any) -> str:
    """The first sentence of a docstring."""
    text = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    return text.split(". ")[0].rstrip(".") + "."


def module_source(thing: Any) -> str:
    """What the module of a function or class says after `Source:`."""
    text = inspect.getdoc(inspect.getmodule(getattr(thing, "func", thing))) or ""
    _, _, source = text.replace("\n", " ").partition("Source: ")
    return source.split(". ")[0].rstrip(".")
