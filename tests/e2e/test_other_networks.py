"""A toy second evidence kind and a toy owner: other networks and adaptive owners need no rebuild."""

from dataclasses import dataclass, replace

import numpy as np

from maps.grid import cells_from_coordinates
from poc.emulator import Emulation
from poc.keys import Keys
from poc.profiles import PROFILES
from poc.profiles.profile import EvidenceKind, Judgement
from poc.scenario import scenario_from
from poc.schema import CLAIMS
from poc.table import Column, Schema
from poc.world import actors, observers
from poc.world.actors.actor import Moves

HEARTBEATS = Schema(
    "heartbeats",
    ("heartbeat",),
    (
        Column("heartbeat", "uint64", "", "id"),
        Column("hotspot", "uint64", "", "who"),
        Column("cell", "uint64", "", "where the device of a customer was"),
    ),
)
HEARTBEAT_VERDICTS = Schema(
    "heartbeat_verdicts", ("heartbeat",), (*HEARTBEATS.columns, Column("valid", "bool", "", ""))
)


class HeartbeatObserver:
    """Each hotspot reports its own cell once an epoch; every tenth one is dropped on the way."""

    def __init__(self, setting):
        self.keys = setting.keys.of("heartbeat")

    def observe(self, world, span):
        truth = world.truth
        ids = self.keys.bits(truth["hotspot"], span.epoch)
        cells = cells_from_coordinates(truth["latitude_deg"], truth["longitude_deg"], 12)
        return {"heartbeats": HEARTBEATS.table(heartbeat=ids, hotspot=truth["hotspot"], cell=cells).take(ids % 10 != 0)}

    def notes(self):
        return []


def judge(hotspots, reports, state, limits):
    beats = reports["heartbeats"]
    asserted = hotspots["cell"][hotspots.rows_of(beats["hotspot"])]
    verdicts = HEARTBEAT_VERDICTS.table(**beats.columns, valid=beats["cell"] == asserted)
    return Judgement({"heartbeat_verdicts": verdicts}, {}, state)


def claims(judgement, limits):
    verdicts = judgement.verdicts["heartbeat_verdicts"]
    good = verdicts.take(verdicts["valid"])
    return CLAIMS.table(
        kind=np.full(len(good), "heartbeat"), evidence=good["heartbeat"], hotspot=good["hotspot"],
        role=np.full(len(good), "radio"), peer=np.zeros(len(good)), cell=good["cell"],
        strength_db=np.ones(len(good)), hex_scale_e4=np.full(len(good), 10_000),
        reward_unit_e4=np.full(len(good), 10_000),
    )  # fmt: skip


HEARTBEAT = EvidenceKind(name="heartbeat", reports={"heartbeats": HEARTBEATS}, judge=judge, claims=claims)


def _profile(name, *kinds):
    base = PROFILES["guarded"]
    return replace(base, name=name, evidence_kinds=kinds, limits=replace(base.limits, min_evidence=1))


def test_a_network_of_heartbeats_alone(monkeypatch):
    monkeypatch.setitem(observers.OBSERVERS, "heartbeat", HeartbeatObserver)
    monkeypatch.setitem(PROFILES, "heartbeat-net", _profile("heartbeat-net", HEARTBEAT))
    scenario = scenario_from(
        {
            "fleet": {"n_hotspots": 50, "sloppy_share": 0.0},
            "profile": {"base": "heartbeat-net"},
            "attacks": [{"name": "location-spoof", "share": 0.2}],
        },
        "toy",
    )
    (epoch,) = Emulation.of(scenario).epochs()
    paid = set(epoch.tables["rewards"]["hotspot"].tolist())
    truth = epoch.tables["truth"]
    honest = set(truth["hotspot"][truth["attack"] == ""].tolist())
    assert 20 < len(paid) <= 50
    assert paid <= honest
    assert "beacon_verdicts" not in epoch.tables


def test_two_kinds_of_evidence_side_by_side(monkeypatch):
    monkeypatch.setitem(observers.OBSERVERS, "heartbeat", HeartbeatObserver)
    both = _profile("both", *PROFILES["guarded"].evidence_kinds, HEARTBEAT)
    monkeypatch.setitem(PROFILES, "both", both)
    scenario = scenario_from({"fleet": {"n_hotspots": 40}, "profile": {"base": "both"}, "time": {"n_epochs": 2}}, "toy")
    last = list(Emulation.of(scenario).epochs())[-1]
    assert set(last.tables["claims"]["kind"].tolist()) == {"heartbeat", "beacon_witness"}


@dataclass(frozen=True)
class Nomad:
    """Moves its assertion a little north before every epoch, and one hotspot gives up."""

    step_deg: float = 0.01

    def act(self, public, own, keys: Keys):
        hotspots, truth = own["hotspots"], own["truth"]
        if not len(hotspots) or "rewards" not in public:
            return Moves()
        leaver = hotspots["hotspot"].min()
        stay = hotspots.take(hotspots["hotspot"] != leaver)
        truth = truth.take(truth["hotspot"] != leaver)
        cells = cells_from_coordinates(truth["latitude_deg"] + self.step_deg, truth["longitude_deg"], 12)
        return Moves(reassert=stay.replace(cell=cells), leave=np.array([leaver], np.uint64))


def test_a_toy_owner_acts_between_epochs(monkeypatch):
    monkeypatch.setitem(actors.ACTORS, "nomad", Nomad)
    scenario = scenario_from(
        {"fleet": {"n_hotspots": 40}, "time": {"n_epochs": 3}, "actors": [{"name": "nomad", "share": 0.5}]}, "toy"
    )
    epochs = list(Emulation.of(scenario).epochs())
    assert [len(epoch.tables["hotspots"]) for epoch in epochs] == [40, 39, 38]
    first, second = epochs[0].tables["hotspots"], epochs[1].tables["hotspots"]
    row = first.rows_of(second["hotspot"])
    moved = first["cell"][row] != second["cell"]
    assert 5 < moved.sum() < 35
