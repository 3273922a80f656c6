"""Trust that walks over the witness graph: from hotspots beyond doubt to those that they hear and are heard by.

Random walks with restart over reciprocal links (personalised PageRank; Page, Brin, Motwani and Winograd 1998), set
against the walk from everywhere: a clique that only its own members hear gets nothing. All such methods rest on
homophily (Wang et al., SybilSCAR 2019), and an honest remote village looks the same, so this only ranks suspects for a
reviewer: it never convicts and never acquits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from poc.detectors.evidence import Evidence
from poc.detectors.network import Network
from poc.detectors.survey import Trace, scores_of_trace, survey_of
from poc.table import Array, Table

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_RESTART = 0.15
_STEPS = 20


@dataclass(frozen=True, slots=True)
class WitnessGraph:
    """liar_share: share of lies expected before looking.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(WitnessGraph().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id; every verdict is `undecided`."""
        survey = survey_of(evidence)
        network = survey.network
        trace = walk_trace(network, seeds=survey.sightings.hub >= 0)
        scores = scores_of_trace("witness-graph", evidence, network, trace, self.liar_share)
        return scores.replace(verdict=np.full(len(scores), "undecided"))


def walk_trace(network: Network, seeds: Array) -> Trace:
    """How much less of the seeds' walk reaches a hotspot than of the walk from everywhere [nat], at most 3."""
    from scipy.sparse import csr_array  # slow to import
    from scipy.sparse.csgraph import connected_components

    n = len(network)
    graph = reciprocal_graph(network)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    step = csr_array(graph.multiply(1.0 / np.maximum(degree, 1.0)[:, None]))
    size = np.bincount(connected_components(graph, directed=False)[1]) if n else np.zeros(0, np.int64)
    component = connected_components(graph, directed=False)[1] if n else np.zeros(0, np.int64)
    trusted, everywhere = (_walk(step, start) for start in (seeds.astype(float), np.ones(n)))
    ratio = np.log((everywhere + 1e-12) / (trusted + 0.05 * everywhere + 1e-12))
    alone = size[component] < 0.5 * n if n else np.zeros(0, np.bool_)
    words = [
        f"in a group of {members} that hears and is heard by nobody outside"
        if apart
        else f"the walk from trusted hotspots reaches it {np.exp(-value):.1f} times as often as chance"
        for members, apart, value in zip(size[component].tolist(), alone.tolist(), ratio.tolist(), strict=True)
    ]
    return Trace(np.clip(ratio, -1.0, 3.0), words)


def reciprocal_graph(network: Network) -> csr_array:
    """Symmetric adjacency of pairs that heard each other in both directions."""
    from scipy.sparse import coo_array, csr_array

    n = len(network)
    one_way = coo_array(
        (np.ones(len(network.heard_beaconer)), (network.heard_beaconer, network.heard_witness)), shape=(n, n)
    ).tocsr()
    return csr_array(one_way.minimum(one_way.T))


def closed_groups(network: Network, most: int = 50) -> list[list[int]]:
    """Groups of rows that hear each other and nobody else: components of the graph of all links, smallest first.

    Those of one hotspot, and those of more than `most`, are left out: the first is alone, the second is the network.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_edges_from(zip(network.heard_beaconer.tolist(), network.heard_witness.tolist(), strict=True))
    groups = [sorted(group) for group in nx.connected_components(graph) if 1 < len(group) <= most]
    return sorted(groups, key=lambda group: (len(group), group))


def _walk(step: csr_array, start: Array) -> Array:
    start = start / max(float(start.sum()), 1.0)
    here = start
    for _ in range(_STEPS):
        here = _RESTART * start + (1.0 - _RESTART) * (step.T @ here)
    return np.asarray(here)
