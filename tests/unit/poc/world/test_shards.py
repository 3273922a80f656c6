"""Shards say exactly what the report tables say, whatever range of beaconers one of them holds."""

import numpy as np
import pytest

from poc.emulator import Emulation
from poc.scenario import scenario_from
from poc.schema import BEACONS
from poc.table import Table
from poc.world import observers
from poc.world.observers import BeaconWitness


@pytest.fixture(scope="module")
def emulation():
    return Emulation.of(scenario_from({"seed": 3, "fleet": {"n_hotspots": 150}}, "shards"))


@pytest.mark.parametrize("beaconers", [1, 40, 1024])
def test_shards_are_the_tables_cut_up(emulation, beaconers, monkeypatch):
    monkeypatch.setattr(observers, "SHARD_BEACONERS", beaconers)
    observer, world, keys = BeaconWitness(emulation.setting), emulation.world, emulation.setting.keys
    span = emulation._span(0)
    tables = observer.observe(world, span)
    shards = list(observer.shards(world, span))

    beacons = Table.concat([BEACONS.empty(), *(shard.beacons for shard in shards)])
    assert beacons.sort("beacon").equals(tables["beacons"])
    senders = [np.unique(shard.beaconer_row) for shard in shards]
    assert len(np.unique(np.concatenate(senders))) == sum(len(rows) for rows in senders)

    hotspot, columns = world.truth["hotspot"], []
    for shard in shards:
        assert np.array_equal(hotspot[shard.beaconer_row], shard.beacons["hotspot"])
        beacon_of = np.repeat(np.arange(len(shard.beacons)), np.diff(shard.start))
        report = keys.of("report-id").bits(shard.beacons["beacon"][beacon_of], hotspot[shard.witness_row])
        expected = np.lexsort((report, shard.received_ns, beacon_of))
        assert np.array_equal(expected, np.arange(len(shard)))
        columns.append((report, shard.beacons["payload"][beacon_of], hotspot[shard.witness_row], shard.received_ns,
                        shard.rssi_dbm, shard.snr_db))  # fmt: skip
    joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
    order = np.argsort(joined[0])
    reports = tables["witness_reports"]
    assert len(reports) > 1000
    names = ("report", "payload", "hotspot", "received_ns", "rssi_dbm", "snr_db")
    for name, column in zip(names, joined, strict=True):
        assert np.array_equal(column[order], reports[name]), name


def test_epochs_come_out_the_same_in_any_order_and_all_at_once(emulation, monkeypatch):
    monkeypatch.setattr(observers, "SHARD_BEACONERS", 64)
    spans, world = [emulation._span(number) for number in range(3)], emulation.world
    one_by_one: dict[int, list] = {span.epoch: [] for span in spans}
    observer = BeaconWitness(emulation.setting)
    for span in reversed(spans):
        one_by_one[span.epoch] = list(observer.shards(world, span))
    at_once: dict[int, list] = {span.epoch: [] for span in spans}
    for span, shard in BeaconWitness(emulation.setting).shards_of_spans(world, spans):
        at_once[span.epoch].append(shard)
    for span in spans:
        assert len(at_once[span.epoch]) == len(one_by_one[span.epoch]) == 3
        for one, two in zip(one_by_one[span.epoch], at_once[span.epoch], strict=True):
            assert len(one) > 100
            assert one.beacons.equals(two.beacons)
            for name in ("beaconer_row", "start", "witness_row", "received_ns", "rssi_dbm", "snr_db"):
                assert np.array_equal(getattr(one, name), getattr(two, name)), name
