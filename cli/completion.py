"""Names that the shell completes: they come from the same lists as the errors that say "did you mean"."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Complete = Callable[[str], list[str]]


def profiles(incomplete: str) -> list[str]:
    from poc.profiles import ALIASES, PROFILES

    return _starting([*PROFILES, *ALIASES], incomplete)


def figures(incomplete: str) -> list[str]:
    from poc.report.figures import FIGURES

    return _starting(["list", *FIGURES], incomplete)


def cities(incomplete: str) -> list[str]:
    from maps.city import list_cities

    return _starting(list_cities(), incomplete)


def models(incomplete: str) -> list[str]:
    from poc.catalogue import PLUG_POINTS

    return _starting((name for members in PLUG_POINTS.values() for name in members), incomplete)


def detectors(incomplete: str) -> list[str]:
    from poc.detectors import DETECTORS

    return _starting(DETECTORS, incomplete)


def devices(incomplete: str) -> list[str]:
    from radio_models.lora.devices import DEVICES

    return _starting(DEVICES, incomplete)


def exports(incomplete: str) -> list[str]:
    from poc.interop.export import FORMS

    return _starting(FORMS, incomplete)


def executors(incomplete: str) -> list[str]:
    from poc.experiments.executors import EXECUTORS

    return _starting(EXECUTORS, incomplete)


def parts(incomplete: str) -> list[str]:
    from poc.looking.column_guess import PARTS

    return _starting((f"{part}=" for part in PARTS), incomplete)


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted({name for name in names if name.startswith(incomplete)})
