"""What an attack may do to the reports of an epoch: only to its own, and only while it is up."""

import numpy as np
import pytest

from maps.city import load_city
from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells
from poc.scenario import scenario_from
from poc.schema import BEACONS, HOTSPOTS, TRUTH, WITNESS_REPORTS
from poc.setup import setting_of
from poc.world.attacks.attack import Emissions, Forgery
from poc.world.lying import forge, received
from poc.world.recruiting import Campaign, campaigns, recruit
from poc.world.truth import Span, World

SETTING = setting_of(scenario_from({}, "lying"), load_city("liechtenstein"))
DAY = Span(0, 0, 86_400 * 10**9)


def _fleet(outage_share=0.0):
    ids = np.array([10, 11])
    latitude, longitude = np.array([47.0, 47.02]), np.array([9.5, 9.51])
    hotspots = HOTSPOTS.table(
        hotspot=ids, owner=ids, cell=cells_from_coordinates(latitude, longitude, 12), gain_dbi=1.2, elevation_m=10.0,
        region=1, full=True,
    )  # fmt: skip
    truth = TRUTH.table(
        hotspot=ids, latitude_deg=latitude, longitude_deg=longitude, height_m=10.0, gain_dbi=1.2, power_dbm=14.0,
        rssi_bias_db=0.0, latency_s=0.05, clock_offset_s=0.0, outage_share=outage_share, attack=["", ""],
        nuisance=["", ""], group=0,
    )  # fmt: skip
    return hotspots, truth


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
    hotspots, truth = recruit(made, *_fleet(), SETTING.keys.of("attacks"))
    forged = forge(made, _reports(), World(hotspots, truth), DAY, SETTING)["witness_reports"]
    distance_m = great_circle_m(*(c[:1] for c in coordinates_from_cells(hotspots["cell"])),
                                *(c[1:] for c in coordinates_from_cells(hotspots["cell"])))[0]  # fmt: skip
    bound = 14 + 1 + 1 - 20 * np.log10(4 * np.pi * distance_m * 868.1e6 / 2.998e8)
    assert (forged["rssi_dbm"] < bound).all()
    assert (forged["rssi_dbm"] > bound - 9).all()


class Meddler:
    """Does one thing that it may or may not do; the only member is hotspot 11."""

    def __init__(self, forgery=None, sent=None):
        self.forgery = forgery or Forgery()
        self.sent = sent or Emissions()

    def misplace(self, hotspots, truth, keys):
        return hotspots, truth

    def forge(self, view, keys):
        assert view.members.tolist() == [11]
        assert view.reports["beacons"]["beacon"].tolist() == [2]
        return self.forgery

    def rebroadcast(self, view, keys):
        return self.sent


def _meddle(attack, outage_share=0.0):
    hotspots, truth = _fleet(outage_share)
    world = World(hotspots, truth.replace(attack=["", "meddler"]))
    return forge([Campaign("meddler", 0.5, (attack,))], _reports(), world, DAY, SETTING)


def test_nobody_touches_the_reports_of_others():
    with pytest.raises(ValueError, match="not its own"):
        _meddle(Meddler(Forgery(drop={"witness_reports": np.array([2], np.uint64)})))
    with pytest.raises(ValueError, match="not its own"):
        _meddle(Meddler(Forgery(change={"beacons": _reports()["beacons"].take([0])})))
    with pytest.raises(ValueError, match="not its members"):
        _meddle(Meddler(Forgery(add={"witness_reports": _reports()["witness_reports"].take([1])})))


def test_own_reports_are_added_changed_and_dropped():
    own = _reports()["witness_reports"].take([0])
    added = _meddle(Meddler(Forgery(add={"witness_reports": own.replace(report=[9])})))["witness_reports"]
    assert added["report"].tolist() == [1, 2, 9]
    changed = _meddle(Meddler(Forgery(change={"witness_reports": own.replace(rssi_dbm=-99.0)})))["witness_reports"]
    assert changed["rssi_dbm"].tolist() == [-99.0, -30.0]
    dropped = _meddle(Meddler(Forgery(drop={"beacons": np.array([2], np.uint64)})))["beacons"]
    assert dropped["beacon"].tolist() == [1]


def test_whoever_is_down_reports_nothing():
    own = _reports()["witness_reports"].take(np.zeros(200, int))
    hour = np.linspace(0, 86_399, 200).astype(np.int64) * 10**9
    many = Forgery(add={"witness_reports": own.replace(report=np.arange(100, 300), received_ns=hour)})
    assert len(_meddle(Meddler(many))["witness_reports"]) == 202
    assert len(_meddle(Meddler(many), outage_share=1.0)["witness_reports"]) < 202


class Radio:
    """An observer that has nothing to see and cannot be reached."""

    def observe(self, world, span):
        return _reports()

    def hear_again(self, world, span, reports, sent):
        raise AssertionError("nothing was sent")


def test_nobody_sends_in_the_name_of_others():
    hotspots, truth = _fleet()
    world = World(hotspots, truth.replace(attack=["", "meddler"]))
    one = np.array([10], np.uint64)
    for sent, fails in ((Emissions(), False), (Emissions(one, np.zeros(1, np.int64), one, one), True)):
        made = [Campaign("meddler", 0.5, (Meddler(sent=sent),))]
        if fails:
            with pytest.raises(ValueError, match="sent on the air in the name of"):
                received(made, Radio(), world, DAY, SETTING)
        else:
            assert len(received(made, Radio(), world, DAY, SETTING)[0]["beacons"]) == 2
