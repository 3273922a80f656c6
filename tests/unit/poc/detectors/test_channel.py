"""The channel is found from reports alone, in worlds that differ in every setting, liars or not."""

from __future__ import annotations

from dataclasses import replace

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


def test_biases_have_no_common_share_and_their_own_spread(world_of):
    world = world_of(**WORLDS[0])
    network = network_of(world.evidence)
    biases = estimate_channel(network, np.ones(len(network))).biases
    assert float(biases.transmit_db.mean()) == pytest.approx(0.0, abs=1e-9)
    assert float(biases.receive_db.mean()) == pytest.approx(0.0, abs=1e-9)


def test_lost_reports_are_not_weak_links(world_of):
    lost = network_of(world_of(**WORLDS[0], packet_loss=0.3).evidence)
    channel = estimate_channel(lost, np.ones(len(lost)))
    assert channel.packet_loss == pytest.approx(0.3, abs=0.06)
    assert float(np.median(channel.sensitivity_dbm)) == pytest.approx(-124.0, abs=1.0)
    assert channel.exponent == pytest.approx(WORLDS[0]["exponent"], abs=0.35)


def test_noise_in_the_readings_is_taken_out(world_of):
    """Readings of signal and noise together give the signal back where the evidence says that no SNR was there."""
    evidence = world_of(**WORLDS[0]).evidence
    links, power_dbm, noise_mw = evidence.links, 14.0, 10.0 ** (-11.6)
    signal_dbm = power_dbm - links["mean_loss_db"]
    share = 1.0 / (1.0 + noise_mw * 10.0 ** (-0.1 * signal_dbm))
    noisy = links.replace(
        mean_loss_db=links["mean_loss_db"] + 10.0 * np.log10(share), var_loss_db2=links["var_loss_db2"] * share**2
    )
    blind = network_of(replace(evidence, links=noisy))
    told = network_of(replace(evidence, links=noisy, noise_in_losses=True))
    true = network_of(evidence)
    assert np.sqrt(np.mean((blind.heard_loss_db - true.heard_loss_db) ** 2)) > 3.0
    assert np.sqrt(np.mean((told.heard_loss_db - true.heard_loss_db) ** 2)) < 1.0
    assert estimate_channel(told, np.ones(len(told))).exponent == pytest.approx(WORLDS[0]["exponent"], abs=0.35)


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
