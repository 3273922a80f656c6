"""Budgets by cell, ranked decay, ties, minimum evidence, value layers."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from maps.grid import children, parents
from poc.errors import DataError
from poc.profiles.guarded import GuardedLimits
from poc.rewards.rules.hex_coverage import UNIFORM_E8, HexCoverage, footprint
from poc.schema import CLAIMS
from tests.oracle.events import LOC0, LOC1

LIMITS = GuardedLimits(min_evidence=1, overlap_decay=0.5, max_paid=4)
HEX = int(parents(np.uint64(LOC0), 8))
INSIDE = children(HEX, 12)


@dataclass(frozen=True)
class Town:
    resolution: int
    cells: np.ndarray
    population: np.ndarray


def _claims(*rows):
    """Rows (hotspot, cell, strength_db), each its own proof."""
    hotspot, cell, strength_db = zip(*rows, strict=True)
    return CLAIMS.table(
        kind="beacon_witness", evidence=np.arange(len(rows)), hotspot=np.array(hotspot, np.uint64), role="witness",
        peer=0, cell=np.array(cell, np.uint64), strength_db=np.array(strength_db, float), hex_scale_e4=0,
        reward_unit_e4=0,
    )  # fmt: skip


def _paid(claims, limits=LIMITS, city=None):
    shares = HexCoverage().shares(claims, city, limits)
    assert set(shares["pool"].tolist()) <= {"coverage"}
    return dict(zip(shares["hotspot"].tolist(), shares["shares"].tolist(), strict=True))


def test_alone_takes_the_budget():
    assert _paid(_claims((7, LOC0, 10))) == {7: UNIFORM_E8}


def test_ranked_decay_hands_out_the_whole_budget():
    claims = _claims((1, INSIDE[0], 5), (2, INSIDE[9], 20), (3, INSIDE[99], 10))
    paid = _paid(claims)
    assert sum(paid.values()) == UNIFORM_E8
    assert [paid[2], paid[3], paid[1]] == [57_142_858, 28_571_428, 14_285_714]  # 4 : 2 : 1


def test_ties_go_to_the_smaller_id():
    paid = _paid(_claims((9, LOC0, 10), (4, LOC0, 10)))
    assert paid[4] > paid[9]
    assert _paid(_claims((9, LOC0, 10), (4, LOC0, 10)), replace(LIMITS, max_paid=1)) == {4: UNIFORM_E8}


def test_max_paid_and_full_decay():
    claims = _claims(*((hotspot, LOC0, -hotspot) for hotspot in range(1, 9)))
    assert sorted(_paid(claims)) == [1, 2, 3, 4]
    assert _paid(claims, replace(LIMITS, overlap_decay=0.0)) == {1: UNIFORM_E8}
    assert set(_paid(claims, replace(LIMITS, overlap_decay=1.0)).values()) == {UNIFORM_E8 // 4}


def test_evidence_is_counted_by_hotspot_and_cell():
    claims = _claims((1, INSIDE[0], 5), (1, INSIDE[50], 5), (2, INSIDE[0], 50), (2, LOC1, 50))
    assert _paid(claims, replace(LIMITS, min_evidence=2)) == {1: UNIFORM_E8}
    assert _paid(claims, replace(LIMITS, min_evidence=3)) == {}


def test_strength_is_the_mean_of_the_proofs():
    claims = _claims((1, LOC0, 0), (1, LOC0, 30), (2, LOC0, 16))
    assert footprint(claims, LIMITS).hotspot.tolist() == [2, 1]


def test_a_hotspot_is_paid_for_every_cell():
    assert _paid(_claims((1, LOC0, 5), (1, LOC1, 5))) == {1: 2 * UNIFORM_E8}


def test_claims_without_a_cell_or_of_a_coarser_one_earn_nothing():
    assert _paid(_claims((1, 0, 5), (2, parents(np.uint64(LOC0), 7), 5), (3, 12345, 5))) == {}
    assert len(HexCoverage().shares(CLAIMS.empty(), None, LIMITS)) == 0


def test_population_pays_by_inhabitants_and_an_empty_cell_pays_nobody():
    town = Town(9, np.sort(np.concatenate([children(HEX, 9), children(parents(np.uint64(LOC1), 8), 9)])), np.zeros(14))
    of_hex = parents(town.cells, 8) == HEX
    town.population[of_hex] = 10.5
    limits = replace(LIMITS, value_layer="population")
    assert _paid(_claims((1, LOC0, 5), (2, LOC1, 5)), limits, town) == {1: 735_000}
    outside = Town(9, town.cells[of_hex], town.population[of_hex])
    assert _paid(_claims((2, LOC1, 5)), limits, outside) == {}


def test_population_needs_a_fine_enough_map():
    limits = replace(LIMITS, value_layer="population")
    with pytest.raises(DataError, match="needs a map in cells of resolution 8 or finer"):
        HexCoverage().shares(_claims((1, LOC0, 5)), None, limits)
    with pytest.raises(DataError, match="give a city"):
        HexCoverage().shares(_claims((1, LOC0, 5)), Town(7, np.zeros(1, np.uint64), np.zeros(1)), limits)
