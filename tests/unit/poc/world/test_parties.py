"""Owners change the world by moves alone."""

import numpy as np
import pytest

from poc.errors import ScenarioError
from poc.keys import Keys
from poc.schema import HOTSPOTS, TRUTH
from poc.world.actors.actor import Moves
from poc.world.parties import apply, parties

HOTSPOT_ROWS = HOTSPOTS.table(hotspot=[3, 1, 2], owner=0, cell=0, gain_dbi=1.2, elevation_m=5.0, region=1, full=True)
TRUTH_ROWS = TRUTH.table(
    hotspot=[3, 1, 2], latitude_deg=0.0, longitude_deg=0.0, height_m=5.0, gain_dbi=1.2, power_dbm=14.0,
    rssi_bias_db=0.0, latency_s=0.05, clock_offset_s=0.0, outage_share=0.0, attack=["", "", "x"],
    nuisance=["", "", ""], group=0,
)  # fmt: skip


def test_join_leave_reassert_retune():
    new = HOTSPOT_ROWS.take([0]).replace(hotspot=[9]), TRUTH_ROWS.take([0]).replace(hotspot=[9])
    moves = Moves(
        join_hotspots=new[0],
        join_truth=new[1],
        leave=np.array([3], np.uint64),
        reassert=HOTSPOT_ROWS.take([2]).replace(gain_dbi=8.0),
        retune=TRUTH_ROWS.take([1]).replace(power_dbm=2.0),
    )
    hotspots, truth = apply(moves, HOTSPOT_ROWS, TRUTH_ROWS)
    assert hotspots["hotspot"].tolist() == truth["hotspot"].tolist() == [1, 2, 9]
    assert hotspots["gain_dbi"].tolist() == [1.2, 8.0, 1.2]
    assert truth["power_dbm"].tolist() == [2.0, 14.0, 14.0]


def test_no_moves_change_nothing():
    hotspots, truth = apply(Moves(), HOTSPOT_ROWS, TRUTH_ROWS)
    assert hotspots.equals(HOTSPOT_ROWS)
    assert truth.equals(TRUTH_ROWS)


def test_strangers_are_refused():
    with pytest.raises(ValueError, match="not there"):
        apply(Moves(reassert=HOTSPOT_ROWS.take([0]).replace(hotspot=[99])), HOTSPOT_ROWS, TRUTH_ROWS)
    with pytest.raises(ValueError, match="there already"):
        apply(Moves(join_hotspots=HOTSPOT_ROWS, join_truth=TRUTH_ROWS), HOTSPOT_ROWS, TRUTH_ROWS)


def test_parties_own_a_share_or_the_members_of_an_attack():
    made = parties([{"name": "hold", "share": 1.0}, {"name": "hold", "attack": "x"}])
    assert made[0].rows(TRUTH_ROWS, Keys(1)).tolist() == [0, 1, 2]
    assert made[1].rows(TRUTH_ROWS, Keys(1)).tolist() == [2]
    for entry in ({"name": "hold"}, {"name": "hold", "share": 0.1, "attack": "x"}, {"name": "hol", "share": 0.1}):
        with pytest.raises(ScenarioError):
            parties([entry])
