"""Sufficient statistics give the shares of a pass over all claims, to the last whole number, under any unit rule."""

from dataclasses import replace

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.rewards.statistics import RewardStatistics, reward_statistics
from poc.validator.state import ValidatorState
from tests.oracle.events import random_world

PROFILE = PROFILES["minimal"].bend({"density_table": "hip-104"})


@pytest.fixture(scope="module")
def judged():
    hotspots, beacons, reports = random_world(3, n_beacons=600, n_reports_each=12)
    tables = {"beacons": beacons, "witness_reports": reports}
    return lambda limits: PROFILE.evidence_kinds[0].judge(hotspots, tables, ValidatorState(), limits)


@pytest.mark.parametrize(("redundancy", "decay", "cap"), [(4, 0.8, 2.0), (1, 0.5, 1.0), (9, 0.93, 3.0), (14, 0.0, 2.0)])
def test_any_unit_rule_needs_no_new_pass(judged, redundancy, decay, cap):
    limits = replace(PROFILE.limits, witness_redundancy=redundancy, reward_decay=decay, reward_unit_cap=cap)
    verdicts = judged(PROFILE.limits).verdicts
    statistics = reward_statistics(verdicts["beacon_verdicts"], verdicts["witness_verdicts"])
    direct = HeliumDensity().shares(beacon_witness_claims(judged(limits), limits), None, limits)
    assert len(direct) > 50
    assert len(np.unique(verdicts["beacon_verdicts"]["hex_scale_e4"])) > 3
    assert statistics.shares(limits).equals(direct)


def test_sums_beyond_floating_point_stay_exact():
    sums = np.array([[0, 2**46 + 1, 3]], np.int64)
    statistics = RewardStatistics(np.array([7], np.uint64), sums, sums)
    assert statistics.shares_e8([PROFILE.limits])["witnesses"].tolist() == [[(2**46 + 1 + 3) * 10_000]]
