"""Options of `[radio.receiver]`: off they change nothing, on they take away what they say, cut up or not."""

import numpy as np
import pytest

from poc.emulator import Emulation
from poc.keys import Keys
from poc.scenario import ReceiverSection, scenario_from
from poc.world import observers
from poc.world.observers import BeaconWitness
from poc.world.receiving import Packets, received

AIRTIME_S, FACTOR = 0.35, 9


def packets(**columns):
    n = len(columns["start_s"])
    given = {
        "beacon": np.arange(n, dtype=np.uint64), "receiver": np.full(n, 5, np.uint64), "rssi_dbm": np.full(n, -90.0),
        "snr_db": np.full(n, 8.0), "frequency_hz": np.full(n, 868.1e6),
    } | {name: np.asarray(column) for name, column in columns.items()}  # fmt: skip
    return Packets(**given)


def through(section, some, own=((), ())):
    own = np.asarray(own[0], np.uint64), np.asarray(own[1], float)
    return received(section, some, own, AIRTIME_S, FACTOR, Keys(1)).tolist()


def test_who_sends_is_deaf_meanwhile():
    some = packets(start_s=[0.0, 1.0, 9.0], receiver=np.array([5, 6, 5], np.uint64))
    assert through(ReceiverSection(half_duplex=True), some, ([5, 6, 7], [0.2, 2.0, 9.0])) == [False, True, True]


def test_the_stronger_of_two_that_meet_is_captured():
    some = packets(start_s=[0.0, 0.1, 0.1, 5.0], rssi_dbm=[-80.0, -95.0, -80.0, -95.0],
                   frequency_hz=[868.1e6, 868.1e6, 868.3e6, 868.1e6])  # fmt: skip
    assert through(ReceiverSection(capture="croce"), some) == [True, False, True, True]


def test_one_demodulator_takes_the_first():
    some = packets(start_s=[0.1, 0.0, 0.5])
    assert through(ReceiverSection(demodulators=1), some) == [False, True, True]


def test_near_the_limit_packets_are_decoded_by_chance():
    start_s = np.arange(4000.0)
    some = packets(start_s=start_s, snr_db=np.repeat([-17.0, -12.5, 5.0, -13.0], 1000))
    heard = np.array(through(ReceiverSection(soft_decoding=True), some)).reshape(4, 1000).mean(axis=1)
    assert heard[0] == 0.0
    assert heard[2] == 1.0
    assert abs(heard[1] - 0.9) < 0.04
    assert 0.0 < heard[3] < heard[1]


@pytest.fixture(scope="module")
def world():
    everything = {"soft_decoding": True, "half_duplex": True, "demodulators": 2, "capture": "croce"}
    fleet = {"seed": 3, "fleet": {"n_hotspots": 150}}
    return {
        name: Emulation.of(scenario_from(fleet | {"radio": {"receiver": receiver}}, "receiving"))
        for name, receiver in (("plain", {}), ("all", everything), ("hard", everything | {"soft_decoding": False}))
    }


def test_in_a_run_only_reports_go_missing_and_no_cut_shows(world, monkeypatch):
    tables = {}
    for name, emulation in world.items():
        observer = BeaconWitness(emulation.setting)
        tables[name] = observer.observe(emulation.world, emulation._span(0))["witness_reports"]
        monkeypatch.setattr(observers, "SHARD_BEACONERS", 32)
        cut = BeaconWitness(emulation.setting)
        assert cut.observe(emulation.world, emulation._span(0))["witness_reports"].equals(tables[name])
        assert sum(map(len, cut.shards(emulation.world, emulation._span(0)))) == len(tables[name])
        monkeypatch.undo()
    assert set(tables["hard"]["report"].tolist()) < set(tables["plain"]["report"].tolist())
    weakest = {name: float(table["snr_db"].min()) for name, table in tables.items()}
    assert weakest["all"] < weakest["plain"] == weakest["hard"]
