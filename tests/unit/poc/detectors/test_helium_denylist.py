"""Helium's published classifiers: each fires on what it was made for, and only then."""

from __future__ import annotations

import dataclasses

import numpy as np

from maps.grid import cells_from_coordinates
from poc.detectors import DETECTORS
from poc.detectors.evidence import Evidence
from poc.detectors.helium_denylist import HeliumDenylist
from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS


def network(north_km, links, *, n_heard=5, receptions=None):
    """Hotspots 1, 2 … on a meridian; links are (beaconer, witness, loss with 2.3 dBi at both ends still in)."""
    n = len(north_km)
    cells = cells_from_coordinates(47.0 + np.asarray(north_km) / 111.195, np.full(n, 9.0), 12)
    ids = np.arange(1, n + 1)
    beaconer, witness, loss = (np.array(column) for column in zip(*links, strict=True))
    order = np.lexsort((witness, beaconer))
    return Evidence(
        HOTSPOTS.table(hotspot=ids, owner=1, cell=cells, gain_dbi=2.3, elevation_m=1.0, region=0, full=True),
        ACTIVITY.table(hotspot=ids, n_beacons=8, n_witnessed=8, power_dbm=14.0),
        LINK_STATISTICS.table(
            beaconer=beaconer[order], witness=witness[order], n_heard=n_heard,
            mean_loss_db=loss[order].astype(float), var_loss_db2=1.0,
        ),
        RECEPTIONS.empty() if receptions is None else receptions, WITNESS_VERDICTS.empty(), None,
    )  # fmt: skip


def families(evidence):
    return HeliumDenylist().score(evidence)["family"].tolist()


def test_antenna_splitter_has_the_published_cut():
    # the worked example: EU868, 14 dBm, loss less gains 56.15 dB at 30 m, and 10 dB of margin: a signal above
    # 14 − 56.15 + 10 = −32.15 dBm, that is a loss below 46.15 dB (the post rounds to −40 and −30 dBm)
    for loss_db, fires in ((46.25, False), (46.05, True)):
        evidence = network([0.0, 0.7], [(1, 2, loss_db), (2, 1, loss_db)])
        assert (families(evidence) == ["antenna", "antenna"]) is fires


def test_antenna_splitter_wants_both_directions_five_packets_and_600_m():
    assert families(network([0.0, 0.7], [(1, 2, 40.0)])) == ["", ""]
    assert families(network([0.0, 0.7], [(1, 2, 40.0), (2, 1, 40.0)], n_heard=4)) == ["", ""]
    assert families(network([0.0, 0.5], [(1, 2, 40.0), (2, 1, 40.0)])) == ["", ""]
    scores = HeliumDenylist().score(network([0.0, 0.7], [(1, 2, 40.0), (2, 1, 40.0)]))
    assert scores["verdict"].tolist() == ["suspect", "suspect"] and scores["probability"].tolist() == [1.0, 1.0]


def test_same_witnesses_from_far_apart_are_distance_insensitive():
    # 1 and 8 share six witnesses though asserted 9 km apart; typical links are 1 to 3 km
    links = [(1, w, 120.0) for w in range(2, 8)] + [(8, w, 120.0) for w in range(2, 8)]
    links += [(w, 1, 120.0) for w in range(2, 8)]
    found = families(network([0.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 9.0], links))
    assert found[0] == found[7] == "distance-insensitivity"
    near = families(network([0.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 0.3], links))
    assert near[0] == near[7] == ""


def test_a_hotspot_that_hears_but_is_never_heard_has_no_reciprocity():
    links = [(b, 7, 120.0) for b in range(1, 6)]
    assert families(network(np.arange(7.0), links))[6] == "reciprocity"
    assert families(network(np.arange(7.0), [*links, (7, 1, 120.0)]))[6] == ""


def test_edges_that_only_ever_report_late_are_a_rebroadcast():
    beaconer, witness = np.repeat(1, 6), np.arange(2, 8)

    def with_lag(lag_s):
        zero = {column.name: np.zeros(6, column.dtype) for column in RECEPTIONS.columns}
        columns = {"beaconer": beaconer, "witness": witness, "received_ns": np.full(6, lag_s * 10**9, np.int64)}
        columns |= {"frequency_hz": np.full(6, 868_100_000)}
        links = [(1, w, 120.0) for w in range(2, 8)] + [(w, 1, 120.0) for w in range(2, 8)]
        return families(network(np.arange(7.0), links, receptions=RECEPTIONS.table(**{**zero, **columns})))

    assert with_lag(5)[0] == "latency"
    assert with_lag(3)[0] == ""


def test_order_of_rows_does_not_show_and_the_unseen_are_undecided():
    evidence = network([0.0, 0.7, 5.0], [(1, 2, 40.0), (2, 1, 40.0)])
    quiet = evidence.activity.replace(n_beacons=[8, 8, 0], n_witnessed=[8, 8, 0])
    evidence = dataclasses.replace(evidence, activity=quiet)
    scores = DETECTORS["helium-denylist"]().score(evidence)
    assert scores["verdict"].tolist() == ["suspect", "suspect", "undecided"]
    back = dataclasses.replace(evidence, hotspots=evidence.hotspots.take([2, 0, 1]), links=evidence.links.take([1, 0]))
    assert HeliumDenylist().score(back).equals(scores)
