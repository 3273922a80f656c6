"""Region plans against the table of spec/helium-iot.md §4, written out again."""

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.lora.region_plans import REGION_NUMBERS, REGION_PLANS

# region: number, first and last channel [MHz], channels, EIRP [dBm], PoC spreading factor, power at 1.2 dBi [dBm]
TABLE = {
    "US915": (0, 903.9, 905.3, 8, 36.0, 9, 34),
    "EU868": (1, 867.1, 868.5, 8, 16.1, 12, 14),
    "EU433": (2, 433.175, 433.575, 3, 12.1, 9, 10),
    "CN470": (3, 486.3, 487.7, 8, 19.1, 9, 17),
    "AU915": (5, 916.8, 918.2, 8, 30.0, 9, 28),
    "AS923-1": (6, 923.2, 924.6, 8, 16.0, 9, 14),
    "KR920": (7, 922.1, 923.3, 7, 14.0, 9, 12),
    "IN865": (8, 865.0625, 865.985, 3, 30.0, 9, 28),
    "AS923-2": (9, 921.4, 922.8, 8, 16.0, 9, 14),
    "AS923-3": (10, 916.6, 918.0, 8, 16.0, 9, 14),
    "AS923-4": (11, 917.3, 918.7, 8, 16.0, 9, 14),
    "AS923-1B": (12, 922.0, 923.4, 8, 16.0, 9, 14),
    "CD900-1A": (13, 867.1, 868.5, 8, 16.1, 12, 14),
    "RU864": (14, 864.1, 869.1, 7, 16.0, 9, 14),
    "AU915-SB1": (21, 915.2, 916.6, 8, 30.0, 9, 28),
    "AS923-1C": (24, 923.2, 924.6, 8, 30.0, 9, 28),
}


def test_the_table_is_complete() -> None:
    assert set(REGION_PLANS) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_row(name: str) -> None:
    number, first, last, n_channels, eirp, factor, power = TABLE[name]
    plan = REGION_PLANS[name]
    assert (plan.name, plan.number, REGION_NUMBERS[name]) == (name, number, number)
    assert (plan.channels_hz[0] / 1e6, plan.channels_hz[-1] / 1e6) == (first, last)
    assert len(plan.channels_hz) == n_channels
    assert plan.max_eirp_dbm == eirp
    assert plan.poc_spreading_factor == factor
    assert plan.conducted_power_dbm(1.2) == power


def test_channels_in_between() -> None:
    assert REGION_PLANS["EU868"].channels_hz[1] == 867_300_000
    assert REGION_PLANS["IN865"].channels_hz[1] == 865_402_500
    assert REGION_PLANS["RU864"].channels_hz[4:] == (864_900_000, 868_900_000, 869_100_000)


def test_eu433_keeps_the_frequencies_that_the_protocol_lists() -> None:
    assert REGION_PLANS["EU433"].listed_channels_hz == (43_317_500, 43_337_500, 43_357_500)
    assert REGION_PLANS["US915"].listed_channels_hz == REGION_PLANS["US915"].channels_hz


def test_numbers_are_heliums_and_all_different() -> None:
    assert sorted(REGION_NUMBERS.values()) == [*range(28), 99]
    assert REGION_NUMBERS["AS923-1F"] == 27


def test_power_is_truncated_to_whole_dbm_for_any_shape() -> None:
    power = REGION_PLANS["EU868"].conducted_power_dbm(np.array([[2.0, 2.1], [2.2, 6.0]]))
    assert power.tolist() == [[14, 14], [13, 10]]
    assert power.dtype == np.int64
    assert REGION_PLANS["US915"].conducted_power_dbm(np.zeros(0)).shape == (0,)


def test_every_gain_in_tenths_gives_the_power_of_exact_arithmetic() -> None:
    for plan in REGION_PLANS.values():
        eirp_tenths = round(plan.max_eirp_dbm * 10)
        tenths = np.arange(-50, eirp_tenths + 10)
        exact = [int((eirp_tenths - t) / 10) for t in tenths.tolist()]
        assert plan.conducted_power_dbm(tenths / 10).tolist() == exact


@pytest.mark.parametrize("gain_dbi", [15.1, float("nan")])
def test_too_much_gain_leaves_no_power(gain_dbi: float) -> None:
    with pytest.raises(RadioError, match="leaves no power within the 14 dBm EIRP of KR920"):
        REGION_PLANS["KR920"].conducted_power_dbm([1.0, gain_dbi])


def test_hardware_stops_below_what_us915_allows() -> None:
    plan = REGION_PLANS["US915"]
    assert min(int(plan.conducted_power_dbm(1.2)), plan.hardware_limit_dbm) == 27
