"""Laws of ITM that hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from radio_models import itm

RADIO = {
    "climate": 5,
    "surface_refractivity": 301.0,
    "relative_permittivity": 15.0,
    "conductivity_s_per_m": 0.005,
    "mdvar": 12,
    "location_pct": 50.0,
    "situation_pct": 50.0,
}

heights_m = st.floats(1.0, 300.0)
seeds = st.integers(0, 2**32 - 1)


def hills(seed: int, n_points: int) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(size=n_points)) * np.exp(rng.uniform(0.0, 3.0))
    return np.asarray(walk + rng.uniform(0.0, 1000.0))


@settings(max_examples=100, deadline=None)
@given(
    seeds, st.integers(10, 101), st.integers(10, 300), heights_m, heights_m, st.integers(0, 1), st.floats(40.0, 6000.0)
)
def test_loss_is_the_same_in_both_directions(
    seed: int, n_points: int, step_m: int, one_m: float, other_m: float, polarization: int, frequency_mhz: float
) -> None:
    # Whole metres and at most 100 steps: beyond that NTIA's running sums of steps can, rarely, put a horizon that
    # falls on a multiple of ten steps on either side of a truncation, and the two directions then differ in NTIA too.
    profile = hills(seed, n_points)
    radio = RADIO | {"polarization": polarization, "frequency_mhz": frequency_mhz, "time_pct": 50.0}
    there = itm.point_to_point(profile, float(step_m), tx_height_m=one_m, rx_height_m=other_m, **radio)
    back = itm.point_to_point(profile[::-1], float(step_m), tx_height_m=other_m, rx_height_m=one_m, **radio)
    assert abs(float(there.loss_db) - float(back.loss_db)) < 1e-9
    np.testing.assert_allclose(there.horizon_distances_m, back.horizon_distances_m[::-1], rtol=1e-9)
    np.testing.assert_allclose(there.effective_heights_m, back.effective_heights_m[::-1], rtol=1e-9)


@settings(max_examples=50, deadline=None)
@given(seeds, st.permutations(range(12)))
def test_a_link_does_not_know_its_neighbours(seed: int, order: list[int]) -> None:
    rng = np.random.default_rng(seed)
    profiles = np.stack([hills(seed + link, 60) for link in range(12)])
    columns = {
        "frequency_mhz": rng.uniform(15.0, 3000.0, 12),  # some below 20 MHz: they fail
        "tx_height_m": rng.uniform(0.4, 50.0, 12),
        "polarization": rng.integers(0, 2, 12),
        "time_pct": rng.uniform(1.0, 99.0, 12),
    }
    step_m = rng.uniform(10.0, 200.0, 12)
    together = itm.point_to_point(profiles, step_m, rx_height_m=2.0, **RADIO, **columns)
    moved = {name: column[order] for name, column in columns.items()}
    permuted = itm.point_to_point(profiles[order], step_m[order], rx_height_m=2.0, **RADIO, **moved)
    for name in ("loss_db", "delta_h_m", "horizon_distances_m", "mode", "warnings", "return_code"):
        np.testing.assert_array_equal(getattr(together, name)[order], getattr(permuted, name))


@settings(max_examples=50, deadline=None)
@given(seeds, st.floats(1.0, 98.0), st.sampled_from([0, 1, 2, 3, 12, 13, 21, 33]), st.integers(1, 7))
def test_more_time_or_certainty_never_lowers_the_loss(seed: int, percent: float, mdvar: int, climate: int) -> None:
    profile = hills(seed, 80)
    radio = RADIO | {"mdvar": mdvar, "climate": climate, "polarization": 1, "frequency_mhz": 868.0}
    quantiles = np.array([percent, percent + 1.0])
    for name in ("time_pct", "situation_pct"):
        # 50 % elsewhere, unless the mode of variability ties the quantiles together
        given_pct = {"time_pct": 50.0, "situation_pct": 50.0} | {name: quantiles}
        result = itm.point_to_point(profile, 90.0, tx_height_m=12.0, rx_height_m=2.0, **(radio | given_pct))
        assert result.loss_db[1] >= result.loss_db[0] - 1e-9


@settings(max_examples=50, deadline=None)
@given(st.floats(0.1, 1500.0), st.floats(0.0, 500.0), heights_m, heights_m, st.integers(0, 2), st.integers(0, 2))
def test_area_mode_is_symmetric(
    distance_km: float, delta_h_m: float, one_m: float, other_m: float, siting: int, other_siting: int
) -> None:
    radio = RADIO | {"polarization": 0, "frequency_mhz": 430.0, "time_pct": 50.0}
    there = itm.area(
        distance_km,
        delta_h_m,
        tx_height_m=one_m,
        rx_height_m=other_m,
        tx_siting_criteria=siting,
        rx_siting_criteria=other_siting,
        **radio,
    )
    back = itm.area(
        distance_km,
        delta_h_m,
        tx_height_m=other_m,
        rx_height_m=one_m,
        tx_siting_criteria=other_siting,
        rx_siting_criteria=siting,
        **radio,
    )
    assert abs(float(there.loss_db) - float(back.loss_db)) < 1e-9
