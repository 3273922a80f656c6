"""Cabled links: on the air the packets of a link scatter by some 3 to 5 dB, through an attenuator by 1.0 to 1.5 dB.

Source: Grenoble fixed links and Bonn cable test, spec fraud.md §3. A rig that fades in software escapes. Links that
miss packets are left out: only the strong packets of a weak link come through, and those scatter little as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.channel import Channel
from poc.detectors.evidence import Evidence
from poc.detectors.network import Network
from poc.detectors.survey import Trace, scores_of_trace, survey_of
from poc.table import Array, Table

_CABLE_DB = 1.3
_HEARD_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class PacketSpread:
    """liar_share: share of lies expected before looking.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(PacketSpread().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id."""
        survey = survey_of(evidence)
        trace = spread_trace(survey.network, survey.channel)
        return scores_of_trace("packet-spread", evidence, survey.network, trace, self.liar_share)


def spread_trace(network: Network, channel: Channel) -> Trace:
    """Evidence that half of a hotspot's strong links are cables, sent and received together."""
    ratio, strong = cable_ratios(network, channel)
    mixed = np.where(strong, np.logaddexp(np.log(0.5), np.log(0.5) + np.clip(ratio, -30.0, 30.0)), 0.0)
    n = len(network)
    total, n_links, n_flat = np.zeros(n), np.zeros(n), np.zeros(n)
    for end in (network.heard_beaconer, network.heard_witness):
        total += np.bincount(end, mixed, n)
        n_links += np.bincount(end, strong, n)
        n_flat += np.bincount(end, strong & (ratio > 0.0), n)
    words = [
        f"packets of {flat:.0f} of {links:.0f} strong links scatter as in a cable"
        if value > 0.0
        else "packets scatter as on the air"
        for value, flat, links in zip(total.tolist(), n_flat.tolist(), n_links.tolist(), strict=True)
    ]
    return Trace(np.clip(total, -20.0, 50.0), words)


def cable_ratios(network: Network, channel: Channel) -> tuple[Array, Array]:
    """(log-likelihood ratio "cable" against "air" of each link, whether it is strong enough to tell): χ² of the spread.

    Readings in whole decibels add 1/12 dB² to both.
    """
    n_sent = network.n_beacons[network.heard_beaconer]
    strong = (network.heard_n >= 3.0) & (network.heard_n >= _HEARD_SHARE * n_sent)
    freedom = np.maximum(network.heard_n - 1.0, 0.0)
    square = network.heard_var_db2 * network.heard_n  # sum of squares about the mean
    air = channel.fading_db**2
    cable = min(_CABLE_DB**2, 0.5 * air)
    ratio = 0.5 * freedom * np.log(air / cable) + 0.5 * square * (1.0 / air - 1.0 / cable)
    return np.where(strong, ratio, 0.0), strong
