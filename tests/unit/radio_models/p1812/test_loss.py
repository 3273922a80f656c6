from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.p1812 import PROBLEM_BITS, BasicTransmissionLoss, basic_transmission_loss

POINTS = np.linspace(0.0, 12.0, 25)
HILLS = 40.0 + 40.0 * np.sin(POINTS)


def loss(distance=POINTS, elevation=HILLS, clutter=0.0, **changed: object) -> BasicTransmissionLoss:
    usual = {
        "frequency_ghz": 0.868,
        "time_pct": 50.0,
        "location_pct": 50.0,
        "tx_height_m": 25.0,
        "rx_height_m": 2.0,
        "polarization": 1,
        "latitude_deg": 47.0,
        "refractivity_lapse": 45.0,
        "surface_refractivity": 325.0,
        "tx_coast_distance_km": 500.0,
        "rx_coast_distance_km": 500.0,
        "zone": 4,
    }
    return basic_transmission_loss(distance, elevation, clutter, **(usual | changed))


def test_one_link_gives_values_without_an_axis() -> None:
    found = loss()
    assert found.loss_db.shape == found.beta0_pct.shape == found.return_code.shape == ()
    assert float(np.asarray(found)) == float(found.loss_db)


@pytest.mark.parametrize("rows", [1, 3])
def test_profiles_with_an_axis_give_one_value_per_link(rows: int) -> None:
    assert loss(elevation=np.tile(HILLS, (rows, 1))).loss_db.shape == (rows,)


def test_parameters_broadcast_over_one_profile_and_profiles_over_one_parameter() -> None:
    frequencies = np.array([0.433, 0.868, 2.4])
    swept = loss(frequency_ghz=frequencies)
    alone = [float(loss(frequency_ghz=f).loss_db) for f in frequencies]
    assert swept.loss_db.tolist() == alone
    tiled = loss(np.tile(POINTS, (3, 1)), np.tile(HILLS, (3, 1)), np.zeros((3, 25)), frequency_ghz=frequencies)
    assert tiled.loss_db.tolist() == alone


def test_float32_integers_and_strided_profiles_are_taken() -> None:
    whole = np.round(HILLS)
    expected = float(loss(elevation=whole).loss_db)
    assert float(loss(elevation=whole.astype(np.float32)).loss_db) == expected
    assert float(loss(elevation=whole.astype(np.int16), zone=np.full(25, 4, np.uint8)).loss_db) == expected
    assert float(loss(elevation=np.repeat(whole, 2)[::2]).loss_db) == expected


def test_threads_and_chunks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    elevation = np.random.default_rng(1).normal(100.0, 20.0, (999, 25))
    one = loss(elevation=elevation, n_threads=1).loss_db
    monkeypatch.setattr("radio_models.p1812.loss.CHUNK_POINTS", 25 * 7)
    assert np.array_equal(loss(elevation=elevation, n_threads=3).loss_db, one)


def test_no_links_give_no_losses() -> None:
    assert loss(elevation=np.empty((0, 25))).loss_db.shape == (0,)


def test_a_ridge_costs_more_than_flat_ground_and_clutter_more_than_none() -> None:
    ridge = np.where(np.abs(POINTS - 6.0) < 1.0, 150.0, 0.0)
    flat = float(loss(elevation=np.zeros(25)).loss_db)
    assert float(loss(elevation=ridge).loss_db) > flat + 20.0
    assert float(loss(elevation=np.zeros(25), clutter=20.0).loss_db) > flat + 10.0


def test_clutter_at_the_ends_raises_no_obstacle_but_sets_the_spread_over_locations() -> None:
    clutter = np.zeros(25)
    clutter[[0, -1]] = 30.0
    bare, ends = loss(rx_height_m=12.0, location_pct=90.0), loss(clutter=clutter, rx_height_m=12.0, location_pct=90.0)
    assert ends.diffraction_db == bare.diffraction_db
    assert bare.location_sigma_db == 0.0
    assert float(ends.location_sigma_db) == pytest.approx((0.52 + 0.024 * 0.868) * 100.0**0.28, rel=1e-12)
    assert float(ends.loss_db - bare.loss_db) == pytest.approx(1.2817 * float(ends.location_sigma_db), rel=1e-3)


def test_there_is_no_spread_over_locations_for_a_receiver_at_sea() -> None:
    zone = np.full(25, 4)
    zone[-3:] = 1
    assert loss(zone=zone).location_sigma_db == 0.0


