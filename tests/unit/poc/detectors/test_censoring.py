"""Censored hearing against brute force and simulation."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtr

from poc.detectors.censoring import (
    LINK_LOSS,
    PACKET_LOSS,
    MissTable,
    link_level,
    log_miss,
    never_heard,
    threshold_db_from,
)


def test_table_follows_the_function_and_its_derivatives():
    z = np.linspace(-11.9, 5.9, 4001)
    table = MissTable.of(LINK_LOSS)
    value, slope, _ = log_miss(z, LINK_LOSS)
    found_value, found_slope, _ = table.at(z)
    assert np.abs(found_value - value).max() < 1e-5
    assert np.abs(found_slope - slope).max() < 1e-3
    step = 1e-5
    numeric = (log_miss(z + step, LINK_LOSS)[0] - log_miss(z - step, LINK_LOSS)[0]) / (2 * step)
    assert np.allclose(numeric, slope, atol=1e-6)


def test_without_floor_it_is_the_normal_distribution_function():
    z = np.linspace(-30.0, 8.0, 100)
    assert np.array_equal(log_miss(z, 0.0)[0], log_ndtr(z))


def test_link_level_recovers_what_weak_packets_hide():
    rng = np.random.default_rng(4)
    true_db = rng.uniform(105, 122, 4000)
    packets = true_db[:, None] + rng.normal(0, 3.0, (4000, 28))
    heard = (packets < 120.0) & (rng.uniform(size=packets.shape) > PACKET_LOSS)
    some = heard.sum(1) > 0
    count = heard.sum(1)[some].astype(float)
    mean = np.where(heard, packets, 0).sum(1)[some] / count
    level, variance = link_level(count, np.full(len(count), 28.0), mean, np.full(len(count), 120.0), 3.0)
    weak = true_db[some] > 119.0
    assert np.mean(mean[weak] - true_db[some][weak]) < -1.5
    assert abs(np.mean(level[weak] - true_db[some][weak])) < 0.5
    z = (level - true_db[some]) / np.sqrt(variance)
    assert 0.8 < z.std() < 1.2


def test_never_heard_matches_the_product_of_single_misses():
    for n_sent in (1.0, 4.0, 28.0, 112.0):
        offset, spread = never_heard(np.array([n_sent]), 3.0)
        margin = np.linspace(-15, 20, 200)  # level above threshold
        exact = (PACKET_LOSS + (1 - PACKET_LOSS) * ndtr(margin / 3.0)) ** n_sent
        assert np.abs(exact - ndtr((margin - offset) / spread)).max() < 0.06


def test_threshold_is_found_from_links_heard_sometimes():
    rng = np.random.default_rng(5)
    true_db = rng.uniform(116, 124, 3000)
    packets = true_db[:, None] + rng.normal(0, 3.0, (3000, 40))
    heard = packets < 120.0
    count = heard.sum(1)
    partly = (count > 3) & (count < 30)
    mean = np.where(heard, packets, 0).sum(1)[partly] / count[partly]
    found = threshold_db_from(count[partly].astype(float), np.full(partly.sum(), 40.0), mean, 3.0)
    assert abs(np.median(found) - 120.0) < 0.2
