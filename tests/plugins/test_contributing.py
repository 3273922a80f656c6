"""The recipes of CONTRIBUTING.md, tried word for word: the code block is run, its line added, and a world is run with it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from poc.detectors import DETECTORS
from poc.profiles import PROFILES
from poc.rewards.rules import RULES
from poc.running import run_in_memory
from poc.scenario import scenario_from
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
    document = {"seed": 3, "fleet": {"n_hotspots": 40}, "time": {"n_epochs": 3, "warm_up_epochs": 2}, **more}
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
    loud = _run(attacks=[{"name": "shout", "share": 1.0, "louder_db": 90.0}])
    assert loud.metrics["reasons"]["witness_reports"].get("bad_rssi", 0) > 0
    assert loud.metrics["n_valid_witness_reports"] < plain.metrics["n_valid_witness_reports"]


def test_detector(monkeypatch):
    monkeypatch.setitem(DETECTORS, "silent", _made("detector")[_line("silent")])
    run = _run(detectors={"also": ["silent"]})
    assert set(run.tables["scores"].column("detector").to_pylist()) >= {"silent"}


def test_check(monkeypatch):
    check = _made("check")["suspiciously_clear"]
    base = PROFILES["helium-iot-2026"]
    (kind,) = base.evidence_kinds
    assert any(check.reason is known.reason for checks in kind.checks.values() for known in checks)
    from poc.profiles import beacon_witness

    with_check = beacon_witness.evidence_kind(
        replace(beacon_witness.RULES, witness=(*beacon_witness.RULES.witness, check))
    )
    monkeypatch.setitem(PROFILES, "clear", replace(base, name="clear", evidence_kinds=(with_check,)))
    assert _run(profile={"base": "clear"}).metrics["n_valid_witness_reports"] < _run().metrics["n_valid_witness_reports"]


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
