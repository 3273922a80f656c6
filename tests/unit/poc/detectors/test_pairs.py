"""Pairs in compiled loops beside the numpy forms that small networks use."""

from __future__ import annotations

import numpy as np
import pytest

from poc.detectors import censoring, network, sightings
from poc.detectors.survey import survey_of


@pytest.fixture
def both_ways(monkeypatch):
    def run(work):
        found = []
        for limit in (0, 10**9):
            for room in (censoring, network, sightings):
                monkeypatch.setattr(room, "COMPILED_FROM", limit)
            found.append(work())
        return found

    return run


def test_places_in_a_sorted_list(both_ways):
    rng = np.random.default_rng(1)
    for n_known, n_asked in ((0, 5), (1, 5), (700, 900)):
        known, asked = np.unique(rng.integers(0, 1500, n_known)), rng.integers(-3, 1503, n_asked)
        for keys in (asked, np.sort(asked), np.sort(asked)[::-1]):
            compiled, plain = both_ways(lambda known=known, keys=keys: network.places_in(known, keys))
            assert np.array_equal(compiled, plain)
            assert np.array_equal(compiled >= 0, np.isin(keys, known))


def test_the_curve_of_silence(both_ways):
    n_sent = np.random.default_rng(2).uniform(0.0, 120.0, 500)
    compiled, plain = both_ways(lambda: censoring.never_heard_smoothly(n_sent, 3.0))
    assert np.allclose(compiled, plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("listening", [False, True])
def test_sightings_have_the_same_rows_in_the_same_order(both_ways, world_of, listening):
    evidence = world_of(n=120, side_km=9.0, liars={"farm": 0.1, "lone-3": 0.1}).evidence
    survey = survey_of(evidence)
    crowd = network.crowding(survey.network, 60.0)
    compiled, plain = both_ways(
        lambda: sightings.sightings_of(survey.network, survey.channel, survey.trust, crowd, listening)
    )
    assert len(compiled.subject) > 3000
    for name in ("start", "n_heard", "subject", "counterpart", "heard", "hub"):
        assert np.array_equal(getattr(compiled, name), getattr(plain, name)), name
    for name in ("level_db", "inverse_sd_per_db", "weight", "place_m"):
        assert np.allclose(getattr(compiled, name), getattr(plain, name), rtol=1e-12), name
    near_m = survey.network.distance_m(compiled.subject, compiled.counterpart)
    same = (np.diff(compiled.subject) == 0) & (np.diff(compiled.heard.astype(int)) == 0)
    assert (np.diff(near_m)[same] >= 0.0).all()
