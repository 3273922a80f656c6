from __future__ import annotations

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.p1812 import P1812, basic_transmission_loss
from radio_models.paths import Paths

HILLS = np.array([[0.0, 30.0, 90.0, 30.0, 0.0, 10.0], [5.0, 5.0, 5.0, 5.0, 5.0, 5.0]])
ENDS = {"frequency_hz": 868e6, "tx_height_m": [25.0, 12.0], "rx_height_m": 2.0}


def test_the_model_is_the_function_on_equally_spaced_profiles() -> None:
    paths = Paths(distance_m=[5000.0, 2500.0], **ENDS, elevation_m=HILLS, step_m=[1000.0, 500.0])
    expected = basic_transmission_loss(
        np.arange(6) * np.array([[1.0], [0.5]]),
        HILLS,
        10.0,
        frequency_ghz=0.868,
        time_pct=10.0,
        location_pct=50.0,
        tx_height_m=[25.0, 12.0],
        rx_height_m=2.0,
        polarization=0,
        latitude_deg=45.0,
    )
    assert np.array_equal(P1812(time_pct=10.0, polarization=0, clutter_height_m=10.0).loss_db(paths), expected.loss_db)


def test_without_a_step_the_profile_spans_the_distance_along_the_ground() -> None:
    stepped = Paths(distance_m=[5000.0, 5000.0], **ENDS, elevation_m=HILLS, step_m=1000.0)
    spanned = Paths(distance_m=np.hypot(5000.0, [23.0, 10.0]), **ENDS, elevation_m=HILLS)
    np.testing.assert_allclose(P1812().loss_db(spanned), P1812().loss_db(stepped), rtol=0, atol=1e-9)


def test_chunks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(distance_m=5000.0, **ENDS, elevation_m=HILLS, step_m=1000.0)
    together = P1812().loss_db(paths)
    monkeypatch.setattr("radio_models.p1812.model.LINKS_TOGETHER", 1)
    assert np.array_equal(P1812().loss_db(paths), together)


def test_a_bad_profile_is_infinitely_lossy_and_alone() -> None:
    broken = HILLS.copy()
    broken[0, 2] = np.nan
    lossy = P1812().loss_db(Paths(distance_m=5000.0, **ENDS, elevation_m=broken, step_m=1000.0))
    assert np.isinf(lossy).tolist() == [True, False]


def test_links_without_a_profile_are_refused() -> None:
    with pytest.raises(RadioError, match="without elevation_m"):
        P1812().loss_db(Paths(distance_m=5000.0, frequency_hz=868e6, tx_height_m=25.0, rx_height_m=2.0))


def test_the_setup_is_checked_against_the_domain() -> None:
    P1812().domain.check_setup(868e6, 25.0, 2.0)
    with pytest.raises(RadioError, match="frequency is 10000 MHz"):
        P1812().domain.check_setup(10e9, 25.0, 2.0)
