"""The recipes of CONTRIBUTING.md, word for word: the code block is run, its line added, a world is run with it."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from poc.detectors import DETECTORS
from poc.profiles import PROFILES
from poc.profiles.helium_iot_2026 import BEACON_WITNESS
from poc.profiles.helium_iot_2026 import RULES as RULES_2026
from poc.rewards.rules import RULES
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.validator.judge import judge
from poc.world.attacks import ATTACKS
from radio_models.model import PATH_LOSS

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
BLOCKS = dict(re.findall(r"```python ([a-z-]+)\n(.*?)```", TEXT, flags=re.DOTALL))


def _made(kind):
    """The names that the code block of a recipe defines, and the dict line that its second step tells to add."""
    names: dict = {"__name__": f"recipe_{kind.replace('-', '_')}"}
    exec(compile(BLOCKS[kind], f"CONTRIBUTING.md {kind}", "exec"), names)
    return names


def _line(key):
    """`"key": Value,` is in the text as the line to add."""
    found = re.search(rf'`"{key}": (\w+),`', TEXT)
    assert found, key
    return found.group(1)


def _run(**more):
    document = {"seed": 3, "fleet": {"n_hotspots": 40}, "time": {"n_epochs": 3, "warm_up_epochs": 2}}
    document |= {"profile": {"base": "guarded"}, **more}
    return run_in_memory(scenario_from(document, "recipe"))


def test_every_recipe_is_tried():
    assert set(BLOCKS) == {"path-loss", "check", "attack", "detector", "reward-rule", "profile"}


def test_path_loss(monkeypatch):
    monkeypatch.setitem(PATH_LOSS, "one-slope", _made("path-loss")[_line("one-slope")])
    near, far = (
        _run(radio={"path_loss": {"name": "one-slope", "loss_1km_db": loss}}).metrics["n_witness_reports"]
        for loss in (120.0, 140.0)
    )
    assert near > 2 * far > 0


def test_attack(monkeypatch):
    monkeypatch.setitem(ATTACKS, "shout", _made("attack")[_line("shout")])
    plain = _run()
    loud = _run(attacks=[{"name": "shout", "share": 0.5, "louder_db": 90.0}])
    assert loud.metrics["reasons"]["witness_reports"].get("bad_rssi", 0) > 0
    assert loud.metrics["n_valid_witness_reports"] < plain.metrics["n_valid_witness_reports"]


def test_detector(monkeypatch):
    monkeypatch.setitem(DETECTORS, "silent", _made("detector")[_line("silent")])
    run = _run(detectors={"also": ["silent"]})
    assert set(run.tables["scores"].column("detector").to_pylist()) >= {"silent"}


def test_check(monkeypatch):
    check = _made("check")["suspiciously_clear"]
    stricter = replace(RULES_2026, witness=(*RULES_2026.witness, check))
    kind = replace(BEACON_WITNESS, judge=partial(judge, stricter))
    monkeypatch.setitem(PROFILES, "clear", replace(PROFILES["guarded"], name="clear", evidence_kinds=(kind,)))
    strict, plain = _run(profile={"base": "clear"}), _run()
    assert strict.metrics["n_valid_witness_reports"] < plain.metrics["n_valid_witness_reports"]


def test_reward_rule(monkeypatch):
    rule = _made("reward-rule")[_line("per-event")]
    monkeypatch.setitem(RULES, "per-event", rule)
    monkeypatch.setitem(PROFILES, "events", replace(PROFILES["guarded"], name="events", reward_rule=rule()))
    assert _run(profile={"base": "events"}).tables["rewards"].num_rows > 0


def test_profile(monkeypatch):
    monkeypatch.setitem(PROFILES, "strict", _made("profile")[_line("strict")])
    assert _run(profile={"base": "strict"}).manifest["profile"]["title"] == "helium-iot-2026 with a 20 km limit"


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_recipes_stay_short(kind):
    assert len(BLOCKS[kind].splitlines()) < 40
