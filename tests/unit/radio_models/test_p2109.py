from __future__ import annotations

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.p2109 import building_entry_loss_db


def test_medians_at_868_mhz() -> None:
    """Figures of the project's propagation survey: 14.2 dB and 31.2 dB."""
    assert float(building_entry_loss_db(0.868, 50.0)) == pytest.approx(14.2, abs=0.05)
    assert float(building_entry_loss_db(0.868, 50.0, "thermally-efficient")) == pytest.approx(31.2, abs=0.05)


def test_loss_grows_with_probability_and_with_the_angle_either_way() -> None:
    assert np.all(np.diff(building_entry_loss_db(2.4, np.linspace(1.0, 99.0, 50))) > 0.0)
    up, down, level = building_entry_loss_db(2.4, 50.0, elevation_angle_deg=[40.0, -40.0, 0.0])
    assert up == down > level


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"frequency_ghz": 0.05}, "frequency_ghz is 0.05"),
        ({"probability_pct": 0.0}, "probability_pct is 0"),
        ({"elevation_angle_deg": 91.0}, "elevation_angle_deg is 91"),
        ({"building": "tent"}, "building is 'tent'"),
    ],
)
def test_bad_input_is_named(changed: dict[str, object], words: str) -> None:
    with pytest.raises(RadioError, match=words):
        building_entry_loss_db(**({"frequency_ghz": 0.868, "probability_pct": 50.0} | changed))
