"""Laws of the detectors' building blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from poc.detectors.censoring import LINK_LOSS, link_level, log_miss, never_heard
from poc.detectors.evidence import esp_dbm_from, merge
from poc.schema import LINK_STATISTICS

finite = st.floats(-60.0, 60.0)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 9), st.floats(40, 160)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_merging_knows_no_order_and_keeps_every_packet(rows):
    tables = [
        LINK_STATISTICS.table(beaconer=[b], witness=[w], n_heard=[n], mean_loss_db=[loss], var_loss_db2=[1.0])
        for b, w, n, loss in rows
    ]
    merged = merge(tables)
    assert merged.equals(merge(tables[::-1]))
    assert merged["n_heard"].sum() == sum(row[2] for row in rows)
    total = sum(n * loss for _, _, n, loss in rows)
    assert np.isclose((merged["n_heard"] * merged["mean_loss_db"]).sum(), total)


@given(finite, st.floats(0.0, 5.0))
def test_a_weaker_signal_is_missed_more_surely(z, step):
    value = log_miss(np.array([z, z + step]), LINK_LOSS)[0]
    assert value[0] <= value[1] <= 1e-12
    assert value[0] >= np.log(LINK_LOSS) - 1e-9


@given(st.integers(1, 30), st.integers(0, 60), st.floats(80, 140), st.floats(1, 6))
def test_missed_packets_only_ever_raise_the_loss(n_heard, n_missed, mean_db, fading_db):
    heard, sent = np.array([float(n_heard)]), np.array([float(n_heard + n_missed)])
    level, variance = link_level(heard, sent, np.array([mean_db]), np.array([140.0]), fading_db)
    assert level[0] >= mean_db - 1e-9 and variance[0] > 0 and np.isfinite(level[0])


@given(st.floats(1, 500), st.floats(1, 500))
def test_more_silent_beacons_say_more(a, b):
    offset, _ = never_heard(np.array([min(a, b), max(a, b)]), 3.0)
    assert offset[0] <= offset[1] + 1e-9


@given(st.floats(-140, -20), st.floats(-30, 20))
def test_effective_power_never_exceeds_rssi(rssi_dbm, snr_db):
    assert esp_dbm_from(rssi_dbm, snr_db) <= rssi_dbm
