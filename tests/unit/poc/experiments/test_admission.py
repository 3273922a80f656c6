"""The door turns away what the run itself would refuse, with the same sentence."""

import pytest

from poc.errors import PocError
from poc.experiments.admission import Door
from poc.running import run_in_memory


def test_a_scenario_that_runs_is_let_in(tiny):
    assert Door().refusal(tiny) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"profile.base": "minimel"},
        {"profile.limits": {"max_distance": 3}},
        {"detectors.also": ["relocaton"]},
        {"attacks.0.name": "location-spof"},
        {"attacks.0.share": 2.0},
        {"fleet.placement": {"name": "populaton"}},
        {"map.city": "lichtenstein"},
        {"radio.path_loss": {"name": "log-distanc"}},
        {"fleet.region": "EU869"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_the_run_refuses_is_refused_at_the_door(tiny, settings):
    scenario = tiny.with_settings(settings)
    with pytest.raises(PocError) as of_the_run:
        run_in_memory(scenario)
    assert str(Door().refusal(scenario)) == str(of_the_run.value)
