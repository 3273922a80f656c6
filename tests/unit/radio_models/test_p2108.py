from __future__ import annotations

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.model import PATH_LOSS
from radio_models.p2108 import FREE_OF_CLUTTER, height_gain_loss_db, refuse_double_counting, statistical_loss_db


@pytest.mark.parametrize("clutter", ["water", "suburban", "dense-urban"])
def test_an_antenna_at_or_above_the_clutter_loses_nothing(clutter: str) -> None:
    assert height_gain_loss_db(0.868, [20.0, 50.0], clutter).tolist() == [0.0, 0.0]


def test_lower_antennas_lose_more() -> None:
    losses = height_gain_loss_db(0.868, np.linspace(1.0, 14.9, 30), "urban")
    assert np.all(np.diff(losses) < 0.0)


def test_the_loss_at_two_kilometres_is_the_most() -> None:
    beyond = statistical_loss_db(2.4, [2.0, 5.0, 100.0], 50.0)
    assert beyond[0] == beyond[1] == beyond[2]
    assert statistical_loss_db(2.4, 0.25, 50.0) < beyond[0]


def test_the_cap_also_holds_for_short_paths_where_it_is_the_smaller() -> None:
    """At low percentages the wider spread of a short path is not what counts: the smaller of the two is taken."""
    pct = np.linspace(1.0, 99.0, 99)
    assert np.all(statistical_loss_db(0.868, 0.3, pct) <= statistical_loss_db(0.868, 2.0, pct))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: height_gain_loss_db(3.5, 2.0, "urban"), "frequency_ghz is 3.5; expected 0.03 to 3 GHz"),
        (lambda: height_gain_loss_db(0.868, 0.0, "urban"), "antenna_height_m is 0"),
        (lambda: height_gain_loss_db(0.868, 2.0, "urban", street_width_m=-1.0), "street_width_m is -1"),
        (lambda: height_gain_loss_db(0.868, 2.0, "swamp"), "clutter is 'swamp'"),
        (lambda: statistical_loss_db(0.433, 1.0, 50.0), "frequency_ghz is 0.433"),
        (lambda: statistical_loss_db(0.868, 0.24, 50.0), "distance_km is 0.24; expected at least 0.25 km"),
        (lambda: statistical_loss_db(0.868, [1.0, np.nan], 50.0), "distance_km is nan"),
        (lambda: statistical_loss_db(0.868, 1.0, 100.0), "location_pct is 100"),
        (lambda: statistical_loss_db(0.868, 1.0, 50.0, inverse_normal="best"), "inverse_normal is 'best'"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RadioError, match=words):
        call()


@pytest.mark.parametrize("path_loss", [*sorted(set(PATH_LOSS) - set(FREE_OF_CLUTTER)), "no-such-model"])
def test_models_that_contain_clutter_are_refused(path_loss: str) -> None:
    with pytest.raises(RadioError, match=f"on top of {path_loss} counts clutter twice"):
        refuse_double_counting(path_loss)


@pytest.mark.parametrize("path_loss", FREE_OF_CLUTTER)
def test_models_of_bare_ground_take_clutter_once(path_loss: str) -> None:
    refuse_double_counting(path_loss, [0.0, 0.0])
    with pytest.raises(RadioError, match="clutter of 15 m counts clutter twice"):
        refuse_double_counting(path_loss, [0.0, 15.0])
