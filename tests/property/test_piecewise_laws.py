"""An epoch judged in pieces is the same epoch: whatever the size of the pieces, the threads and what is kept."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from poc import emulator
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.schema import TABLES
from poc.spool import Spool
from poc.store import with_epoch
from poc.world import observers
from tests.oracle.cutting import shards_of

WORLD = {
    "seed": 5,
    "map": {"synthetic": {"width_km": 12.0, "height_km": 12.0, "region": "EU868"}},
    "fleet": {"n_hotspots": 120, "placement": {"name": "uniform"}},
    "time": {"n_epochs": 3, "warm_up_epochs": 1},
    "profile": {"base": "helium-iot-2026"},
    "detectors": {"of_profile": False, "also": ["relocation"]},
    "attacks": [{"name": "location-spoof", "share": 0.1, "min_km": 0.2, "max_km": 3.0}],
}
FAST = {**WORLD, "detectors": {"of_profile": False, "also": []}}


def _run(document, monkeypatch, *, in_pieces, beaconers=1024, jobs=1):
    monkeypatch.setattr(emulator, "FROM_HOTSPOTS", 0 if in_pieces else 10**9)
    monkeypatch.setattr(observers, "SHARD_BEACONERS", beaconers)
    return run_in_memory(scenario_from(document, "pieces"), jobs)


def _sorted(name, table):
    keys = ("epoch", *TABLES[name].key, *(["role"] if name == "claims" else []))
    return table.sort_by([(key, "ascending") for key in dict.fromkeys(keys) if key in table.column_names])


@pytest.mark.parametrize(
    "changes",
    [
        {"signing": {"share": 0.3}},
        {"reports": ["selected", "link-statistics"]},
        {"profile": {"base": "guarded"}, "reports": ["selected"]},
        {"profile": {"base": "minimal"}, "detectors": {"also": []}},
        {"profile": {"base": "helium-l1-pocv11"}, "detectors": {"also": []}},
    ],
    ids=["all-signed", "selected", "guarded", "minimal", "legacy"],
)
def test_pieces_say_what_whole_epochs_say(changes, monkeypatch):
    document = WORLD | changes
    whole = _run(document, monkeypatch, in_pieces=False)
    pieces = _run(document, monkeypatch, in_pieces=True, beaconers=17)
    assert sorted(pieces.tables) == sorted(whole.tables)
    for name, table in whole.tables.items():
        assert _sorted(name, pieces.tables[name]).equals(_sorted(name, table)), name
    assert pieces.metrics == whole.metrics
    assert pieces.manifest["unpaid_bones"] == whole.manifest["unpaid_bones"]


def test_scrambled_truth_changes_nothing_in_pieces_either(monkeypatch):
    scenario = scenario_from(WORLD, "pieces")
    kept = ("beacons", "witness_reports", "entropies")
    reports = [{name: epoch.tables[name] for name in kept} for epoch in emulator.Emulation.of(scenario).epochs()]

    class Replay:
        """Fixed reports, whatever the truth, cut into shards."""

        def __init__(self, setting):
            pass

        def over_shards(self, world, span, place, work):
            for number, shard in enumerate(shards_of(world.hotspots.take(np.argsort(place)), reports[span.epoch], 17)):
                yield work(number, shard)

        def entropies(self, span):
            return reports[span.epoch]["entropies"]

        def notes(self):
            return []

    monkeypatch.setattr(emulator, "FROM_HOTSPOTS", 0)
    monkeypatch.setitem(observers.OBSERVERS, "beacon_witness", Replay)
    straight = emulator.Emulation.of(scenario)
    truth = straight.world.truth
    scrambled = truth.take(np.random.default_rng(0).permutation(len(truth))).replace(hotspot=truth["hotspot"])
    again = replace(straight, world=replace(straight.world, truth=scrambled))
    assert straight.in_pieces
    before, after = _judged(straight), _judged(again)
    assert before["witness_verdicts"].num_rows > 1000
    for name, table in before.items():
        assert after[name].equals(table), name


def _judged(emulation):
    """Verdicts, scores, claims and rewards of all pieces and epochs."""
    parts = {name: [] for name in ("beacon_verdicts", "witness_verdicts", "scores", "claims", "rewards")}
    for epoch in emulation.epochs():
        for name in parts.keys() & epoch.tables.keys():
            parts[name].append(with_epoch(epoch.span.epoch, epoch.tables[name]))
    return {name: _sorted(name, pa.concat_tables(tables)) for name, tables in parts.items()}


def test_neither_threads_nor_the_size_of_the_pieces_show(monkeypatch):
    first = _run(FAST, monkeypatch, in_pieces=True, beaconers=3)
    again = _run(FAST, monkeypatch, in_pieces=True, beaconers=50, jobs=3)
    for name, table in first.tables.items():
        assert again.tables[name].equals(table), name


def test_forging_attacks_are_judged_whole_and_the_run_says_so(monkeypatch):
    attack = {"name": "attic-farm", "share": 0.1, "group_size": 4}
    run = _run(FAST | {"attacks": [attack]}, monkeypatch, in_pieces=True)
    assert any("attic-farm" in warning and "memory grows" in warning for warning in run.manifest["warnings"])
    assert isinstance(run.tables["witness_verdicts"], pa.Table)


def test_a_spool_keeps_what_does_not_fit_in_a_folder(tmp_path):
    spool = Spool(tmp_path / "waiting", in_memory_bytes=20)
    arrays = {"row": np.arange(3, dtype=np.int32), "power": np.array([1.5]), "none": np.zeros(0, np.uint8)}
    for number in range(2):
        spool.put(number, arrays)
    assert len(list((tmp_path / "waiting").iterdir())) == 1
    for number in range(2):
        found = spool.take(number)
        assert all(np.array_equal(found[name], arrays[name]) for name in arrays)
    assert not list((tmp_path / "waiting").iterdir())
