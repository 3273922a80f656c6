"""Edges scored as well as hotspots: which links are false, and on whose account.

A link proves nothing when one of its ends is not where it says, when its packets came through a cable, or when no
radio could make it between the asserted places. Good antennas near liars are accused on nobody's account but theirs
(Nova's lesson: edges, not nodes; spec fraud.md §1).
"""

from __future__ import annotations

import numpy as np

from poc.detectors.channel import Channel
from poc.detectors.live_checks import LiveChecks
from poc.detectors.network import Network
from poc.detectors.packet_spread import cable_ratios
from poc.schema import EDGE_SCORES
from poc.table import Table
from radio_models.special_functions import expit, logit

#: Share of cabled links among all, before looking.
_CABLE_SHARE = 0.01
_BROKEN = 0.9


def edge_scores(
    network: Network, channel: Channel, probability: np.ndarray, frequency_hz: float | None = None
) -> Table:
    """EDGE_SCORES of every heard link; probability: of each row of the network to lie about its place."""
    a, b = network.heard_beaconer, network.heard_witness
    live = LiveChecks()
    broken = live.broken(network, live.frequency_hz if frequency_hz is None else frequency_hz)
    ratio, _ = cable_ratios(network, channel)
    cable = np.where(ratio > 0.0, expit(np.clip(ratio, -30.0, 30.0) + logit(_CABLE_SHARE)), 0.0)
    parts = {"sender": probability[a], "witness": probability[b], "cable": cable, "free-space": _BROKEN * broken}
    table = np.column_stack(list(parts.values()))
    worst = table.argmax(axis=1)
    words = np.array([*parts, "nothing"])[np.where(table.max(axis=1, initial=0.0) > 0.1, worst, len(parts))]
    expected = channel.loss_db(network.distance_m(a, b)) + channel.biases.transmit_db[a] + channel.biases.receive_db[b]
    return EDGE_SCORES.table(
        beaconer=network.hotspot[a],
        witness=network.hotspot[b],
        n_heard=network.heard_n.astype(np.int64),
        probability=1.0 - np.prod(1.0 - np.clip(table, 0.0, 1.0), axis=1),
        excess_db=expected - channel.level_db,
        cable_ratio=ratio,
        evidence=words,
    )
