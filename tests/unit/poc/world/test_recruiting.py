"""Who lies, and that an attack cannot touch what is not its own."""

import numpy as np
import pytest

from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells
from poc.errors import ScenarioError
from poc.keys import Keys
from poc.schema import BEACONS, HOTSPOTS, TRUTH, WITNESS_REPORTS
from poc.world.attacks.attack import Forgery
from poc.world.recruiting import Campaign, campaigns, forge, recruit


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
    ],
)
def test_refuses_with_one_sentence(entry, words):
    with pytest.raises(ScenarioError) as caught:
        campaigns([entry])
    assert words in str(caught.value)


def test_refuses_more_liars_than_hotspots():
    with pytest.raises(ScenarioError, match=r"add up to 1\.2"):
        campaigns([{"name": "none", "share": 0.6}, {"name": "none", "share": 0.6}])


def _reports():
    beacons = BEACONS.table(
        beacon=[1, 2], hotspot=[10, 11], sent_ns=0, received_ns=0, payload=[7, 8], entropy_start_s=0, power_dbm=14,
        frequency_hz=868_100_000, spreading_factor=12, entropy=0, local_entropy=0,
    )  # fmt: skip
    reports = WITNESS_REPORTS.table(
        report=[1, 2], payload=[7, 8], hotspot=[11, 10], heard_ns=0, received_ns=0, rssi_dbm=-30.0, snr_db=9.0,
        frequency_hz=868_100_000, spreading_factor=12,
    )  # fmt: skip
    return {"beacons": beacons, "witness_reports": reports}


def test_fspl_aware_members_stay_under_the_bound():
    made = campaigns([{"name": "attic-farm", "share": 1.0, "forging": "fspl-aware"}])
    hotspots, truth = recruit(made, *_fleet(2), Keys(1))
    forged = forge(made, hotspots, truth, _reports(), 0, Keys(1))["witness_reports"]
    distance_m = great_circle_m(*(c[:1] for c in coordinates_from_cells(hotspots["cell"])),
                                *(c[1:] for c in coordinates_from_cells(hotspots["cell"])))[0]  # fmt: skip
    bound = 14 + 1 + 1 - 20 * np.log10(4 * np.pi * distance_m * 868.1e6 / 2.998e8)
    assert (forged["rssi_dbm"] < bound).all()
    assert (forged["rssi_dbm"] > bound - 9).all()


class Meddler:
    """Drops a report that somebody else sent."""

    def misplace(self, hotspots, truth, keys):
        return hotspots, truth

    def forge(self, view, keys):
        return Forgery(drop={"witness_reports": np.array([2], np.uint64)})


def test_nobody_touches_the_reports_of_others():
    hotspots, truth = _fleet(2)
    truth = truth.replace(attack=["", "meddler"])
    with pytest.raises(ValueError, match="not its own"):
        forge([Campaign("meddler", 0.5, Meddler())], hotspots, truth, _reports(), 0, Keys(1))
