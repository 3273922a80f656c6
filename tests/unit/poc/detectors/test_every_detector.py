"""What holds for all detectors alike: awkward networks, row order, ids, and a schema without gaps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from poc.detectors import DETECTORS
from poc.detectors.evidence import Evidence
from poc.detectors.fusion import Fusion
from poc.detectors.tiling import pieces_of
from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, SCORES, WITNESS_VERDICTS
from poc.table import Table

WORLD = {"n": 160, "side_km": 16.0, "loss_1km_db": 136.6, "liars": {"lone-3": 0.08, "farm": 0.12}}
every_detector = pytest.mark.parametrize("name", DETECTORS)


@pytest.fixture(scope="module")
def scored(world_of):
    world = world_of(**WORLD)
    made = {}

    def score(name):
        if name not in made:
            made[name] = DETECTORS[name]().score(world.evidence)
        return made[name]

    return score


def check(scores):
    for column in SCORES.columns:
        if column.dtype == "float64":
            assert np.isfinite(scores[column.name]).all(), column.name
    assert ((scores["probability"] >= 0) & (scores["probability"] <= 1)).all()
    assert set(scores["verdict"]) <= {"honest", "suspect", "undecided"}
    assert (np.diff(scores["hotspot"].astype(float)) > 0).all()


def evidence_of(hotspots, activity=None, links=None):
    return Evidence(
        hotspots, activity if activity is not None else ACTIVITY.empty(),
        links if links is not None else LINK_STATISTICS.empty(),
        RECEPTIONS.empty(), WITNESS_VERDICTS.empty(), None,
    )  # fmt: skip


@every_detector
def test_one_full_row_for_each_hotspot(name, scored, world_of):
    scores = scored(name)
    check(scores)
    assert scores["hotspot"].tolist() == np.sort(world_of(**WORLD).evidence.hotspots["hotspot"]).tolist()
    assert (scores["detector"] == name).all()


@every_detector
def test_row_order_carries_nothing(name, scored, world_of):
    evidence = world_of(**WORLD).evidence
    rng = np.random.default_rng(8)
    shuffled = dataclasses.replace(
        evidence,
        **{
            key: (table := getattr(evidence, key)).take(rng.permutation(len(table)))
            for key in ("hotspots", "activity", "links")
        },
    )
    assert DETECTORS[name]().score(shuffled).equals(scored(name))


@every_detector
def test_ids_carry_nothing(name, scored, world_of):
    evidence, rng = world_of(**WORLD).evidence, np.random.default_rng(9)
    old = np.sort(evidence.hotspots["hotspot"])
    new = rng.choice(10**12, len(old), replace=False).astype(np.uint64)

    def renamed(table, *columns):
        return table.replace(**{key: new[np.searchsorted(old, table[key])] for key in columns})

    other = DETECTORS[name]().score(
        dataclasses.replace(
            evidence,
            hotspots=renamed(evidence.hotspots, "hotspot", "owner"),
            activity=renamed(evidence.activity, "hotspot"),
            links=renamed(evidence.links, "beaconer", "witness"),
        )
    )
    rows = other.rows_of(new, "hotspot")
    assert np.allclose(other["log_likelihood_ratio"][rows], scored(name)["log_likelihood_ratio"], atol=1e-5)
    assert other["verdict"][rows].tolist() == scored(name)["verdict"].tolist()


@every_detector
def test_no_hotspot_one_hotspot_and_hotspots_without_a_place(name, world_of):
    detector = DETECTORS[name]()
    assert len(detector.score(evidence_of(HOTSPOTS.empty()))) == 0
    cell = world_of(**WORLD).evidence.hotspots["cell"][0]
    for cells in ([cell], [0, 7]):
        hotspots = HOTSPOTS.table(
            hotspot=np.arange(1, len(cells) + 1), owner=1, cell=np.asarray(cells, np.uint64), gain_dbi=1.2,
            elevation_m=1.0, region=0, full=True,
        )  # fmt: skip
        scores = detector.score(evidence_of(hotspots))
        check(scores)
        assert set(scores["verdict"]) == {"undecided"}


def test_everybody_lies(world_of):
    check(Fusion().score(world_of(n=120, side_km=16.0, loss_1km_db=136.6, liars={"lone-5": 1.0}).evidence))


def test_a_network_of_hermits_is_undecided(world_of):
    world = world_of(n=12, side_km=900.0, sloppy_share=0.0)
    scores = Fusion().score(world.evidence)
    check(scores)
    assert set(scores["verdict"]) == {"undecided"}
    assert (scores["probability"] <= 0.5).all()


def test_fusion_finds_both_kinds_of_liar_and_spares_the_honest(scored, world_of):
    world = world_of(**WORLD)
    order = np.argsort(world.evidence.hotspots["hotspot"])
    kind = world.kind[order]
    scores = scored("fusion")
    suspect = scores["verdict"] == "suspect"
    assert suspect[kind == "farm"].mean() > 0.75
    assert suspect[kind == "lone-3"].mean() > 0.6
    assert suspect[~world.liar[order]].mean() < 0.02
    assert set(scores["family"][kind == "farm"]) & {"shadowing-twin", "residual", "live-checks"}


def test_twins_find_the_farm(scored, world_of):
    kind = world_of(**WORLD).kind[np.argsort(world_of(**WORLD).evidence.hotspots["hotspot"])]
    ratio = scored("shadowing-twin")["log_likelihood_ratio"]
    assert np.median(ratio[kind == "farm"]) > 5.0
    assert np.quantile(ratio[kind == ""], 0.95) < 5.0


def test_edges_of_liars_are_false_and_others_are_not(world_of):
    world = world_of(**WORLD)
    scores, edges = Fusion().score_all(world.evidence)
    assert len(edges) == len(world.evidence.links)
    lies = dict(zip(world.evidence.hotspots["hotspot"].tolist(), world.liar.tolist(), strict=True))
    false = np.array(
        [lies[a] or lies[b] for a, b in zip(edges["beaconer"].tolist(), edges["witness"].tolist(), strict=True)]
    )
    assert np.median(edges["probability"][false]) > 0.9
    assert np.median(edges["probability"][~false]) < 0.1
    assert ((edges["probability"] >= 0) & (edges["probability"] <= 1)).all()
    assert set(edges["evidence"]) <= {"sender", "witness", "cable", "free-space", "nothing"}
    assert scores.equals(Fusion().score(world.evidence))


def test_pieces_answer_for_everybody_once_and_nearly_as_the_whole(scored, world_of):
    evidence = world_of(**WORLD).evidence
    parts = list(pieces_of(evidence, most=60))
    assert len(parts) > 2
    own = np.concatenate([part.own for part in parts])
    assert sorted(own.tolist()) == sorted(evidence.hotspots["hotspot"].tolist())
    assert all(np.isin(part.own, part.evidence.hotspots["hotspot"]).all() for part in parts)
    pieces = Table.concat([Fusion()._piece(part, None)[0] for part in parts]).sort("hotspot")
    agree = pieces["verdict"] == scored("fusion")["verdict"]
    assert agree.mean() > 0.85
