"""One noun for one thing: command line, Python, scenario files and tables use the same words, units at the end."""

import inspect
import re
from dataclasses import fields

import pytest
from pydantic import BaseModel

import poc
from poc.catalogue import PLUG_POINTS
from poc.scenario import Scenario
from poc.schema import TABLES
from tests.e2e.test_cli_manners import COMMANDS

#: Words that the project does not use, and the one it does (design.md §10).
NOT_OURS = {
    "node": "hotspot", "miner": "hotspot", "gateway": "hotspot", "ping": "beacon", "receipt": "witness report",
    "blacklist": "denylist", "points": "shares", "challengee": "beaconer", "transmitter": "beaconer",
    "lat": "latitude_deg", "lon": "longitude_deg", "lng": "longitude_deg", "freq": "frequency_hz",
}  # fmt: skip
#: A quantity never stands without its unit, wherever it is named.
NEEDS_UNIT = ("latitude", "longitude", "frequency", "height", "power", "gain", "rssi", "snr", "elevation", "radius")
UNITS = re.compile(r"_(deg|hz|mhz|ghz|m|km|dbm|db|dbi|db2|s|ns|share|bones|e4)$")
#: Options that name a file.
FILES = {"--antenna", "--elevation"}


def _options():
    for name, command in COMMANDS.items():
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option not in FILES:
                    yield f"poc {name} {option}", option[2:].replace("-", "_")


def _scenario(section=Scenario, path="scenario"):
    for name, field in section.model_fields.items():
        yield f"{path}.{name}", name
        if inspect.isclass(field.annotation) and issubclass(field.annotation, BaseModel):
            yield from _scenario(field.annotation, f"{path}.{name}")


def _plug_points():
    for members in PLUG_POINTS.values():
        for name, member in members.items():
            settings = [field for field in fields(member) if field.init and field.type != "bool"]
            yield from ((f"{name}.{field.name}", field.name) for field in settings)


def _columns():
    for table, schema in TABLES.items():
        for column in schema.columns:
            yield f"{table}.{column.name}", column.name


def _python():
    for name in poc.__all__:
        member = getattr(poc, name)
        if inspect.isfunction(member):
            for parameter in inspect.signature(member).parameters:
                yield f"poc.{name}({parameter})", parameter


NAMED = {
    "options": _options,
    "scenario keys": _scenario,
    "settings": _plug_points,
    "columns": _columns,
    "Python": _python,
}


@pytest.mark.parametrize("where", NAMED)
def test_words_of_others_are_not_used(where):
    named = list(NAMED[where]())
    assert len(named) > 5
    wrong = {place: NOT_OURS[word] for place, name in named for word in name.split("_") if word in NOT_OURS}
    assert wrong == {}


@pytest.mark.parametrize("where", NAMED)
def test_quantities_end_in_their_unit(where):
    bare = [
        place for place, name in NAMED[where]()
        if any(re.search(rf"(^|_){quantity}s?$", name) for quantity in NEEDS_UNIT) and not UNITS.search(name)
    ]  # fmt: skip
    assert bare == []


def test_the_same_setting_has_the_same_name_everywhere():
    """An option that sets a key of a scenario, or filters by a column, is called like it."""
    options = {name for _, name in _options()}
    keys = {name for _, name in _scenario()}
    assert {"seed", "reports"} <= keys
    assert {"seed", "profile", "city"} <= options & (keys | {name for _, name in _python()})
