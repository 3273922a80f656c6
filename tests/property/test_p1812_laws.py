"""Laws of P.1812 and P.526 on random terrain."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from radio_models import p526
from radio_models.p1812 import BasicTransmissionLoss, basic_transmission_loss

N_LINKS, N_POINTS = 40, 31
seeds = st.integers(0, 2**32 - 1)


def terrain(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    distance = np.linspace(0.0, 1.0, N_POINTS) * random.uniform(0.3, 80.0, (N_LINKS, 1))
    elevation = np.cumsum(random.normal(0.0, random.uniform(0.1, 25.0, (N_LINKS, 1)), (N_LINKS, N_POINTS)), axis=1)
    return distance, elevation, random.choice([0.0, 0.0, 10.0, 20.0], (N_LINKS, N_POINTS))


def loss(distance: np.ndarray, elevation: np.ndarray, clutter: np.ndarray, **changed: object) -> BasicTransmissionLoss:
    settings_of_link = {
        "frequency_ghz": 0.868,
        "time_pct": 50.0,
        "location_pct": 50.0,
        "tx_height_m": 25.0,
        "rx_height_m": 2.0,
        "polarization": 1,
        "latitude_deg": 47.0,
    }
    return basic_transmission_loss(distance, elevation, clutter, **(settings_of_link | changed))


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_swapping_the_ends_changes_nothing_at_half_of_the_locations(seed: int) -> None:
    distance, elevation, clutter = terrain(seed)
    there = loss(distance, elevation, clutter)
    back = loss(
        distance[:, -1:] - distance[:, ::-1], elevation[:, ::-1], clutter[:, ::-1], tx_height_m=2.0, rx_height_m=25.0
    )
    np.testing.assert_allclose(back.loss_db, there.loss_db, rtol=0, atol=1e-6)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_more_time_and_more_locations_never_mean_less_loss(seed: int) -> None:
    paths = terrain(seed)
    losses = [loss(*paths, time_pct=time).loss_db for time in (1.0, 10.0, 50.0)]
    assert all(np.all(more >= less - 1e-9) for less, more in pairwise(losses))
    losses = [loss(*paths, location_pct=location).loss_db for location in (1.0, 50.0, 99.0)]
    assert all(np.all(more >= less) for less, more in pairwise(losses))


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_loss_is_at_least_that_of_line_of_sight_and_finite(seed: int) -> None:
    found = loss(*terrain(seed), time_pct=7.0, location_pct=30.0)
    assert np.all(found.loss_db >= found.line_of_sight_db)
    assert all(np.all(np.isfinite(getattr(found, name))) for name in vars(found))


@given(seeds, st.permutations(range(N_LINKS)))
@settings(max_examples=10, deadline=None)
def test_order_and_company_of_links_change_no_bit(seed: int, order: list[int]) -> None:
    distance, elevation, clutter = terrain(seed)
    together = loss(distance, elevation, clutter).loss_db
    assert np.array_equal(loss(distance[order], elevation[order], clutter[order]).loss_db, together[order])
    assert loss(distance[3], elevation[3], clutter[3]).loss_db == together[3]


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_a_higher_profile_never_makes_bullington_smaller(seed: int) -> None:
    distance, elevation, clutter = terrain(seed)
    sight = {"tx_height_m": 400.0, "rx_height_m": 300.0, "effective_earth_radius_km": 8500.0, "frequency_ghz": 0.868}
    low = p526.bullington_loss_db(distance, elevation, **sight)
    high = p526.bullington_loss_db(distance, elevation + clutter, **sight)
    assert np.all(high >= low - 1e-9)
