"""Members of plug-points from scenario settings."""

from dataclasses import dataclass
from typing import Literal

import pytest

from poc.errors import ScenarioError
from poc.plugin import build


@dataclass(frozen=True)
class Toy:
    level: float
    mode: Literal["soft", "hard"] = "soft"
    steps: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.level < 0:
            raise ValueError(f"level is {self.level}, expected 0 or more; raise it.")


MEMBERS = {"toy": Toy}


def test_builds_with_conversions():
    assert build("toy", MEMBERS, {"name": "toy", "level": 2, "steps": [1, 2]}, "x") == Toy(2.0, "soft", (1, 2))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "x has no name"),
        ({"name": "toi"}, "did you mean 'toy'?"),
        ({"name": "toy"}, "needs the setting 'level'"),
        ({"name": "toy", "level": 1, "mod": "soft"}, "did you mean 'mode'?"),
        ({"name": "toy", "level": "1"}, "x.level is '1', expected a number"),
        ({"name": "toy", "level": True}, "x.level is True, expected a number"),
        ({"name": "toy", "level": 1, "mode": "mild"}, "expected one of 'soft', 'hard'"),
        ({"name": "toy", "level": 1, "steps": [1, "2"]}, "x.steps is '2', expected a whole number"),
        ({"name": "toy", "level": -1}, "x: level is -1.0, expected 0 or more"),
    ],
)
def test_refuses_with_one_sentence(settings, words):
    with pytest.raises(ScenarioError) as caught:
        build("toy", MEMBERS, settings, "x")
    assert words in str(caught.value)
