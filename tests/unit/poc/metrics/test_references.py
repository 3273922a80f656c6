"""The reference tests: their integral against brute force, their law against the world, liars in a small world."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import exp1
from scipy.stats import multivariate_normal, norm

from benchmarks.detection_worlds import world
from poc.detectors.evidence import Evidence, case_of
from poc.emulator import Emulation
from poc.errors import DomainError
from poc.metrics.ranking import area_under, roc
from poc.metrics.references import receive_side, references
from poc.metrics.references.law import LOSS_GRID_DB, heard_levels, law_of, silent_levels
from poc.metrics.references.likelihood import Subject, log_likelihoods
from poc.metrics.references.paired import paired_rates, rate_at
from poc.metrics.references.quadrature import inverse
from poc.scenario import scenario_from
from poc.schema import WITNESS_VERDICTS


@pytest.fixture(scope="module")
def small():
    """(evidence, truth, law) of 150 hotspots, one in ten of whom lies by 3 km."""
    scenario = scenario_from(
        {
            "seed": 77,
            "map": {"synthetic": {"kind": "grid", "width_km": 16.0, "height_km": 16.0, "resolution": 8}},
            "fleet": {"n_hotspots": 150, "region": "EU868", "placement": {"name": "uniform"}},
            "radio": {"path_loss": {"name": "log-distance", "exponent": 3.5, "reference_distance_m": 1000.0,
                                    "reference_loss_db": 133.0}},
            "profile": {"base": "minimal"},
            "detectors": {"also": []},
            "attacks": [{"name": "location-spoof", "share": 0.1, "min_km": 3.0, "max_km": 3.0}],
        },
        "a test",
    )  # fmt: skip
    emulation = Emulation.of(scenario)
    tables = next(emulation.epochs()).tables
    case = case_of(tables["hotspots"], tables)
    evidence = Evidence(
        tables["hotspots"], case.activity, case.links, tables["receptions"], WITNESS_VERDICTS.empty(), None
    )
    setting = emulation.setting
    return evidence, tables["truth"], law_of(setting.radio, scenario.fleet, setting.plan)


def test_liars_stand_out_and_are_found(small):
    evidence, truth, law = small
    truth = truth.sort("hotspot")
    lies = truth["attack"] != ""
    scores = references(evidence, truth, law)
    found = {}
    for name in ("informed", "clairvoyant"):
        ratio = scores.take(scores["detector"] == name).sort("hotspot")["log_likelihood_ratio"]
        found[name] = rate_at(ratio, lies, 0.05)
    assert found["informed"] > 0.6
    assert found["clairvoyant"] >= found["informed"] - 1.0 / lies.sum()


def test_row_order_does_not_matter(small):
    evidence, truth, law = small
    rng = np.random.default_rng(3)
    shuffled = Evidence(
        evidence.hotspots.take(rng.permutation(150)),
        evidence.activity,
        evidence.links.take(rng.permutation(len(evidence.links))),
        evidence.receptions,
        evidence.witness_verdicts,
        None,
    )
    assert references(shuffled, truth.take(rng.permutation(150)), law).equals(references(evidence, truth, law))


def test_own_losses_have_the_moments_of_the_fleet(small):
    law = small[2]
    density = np.exp(law.loss_log_density) * (LOSS_GRID_DB[1] - LOSS_GRID_DB[0])
    assert density.sum() == pytest.approx(1.0, abs=1e-6)
    rng = np.random.default_rng(5)
    poor = rng.uniform(size=400_000) < 0.05
    drawn = np.maximum(0.0, rng.normal(6.0, 5.0, 400_000)) + poor * 10.0 * np.abs(rng.normal(size=400_000))
    drawn += rng.normal(0.0, 4.0, 400_000)  # the site's share: σ √(site correlation)
    assert law.own_mean_db == pytest.approx(drawn.mean(), abs=0.1)
    assert law.own_spread_db == pytest.approx(drawn.std(), abs=0.1)


def test_a_link_heard_always_is_as_strong_as_it_reads_and_silence_grows_with_beacons(small):
    law = small[2]
    mean, _ = heard_levels(law, np.array([8.0, 1.0]), np.array([8.0, 8.0]), np.array([40.0, 1.0]))
    # mean of a Rician fade in decibels: 10 lg(K / (1 + K)) + (10 / ln 10) E1(K)
    k = 10.0**0.6
    fade_db = 10.0 * np.log10(k / (1.0 + k)) + 10.0 / np.log(10.0) * exp1(k)
    assert mean[0] == pytest.approx(40.0 - fade_db, abs=0.05)
    assert mean[1] < 1.0  # seven of eight unheard: weaker than the one that came through
    alone, _ = heard_levels(law, np.array([1.0]), np.array([1.0]), np.array([1.0]))
    assert mean[1] < alone[0] - 1.0
    edge, spread = silent_levels(law, np.array([1.0, 8.0, 64.0]))
    assert (np.diff(edge) < 0).all() and (spread > 0).all()


def test_the_integral_is_the_integral(small):
    law = small[2]
    heard = np.array([[3000.0, 0.0, 6.371e6], [0.0, 2000.0, 6.371e6]])
    silent = np.array([[-1500.0, 0.0, 6.371e6]])
    covariance = np.array([[40.0, 9.0], [9.0, 44.0]])
    cross = np.array([[6.0, 2.0]])
    pull = cross @ np.linalg.inv(covariance)
    level, edge = np.array([155.0, 149.0]), np.array([146.0])
    subject = Subject(heard, level, inverse(covariance), silent, edge, pull, np.array([6.0]))
    points = np.array([[0.0, 0.0, 6.371e6], [900.0, 500.0, 6.371e6]])
    expected = []
    for point in points:
        left = level - law.median_db(np.sqrt(np.square(heard - point).sum(1) + 25.0))
        room = edge - law.median_db(np.sqrt(np.square(silent - point).sum(1) + 25.0))
        chance = [
            multivariate_normal.pdf(left - b, cov=covariance)
            * (0.003 + 0.997 * norm.cdf((b - room[0] + (pull @ (left - b))[0]) / 6.0))
            for b in LOSS_GRID_DB
        ]
        expected.append(np.log(np.sum(np.exp(law.loss_log_density) * chance)))
    found = log_likelihoods(subject, law, points)
    assert found[1] - found[0] == pytest.approx(expected[1] - expected[0], abs=0.05)


def test_terrain_is_refused(small):
    from types import SimpleNamespace

    from radio_models.model import NEEDS_TERRAIN

    model = next(iter(NEEDS_TERRAIN))
    radio = SimpleNamespace(path_loss=model())
    with pytest.raises(DomainError, match="without terrain"):
        law_of(radio, None, None)


def test_paired_rates_share_their_worlds():
    rng = np.random.default_rng(1)
    worlds = []
    for _ in range(4):
        lies = np.arange(300) < 60
        reference = rng.normal(size=300) + 2.5 * lies
        worlds.append((reference + rng.normal(0.0, 0.1, 300), reference, lies))
    found = paired_rates(worlds, n_draws=100)
    assert found.ratio == pytest.approx(1.0, abs=0.15)
    low, high = found.ratio_interval
    # paired: far narrower than two independent intervals would be
    assert high - low < found.rate_interval[1] / found.reference_interval[0] - 0.5
    assert paired_rates([(-w[0], w[1], w[2]) for w in worlds], n_draws=20).rate < 0.05
    with pytest.raises(ValueError, match="no worlds"):
        paired_rates([])


@pytest.mark.parametrize(
    ("attack", "least"),
    [
        ([{"name": "signal-forging", "share": 0.1, "level": "boost", "boost_db": 15.0}], 0.9),
        ([{"name": "starvation", "share": 0.1}], 0.9),
    ],
)
def test_the_receive_side_test_finds_who_forges_reports_where_it_stands(attack, least):
    evidence, truth, setting = world(41, 15, attack, n_hotspots=120)
    law = law_of(setting.radio, setting.scenario.fleet, setting.plan)
    hotspot, ratio = receive_side(evidence, truth, law)
    lies = truth["attack"][truth.rows_of(hotspot)] != ""
    assert (np.diff(hotspot.astype(float)) > 0).all()
    assert area_under(roc(ratio, lies)) > least
    assert np.median(ratio[~lies]) < 0 < np.median(ratio[lies])
    informed = references(evidence, truth, law)
    informed = informed.take(informed["detector"] == "informed").sort("hotspot")
    assert area_under(roc(informed["log_likelihood_ratio"], lies)) < 0.75  # others' reports of it are true
