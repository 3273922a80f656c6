"""One beacon in every 6 h segment of the hotspot's clock, whatever the epochs."""

from itertools import pairwise

import numpy as np
import pytest

from poc.beacon.entropy import tick_s
from poc.beacon.rebuilding import rebuild
from poc.keys import Keys
from poc.schema import TRUTH
from poc.world.backhaul import arrival_ns, is_up, outages, ticks
from poc.world.beaconing import SEGMENT_S, beacon_times
from poc.world.truth import Span
from radio_models.lora.region_plans import REGION_PLANS

DAY_NS = 86_400 * 10**9
PLAN = REGION_PLANS["EU868"]


def _truth(n, clock_offset_s=0.0, outage_share=0.0):
    return TRUTH.table(
        hotspot=np.arange(1, n + 1), latitude_deg=47.0, longitude_deg=9.0, height_m=10.0, gain_dbi=1.2, power_dbm=14.0,
        rssi_bias_db=0.0, latency_s=0.05, clock_offset_s=np.full(n, clock_offset_s), outage_share=outage_share,
        attack=np.full(n, ""), nuisance=np.full(n, ""), group=0,
    )  # fmt: skip


@pytest.mark.parametrize("offset_s", [0.0, 7.3, -4000.0])
def test_one_in_each_segment_of_the_own_clock(offset_s):
    span = Span(0, 20_000 * DAY_NS, 20_004 * DAY_NS)
    on_air = beacon_times(_truth(20, offset_s), span, PLAN, Keys(1))
    segment = on_air.clock_ns // (SEGMENT_S * 10**9)
    inner = (segment > segment.min()) & (segment < segment.max())
    _, count = np.unique(np.c_[on_air.sender, segment][inner], axis=0, return_counts=True)
    assert (count == 1).all()
    assert len(np.unique(on_air.beacon)) == len(on_air) == len(np.unique(on_air.payload))
    assert set(on_air.frequency_hz.tolist()) <= set(PLAN.channels_hz)
    assert np.allclose(on_air.clock_ns - on_air.time_ns, offset_s * 1e9)


def test_epochs_cut_the_same_stream():
    whole = beacon_times(_truth(10, 3.0), Span(0, 0, DAY_NS), PLAN, Keys(1))
    cuts = [0, DAY_NS // 7, DAY_NS // 2, DAY_NS]
    parts = [beacon_times(_truth(10, 3.0), Span(k, a, b), PLAN, Keys(1)) for k, (a, b) in enumerate(pairwise(cuts))]
    assert np.concatenate([part.beacon for part in parts]).tolist() == whole.beacon.tolist()


def test_seconds_are_uniform():
    on_air = beacon_times(_truth(5000), Span(0, 0, DAY_NS), PLAN, Keys(3))
    second = on_air.clock_ns // 10**9 % SEGMENT_S
    counts = np.histogram(second, bins=20, range=(0, SEGMENT_S))[0]
    expected = len(second) / 20
    assert ((counts - expected) ** 2 / expected).sum() < 43.8  # chi-square, 19 degrees of freedom, p = 0.001


def test_entropy_is_the_newest_minute():
    assert tick_s(np.array([0, 59_999_999_999, 60 * 10**9])).tolist() == [0, 0, 60]


def test_beacons_can_be_rebuilt_from_what_is_public():
    on_air = beacon_times(_truth(50), Span(0, 20_000 * DAY_NS, 20_001 * DAY_NS), PLAN, Keys(1))
    rebuilt = rebuild(on_air.entropy, on_air.local_entropy, on_air.entropies)
    assert rebuilt.known.all() and np.array_equal(rebuilt.payload, on_air.payload)
    assert np.array_equal(np.array(PLAN.channels_hz)[rebuilt.channel_word % 8], on_air.frequency_hz)
    assert len(np.unique(on_air.frequency_hz)) == 8 and len(np.unique(on_air.payload)) == len(on_air)


def test_latency_is_positive_and_keyed():
    ids = np.arange(1000)
    arrival = arrival_ns(np.zeros(1000, np.int64), np.full(1000, 0.1), Keys(1), ids)
    assert (arrival >= 0.07e9 - 1).all()
    assert arrival.mean() == pytest.approx(0.1e9, rel=0.05)
    again = arrival_ns(np.zeros(1, np.int64), np.full(1, 0.1), Keys(1), ids[7:8])
    assert again[0] == arrival[7]


def test_outages_are_stretches():
    truth = _truth(300, outage_share=1.0)
    span = Span(4, 0, DAY_NS)
    rows = np.repeat(np.arange(300), 50)
    times = np.tile(np.linspace(0, DAY_NS - 1, 50).astype(np.int64), 300)
    up = is_up(outages(truth, span, Keys(1)), rows, ticks(times, span)).reshape(300, 50)
    flips = (up[:, 1:] != up[:, :-1]).sum(axis=1)
    assert flips.max() <= 2
    assert 0.2 < up.mean() < 0.9
    assert is_up(outages(_truth(300), span, Keys(1)), rows, ticks(times, span)).all()
