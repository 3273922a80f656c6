"""Laws of money: nothing appears, nothing vanishes, order does not matter, shares of a hex are its budget."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.grid import cells_from_coordinates, parents
from poc.profiles import PROFILES
from poc.profiles.guarded import GuardedLimits
from poc.rewards.amounts import DataTransfer, emission_bones, pay
from poc.rewards.density import DENSITY_TABLES, scales_e4
from poc.rewards.rules import RULES
from poc.rewards.rules.hex_coverage import UNIFORM_E8, HexCoverage, footprint
from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.schema import CLAIMS, SHARES
from tests.oracle.scalar_judge import HIP_104, density

SHARE = st.integers(0, 10**15)


def _shares(pool, values):
    return SHARES.table(
        pool=np.full(len(values), pool), hotspot=np.arange(len(values)) + 1, shares=np.array(values, np.int64)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(PROFILES)),
    st.lists(SHARE, max_size=12),
    st.lists(SHARE, max_size=12),
    st.lists(st.integers(0, 10**9), max_size=5),
    st.integers(0, 10**15),
    st.floats(0.01, 31.0),
)
def test_paid_and_unpaid_are_the_emission(name, first, second, credits, bones_per_day, days):
    emission = replace(PROFILES[name].emission, bones_per_day=bones_per_day)
    pools = [pool.name for pool in emission.pools]
    shares = _shares(pools[0] if pools else "of no pool", first)
    shares = shares.concat([shares, *(_shares(pool, second) for pool in pools[1:])])
    data = DataTransfer(_shares("data", credits), Decimal("0.000000000359"))
    rewards, unpaid = pay(shares, emission, days, 3, data)
    assert int(rewards["amount_bones"].sum()) + sum(unpaid.values()) == emission_bones(emission, days)
    assert min(unpaid.values()) >= 0
    assert unpaid["rounding"] <= len(emission.reserved) + 1
    assert (rewards["amount_bones"] > 0).all()
    assert set(rewards["epoch"].tolist()) <= {3}
    for pool in (*pools, "data"):
        rows = rewards.take(rewards["pool"] == pool)
        order = np.argsort(rows["shares"], kind="stable")
        assert (np.diff(rows["amount_bones"][order]) >= 0).all()


def test_no_claims_pay_nobody():
    emission = PROFILES["helium-iot-2026"].emission
    rewards, unpaid = pay(SHARES.empty(), emission, 1.0, 0)
    assert len(rewards) == 0
    assert unpaid["unallocated"] == emission.bones_per_day * 8 // 10


def _random_claims(seed, n):
    rng = np.random.default_rng(seed)
    cell = cells_from_coordinates(47 + rng.random(n) * 0.03, 9 + rng.random(n) * 0.03, 12)
    return CLAIMS.table(
        kind="beacon_witness", evidence=np.arange(n), hotspot=rng.integers(1, 15, n),
        role=rng.choice(["beaconer", "witness", "reach"], n), peer=0, cell=cell,
        strength_db=rng.choice([1.0, 2.5, 30.0], n), hex_scale_e4=rng.integers(0, 10_001, n),
        reward_unit_e4=rng.integers(0, 20_001, n),
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(RULES))
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(0, 200))
def test_shares_do_not_depend_on_the_order_of_claims(name, seed, n):
    claims, limits = _random_claims(seed, n), GuardedLimits()
    mixed = claims.take(np.random.default_rng(seed + 1).permutation(n))
    assert RULES[name]().shares(claims, None, limits).equals(RULES[name]().shares(mixed, None, limits))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32), st.integers(0, 200), st.integers(1, 5), st.integers(1, 4), st.sampled_from([0.0, 0.3, 1.0])
)
def test_every_covered_hex_hands_out_its_budget(seed, n, max_paid, min_evidence, decay):
    claims = _random_claims(seed, n)
    limits = GuardedLimits(max_paid=max_paid, min_evidence=min_evidence, overlap_decay=decay)
    covered = np.unique(footprint(claims, limits).cell)
    assert HexCoverage().shares(claims, None, limits)["shares"].sum() == len(covered) * UNIFORM_E8


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 120), st.sampled_from([0.001, 0.02, 0.3]))
def test_density_agrees_with_the_scalar_version(seed, n, spread_deg):
    rng = np.random.default_rng(seed)
    cells = np.array(cells_from_coordinates(*(rng.random((2, n)) * spread_deg + [[40.0], [-100.0]]), 12))
    cells[rng.random(n) < 0.2] = cells[0]
    cells[rng.random(n) < 0.1] = parents(cells[0], 11)
    expected = density(cells.tolist(), HIP_104)
    assert scales_e4(cells, DENSITY_TABLES["hip-104"]).tolist() == [expected[cell] for cell in cells.tolist()]
    legacy = {
        res: (level.n_neighbours, level.target, level.greatest) for res, level in DENSITY_TABLES["hip-17"].items()
    }
    expected = density(cells.tolist(), legacy)
    assert scales_e4(cells, DENSITY_TABLES["hip-17"]).tolist() == [expected[cell] for cell in cells.tolist()]


def test_units_are_monotone_and_capped():
    counts = np.arange(200)
    limits = PROFILES["helium-iot-2026"].limits
    assert (np.diff(beaconer_units_e4(counts, limits)) >= 0).all()
    assert beaconer_units_e4(counts, limits).max() == 20_000
    assert (np.diff(witness_units_e4(counts, limits)[1:]) <= 0).all()
