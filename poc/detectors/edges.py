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
#: Probability above which an account is named.
_TOLD = 0.1


def link_scores(network: Network, channel: Channel, frequency_hz: float | None = None) -> Table:
    """EDGE_SCORES of every heard link by what the link itself shows: a cable, or a break of free space."""
    a, b = network.heard_beaconer, network.heard_witness
    live = LiveChecks()
    broken = live.broken(network, live.frequency_hz if frequency_hz is None else frequency_hz)
    ratio, _ = cable_ratios(network, channel)
    cable = np.where(ratio > 0.0, expit(np.clip(ratio, -30.0, 30.0) + logit(_CABLE_SHARE)), 0.0)
    expected = channel.loss_db(network.distance_m(a, b)) + channel.biases.transmit_db[a] + channel.biases.receive_db[b]
    return EDGE_SCORES.table(
        beaconer=network.hotspot[a],
        witness=network.hotspot[b],
        n_heard=network.heard_n.astype(np.int64),
        probability=1.0 - (1.0 - cable) * (1.0 - _BROKEN * broken),
        excess_db=expected - channel.level_db,
        cable_ratio=ratio,
        evidence=np.where(broken & (cable <= _BROKEN), "free-space", np.where(cable > _TOLD, "cable", "nothing")),
    )


def edge_scores(links: Table, scores: Table) -> Table:
    """EDGE_SCORES with both ends' probabilities (SCORES of all hotspots, one row each) to lie about their place."""
    probability = np.append(scores["probability"], 0.0)
    ends = [np.clip(probability[scores.rows_of(links[end], "hotspot")], 0.0, 1.0) for end in ("beaconer", "witness")]
    own = links["probability"]
    words = links["evidence"]
    worst = np.maximum(*ends)
    accused = (worst > _TOLD) & (worst >= own)
    words = np.where(accused, np.where(ends[0] >= ends[1], "sender", "witness"), words)
    return links.replace(probability=1.0 - (1.0 - ends[0]) * (1.0 - ends[1]) * (1.0 - own), evidence=words)
