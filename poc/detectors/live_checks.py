"""The live rules' own physics as a score: edges stronger than free space, or longer than radio at ground level goes.

A baseline, and a free hard check: 0.03 % of real links break the free-space bound (spec fraud.md §3), so one that does
is worth a lot, and the many that do not are worth almost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.evidence import Evidence
from poc.detectors.network import Network, network_of
from poc.detectors.survey import Trace, scores_of_trace
from poc.table import Array, Table

_LIGHT_M_PER_S = 299_792_458.0


@dataclass(frozen=True, slots=True)
class LiveChecks:
    """margin_db over free space and farthest_m as in Helium's rules; honest_share of edges that break them by accident,
    liar_share_of_edges of a liar's; frequency_hz where no reception tells it.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(LiveChecks().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1
    margin_db: float = 0.0
    farthest_m: float = 100_000.0
    honest_edges: float = 0.003
    liar_edges: float = 0.1
    frequency_hz: float = 868_100_000.0

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id."""
        network = network_of(evidence)
        receptions = evidence.receptions
        frequency_hz = float(np.median(receptions["frequency_hz"])) if len(receptions) else self.frequency_hz
        return scores_of_trace("live-checks", evidence, network, self.trace(network, frequency_hz), self.liar_share)

    def broken(self, network: Network, frequency_hz: float) -> Array:
        """Which heard links no radio could make between the asserted places."""
        distance_m = network.distance_m(network.heard_beaconer, network.heard_witness)
        # free space: 20 lg(4π d f / c)
        free_db = 20.0 * np.log10(4.0 * np.pi * distance_m * frequency_hz / _LIGHT_M_PER_S)
        return np.asarray((network.heard_loss_db < free_db - self.margin_db) | (distance_m > self.farthest_m))

    def trace(self, network: Network, frequency_hz: float) -> Trace:
        """A Bernoulli likelihood ratio of broken edges, at most 20 of them counted."""
        broken, n = self.broken(network, frequency_hz), len(network)
        ends = np.concatenate([network.heard_beaconer, network.heard_witness])
        n_broken = np.bincount(ends, np.tile(broken, 2), n)
        n_edges = np.bincount(ends, minlength=n)
        whole = np.minimum(1.0, 20.0 / np.maximum(n_edges, 1))
        ratio = n_broken * np.log(self.liar_edges / self.honest_edges)
        ratio += (n_edges - n_broken) * np.log((1.0 - self.liar_edges) / (1.0 - self.honest_edges))
        words = [
            f"{few:.0f} of {many} edges are stronger than free space allows or longer than radio goes"
            for few, many in zip(n_broken.tolist(), n_edges.tolist(), strict=True)
        ]
        return Trace(np.clip(ratio * whole, -5.0, 50.0), words)