def test_a_terminal_at_sea_is_at_the_coast_whatever_is_said() -> None:
    low = np.zeros(25)
    said = {"zone": 1, "tx_height_m": 5.0, "time_pct": 1.0}
    assert loss(elevation=low, **said).ducting_db == loss(elevation=low, tx_coast_distance_km=0.0, **said).ducting_db


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frequency_ghz", 0.02),
        ("frequency_ghz", np.nan),
        ("time_pct", 0.5),
        ("location_pct", 99.5),
        ("tx_height_m", 0.5),
        ("rx_height_m", 3001.0),
        ("polarization", 0.5),
        ("polarization", 2),
        ("latitude_deg", 91.0),
        ("refractivity_lapse", 157.0),
        ("surface_refractivity", np.inf),
        ("tx_coast_distance_km", -1.0),
        ("resolution_m", -1.0),
        ("zone", 2),
        ("elevation", np.where(POINTS == 6.0, np.nan, HILLS)),
        ("elevation", np.where(POINTS == 6.0, np.inf, HILLS)),
        ("clutter", -1.0),
        ("distance", POINTS + 1.0),
        ("distance", POINTS[::-1]),
        ("distance", np.zeros(25)),
    ],
)
def test_a_bad_value_is_named_with_its_range(name: str, value: object) -> None:
    with pytest.raises(RadioError, match=rf"^{name}.* is .*; expected .* to .*\.$"):
        loss(**{name: value})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"elevation": HILLS[:4], "distance": POINTS[:4]}, r"elevation_m has shape \(4,\)"),
        ({"elevation": 3.0}, r"elevation_m has shape \(\)"),
        ({"distance": POINTS[:-1]}, r"distance_km has shape \(24,\)"),
        ({"distance": 12.0}, r"distance_km has shape \(\)"),
        ({"polarization": "vertical"}, "polarization holds <U8 values; expected real numbers"),
        ({"clutter": [None] * 25}, "clutter_height_m holds object values; expected real numbers"),
        ({"zone": np.full((2, 2, 25), 4)}, r"zone has shape \(2, 2, 25\)"),
        ({"frequency_ghz": np.ones((2, 2))}, r"frequency_ghz has shape \(2, 2\)"),
        ({"elevation": np.zeros((3, 25)), "tx_height_m": [1.0, 2.0]}, "elevation_m 3, tx_height_m 2"),
    ],
)
def test_shapes_and_types_that_do_not_fit_are_named(changed: dict[str, object], words: str) -> None:
    with pytest.raises(RadioError, match=words):
        loss(**changed)


def test_bad_links_of_a_batch_are_flagged_and_the_others_computed() -> None:
    elevation = np.tile(HILLS, (5, 1))
    elevation[1, 7] = np.nan
    zone = np.full((5, 25), 4)
    zone[2, 3] = 0
    found = loss(elevation=elevation, zone=zone, tx_height_m=[25.0, 25.0, 25.0, -3.0, 25.0])
    bits = PROBLEM_BITS
    assert found.return_code.tolist() == [0, bits["elevation_m"], bits["zone"], bits["tx_height_m"], 0]
    assert np.isinf(found.loss_db).tolist() == [False, True, True, True, False]
    assert found.loss_db[0] == found.loss_db[4] == loss().loss_db
    assert not any(np.any(np.isnan(getattr(found, name))) for name in vars(found))


def test_a_value_wrong_for_all_links_of_a_batch_is_refused() -> None:
    with pytest.raises(RadioError, match="frequency_ghz is 20"):
        loss(elevation=np.tile(HILLS, (5, 1)), frequency_ghz=20.0)


def test_very_short_paths_are_computed_and_marked() -> None:
    found = loss(distance=np.tile(POINTS, (2, 1)) * [[0.01], [1.0]])
    assert found.outside_domain.tolist() == [True, False]
    assert np.all(np.isfinite(found.loss_db))


def test_cliffs_that_shield_both_ends_beyond_the_exponential_give_a_finite_loss() -> None:
    wall = np.where((POINTS > 0.0) & (POINTS < 12.0), 9000.0, 0.0)
    found = loss(elevation=wall, frequency_ghz=6.0)
    assert found.ducting_db > 2.5 * np.log(np.finfo(float).max)
    assert np.isfinite(found.loss_db)


def test_a_batch_streams() -> None:
    """What a batch needs beyond input and result does not grow with it."""
    elevation = np.zeros((40_000, 100), np.float32)
    loss(np.linspace(0.0, 10.0, 100), elevation[:10])
    tracemalloc.start()
    found = loss(np.linspace(0.0, 10.0, 100), elevation, n_threads=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    result = sum(column.nbytes for column in vars(found).values())
    assert peak - result < 30e6 < elevation.size * 8 + 1e6


def test_importing_the_package_does_not_import_the_compiler() -> None:
    probe = "import sys, radio_models.p1812, radio_models.p526; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
