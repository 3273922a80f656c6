"""A world small enough to run in a few hundredths of a second."""

import pytest

from poc.scenario import scenario_from


@pytest.fixture
def tiny():
    return scenario_from(
        {
            "name": "tiny", "seed": 5, "fleet": {"n_hotspots": 24}, "profile": {"base": "minimal"},
            "detectors": {"also": []}, "attacks": [{"name": "location-spoof", "share": 0.25}],
        },
        "tiny",
    )  # fmt: skip
