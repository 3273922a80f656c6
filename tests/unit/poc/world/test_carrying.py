"""Links carried over epochs in which hotspots join, leave, move and retune, against all of them computed anew."""

from types import SimpleNamespace

import numpy as np
import pytest

from poc.keys import Keys
from poc.scenario import scenario_from
from poc.schema import TRUTH
from poc.setup import city_of, first_world, setting_of
from poc.table import Table
from poc.world import observers
from poc.world.observers import BeaconWitness
from poc.world.truth import Radio, Setting, Span, World
from poc.world.witnessing import carrying, links
from poc.world.witnessing.carrying import CarriedLinks
from poc.world.witnessing.links import Airspace, airspace_of
from poc.world.witnessing.static import links_compiled
from radio_models.fading import FADING
from radio_models.hata import Hata
from radio_models.log_distance import LogDistance
from radio_models.lora.region_plans import REGION_PLANS
from radio_models.shadowing import SHADOWING
from radio_models.two_ray import TwoRay

STEP, N = 70, 300
ALL = 10**9


def fleet(n: int, rng: np.random.Generator, first_id: int) -> Table:
    return TRUTH.table(
        hotspot=(rng.permutation(n) * 3 + first_id).astype(np.uint64), latitude_deg=47.0 + 0.1 * rng.normal(size=n),
        longitude_deg=9.0 + 0.1 * rng.normal(size=n), height_m=rng.uniform(31, 60, n), gain_dbi=rng.normal(-2, 4, n),
        power_dbm=rng.uniform(8, 14, n), rssi_bias_db=0.0, latency_s=rng.lognormal(-4, 0.7, n), clock_offset_s=0.0,
        outage_share=0.0, attack=np.full(n, ""), nuisance=np.full(n, ""), group=0,
    )  # fmt: skip


def changed(truth: Table, epoch: int) -> Table:
    """A few leave, join, move, turn their power or their antenna; rows in another order, and once nobody acts."""
    rng = np.random.default_rng(epoch)
    if epoch == 2:
        return truth.take(rng.permutation(len(truth)))
    latitude_deg, power_dbm, gain_dbi = (truth[name].copy() for name in ("latitude_deg", "power_dbm", "gain_dbi"))
    moved, louder, turned = np.split(rng.permutation(len(truth))[:15], 3)
    latitude_deg[moved] += 0.05
    power_dbm[louder] += 5.0
    gain_dbi[turned] += 12.0  # the loudest of all: other classes, other bins
    truth = truth.replace(latitude_deg=latitude_deg, power_dbm=power_dbm, gain_dbi=gain_dbi)
    stay = truth.take(rng.permutation(len(truth))[epoch:])
    return Table.concat([stay, fleet(4, rng, 10_000 * epoch)])


def by_id(airspace: Airspace, found: list[links.Links]) -> np.ndarray:
    """Links as sorted rows (sender id, witness id, power)."""
    ids = airspace.ground.sites.id_word
    sender = np.repeat(np.arange(len(ids)), np.concatenate([np.diff(each.start) for each in found]))
    witness = np.concatenate([each.witness for each in found])
    power = np.concatenate([each.received_cdbm for each in found]).astype(np.int64).view(np.uint64)
    table = np.stack([ids[sender], ids[witness], power], axis=1)
    return table[np.lexsort(table.T)]


