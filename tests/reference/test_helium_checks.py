"""Source: helium/oracles-iot at 5b063b7^, `iot_verifier/src/poc.rs` tests, restated in `spec/helium-iot-vectors.md` §3
to §7. Units: metres, res-11 cells, Hz, dBm, seconds (vectors give milli- and deci-units where upstream does). Rows that
need the payload rebuilt (§7 "17-byte payload" of a beacon) are in test_beacon_payload.py.
"""

import numpy as np
import pytest

from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells, distances, parents
from poc.profiles import PROFILES
from poc.profiles.helium_iot_2026 import ADMISSION_CHECKS, BEACON_CHECKS, WITNESS_CHECKS
from poc.reasons import Reason
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.check import Memory
from poc.validator.checks.denied_edge import denied_edge
from poc.validator.checks.denylist import beaconer_denylist, witness_denylist
from poc.validator.checks.distance import witness_distance
from poc.validator.checks.entropy import beaconer_entropy
from poc.validator.checks.frequency import witness_frequency
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.rssi import witness_rssi
from poc.validator.checks.schedule import beacon_schedule
from poc.validator.free_space import free_space_rssi_dbm
from poc.validator.state import NEVER_NS, Denylist
from tests.oracle.events import LOC0, LOC1, LOC2, LOC3, LOC4, US915, Scene

LIMITS = PROFILES["helium-iot-2026"].limits
SECOND = 10**9


def _reception(witness_cell=LOC4, **columns):
    """One reception between LOC0 and a cell, its distances as joining makes them, other columns exchanged."""
    scene = Scene().hotspot(1, cell=LOC0, gain_dbi=columns.pop("gain_b", 1.2))
    witness = columns.pop("witness", 2)
    scene.hotspot(witness, cell=witness_cell, gain_dbi=columns.pop("gain_w", 2.0))
    scene.report(witness, scene.beacon(1))
    return scene.judge().joined["receptions"].replace(**columns)


def _fails(check, table, memory=None):
    return check.fails(table, LIMITS, memory or Memory()).tolist()


# §3, §4


@pytest.mark.parametrize(
    ("cell", "metres", "n_cells"), [(LOC1, 22_694, 461), (LOC2, 2_621_730, 56_221), (LOC3, 363, 7), (LOC4, 1_314, 28)]
)
def test_joined_distances(cell, metres, n_cells):
    reception = _reception(cell)
    assert (reception["distance_m"][0], reception["n_cells"][0]) == (metres, n_cells)


def test_upstream_distance_pair():
    a, b = np.array([644459695463521437], np.uint64), np.array([644460986971331488], np.uint64)
    assert round(float(great_circle_m(*coordinates_from_cells(a), *coordinates_from_cells(b))[0])) == 14_318
    assert distances(parents(a, 11), parents(b, 11)).tolist() == [360]


def test_expected_rssi():
    reception = _reception(gain_b=8.1, gain_w=8.3, power_dbm=12, distance_m=508, frequency_hz=867_900_024)
    assert free_space_rssi_dbm(reception, LIMITS.light_speed_m_per_s)[0] == pytest.approx(
        -57.334232963418515, abs=1e-12
    )


@pytest.mark.parametrize(
    ("cell", "columns", "limit_dbm", "fails"),
    [
        (
            LOC1,
            {"rssi_dbm": -106.0, "frequency_hz": 904_700_032, "power_dbm": 27, "gain_b": 8.0, "gain_w": 1.2},
            -82.6959,
            False,
        ),
        (
            LOC2,
            {"rssi_dbm": -1.9, "frequency_hz": 904_499_968, "power_dbm": 27, "gain_b": 1.2, "gain_w": 1.2},
            -130.9475,
            True,
        ),
    ],
)
def test_rssi_bound(cell, columns, limit_dbm, fails):
    reception = _reception(cell, **columns)
    assert free_space_rssi_dbm(reception, LIMITS.light_speed_m_per_s)[0] == pytest.approx(limit_dbm, abs=5e-5)
    assert _fails(witness_rssi, reception) == [fails]


@pytest.mark.parametrize(
    ("frequency_mhz", "rows"),
    [
        (868, [31.22, 60.76, 71.22, 82.10, 85.20, 91.22, 105.20, 111.22, 125.20, 131.22]),
        (904, [31.57, 61.11, 71.57, 82.45, 85.55, 91.57, 105.55, 111.57, 125.55, 131.57]),
    ],
)  # fmt: skip
def test_free_space_loss(frequency_mhz, rows):
    distances_m = (1, 30, 100, 350, 500, 1000, 5000, 10_000, 50_000, 100_000)
    for distance_m, loss_db in zip(distances_m, rows, strict=True):
        reception = _reception(
            gain_b=0.0, gain_w=0.9, power_dbm=0, distance_m=distance_m, frequency_hz=frequency_mhz * 10**6
        )
        assert round(-float(free_space_rssi_dbm(reception, LIMITS.light_speed_m_per_s)[0]), 2) == loss_db


