"""The compiled loops of the fit, of silences and of twins beside the numpy forms that small networks use."""

from __future__ import annotations

import numpy as np
import pytest

from poc.detectors import biases, channel, missing_witness, shadowing_twin
from poc.detectors.survey import survey_of


@pytest.fixture
def network(world_of):
    return survey_of(world_of(n=120, side_km=9.0, liars={"farm": 0.1, "lone-3": 0.1}).evidence).network


@pytest.fixture
def both_ways(monkeypatch):
    def run(work):
        found = []
        for limit in (0, 10**9):
            for room in (biases, channel, missing_witness, shadowing_twin):
                monkeypatch.setattr(room, "COMPILED_FROM", limit)
            found.append(work())
        return found

    return run


def test_the_channel(both_ways, network):
    trust = np.random.default_rng(3).uniform(0.02, 1.0, len(network))
    compiled, plain = both_ways(lambda: channel.estimate_channel(network, trust))
    for name in ("intercept_db", "exponent", "sigma_db", "outlier_share"):
        assert np.isclose(getattr(compiled, name), getattr(plain, name), rtol=1e-9), name
    for name in ("transmit_db", "receive_db", "precision_tt", "precision_tr", "precision_rr"):
        assert np.allclose(getattr(compiled.biases, name), getattr(plain.biases, name), atol=1e-8), name
    assert np.ptp(plain.biases.transmit_db) > 5.0


def test_bins_hold_every_pair(both_ways):
    rng = np.random.default_rng(4)
    n = 2000
    rows = np.zeros(n, int)
    part = biases.Observations(
        rows, rows, rng.normal(0, 0.5, n), rng.normal(120, 9, n), rng.uniform(0, 3, n), rng.uniform(0, 1, n)
    )
    compiled, plain = both_ways(lambda: channel._binned(part, np.zeros(n), np.zeros(n)))
    assert np.allclose(compiled, plain, rtol=1e-12)
    wild = biases.Observations(
        rows, rows, part.log_distance_km, part.level_db * np.where(rng.random(n) < 0.1, 1e6, 1.0), part.variance_db2,
        part.weight,
    )  # fmt: skip
    compiled, plain = both_ways(lambda: channel._binned(wild, np.zeros(n), np.zeros(n)))
    assert np.array_equal(compiled, plain)


def test_silences(both_ways, network):
    trust = np.random.default_rng(5).uniform(0.02, 1.0, len(network))
    found = channel.estimate_channel(network, trust)
    compiled, plain = both_ways(lambda: missing_witness.missing_traces(network, found, trust))
    for one, other in zip(compiled, plain, strict=True):
        assert np.allclose(one.ratio, other.ratio, atol=1e-9)
        assert one.words == other.words
        assert np.ptp(other.ratio) > 5.0


def test_twins(both_ways, network):
    trust = np.random.default_rng(6).uniform(0.02, 1.0, len(network))
    found = channel.estimate_channel(network, trust)
    compiled, plain = both_ways(lambda: shadowing_twin.twin_pairs(network, found, trust))
    assert np.array_equal(compiled[0], plain[0]) and np.array_equal(compiled[1], plain[1])
    assert np.allclose(compiled[2], plain[2], atol=1e-9)
    assert (plain[2] > 6.0).sum() > 3
