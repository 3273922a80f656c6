"""Source: `spec/helium-iot-vectors.md` §12 (derived from helium/blockchain-core formulas), §10.3; geodesics: Geoscience
Australia, "Geodetic Calculations" (Flinders Peak to Buninyon, 54,972.271 m on GRS80, which is WGS84 to a tenth of a
millimetre here). Units: km, MHz in Hz, dBm, dB, m.
"""

import numpy as np
import pytest

from maps.grid import cells_from_coordinates
from poc.validator.checks.check import Memory
from poc.validator.checks.legacy_channel import no_frequency, off_channel
from poc.validator.checks.legacy_rssi import limit_v10_dbm, limit_v11_dbm, rssi_v10, rssi_v11
from poc.validator.checks.legacy_snr import LOWER_BOUND_DBM, lower_bound_dbm, snr_bound
from poc.validator.legacy_distance import FAILED_KM, legacy_distance_km, vincenty_m

LIMITS = [
    (0.5, -54.0575, -48.4575, -67.8986),
    (1, -60.0781, -54.4781, -73.9192),
    (5, -74.0575, -68.4575, -87.8986),
    (10, -80.0781, -74.4781, -93.9192),
    (50, -94.0575, -88.4575, -107.8986),
    (100, -100.0781, -94.4781, -113.9192),
]


@pytest.mark.parametrize(("km", "v10", "us915", "eu868"), LIMITS)
def test_rssi_limits(km, v10, us915, eu868):
    assert limit_v10_dbm(km, 915_200_000) == pytest.approx(v10, abs=5e-5)
    assert limit_v11_dbm(km, 915_200_000, 36.0, 1.2) == pytest.approx(us915, abs=5e-5)
    assert limit_v11_dbm(km, 868_100_000, 16.1, 1.2) == pytest.approx(eu868, abs=5e-5)


def test_rssi_limit_in_the_same_cell():
    assert limit_v10_dbm(0.001, 915_200_000) == pytest.approx(-0.0781, abs=5e-5)


def test_without_frequency_v10_takes_915_mhz_and_no_gains():
    assert limit_v10_dbm(1.0, 0) == pytest.approx(float(limit_v10_dbm(1.0, 915_000_000)) - 3.6)


@pytest.mark.parametrize(("snr", "dbm"), [(9.2, -90), (5.0, -115), (-3.4, -125), (17, -180), (-20, -123), (-22, -369)])
def test_snr_lower_bound(snr, dbm):
    assert lower_bound_dbm(snr) == dbm


def test_every_whole_ratio_has_a_bound():
    assert len(LOWER_BOUND_DBM) == 37
    assert lower_bound_dbm([-6, -7, -8, -14, -15, -16, 0, 1, 6, 8]).tolist() == [
        -124, -123, -125, -125, -124, -123, -125, -120, -113, -105,
    ]  # fmt: skip
    assert np.isfinite(lower_bound_dbm([np.nan, np.inf, -np.inf, 1e300])).all()


def test_vincenty():
    flinders = -(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600
    buninyon = -(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600
    metres = vincenty_m(*(np.array([value]) for value in (*flinders, *buninyon)))
    assert metres[0] == pytest.approx(54_972.271, abs=1e-3)


def test_opposite_places_do_not_converge():
    assert np.isnan(vincenty_m(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([179.99])))[0]


def test_distance_of_cells():
    loc0, loc1 = np.uint64(631615575095659519), np.uint64(631615576056478207)
    there, same, nobody = legacy_distance_km(np.array([loc0, loc0, loc0]), np.array([loc1, loc0, np.uint64(0)]))
    assert there == pytest.approx(22.694 - 2 * 0.00815, abs=0.08)  # the ellipsoid is up to 0.3 % off the sphere
    assert (same, nobody) == (0.001, FAILED_KM)


def _rows(**columns):
    class Rows(dict):
        def __len__(self):
            return 1

    cells = cells_from_coordinates(np.array([40.0, 40.0]), np.array([-100.0, -99.9]), 12)
    row = {
        "beaconer_cell": cells[:1], "witness_cell": cells[1:], "rssi_dbm": np.array([-100.0]),
        "snr_db": np.array([5.0]), "frequency_hz": np.array([904_100_000]), "power_dbm": np.array([27], np.int16),
        "witness_gain_dbi": np.array([1.2]), "beaconer_region": np.array([0], np.int16),
    }  # fmt: skip
    return Rows(row | {name: np.array([value], row[name].dtype) for name, value in columns.items()})


@pytest.mark.parametrize(
    ("check", "change", "fails"),
    [
        (no_frequency, {}, False),
        (no_frequency, {"frequency_hz": 0}, True),
        (off_channel, {"frequency_hz": 904_101_000}, False),
        (off_channel, {"frequency_hz": 904_101_001}, True),
        (off_channel, {"frequency_hz": 904_098_999}, True),
        (off_channel, {"beaconer_region": 1}, True),
        (off_channel, {"beaconer_region": 99}, True),
        (snr_bound, {"rssi_dbm": -115.0}, False),
        (snr_bound, {"rssi_dbm": -115.1}, True),
        (snr_bound, {"rssi_dbm": np.nan}, True),
        (rssi_v10, {}, False),
        (rssi_v10, {"rssi_dbm": np.nan}, True),
        (rssi_v11, {}, False),
        (rssi_v11, {"rssi_dbm": -75.0}, True),
        (rssi_v11, {"rssi_dbm": -75.0, "power_dbm": 0}, False),  # then the EIRP of the plan, 36 dBm
    ],
)
def test_checks(check, change, fails):
    assert check.fails(_rows(**change), None, Memory()).tolist() == [fails]


def test_a_signal_on_the_bound_is_too_strong():
    rows = _rows()
    km = legacy_distance_km(rows["beaconer_cell"], rows["witness_cell"])
    bound = float(limit_v11_dbm(km, 904_100_000, 27.0, 1.2)[0])
    assert rssi_v11.fails(_rows(rssi_dbm=bound), None, Memory()).tolist() == [True]
    assert rssi_v11.fails(_rows(rssi_dbm=np.nextafter(bound, -999)), None, Memory()).tolist() == [False]