def test_signal_exactly_at_the_limit_passes():
    reception = _reception()
    limit = free_space_rssi_dbm(reception, LIMITS.light_speed_m_per_s)
    assert _fails(witness_rssi, reception.replace(rssi_dbm=limit)) == [False]
    assert _fails(witness_rssi, reception.replace(rssi_dbm=np.nextafter(limit, 0))) == [True]


@pytest.mark.parametrize(("distance_m", "fails"), [(100_999, False), (101_000, True), (-1, True), (0, False)])
def test_max_distance(distance_m, fails):
    assert _fails(witness_distance, _reception(distance_m=distance_m)) == [fails]


@pytest.mark.parametrize(("cell", "fails"), [(LOC1, False), (LOC2, True)])
def test_max_distance_of_cells(cell, fails):
    assert _fails(witness_distance, _reception(cell)) == [fails]


@pytest.mark.parametrize(("n_cells", "fails"), [(7, True), (8, False), (28, False), (-1, True)])
def test_min_cells(n_cells, fails):
    assert _fails(witness_cell_distance, _reception(n_cells=n_cells)) == [fails]


@pytest.mark.parametrize(("offset_khz", "fails"), [(90, False), (100, False), (110, True), (-100, False), (-110, True)])
def test_frequency(offset_khz, fails):
    reception = _reception(beacon_frequency_hz=904_499_968, frequency_hz=904_499_968 + offset_khz * 1000)
    assert _fails(witness_frequency, reception) == [fails]


@pytest.mark.parametrize(
    ("offset_hz", "fails"),
    [(2**31 - 1, True), (2**31, False), (2**32 - 1, False), (2**32 + 100_000, False), (2**32 + 100_001, True)],
)
def test_frequency_is_compared_in_32_bits(offset_hz, fails):
    """`(beacon_freq.abs_diff(witness_freq) as i32) > 1000 * 100`: Rust's `as` cuts off the upper bits."""
    reception = _reception(beacon_frequency_hz=904_499_968, frequency_hz=904_499_968 + offset_hz)
    assert _fails(witness_frequency, reception) == [fails]
    assert _fails(witness_frequency, _reception(beacon_frequency_hz=2**63 - 1, frequency_hz=0)) == [False]


# §5


def _beacon(**columns):
    scene = Scene().hotspot(1)
    scene.beacon(1)
    return scene.judge().joined["joined_beacons"].replace(**columns)


@pytest.mark.parametrize(
    ("received_s", "fails"),
    [(-30, False), (-1, True), (-65, True), (-10, False), (-9.1, False), (-9, True), (-60, False)],
)
def test_entropy_window(received_s, fails):
    now_s, life_s = 1_700_000_000, 50
    table = _beacon(received_ns=now_s * SECOND + round(received_s * SECOND), entropy_start_s=now_s - 60)
    bent = PROFILES["helium-iot-2026"].bend({"entropy_life_s": life_s}).limits
    assert beaconer_entropy.fails(table, bent, Memory()).tolist() == [fails]


LAST = 1_672_617_601  # 2023-01-02 00:00:01 UTC


@pytest.mark.parametrize(
    ("received_s", "last_s", "fails"),
    [
        (LAST + 7 * 3600, LAST, False),
        (LAST + 3 * 3600, LAST, True),
        (LAST - 7 * 3600, LAST, True),
        (LAST, None, False),
        (LAST - 1 + 6 * 3600, LAST - 2 + 6 * 3600, False),
    ],
)
def test_beacon_schedule(received_s, last_s, fails):
    last_ns = np.array([NEVER_NS if last_s is None else last_s * SECOND])
    assert _fails(beacon_schedule, _beacon(received_ns=received_s * SECOND), Memory(last_beacon_ns=last_ns)) == [fails]


@pytest.mark.parametrize(
    ("beacon_s", "first_s", "this_s", "fails"),
    [
        (60, 59, 58, False),
        (60, 64, 63, False),
        (60, 59, 55, True),
        (55, 60, 58, True),
        (55, 60, 60, False),
        (0, 0, -4.000, False),
        (0, 0, -4.001, True),
        (-0.001, 0, -1.5, False),
        (-0.001, 0, -1.501, True),
    ],
)
def test_witness_lag(beacon_s, first_s, this_s, fails):
    """Seconds before now."""
    at = {
        name: 1_700_000_000 * SECOND - round(before_s * SECOND)
        for name, before_s in (
            ("beacon_received_ns", beacon_s),
            ("first_received_ns", first_s),
            ("received_ns", this_s),
        )
    }
    assert _fails(witness_lag, _reception(**at)) == [fails]


