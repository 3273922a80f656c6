"""Laws of every attack: it touches its own rows alone, is keyed, and its reports look like reports."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from maps.placement import PLACEMENTS
from poc.plugin import build
from poc.scenario import scenario_from
from poc.setup import city_of, setting_of
from poc.table import Table
from poc.world.attacks import ATTACKS
from poc.world.attacks.attack import OnAir
from poc.world.fleet import create_fleet
from poc.world.lying import received, view_of
from poc.world.observers import BeaconWitness
from poc.world.recruiting import campaigns, recruit
from poc.world.truth import Span, World

DAY = Span(0, 1_767_571_200 * 10**9, (1_767_571_200 + 86_400) * 10**9)
SCENARIO = scenario_from({"seed": 11, "fleet": {"n_hotspots": 80}}, "attacks")
SETTING = setting_of(SCENARIO, city_of(SCENARIO))
LYING = [name for name in ATTACKS if name != "none"]
EARLY = {"starvation"}  # its page names the early arrival as its trace
SETTINGS = {
    "closed-clique": [{"forging": "none"}, {"forging": "fspl-aware"}, {"forging": "model-aware", "remote_km": 40.0}],
    "attenuator-rig": [{"forging": "none"}, {"forging": "model-aware", "antenna": True, "software_fading": True}],
    "attic-farm": [{"forging": "fspl-aware"}, {"forging": "model-aware"}],
    "location-spoof": [{"forging": "fspl-aware"}],
    "signal-forging": [{"level": "constant"}, {"level": "boost"}, {"level": "fspl-aware"}],
    "sybil-station": [{"forging": "model-aware"}],
    "witness-stuffing": [{"forging": "none"}, {"forging": "model-aware", "fed_share": 0.5}],
    "relay": [{"forging": "none", "silent": False}],
    "low-power": [{"beacon_share": 0.5, "witness_share": 0.5}],
}
CASES = [(name, {}) for name in ATTACKS] + [(name, more) for name, list_of in SETTINGS.items() for more in list_of]


def _fleet():
    placement = build("placement", PLACEMENTS, SCENARIO.fleet.placement, "fleet.placement")
    return create_fleet(SCENARIO.fleet, placement, SETTING.city, SETTING.plan, SETTING.keys)


def _world(name, settings, order=None, setting=SETTING):
    """The world and its reports with a quarter of the fleet in one attack; `order` permutes the rows."""
    hotspots, truth = _fleet()
    if order is not None:
        hotspots, truth = hotspots.take(order), truth.take(order)
    made = campaigns([{"name": name, "share": 0.25, **settings}])
    hotspots, truth = recruit(made, hotspots, truth, setting.keys.of("attacks"))
    world = World(hotspots, truth)
    return world, received(made, BeaconWitness(setting), world, DAY, setting)[0]


@cache
def cached(name, settings=()):
    return _world(name, dict(settings))


def _case(name, settings):
    return cached(name, tuple(sorted(settings.items())))


def _equal(one: Table, two: Table):
    assert len(one) == len(two)
    assert one.equals(two)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_rows_of_the_honest_stay(name, settings):
    world, reports = _case(name, settings)
    plain_world, plain = cached("none")
    honest = world.truth["attack"] == ""
    assert (~honest).sum() == 20
    assert (honest == (plain_world.truth["attack"] == "")).all()
    _equal(world.hotspots.take(honest), plain_world.hotspots.take(honest))
    _equal(world.truth.take(honest), plain_world.truth.take(honest))
    ids = world.truth["hotspot"][honest]

    def of_honest(tables):
        beacons = tables["beacons"].take(np.isin(tables["beacons"]["hotspot"], ids))
        heard = tables["witness_reports"]
        heard = heard.take(np.isin(heard["hotspot"], ids) & np.isin(heard["payload"], beacons["payload"]))
        return beacons, heard

    (beacons, heard), (plain_beacons, plain_heard) = of_honest(reports), of_honest(plain)
    _equal(beacons, plain_beacons)
    if isinstance(ATTACKS[name](), OnAir):  # honest victims report what reached them a second time, and lose nothing
        assert len(heard) > len(plain_heard)
        heard = heard.take(np.isin(heard["report"], plain_heard["report"]))
    _equal(heard, plain_heard)


def test_no_attack_changes_nothing():
    (world, reports), (hotspots, truth) = cached("none"), _fleet()
    plain, deeds = received((), BeaconWitness(SETTING), World(hotspots, truth), DAY, SETTING)
    assert not len(deeds)
    _equal(world.hotspots, hotspots)
    for table, expected in plain.items():
        _equal(reports[table], expected)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_only_what_forges_says_so(name, settings):
    (campaign,) = campaigns([{"name": name, "share": 0.25, **settings}])
    (attack,) = campaign.attacks
    world, _ = _case(name, settings)
    keys = SETTING.keys.of("attacks").of(name)
    view = view_of(world.truth["attack"] != "", cached("none")[1], world, DAY, SETTING)
    forgery = attack.forge(view, keys)
    touched = [*forgery.add.values(), *forgery.change.values(), *forgery.drop.values()]
    assert getattr(attack, "forges", True) or not sum(map(len, touched))


@pytest.mark.parametrize("name", LYING)
def test_something_changes(name):
    world, reports = cached(name)
    plain_world, plain = cached("none")
    same = [reports[table].equals(plain[table]) for table in ("beacons", "witness_reports")]
    moves = hasattr(ATTACKS[name](), "act")
    assert moves or not all(same) or not world.hotspots.equals(plain_world.hotspots)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_row_order_and_threads_do_not_matter(name, settings):
    world, reports = _case(name, settings)
    order = np.random.default_rng(4).permutation(80)
    shuffled_world, shuffled = _world(name, settings, order, replace(SETTING, jobs=2))
    _equal(shuffled_world.hotspots, world.hotspots.take(order))
    _equal(shuffled_world.truth, world.truth.take(order))
    for table in reports:
        _equal(shuffled[table], reports[table])


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_reports_look_like_reports(name, settings):
    world, reports = _case(name, settings)
    heard, beacons = reports["witness_reports"], reports["beacons"]
    liars = world.truth["hotspot"][world.truth["attack"] != ""]
    own = np.isin(heard["hotspot"], liars)
    assert own.sum() > 50
    ids = heard["report"]
    assert (ids[1:] > ids[:-1]).all()  # sorted by a random word, each once: the order of rows tells nothing
    uniform = ids.astype(np.float64) / 2.0**64
    assert stats.kstest(uniform[own], "uniform").pvalue > 1e-4
    assert (heard["rssi_dbm"] == np.round(heard["rssi_dbm"])).all()
    assert (4.0 * heard["snr_db"] == np.round(4.0 * heard["snr_db"])).all()
    pair = heard["payload"] ^ (heard["hotspot"] * np.uint64(0x9E3779B97F4A7C15))
    assert len(np.unique(pair)) == len(pair)  # nobody reports a payload twice
    row = beacons.rows_of(heard["payload"], "payload")
    assert (beacons["hotspot"][row[row >= 0]] != heard["hotspot"][row >= 0]).all()  # nor its own


@pytest.mark.parametrize(("name", "settings"), [case for case in CASES if case[0] not in EARLY])
def test_reports_take_the_time_of_their_hotspot(name, settings):
    world, reports = _case(name, settings)
    truth, heard = world.truth, reports["witness_reports"]
    row = truth.rows_of(heard["hotspot"])
    heard_ns = heard["heard_ns"] - np.round(truth["clock_offset_s"] * 1e9).astype(np.int64)[row]
    backhaul = (heard["received_ns"] - heard_ns) / 1e9 / truth["latency_s"][row]  # 0.7 + 0.3 E for the honest
    liar = (truth["attack"] != "")[row]
    assert backhaul.min() > 0.69
    assert stats.ks_2samp(backhaul[liar], backhaul[~liar]).pvalue > 1e-4


def _area(score, liar):
    """Chance that a liar scores above an honest one."""
    rank = stats.rankdata(score)
    n, m = liar.sum(), (~liar).sum()
    return (rank[liar].sum() - n * (n + 1) / 2) / (n * m)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_what_knows_no_radio_does_not_find_the_liars(name, settings):
    """Ids, the order of rows, the number of beacons and their times alone say nothing (fraud bench, rule 1)."""
    world, reports = _case(name, settings)
    truth, beacons = world.truth, reports["beacons"]
    liar = truth["attack"] != ""
    sender = truth.rows_of(beacons["hotspot"])
    n = np.bincount(sender, minlength=80)
    phase = np.bincount(sender, beacons["sent_ns"] % (21_600 * 10**9), 80) / np.maximum(n, 1)
    entropy = np.bincount(sender, beacons["local_entropy"].astype(float), 80) / np.maximum(n, 1)
    backhaul = np.bincount(sender, beacons["received_ns"] - beacons["sent_ns"], 80) / np.maximum(n, 1)
    order = np.argsort(np.argsort(beacons["beacon"]))
    probes = {
        "id": truth["hotspot"], "row": np.arange(80), "beacons": n, "phase": phase, "local entropy": entropy,
        "rows of beacons": np.bincount(sender, order, 80), "backhaul of beacons": backhaul,
        "gain": world.hotspots["gain_dbi"], "decimals of the gain": np.round(10 * world.hotspots["gain_dbi"]) % 10,
    }  # fmt: skip
    named = {
        "low-power": {"beacons", "rows of beacons"},  # it may keep beacons to itself
        "antenna-misreport": {"gain"},
        "sybil-station": {"gain", "decimals of the gain", "backhaul of beacons"},  # of one station, many times over
    }.get(name, set())
    band = 3.5 * np.sqrt((20 + 60 + 1) / (12 * 20 * 60))  # standard deviations of the area under permuted labels
    for probe, score in probes.items():
        if probe not in named:
            assert abs(_area(score, liar) - 0.5) < band, probe
