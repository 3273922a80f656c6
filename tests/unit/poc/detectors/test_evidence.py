"""Condensing reports: which count, exact merging, no trace of row order."""

from __future__ import annotations

import numpy as np

from poc.detectors.evidence import activity, case_of, esp_dbm_from, forget, link_statistics, merge, window
from poc.schema import BEACONS, HOTSPOTS, RECEPTIONS


def receptions(**columns):
    n = len(next(iter(columns.values())))
    values = {
        column.name: np.zeros(n, "U1" if column.dtype == "text" else column.dtype) for column in RECEPTIONS.columns
    }
    values |= {"report": np.arange(n), "witness_known": True, "power_dbm": 27, "snr_db": 5.0, "payload": 3}
    values |= {"beacon_payload": 3, "beacon": np.arange(n), "rssi_dbm": -100.0}
    return RECEPTIONS.table(**{**values, **columns})


def many(n=4000, seed=3):
    rng = np.random.default_rng(seed)
    return receptions(
        beacon=rng.integers(0, 500, n), beaconer=rng.integers(0, 12, n), witness=rng.integers(0, 12, n),
        rssi_dbm=rng.normal(-105, 9, n), snr_db=rng.normal(0, 6, n), received_ns=rng.integers(0, 50, n),
    )  # fmt: skip


def test_esp_is_rssi_for_strong_signals_and_below_it_in_noise():
    assert abs(esp_dbm_from(-70.0, 30.0) + 70.0) < 0.01
    # ESP 10 dB under the noise: RSSI reads the noise floor plus 0.4 dB
    assert abs(esp_dbm_from(-116.586, -10.0) - (-127.0)) < 0.01


def test_only_first_copies_with_the_payload_sent_from_known_others_count():
    table = receptions(
        beacon=[1, 1, 2, 3, 4, 5, 6],
        beaconer=[7, 7, 7, 7, 9, 7, 7],
        witness=[9, 9, 9, 9, 9, 9, 9],
        received_ns=[20, 10, 5, 5, 5, 5, 5],
        rssi_dbm=[-90.0, -100.0, -102.0, -50.0, -60.0, -70.0, np.nan],
        snr_db=30.0,
        witness_known=[True, True, True, False, True, True, True],
        payload=[3, 3, 3, 3, 3, 4, 3],
    )
    links = link_statistics(table)
    assert links["beaconer"].tolist(), links["witness"].tolist() == ([7], [9])
    assert links["n_heard"].tolist() == [2]
    assert np.allclose(links["mean_loss_db"], 27 + 101, atol=0.01)
    assert np.allclose(links["var_loss_db2"], 1.0, atol=0.01)


def test_statistics_do_not_depend_on_row_order_to_the_last_bit():
    table = many()
    shuffled = table.take(np.random.default_rng(1).permutation(len(table)))
    assert link_statistics(table).equals(link_statistics(shuffled))


def test_merging_windows_equals_one_window():
    table = many()
    early = table["beacon"] < 200
    parts = [link_statistics(table.take(early)), link_statistics(table.take(~early))]
    whole, merged = link_statistics(table), merge(parts)
    assert merge(parts[::-1]).equals(merged)
    for name in whole:
        assert np.allclose(whole[name], merged[name], rtol=1e-12, atol=1e-9)


def test_merging_in_either_grouping_agrees():
    a, b, c = (link_statistics(many(seed=seed)) for seed in (1, 2, 3))
    left, right = merge([merge([a, b]), c]), merge([a, merge([b, c])])
    assert np.array_equal(left["n_heard"], right["n_heard"])
    assert np.allclose(left["var_loss_db2"], right["var_loss_db2"], rtol=1e-12)


def test_activity_counts_beacons_and_reports_of_known_hotspots():
    hotspots = HOTSPOTS.table(hotspot=[5, 2], owner=1, cell=0, gain_dbi=1.2, elevation_m=0.0, region=0, full=True)
    beacons = BEACONS.table(
        beacon=[1, 2, 3], hotspot=[5, 5, 77], sent_ns=0, received_ns=0, payload=1, entropy_start_s=0,
        power_dbm=[26, 27, 14], frequency_hz=868_100_000, spreading_factor=9, entropy=0, local_entropy=0,
    )  # fmt: skip
    found = activity(hotspots, beacons, receptions(witness=[2, 2, 88]))
    assert found["hotspot"].tolist() == [2, 5]
    assert found["n_beacons"].tolist() == [0, 2]
    assert found["n_witnessed"].tolist() == [2, 0]
    assert found["power_dbm"].tolist() == [0.0, 26.5]


def test_a_moved_hotspot_is_forgotten_and_the_window_adds_up():
    hotspots = HOTSPOTS.table(
        hotspot=np.arange(12), owner=1, cell=0, gain_dbi=1.2, elevation_m=0.0, region=0, full=True
    )
    beacons = BEACONS.empty()
    cases = [case_of(hotspots, {"beacons": beacons, "receptions": many(seed=seed)}) for seed in (1, 2)]
    whole, links = window(cases)
    assert links["n_heard"].sum() == sum(case.links["n_heard"].sum() for case in cases)
    assert whole["n_witnessed"].sum() == 8000
    rest, links = window(forget(cases, [4]))
    assert 4 not in rest["hotspot"] and 4 not in links["beaconer"] and 4 not in links["witness"]
    assert 5 in rest["hotspot"] and 5 in links["witness"]
