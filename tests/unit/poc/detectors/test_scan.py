"""The scan: compiled = plain, and Laplace's approximation against brute-force integration over the bias."""

from __future__ import annotations

import numba
import numpy as np
from scipy.special import logsumexp, ndtr

from maps.geodesy import EARTH_RADIUS_M
from poc.detectors.candidates import lattice
from poc.detectors.censoring import LINK_LOSS
from poc.detectors.lanes_compiled import lanes, larger, load, log2, looked_up, nearest, smaller, store
from poc.detectors.scan import FREEDOM, log_likelihoods
from poc.detectors.sightings import Sightings

LAW = (130.0, 30.0)


def sightings(n_subjects=6, n_each=40, n_heard=11, seed=1):
    rng = np.random.default_rng(seed)
    n = n_subjects * n_each
    centre = np.repeat([[EARTH_RADIUS_M, 0.0, 0.0]], n_subjects, axis=0)
    offset = rng.normal(0, 2500.0, (n, 2))
    place = np.column_stack([np.full(n, EARTH_RADIUS_M), offset])
    place *= EARTH_RADIUS_M / np.linalg.norm(place, axis=1, keepdims=True)
    law_db = LAW[0] + LAW[1] * (np.log10(np.linalg.norm(offset, axis=1)) - 3.0)
    heard = np.tile(np.arange(n_each) < n_heard, n_subjects)
    found = Sightings(
        start=np.arange(n_subjects + 1) * n_each, n_heard=np.full(n_subjects, n_heard),
        subject=np.repeat(np.arange(n_subjects), n_each), counterpart=np.arange(n), heard=heard,
        level_db=np.where(heard, law_db + rng.normal(0, 7, n), rng.normal(135, 3, n)),
        inverse_sd_per_db=1.0 / rng.uniform(7, 10, n), weight=rng.uniform(0.2, 1, n), place_m=place,
        prior_db=np.full(n_subjects, 4.0), hub=np.zeros(n_subjects, np.int64),
    )  # fmt: skip
    points = lattice(centre, np.full(n_subjects, 900.0), 2)
    return found, np.concatenate([points, np.zeros((n_subjects, 1, 3))], axis=1)


@numba.njit(error_model="numpy")
def of_lanes(number, table, result):
    x, flat = load(number, 0), result.reshape(-1)
    store(flat, 0, log2(x))
    within = larger(smaller(x, lanes(np.float32(40.3))), lanes(np.float32(2.5)))
    store(flat, 16, within)
    store(flat, 32, nearest(within))
    store(flat, 48, looked_up(table, nearest(within)))
    store(flat, 64, (x * np.float32(3.0) + x) / (np.float32(1.0) - x))
    store(flat, 80, lanes(np.float32(7.0)))


def test_compiled_equals_plain():
    found, points = sightings()
    rows = np.array([4, 0, 3])
    plain = log_likelihoods(found, rows, points[rows], LAW, 15.0, compiled=False)
    compiled = log_likelihoods(found, rows, points[rows], LAW, 15.0, compiled=True)
    assert np.isfinite(plain).all()
    assert np.abs(plain - compiled).max() < 1e-4  # single precision
    threaded = log_likelihoods(found, rows, points[rows], LAW, 15.0, compiled=True, n_threads=3)
    assert np.array_equal(threaded, compiled)


def test_lanes_do_what_their_names_say():
    number, table = np.float32(np.geomspace(2e-6, 1e12, 16)), np.float32(np.arange(50) ** 2)
    result = np.zeros((6, 16), np.float32)
    of_lanes(number, table, result)
    assert np.abs(result[0] - np.log2(number)).max() < 4e-6
    assert np.array_equal(result[1], np.maximum(np.minimum(number, np.float32(40.3)), np.float32(2.5)))
    assert np.array_equal(result[2], np.floor(result[1] + np.float32(0.5)))
    assert np.array_equal(result[3], table[result[2].astype(int)])
    assert np.array_equal(result[4], (number * np.float32(3) + number) / (np.float32(1) - number))
    assert np.array_equal(result[5], np.full(16, 7, np.float32))


def test_the_bias_is_integrated_jointly_over_receptions_and_misses():
    found, points = sightings()
    near = points[:, :-1]
    value = log_likelihoods(found, np.arange(6), near, LAW, 15.0, compiled=False)
    bias = np.linspace(-60.0, 60.0, 2401)
    prior = -0.5 * (FREEDOM + 1) * np.log1p(bias**2 / (FREEDOM * 4.0**2))
    for subject in range(6):
        rows = slice(found.start[subject], found.start[subject + 1])
        is_heard, p, w = found.heard[rows], found.inverse_sd_per_db[rows], found.weight[rows]
        exact = []
        for point in near[subject]:
            square = ((found.place_m[rows] - point) ** 2).sum(1) + 15.0**2
            law = LAW[0] + LAW[1] * (0.5 * np.log10(square) - 3.0)
            z = (law - found.level_db[rows])[:, None] * p[:, None] + bias * p[:, None]
            log_heard = -0.5 * (FREEDOM + 1) * np.log1p(z**2 / FREEDOM)
            log_missed = np.log(LINK_LOSS + (1 - LINK_LOSS) * ndtr(z))
            terms = np.where(is_heard[:, None], log_heard, log_missed) * w[:, None]
            exact.append(logsumexp(terms.sum(0) + prior))
        # up to a constant of the subject
        off = value[subject] - np.array(exact)
        likely = np.array(exact) > max(exact) - 12.0
        assert likely.sum() > 3
        # Laplace's approximation with Student's tails is good to a quarter of a nat
        assert np.ptp(off[likely]) < 0.25


def test_a_subject_with_no_counterpart_is_indifferent():
    _, points = sightings(n_subjects=1)
    empty = Sightings(
        np.zeros(2, np.int64), np.zeros(1, np.int64), *(np.zeros(0, np.int64),) * 2, np.zeros(0, bool),
        *(np.zeros(0),) * 3, np.zeros((0, 3)), np.array([4.0]), np.array([-1]),
    )  # fmt: skip
    for compiled in (False, True):
        value = log_likelihoods(empty, np.arange(1), points, LAW, 15.0, compiled=compiled)
        assert np.ptp(value) < 1e-12
