"""Relocation: finds liars in worlds it knows nothing about, spares the honest, and shrugs at awkward networks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import rankdata

from maps.geodesy import great_circle_m
from poc.detectors.evidence import Evidence
from poc.detectors.relocation import Relocation
from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, SCORES, WITNESS_VERDICTS

SPARSE = {"n": 180, "side_km": 20.0, "loss_1km_db": 136.6}
DENSE = {"n": 180, "side_km": 11.0, "loss_1km_db": 136.6}


def graded(world, scores):
    """(log-likelihood ratio, is a liar, error of the estimated place) in order of id."""
    order = np.argsort(world.evidence.hotspots["hotspot"])
    assert scores["hotspot"].tolist() == world.evidence.hotspots["hotspot"][order].tolist()
    error_m = great_circle_m(
        scores["estimated_latitude_deg"], scores["estimated_longitude_deg"],
        world.latitude_deg[order], world.longitude_deg[order],
    )  # fmt: skip
    return scores["log_likelihood_ratio"], world.liar[order], error_m


def auc(ratio, liar):
    ranks = rankdata(ratio)
    n = liar.sum()
    return (ranks[liar].sum() - n * (n + 1) / 2) / (n * (~liar).sum())


def check(scores):
    for column in SCORES.columns:
        if column.dtype == "float64":
            assert np.isfinite(scores[column.name]).all(), column.name
    assert ((scores["probability"] >= 0) & (scores["probability"] <= 1)).all()
    assert set(scores["verdict"]) <= {"honest", "suspect", "undecided"}


@pytest.fixture(scope="module")
def scored(world_of):
    made = {}

    def score(**settings):
        key = repr(settings)
        if key not in made:
            world = world_of(**settings)
            made[key] = world, Relocation().score(world.evidence)
        return made[key]

    return score


@pytest.mark.parametrize(
    ("settings", "liars", "at_least"),
    [
        (SPARSE, {"lone-1": 0.1}, 0.75),
        (SPARSE, {"lone-2": 0.1}, 0.95),
        (SPARSE, {"lone-5": 0.1}, 0.99),
        (DENSE, {"lone-1": 0.1}, 0.95),
        (DENSE, {"farm": 0.12}, 0.97),
        (DENSE | {"exponent": 2.6, "loss_1km_db": 138.0, "sigma_db": 10.0}, {"lone-2": 0.1}, 0.97),
        (DENSE | {"exponent": 3.8, "loss_1km_db": 134.0, "sigma_db": 6.0}, {"lone-1": 0.1}, 0.97),
    ],
)
def test_liars_stand_out(scored, settings, liars, at_least):
    world, scores = scored(**settings, liars=liars)
    check(scores)
    ratio, liar, _ = graded(world, scores)
    assert auc(ratio, liar) >= at_least


def test_honest_hotspots_are_spared_and_sloppy_ones_too(scored):
    world, scores = scored(**DENSE, liars={"lone-5": 0.1})
    _, liar, error_m = graded(world, scores)
    kind = world.kind[np.argsort(world.evidence.hotspots["hotspot"])]
    assert (scores["verdict"][~liar] == "suspect").mean() <= 0.01
    assert (scores["verdict"][~liar] == "honest").mean() > 0.85
    assert (scores["verdict"][kind == "sloppy"] != "suspect").all()
    assert (scores["verdict"][liar] == "suspect").mean() > 0.9
    # and the liars' real places are found
    assert np.median(error_m[liar]) < 800.0
    assert (error_m < scores["credible_radius_m"]).mean() > 0.8


def test_words_carry_the_numbers(scored):
    _, scores = scored(**DENSE, liars={"lone-5": 0.1})
    text = scores["evidence"][scores["probability"].argmax()]
    assert "stronger than expected" in text and "not heard by" in text and "km from the asserted place" in text


def test_row_order_does_not_show_in_a_single_bit(scored):
    world, scores = scored(**SPARSE, liars={"lone-2": 0.1})
    rng = np.random.default_rng(8)
    evidence = world.evidence
    shuffled = dataclasses.replace(
        evidence,
        **{
            name: (table := getattr(evidence, name)).take(rng.permutation(len(table)))
            for name in ("hotspots", "activity", "links")
        },
    )
    assert Relocation().score(shuffled).equals(scores)


def test_ids_carry_nothing(scored):
    world, scores = scored(**SPARSE, liars={"lone-2": 0.1})
    evidence, rng = world.evidence, np.random.default_rng(9)
    old = np.sort(evidence.hotspots["hotspot"])
    new = rng.choice(10**12, len(old), replace=False).astype(np.uint64)

    def renamed(table, *columns):
        return table.replace(**{name: new[np.searchsorted(old, table[name])] for name in columns})

    other = Relocation().score(
        dataclasses.replace(
            evidence,
            hotspots=renamed(evidence.hotspots, "hotspot", "owner"),
            activity=renamed(evidence.activity, "hotspot"),
            links=renamed(evidence.links, "beaconer", "witness"),
        )
    )
    rows = other.rows_of(new, "hotspot")
    assert np.allclose(other["log_likelihood_ratio"][rows], scores["log_likelihood_ratio"], atol=1e-6)
    assert other["verdict"][rows].tolist() == scores["verdict"].tolist()


def evidence_of(hotspots, activity=None, links=None):
    return Evidence(
        hotspots, activity if activity is not None else ACTIVITY.empty(),
        links if links is not None else LINK_STATISTICS.empty(),
        RECEPTIONS.empty(), WITNESS_VERDICTS.empty(), None,
    )  # fmt: skip


def hotspots_at(cells):
    return HOTSPOTS.table(
        hotspot=np.arange(1, len(cells) + 1), owner=1, cell=np.asarray(cells, np.uint64), gain_dbi=1.2,
        elevation_m=1.0, region=0, full=True,
    )  # fmt: skip


def test_no_hotspot_one_hotspot_and_hotspots_without_a_place(world_of):
    assert len(Relocation().score(evidence_of(HOTSPOTS.empty()))) == 0
    cell = world_of(**SPARSE, liars={"lone-2": 0.1}).evidence.hotspots["cell"][0]
    one = Relocation().score(evidence_of(hotspots_at([cell])))
    check(one)
    assert one["verdict"].tolist() == ["undecided"] and one["log_likelihood_ratio"].tolist() == [0.0]
    none = Relocation().score(evidence_of(hotspots_at([0, 7])))
    check(none)
    assert none["evidence"].tolist() == ["no asserted place"] * 2


def test_a_network_that_nobody_heard_is_undecided(world_of):
    hotspots = world_of(**SPARSE, liars={"lone-2": 0.1}).evidence.hotspots
    activity = ACTIVITY.table(hotspot=hotspots["hotspot"], n_beacons=4, n_witnessed=0, power_dbm=27.0)
    scores = Relocation().score(evidence_of(hotspots, activity))
    check(scores)
    assert set(scores["verdict"]) == {"undecided"}


def test_everybody_lies(world_of):
    world = world_of(**SPARSE, sloppy_share=0.0, liars={"lone-5": 1.0})
    check(Relocation().score(world.evidence))


def test_one_that_only_listens_is_judged_by_what_it_hears(world_of):
    world = world_of(**DENSE, liars={"lone-5": 0.1})
    evidence = world.evidence
    liars = evidence.hotspots["hotspot"][world.liar]
    honest = evidence.hotspots["hotspot"][~world.liar][:20]
    silent = np.concatenate([liars, honest])
    activity = evidence.activity
    activity = activity.replace(n_beacons=np.where(np.isin(activity["hotspot"], silent), 0, activity["n_beacons"]))
    links = evidence.links.take(~np.isin(evidence.links["beaconer"], silent))
    scores = Relocation().score(dataclasses.replace(evidence, activity=activity, links=links))
    check(scores)
    verdict = dict(zip(scores["hotspot"].tolist(), scores["verdict"].tolist(), strict=True))
    assert np.mean([verdict[i] == "suspect" for i in liars.tolist()]) > 0.8
    assert not any(verdict[i] == "suspect" for i in honest.tolist())


@pytest.mark.parametrize("place", [(0.0, 180.0), (89.9, 0.0), (-89.99, 50.0), (58.28, 11.25)])
def test_pole_antimeridian_and_pentagon_are_places_like_any_other(world_of, place):
    settings = {"n": 120, "side_km": 9.0, "loss_1km_db": 136.6, "liars": {"lone-3": 0.1}}
    world = world_of(**settings, latitude_deg=place[0], longitude_deg=place[1])
    scores = Relocation().score(world.evidence)
    check(scores)
    ratio, liar, _ = graded(world, scores)
    assert auc(ratio, liar) > 0.95
