"""The channel is found from reports alone, in worlds that differ in every setting, liars or not."""

from __future__ import annotations

import numpy as np
import pytest

from poc.detectors.channel import EXPONENT, INTERCEPT_DB, estimate_channel
from poc.detectors.network import crowding, network_of

WORLDS = [
    {"exponent": 3.0, "sigma_db": 8.0, "loss_1km_db": 136.6, "side_km": 24.0},
    {"exponent": 3.6, "sigma_db": 6.0, "loss_1km_db": 132.0, "side_km": 20.0},
    {"exponent": 2.6, "sigma_db": 9.0, "loss_1km_db": 138.0, "side_km": 30.0},
    {"exponent": 3.0, "sigma_db": 8.0, "loss_1km_db": 136.6, "side_km": 24.0, "liars": {"lone-3": 0.1, "farm": 0.1}},
]


@pytest.mark.parametrize("settings", WORLDS)
def test_law_and_receiver_are_recovered(world_of, settings):
    world = world_of(**settings)
    network = network_of(world.evidence)
    channel = estimate_channel(network, np.ones(len(network)))
    # antennas are 0.5 dB worse than nothing on average at each end, which the law absorbs
    assert channel.exponent == pytest.approx(settings["exponent"], abs=0.35)
    assert float(channel.loss_db(2000.0)) == pytest.approx(
        settings["loss_1km_db"] + 10 * settings["exponent"] * np.log10(2.0), abs=3.0
    )
    assert channel.sigma_db == pytest.approx(settings["sigma_db"], abs=1.5)
    assert channel.fading_db == pytest.approx(3.4, abs=0.5)
    assert float(np.median(channel.sensitivity_dbm)) == pytest.approx(-124.0, abs=1.0)
    ids = np.argsort(world.evidence.hotspots["hotspot"])
    honest = ~world.liar[ids]
    assert np.corrcoef(channel.biases.transmit_db[honest], world.loss_bias_db[ids][honest])[0, 1] > 0.7


def test_ignoring_the_misses_would_flatten_the_exponent(world_of):
    world = world_of(**WORLDS[0])
    network = network_of(world.evidence)
    distance = network.distance_m(network.heard_beaconer, network.heard_witness)
    naive = np.polyfit(10 * np.log10(distance), network.heard_loss_db, 1)[0]
    assert naive < 2.4


def test_without_reports_the_channel_is_the_prior(world_of):
    world = world_of(n=3, side_km=900.0, sloppy_share=0.0)
    network = network_of(world.evidence)
    assert len(network.heard_n) == 0
    channel = estimate_channel(network, np.ones(3))
    assert (channel.intercept_db, channel.exponent) == pytest.approx((INTERCEPT_DB[0], EXPONENT[0]))


def test_twins_count_half(world_of):
    network = network_of(world_of(n=40, side_km=60.0).evidence)
    assert crowding(network, 0.0).tolist() == [1.0] * 40
    close = crowding(network, 1e9)
    assert np.allclose(close, 40.0, rtol=1e-3)
