"""Payload joins, processing order, ids that come twice, cells that are none."""

import numpy as np

from maps.grid import cells_from_coordinates, parents
from poc.validator.joining import join
from tests.oracle.events import LOC0, LOC1, LOC4, NOON, Scene

SECOND = 10**9


def _join(scene):
    hotspots, reports = scene.tables()
    return join(hotspots, reports["beacons"], reports["witness_reports"])


def _two():
    return Scene().hotspot(1).hotspot(2, cell=LOC4)


def test_beacons_stand_in_order_of_arrival_then_id():
    scene = _two()
    for beacon, second in ((9, 3), (8, 1), (7, 1), (6, 2)):
        scene.beacon(1, NOON + second * SECOND, beacon=beacon)
    assert _join(scene).beacons["beacon"].tolist() == [7, 8, 6, 9]


def test_receptions_follow_their_beacons_then_arrival_then_id():
    scene = _two()
    late, early = scene.beacon(1, NOON + 9 * SECOND), scene.beacon(1, NOON)
    for beacon, report, second in ((late, 1, 9), (early, 2, 5), (early, 4, 3), (early, 3, 3)):
        scene.report(2, beacon, report=report, received_ns=NOON + second * SECOND)
    joined = _join(scene)
    assert joined.receptions["report"].tolist() == [3, 4, 2, 1]
    assert joined.beacon_row.tolist() == [0, 0, 0, 1]
    assert joined.beacons["n_reports"].tolist() == [3, 1]
    assert (joined.beacons["first_received_ns"] - NOON).tolist() == [3 * SECOND, 9 * SECOND]
    assert joined.receptions["first_received_ns"].tolist() == [NOON + 3 * SECOND] * 3 + [NOON + 9 * SECOND]


def test_a_shared_payload_belongs_to_the_beacon_processed_first():
    scene = _two()
    second = scene.beacon(2, NOON + SECOND, payload=5)
    first = scene.beacon(1, NOON, payload=5)
    scene.report(2, second)
    joined = _join(scene)
    assert joined.receptions["beacon"].tolist() == [first["beacon"]]
    assert joined.beacons["n_reports"].tolist() == [1, 0]
    assert joined.beacons["first_received_ns"].tolist()[1] == second["received_ns"]


def test_unknown_payloads_are_dropped_and_counted():
    scene = _two()
    beacon = scene.beacon(1)
    scene.report(2, beacon)
    scene.report(2, beacon, payload=123)
    joined = _join(scene)
    assert (len(joined.receptions), joined.n_dropped) == (1, 1)


def test_an_id_that_comes_again_counts_once_whatever_the_order():
    scene = _two()
    beacon = scene.beacon(1, beacon=50, payload=1)
    scene.beacon(2, beacon["received_ns"] + 1, beacon=50, payload=2)
    scene.report(2, beacon, report=60, rssi_dbm=-90.0)
    scene.report(2, beacon, report=60, rssi_dbm=-100.0)
    forward = _join(scene)
    scene.beacons.reverse()
    scene.reports.reverse()
    backward = _join(scene)
    assert forward.beacons["beaconer"].tolist() == [1]
    assert forward.n_dropped == 2
    assert forward.beacons.equals(backward.beacons)
    assert forward.receptions.equals(backward.receptions)


def test_what_is_no_cell_reads_as_never_asserted():
    scene = Scene().hotspot(1, cell=2**64 - 1).hotspot(2, cell=LOC4)
    scene.report(2, scene.beacon(1))
    joined = _join(scene)
    assert joined.beacons["beaconer_cell"].tolist() == [0]
    assert (joined.receptions["distance_m"][0], joined.receptions["n_cells"][0]) == (-1, -1)


def test_unregistered_hotspots():
    scene = Scene().hotspot(2, cell=LOC4)
    scene.report(77, scene.beacon(1))
    joined = _join(scene)
    assert joined.beacons["known"].tolist() == [False]
    assert joined.beacons["beaconer_region"].tolist() == [99]
    assert joined.receptions["witness_known"].tolist() == [False]


def test_no_hotspot_at_all():
    scene = Scene()
    scene.report(77, scene.beacon(1))
    assert _join(scene).beacons["known"].tolist() == [False]


def test_coarse_cells_have_a_distance_but_no_cells_between():
    scene = Scene().hotspot(1).hotspot(2, cell=int(parents(np.uint64(LOC1), 10)))
    scene.report(2, scene.beacon(1))
    receptions = _join(scene).receptions
    assert receptions["distance_m"][0] > 20_000
    assert receptions["n_cells"][0] == -1


def test_distances_to_oneself_over_the_antimeridian_and_at_the_pole():
    places = ((0.0, 179.99), (0.0, -179.99), (89.99, 0.0), (89.99, 180.0))
    scene = Scene()
    for number, (latitude, longitude) in enumerate(places, 1):
        scene.hotspot(number, cell=int(cells_from_coordinates(latitude, longitude, 12)))
    for a, b in ((1, 1), (1, 2), (3, 4)):
        scene.report(b, scene.beacon(a, NOON + a * SECOND + b))
    distance_m = _join(scene).receptions["distance_m"]
    assert distance_m[0] == 0
    assert np.abs(distance_m[1:] - 2224).max() < 25


def test_joining_keeps_asserted_gains():
    scene = Scene().hotspot(1, gain_dbi=8.1, cell=LOC0).hotspot(2, gain_dbi=0.9, cell=LOC4)
    scene.report(2, scene.beacon(1))
    receptions = _join(scene).receptions
    assert (receptions["beaconer_gain_dbi"][0], receptions["witness_gain_dbi"][0]) == (8.1, 0.9)
