"""Single tests on networks made by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from poc.detectors.fusion import KNOTS, basis
from poc.detectors.fusion_weights import FIRST, SECOND
from poc.detectors.missing_witness import missing_traces
from poc.detectors.packet_spread import cable_ratios, spread_trace
from poc.detectors.residual import residual_trace
from poc.detectors.survey import survey_of, survey_with
from poc.detectors.witness_graph import closed_groups, walk_trace

WORLD = {"n": 160, "side_km": 16.0, "loss_1km_db": 136.6, "liars": {"lone-3": 0.08, "farm": 0.12}}


@pytest.fixture(scope="module")
def survey(world_of):
    return survey_of(world_of(**WORLD).evidence)


def test_cabled_packets_stand_out(survey):
    network = survey.network
    calm = dataclasses.replace(network, heard_var_db2=np.full(len(network.heard_n), 1.2))
    ratio, strong = cable_ratios(calm, survey.channel)
    assert (ratio[strong & (network.heard_n >= 8)] > 2.0).all()
    assert np.median(spread_trace(calm, survey.channel).ratio) > 10.0
    assert np.median(spread_trace(network, survey.channel).ratio) < 0.0


def test_a_key_that_nobody_hears_is_missed(survey):
    network = survey.network
    victim = int(np.bincount(network.heard_beaconer, minlength=len(network)).argmax())
    keep = (network.heard_beaconer != victim) & (network.heard_witness != victim)
    silent = dataclasses.replace(
        network, **{name: getattr(network, name)[keep] for name in
                    ("heard_beaconer", "heard_witness", "heard_n", "heard_loss_db", "heard_var_db2")},
    )  # fmt: skip
    again = survey_with(silent, np.ones(len(network)))
    sent, heard = missing_traces(silent, again.channel, again.trust)
    assert sent.ratio[victim] > 5.0 and heard.ratio[victim] > 5.0
    before, _ = missing_traces(network, survey.channel, survey.trust)
    assert before.ratio[victim] < -5.0


def test_strengths_invented_from_a_curve_are_too_smooth(survey):
    sightings, network = survey.sightings, survey.network
    subject = int(sightings.n_heard.argmax())
    span = slice(sightings.start[subject], sightings.start[subject] + sightings.n_heard[subject])
    level = sightings.level_db.copy()
    distance_m = network.distance_m(np.full(span.stop - span.start, subject), sightings.counterpart[span])
    level[span] = survey.channel.loss_db(distance_m) + 3.0
    smooth = dataclasses.replace(survey, sightings=dataclasses.replace(sightings, level_db=level))
    assert residual_trace(smooth).ratio[subject] > residual_trace(survey).ratio[subject] + 3.0


def test_the_walk_does_not_reach_a_clique_of_its_own(survey):
    network, n = survey.network, len(survey.network)
    clique = np.arange(5)
    outside = ~(np.isin(network.heard_beaconer, clique) | np.isin(network.heard_witness, clique))
    a, b = np.meshgrid(clique, clique)
    apart = a != b
    alone = dataclasses.replace(
        network,
        heard_beaconer=np.concatenate([network.heard_beaconer[outside], a[apart]]),
        heard_witness=np.concatenate([network.heard_witness[outside], b[apart]]),
    )
    seeds = np.arange(n) >= 5
    trace = walk_trace(alone, seeds)
    assert trace.ratio[:5].min() > trace.ratio[5:].max()
    assert clique.tolist() in closed_groups(alone)


def test_the_fusion_only_ever_grows_with_evidence_against():
    assert len(FIRST) == len(SECOND) == 1 + sum(len(knots) - 1 for knots in KNOTS.values())
    at = 1
    for name, knots in KNOTS.items():
        if name != "confirmed":
            assert min(SECOND[at : at + len(knots) - 1]) >= 0.0, name
        at += len(knots) - 1
    # what a hotspot says to have heard may accuse but never acquit
    low = basis({name: np.array([knots[0] - 50.0]) for name, knots in KNOTS.items()})
    assert low.sum() == 1.0
