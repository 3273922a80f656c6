"""Who lies, and where they say they are."""

import numpy as np
import pytest

from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells
from poc.errors import ScenarioError
from poc.keys import Keys
from poc.schema import HOTSPOTS, TRUTH
from poc.world.recruiting import campaigns, recruit


def _fleet(n=100):
    rng = np.random.default_rng(2)
    latitude, longitude = 47.0 + 0.1 * rng.random(n), 9.5 + 0.1 * rng.random(n)
    ids = np.arange(10, 10 + n)
    hotspots = HOTSPOTS.table(
        hotspot=ids, owner=ids, cell=cells_from_coordinates(latitude, longitude, 12), gain_dbi=1.2, elevation_m=10.0,
        region=1, full=True,
    )  # fmt: skip
    truth = TRUTH.table(
        hotspot=ids, latitude_deg=latitude, longitude_deg=longitude, height_m=10.0, gain_dbi=1.2, power_dbm=14.0,
        rssi_bias_db=0.0, latency_s=0.05, clock_offset_s=0.0, outage_share=0.0, attack=np.full(n, ""),
        nuisance=np.full(n, "sloppy-assertion"), group=0,
    )  # fmt: skip
    return hotspots, truth


def _lie_m(hotspots, truth):
    asserted = coordinates_from_cells(hotspots["cell"])
    return great_circle_m(*asserted, truth["latitude_deg"], truth["longitude_deg"])


def test_spoofers_assert_where_the_scenario_says():
    made = campaigns([{"name": "location-spoof", "share": 0.2, "min_km": 2, "max_km": 4}])
    hotspots, truth = recruit(made, *_fleet(), Keys(1))
    liar = truth["attack"] == "location-spoof"
    assert liar.sum() == 20
    lie_m = _lie_m(hotspots, truth)
    assert ((lie_m[liar] > 1980) & (lie_m[liar] < 4020)).all()
    assert (lie_m[~liar] < 20).all()
    assert (truth["nuisance"][liar] == "").all()


def test_a_farm_stands_in_one_attic():
    made = campaigns([{"name": "attic-farm", "share": 0.25, "group_size": 5, "spread_km": 3}])
    hotspots, truth = recruit(made, *_fleet(), Keys(1))
    liar = truth["attack"] == "attic-farm"
    groups, size = np.unique(truth["group"][liar], return_counts=True)
    assert size.tolist() == [5] * 5
    for group in groups:
        member = truth["group"] == group
        place = truth["latitude_deg"][member], truth["longitude_deg"][member]
        assert great_circle_m(place[0], place[1], place[0][0], place[1][0]).max() < 31
        assert len(np.unique(hotspots["owner"][member])) == 1
        assert _lie_m(hotspots, truth)[member].max() < 3050


def test_members_do_not_depend_on_row_order():
    made = campaigns([{"name": "attic-farm", "share": 0.3}, {"name": "location-spoof", "share": 0.1}])
    hotspots, truth = _fleet()
    order = np.random.default_rng(1).permutation(len(truth))
    straight = recruit(made, hotspots, truth, Keys(1))
    shuffled = recruit(made, hotspots.take(order), truth.take(order), Keys(1))
    assert shuffled[0].equals(straight[0].take(order))
    assert shuffled[1].equals(straight[1].take(order))


def test_two_attacks_of_one_name_keep_apart():
    made = campaigns([{"name": "none", "share": 0.1}, {"name": "none", "share": 0.1}])
    assert [campaign.label for campaign in made] == ["none", "none#2"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"name": "none"}, "attacks.0.share is None"),
        ({"name": "none", "share": 1.2}, "attacks.0.share is 1.2"),
        ({"name": "location-spof", "share": 0.1}, "did you mean 'location-spoof'?"),
        ({"name": "location-spoof", "share": 0.1, "min_km": 9, "max_km": 1}, "swap or lower them"),
        ({"name": "attic-farm", "share": 0.1, "group_size": 0}, "expected at least 1"),
        ({"name": "none", "share": 0.1, "with": "none"}, "attacks.0.with is 'none'"),
        (
            {"name": "none", "share": 0.1, "with": [{"name": "nun"}]},
            "attacks.0.with.0: there is no attack called 'nun'",
        ),
    ],
)
def test_refuses_with_one_sentence(entry, words):
    with pytest.raises(ScenarioError) as caught:
        campaigns([entry])
    assert words in str(caught.value)


def test_refuses_more_liars_than_hotspots():
    with pytest.raises(ScenarioError, match=r"add up to 1\.2"):
        campaigns([{"name": "none", "share": 0.6}, {"name": "none", "share": 0.6}])


def test_attacks_come_on_top_of_each_other():
    spoof = {"name": "location-spoof", "share": 0.2, "min_km": 2, "max_km": 2}
    farm = {"name": "attic-farm", "share": 0.2, "group_size": 4, "with": [{"name": "none"}, spoof | {"share": 0}]}
    del farm["with"][1]["share"]
    made = campaigns([farm])
    assert [campaign.label for campaign in made] == ["attic-farm+none+location-spoof"]
    hotspots, truth = recruit(made, *_fleet(), Keys(1))
    liar = truth["attack"] != ""
    lie_m = _lie_m(hotspots, truth)[liar]
    assert ((lie_m > 1980) & (lie_m < 2020)).all()  # the later attack asserts anew
    assert len(np.unique(truth["latitude_deg"][liar].round(3))) <= 2 * 5  # the attics of the first stay
