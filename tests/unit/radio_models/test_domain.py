"""Domains: errors when a scenario is loaded, flags per link afterwards."""

import numpy as np
import pytest

from radio_models.domain import Domain
from radio_models.errors import RadioError
from radio_models.hata import Hata
from radio_models.paths import Paths

DOMAIN = Domain("m", "s", (150e6, 1500e6), (30.0, 200.0), (1.0, 10.0), (1e3, 20e3))


def test_ends_of_the_ranges_are_inside() -> None:
    DOMAIN.check_setup([150e6, 1500e6], [30.0, 200.0], [10.0, 1.0])
    paths = Paths([1e3, 20e3], [150e6, 1500e6], [30.0, 200.0], [1.0, 10.0])
    assert not DOMAIN.outside(paths).any()


@pytest.mark.parametrize(
    ("setup", "word"),
    [
        ((149e6, 30.0, 2.0), "m: the frequency is 149 MHz, expected 150 to 1500 MHz"),
        ((1501e6, 30.0, 2.0), "frequency is 1501 MHz"),
        ((868e6, 29.0, 2.0), "higher antenna is 29 m, expected 30 to 200 m"),
        ((868e6, 2.0, 29.0), "higher antenna is 29 m"),
        ((868e6, 30.0, 11.0), "lower antenna is 11 m, expected 1 to 10 m"),
        ((float("nan"), 30.0, 2.0), "frequency is nan"),
        ((868e6, float("nan"), 2.0), "antenna is nan"),
    ],
)
def test_wrong_setups_are_errors(setup: tuple, word: str) -> None:
    with pytest.raises(RadioError, match=word):
        DOMAIN.check_setup(*setup)


def test_each_quantity_is_flagged_by_link() -> None:
    paths = Paths(
        [5e3, 999.0, 20.1e3, 5e3, 5e3, 5e3], [868e6] * 5 + [2e9], [30, 30, 30, 29, 30, 30], [2, 2, 2, 2, 11, 2]
    )
    assert DOMAIN.outside(paths).tolist() == [False, True, True, True, True, True]


def test_flags_have_the_shape_of_the_paths() -> None:
    paths = Paths(500.0, 868e6, np.full(7, 50.0), 2.0)
    assert DOMAIN.outside(paths).shape == (7,)


def test_a_low_base_passes_only_where_asked_and_stays_flagged() -> None:
    with pytest.raises(RadioError, match="higher antenna is 8 m"):
        Hata().domain.check_setup(868e6, 8.0, 8.0)
    low = Hata(allow_low_base=True)
    low.domain.check_setup(868e6, 8.0, 8.0)
    assert low.domain.outside(Paths(5e3, 868e6, 8.0, 8.0)).all()
