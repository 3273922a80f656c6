"""Lattices on the sphere and the search over them."""

from __future__ import annotations

import numpy as np

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.detectors.candidates import around, lattice, search, tangent_frame
from poc.detectors.posterior import estimate_from, log_likelihood_elsewhere

PLACES = unit_vectors(np.array([0.0, 90.0, -90.0, 47.0, 58.4]), np.array([180.0, 0.0, 0.0, 9.0, 11.0])) * EARTH_RADIUS_M


def test_frames_are_orthonormal_everywhere():
    east, north = tangent_frame(PLACES)
    up = PLACES / EARTH_RADIUS_M
    for a, b in ((east, north), (east, up), (north, up)):
        assert np.abs((a * b).sum(1)).max() < 1e-12
    assert np.allclose(np.linalg.norm(east, axis=1), 1.0)


def test_lattice_neighbours_are_one_spacing_apart_on_the_sphere():
    points = lattice(PLACES, np.full(5, 500.0), 2)
    assert np.allclose(np.linalg.norm(points, axis=-1), EARTH_RADIUS_M)
    assert np.allclose(points[:, 0], PLACES)
    assert np.allclose(np.linalg.norm(points[:, 1:7] - PLACES[:, None], axis=-1), 500.0, rtol=1e-6)


def test_search_finds_the_peak_and_its_spread():
    rng = np.random.default_rng(2)
    peak = around(PLACES, rng.uniform(-2000, 2000, (5, 1, 2)))
    sd = 400.0

    def likelihood(points):
        return -0.5 * np.square(points - peak).sum(-1) / sd**2

    found = search(PLACES, PLACES, np.full(5, 3000.0), likelihood)
    estimate = estimate_from(found)
    # nested lattices leave an error of a third of the spread at most
    assert np.linalg.norm(estimate.point_m - peak[:, 0], axis=1).max() < sd / 3
    # 90 % of a round normal distribution lie within 2.146 standard deviations
    assert np.allclose(estimate.credible_radius_m, 2.146 * sd, rtol=0.2)
    # the nested lattices integrate it: 2π sd²
    mass = (np.exp(found.log_likelihood) * found.area_m2).sum(1)
    assert np.allclose(mass, 2 * np.pi * sd**2, rtol=0.25)


def test_a_flat_likelihood_favours_no_place_by_more_than_the_prior_outside_the_lattice():
    def likelihood(points):
        return np.zeros(points.shape[:2])

    found = search(PLACES, PLACES, np.full(5, 3000.0), likelihood)
    inside = np.exp(log_likelihood_elsewhere(found, PLACES, 400.0, 50_000.0))
    # the lattice reaches 4 km (3 + ½ rings: 4.7 km): that much of the prior lies within
    assert np.allclose(inside, np.log(4700 / 400) / np.log(50_000 / 400), rtol=0.2)
