from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from poc.reasons import Reason
from poc.report.inequalities import beacon_inequality, in_words, witness_inequality
from poc.schema import RECEPTIONS
from poc.table import Table

LIMITS = MappingProxyType({
    "light_speed_m_per_s": 2.998e8, "max_lag_after_beacon_ms": 4000, "max_lag_after_first_witness_ms": 1500,
    "max_distance_km": 100.0, "min_distance_cells": 8, "max_frequency_offset_hz": 100_000, "entropy_life_s": 90,
    "reciprocity_window_h": 48.0, "beacon_interval_s": 21_600,
})  # fmt: skip


def reception(**values: Any) -> Table:
    row = {column.name: np.zeros(1, column.dtype) for column in RECEPTIONS.columns}
    return RECEPTIONS.table(**{**row, **{name: [value] for name, value in values.items()}})


def test_rssi_with_the_published_bound() -> None:
    # oracles-iot poc.rs test, quoted in spec/styles.md §1.3: 12 dBm, 8.1 and 8.3 dBi, 508 m → −57.334232963418515 dBm
    row = reception(
        power_dbm=12, beaconer_gain_dbi=8.1, witness_gain_dbi=8.3, distance_m=508, frequency_hz=867_900_024,
        rssi_dbm=-50.0,
    )  # fmt: skip
    assert witness_inequality(row, Reason.bad_rssi, LIMITS) == (
        "RSSI −50 dBm above the −57.3 dBm bound of free space at 0.5 km"
    )


@pytest.mark.parametrize(
    ("reason", "values", "sentence"),
    [
        (
            Reason.too_late,
            {"received_ns": 4_312 * 10**6, "first_received_ns": 9},
            "4,312 ms after the beacon report, allowed 4,000 ms",
        ),
        (
            Reason.too_late,
            {"received_ns": 1_700 * 10**6, "beacon_received_ns": 10**9},
            "1,700 ms after the first witness report, allowed 1,500 ms",
        ),
        (Reason.max_distance_exceeded, {"distance_m": 123_456}, "123.5 km between the asserted places, allowed 100 km"),
        (
            Reason.below_min_distance,
            {"n_cells": 5, "distance_m": 247},
            "5 cells of resolution 11 between the asserted places (247 m), required 8",
        ),
        (
            Reason.invalid_frequency,
            {"frequency_hz": 868_300_000, "beacon_frequency_hz": 868_100_000},
            "channels 200 kHz apart, allowed 100 kHz",
        ),
        (
            Reason.invalid_region,
            {"witness_region": 6, "beaconer_region": 5},
            "region 6 of the witness, required the beaconer's 5",
        ),
        (
            Reason.entropy_expired,
            {"received_ns": 223 * 10**9, "entropy_start_s": 100},
            "entropy 123 s old on arrival, allowed 0 to 90 s",
        ),
        (Reason.gateway_no_valid_beacons, {}, "no beacon of the witness with a report in the 48 h before"),
        (Reason.denied, {}, "the hotspot is on the denylist"),
    ],
)  # fmt: skip
def test_both_sides_of_the_inequality(reason: Reason, values: dict[str, Any], sentence: str) -> None:
    assert witness_inequality(reception(**values), reason, LIMITS) == sentence


def test_a_profile_without_the_limit_still_gets_words() -> None:
    assert witness_inequality(reception(), Reason.bad_rssi, {}) == "it failed the check bad_rssi"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    assert len(in_words(reason)) > 10
    assert len(beacon_inequality(reason, LIMITS, None)) > 10


def test_schedule_names_the_wait_and_the_bucket() -> None:
    assert beacon_inequality(Reason.irregular_interval, LIMITS, 3.25) == (
        "3.2 h after the beacon before; only one beacon in each 6 h bucket counts"
    )