# §6

K1, K2, A, B = 11, 12, 13, 14


def test_denied_key():
    memory = Memory(Denylist("loaded", np.array([K1], np.uint64)))
    assert [_fails(beaconer_denylist, _beacon(beaconer=key), memory)[0] for key in (K1, A)] == [True, False]
    assert [_fails(witness_denylist, _reception(witness=key), memory)[0] for key in (K1, A)] == [True, False]


def test_denied_edge():
    memory = Memory(Denylist("loaded", edges=np.array([[K1, K2]], np.uint64)))
    pairs = [(A, B), (K1, B), (A, K2), (K1, K2), (K2, K1)]
    found = [_fails(denied_edge, _reception(beaconer=a).replace(witness=b), memory)[0] for a, b in pairs]
    assert found == [False, False, False, True, True]


def test_unloaded_filter_denies_everybody_and_an_absent_one_nobody():
    for status, denied in (("unloaded", True), ("absent", False)):
        memory = Memory(Denylist(status))
        assert _fails(beaconer_denylist, _beacon(), memory) == [denied]
        assert _fails(denied_edge, _reception(), memory) == [denied]


# §7


def _first_reason(checks, table, memory):
    return next((check.reason.name for check in checks if check.fails(table, LIMITS, memory)[0]), "none")


BEACON_START = 1_677_163_710


@pytest.mark.parametrize(
    ("columns", "last_s", "expected"),
    [
        ({}, None, "none"),
        ({"beaconer": K1, "received_ns": (BEACON_START + 240) * SECOND}, None, "denied"),
        ({"received_ns": (BEACON_START + 240) * SECOND}, None, "entropy_expired"),
        ({"beaconer_cell": 0}, None, "not_asserted"),
        ({}, BEACON_START + 10**7, "irregular_interval"),
        ({"full": False}, None, "invalid_capability"),
    ],
)
def test_beacon_list(columns, last_s, expected):
    table = _beacon(**{"received_ns": (BEACON_START + 120) * SECOND, "entropy_start_s": BEACON_START, **columns})
    last_ns = np.array([NEVER_NS if last_s is None else last_s * SECOND])
    memory = Memory(Denylist("loaded", np.array([K1], np.uint64)), last_beacon_ns=last_ns)
    assert _first_reason((*ADMISSION_CHECKS, *BEACON_CHECKS), table, memory) == expected


START = 1_676_381_847


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "none"),
        ({"witness": 1}, "self_witness"),
        ({"received_ns": (START + 300) * SECOND, "first_received_ns": (START + 300) * SECOND}, "entropy_expired"),
        ({"payload": 17}, "invalid_packet"),
        ({"witness_cell": 0}, "not_asserted"),
        ({"frequency_hz": 867_100_000}, "invalid_frequency"),
        ({"witness_cell": LOC1, "witness_region": US915}, "invalid_region"),
        ({"witness_cell": LOC3}, "below_min_distance"),
        ({"witness_cell": LOC2}, "max_distance_exceeded"),
        ({"rssi_dbm": 30.0}, "bad_rssi"),
        ({"witness_full": False}, "invalid_capability"),
        ({"first_received_ns": (START + 114) * SECOND}, "too_late"),
    ],
)
def test_witness_list(columns, expected):
    base = {
        "power_dbm": 8, "rssi_dbm": -108.0, "frequency_hz": 867_900_032, "beacon_frequency_hz": 867_900_000,
        "entropy_start_s": START, "received_ns": (START + 120) * SECOND, "first_received_ns": (START + 120) * SECOND,
        "beacon_received_ns": (START + 10**6) * SECOND,
    }  # fmt: skip
    witness = columns.pop("witness", 2)
    reception = _reception(columns.pop("witness_cell", LOC4), **{**base, **columns}).replace(witness=witness)
    assert _first_reason(WITNESS_CHECKS, reception, Memory()) == expected
    if expected == "none":
        assert free_space_rssi_dbm(reception, LIMITS.light_speed_m_per_s)[0] == pytest.approx(-82.5889, abs=5e-5)


def test_every_reason_is_helium_s():
    assert {check.reason for check in (*BEACON_CHECKS, *WITNESS_CHECKS)} < set(Reason)
