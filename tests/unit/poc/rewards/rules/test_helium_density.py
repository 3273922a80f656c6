"""Shares are scale × unit, summed by pool."""

import numpy as np

from poc.rewards.rules.helium_density import HeliumDensity
from poc.schema import CLAIMS
from tests.oracle.events import rows_of


def test_two_pools_and_nothing_for_reach():
    claims = CLAIMS.table(
        kind="beacon_witness", evidence=np.arange(6), hotspot=[1, 1, 2, 2, 3, 1],
        role=["beaconer", "witness", "witness", "witness", "witness", "reach"], peer=0, cell=0, strength_db=0.0,
        hex_scale_e4=[2000, 10_000, 5000, 60, 0, 10_000], reward_unit_e4=[18_926, 2220, 10_000, 7600, 10_000, 10_000],
    )  # fmt: skip
    shares = HeliumDensity().shares(claims, None, None)
    assert [(row["pool"], row["hotspot"], row["shares"]) for row in rows_of(shares)] == [
        ("beacons", 1, 2000 * 18_926),
        ("witnesses", 1, 10_000 * 2220),
        ("witnesses", 2, 5000 * 10_000 + 60 * 7600),
    ]


def test_no_claims():
    assert len(HeliumDensity().shares(CLAIMS.empty(), None, None)) == 0