@pytest.mark.parametrize(
    ("path_loss", "shadowing", "compiled"),
    [
        (LogDistance(exponent=3.5), "correlated", False),
        (LogDistance(exponent=3.5), "correlated", True),
        (TwoRay(), "none", True),
        (Hata(), "independent", False),  # many links are shorter than it was made for
    ],
)
def test_carried_links_are_those_computed_anew(monkeypatch, path_loss, shadowing, compiled):
    for module in (links, carrying):
        monkeypatch.setattr(module, "COMPILED_FROM", 0 if compiled else ALL)
    radio = Radio(path_loss, SHADOWING[shadowing](), FADING["rician"](), 6.0, 1e-3)
    setting = Setting(SimpleNamespace(), None, REGION_PLANS["EU868"], radio, Keys(1))
    truth, kept = fleet(N, np.random.default_rng(0), 0), CarriedLinks(STEP, ALL)
    n_asked: list[int] = []
    links_of = Airspace.links
    monkeypatch.setattr(
        Airspace, "links", lambda self, begin, end: [n_asked.append(end - begin), links_of(self, begin, end)][1]
    )
    for epoch in range(1, 6):
        airspace = airspace_of(truth, setting, -130.0)
        n_asked.clear()
        kept.follow(airspace, truth)
        ranges = [(begin, min(begin + STEP, len(truth))) for begin in range(0, len(truth), STEP)]
        found = [kept.links(*each, keep=True) for each in ranges]
        n_outside = kept.n_outside
        # nobody of one in twenty is asked for all of his links, unless links lay outside the model's domain before
        assert (sum(n_asked) < len(truth) / 4) == (epoch > 1 and n_outside == 0)
        anew = [links_of(airspace, *each) for each in ranges]
        assert len(by_id(airspace, anew)) > 1000
        assert np.array_equal(by_id(airspace, found), by_id(airspace, anew))
        assert n_outside == sum(each.n_outside for each in anew)
        truth = changed(truth, epoch)


def test_links_beyond_the_room_for_them_are_computed_anew():
    truth = fleet(N, np.random.default_rng(0), 0)
    radio = Radio(LogDistance(exponent=3.5), SHADOWING["correlated"](), FADING["rician"](), 6.0, 1e-3)
    setting = Setting(SimpleNamespace(), None, REGION_PLANS["EU868"], radio, Keys(1))
    for most in (0, 5_000):
        kept = CarriedLinks(STEP, most)
        for _ in range(2):
            airspace = airspace_of(truth, setting, -130.0)
            kept.follow(airspace, truth)
            found = [kept.links(begin, min(begin + STEP, len(truth)), keep=True) for begin in range(0, N, STEP)]
            assert np.array_equal(by_id(airspace, found), by_id(airspace, [airspace.links(0, len(truth))]))
            truth = changed(truth, 2)


def test_reports_do_not_depend_on_what_was_carried(monkeypatch):
    monkeypatch.setattr(observers, "SHARD_BEACONERS", 40)
    scenario = scenario_from(
        {
            "map": {"synthetic": {"width_km": 12.0, "height_km": 12.0}},
            "time": {"n_epochs": 4},
            "fleet": {"n_hotspots": 110},
            "radio": {"receiver": {"half_duplex": True}},
        },
        "test",
    )
    setting = setting_of(scenario, city_of(scenario))
    world, _ = first_world(setting)
    kept = BeaconWitness(setting)
    for epoch in range(4):
        section = scenario.time
        span = Span(
            epoch, section.start_ns + epoch * section.epoch_ns, section.start_ns + (epoch + 1) * section.epoch_ns
        )
        reports, anew = kept.observe(world, span), BeaconWitness(setting).observe(world, span)
        assert len(reports["witness_reports"]) > 2_000
        for name, table in anew.items():
            assert table.equals(reports[name]), (epoch, name)
        power_dbm = world.truth["power_dbm"].copy()
        power_dbm[3 * epoch : 3 * epoch + 5] -= 3.0
        world = World(world.hotspots, world.truth.replace(power_dbm=power_dbm).take(np.arange(len(power_dbm) - epoch)))


def test_links_that_somebody_holds_are_not_written_over():
    truth = fleet(N, np.random.default_rng(0), 0)
    radio = Radio(LogDistance(exponent=2.5), SHADOWING["correlated"](), FADING["rician"](), 6.0, 1e-3)
    setting = Setting(SimpleNamespace(), None, REGION_PLANS["EU868"], radio, Keys(1))
    airspace = airspace_of(truth, setting, -130.0)
    for _ in range(2):  # the second time there is room from the first
        held = links_compiled(airspace, 0, N // 2)
        part = held.received_cdbm[10:]
        witness, received_cdbm = held.witness.copy(), held.received_cdbm.copy()
        assert len(held) > N * N // 4
        links_compiled(airspace, N // 2, N)
        assert np.array_equal(held.witness, witness)
        assert np.array_equal(held.received_cdbm, received_cdbm)
        del held
        links_compiled(airspace, N // 2, N)
        assert np.array_equal(part, received_cdbm[10:])
