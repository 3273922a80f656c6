"""Helium's published denylist classifiers: the baseline that every other detector is measured against.

Source: Nova Labs' devblog posts on the denylist of August 2023 to March 2024, as collected in spec helium-iot.md §11
and spec fraud.md §1. The code was never published. What the posts leave open is settled here and said at each
classifier: the exact distance-insensitivity figure, the link counts asked for, and how many bad edges condemn a
hotspot. Left out are the terrain classifier (needs elevation along every path), the symmetry of inbound and outbound
similarity (no threshold was published), listing by hand, and the permanent CN470 entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from poc.detectors.evidence import Evidence
from poc.detectors.network import Network, network_of
from poc.schema import SCORES
from poc.table import Array, Table

#: No place is estimated, so the credible region is the whole Earth: half the length of a meridian ring.
_ANYWHERE_M = 20_015_000.0


@dataclass(frozen=True, slots=True)
class HeliumDenylist:
    """Thresholds as published, and ours where nothing was.

    Published: antenna_margin_db over free space at antenna_distance_m, in both directions, antenna_observations times,
    asserted farther apart than antenna_apart_m; insensitivity_above; latest_ms of an honest witness report.
    Ours: fewest_links before a hotspot is judged at all; edge_share of late edges that condemns a hotspot;
    frequency_hz where no reception tells it.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(HeliumDenylist().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    antenna_distance_m: float = 30.0
    antenna_margin_db: float = 10.0
    antenna_observations: int = 5
    antenna_apart_m: float = 600.0
    insensitivity_above: float = 0.5
    latest_ms: float = 4000.0
    fewest_links: int = 5
    edge_share: float = 0.5
    frequency_hz: float = 868_100_000.0
    reads_packets: ClassVar[bool] = True

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id.

        probability is 1 for listed and 0 for not listed: a verdict, not a probability. The likelihood ratio stays 0,
        since the classifiers have none, and the estimated place is the asserted one. family names the classifier that
        fired first, in the order antenna, distance-insensitivity, reciprocity, latency.
        """
        network = network_of(evidence)
        classifiers = {
            "antenna": self._antenna(network, evidence.receptions),
            "distance-insensitivity": self._insensitivity(network),
            "reciprocity": self._reciprocity(network),
            "latency": self._latency(network, evidence.receptions),
        }
        hotspots = np.unique(evidence.hotspots["hotspot"])
        n, rows = len(hotspots), np.searchsorted(hotspots, network.hotspot)
        family, words = np.full(n, "", object), np.full(n, "no published classifier fires", object)
        listed = np.zeros(n, np.bool_)
        for name, (fires, measure, text) in reversed(classifiers.items()):
            family[rows[fires]] = name
            listed[rows[fires]] = True
            words[rows[fires]] = [text.format(value) for value in measure[fires].tolist()]
        seen = np.zeros(n, np.bool_)
        seen[rows] = network.alive
        latitude_deg, longitude_deg = np.zeros(n), np.zeros(n)
        latitude_deg[rows], longitude_deg[rows] = network.latitude_deg, network.longitude_deg
        return SCORES.table(
            detector=np.full(n, "helium-denylist"),
            hotspot=hotspots,
            probability=listed.astype(float),
            log_likelihood_ratio=np.zeros(n),
            verdict=np.select([listed, seen], ["suspect", "honest"], "undecided"),
            estimated_latitude_deg=latitude_deg,
            estimated_longitude_deg=longitude_deg,
            credible_radius_m=np.full(n, _ANYWHERE_M),
            family=family.astype(np.str_),
            evidence=words.astype(np.str_),
        )

    def _antenna(self, network: Network, receptions: Table) -> tuple[Array, Array, str]:
        """Antenna splitter v2 (2024-03-11): too strong for 30 m in both directions while asserted over 600 m apart."""
        frequency_hz = float(np.median(receptions["frequency_hz"])) if len(receptions) else self.frequency_hz
        # free space: 20 lg(4π d f / c)
        free_db = 20.0 * np.log10(4.0 * np.pi * self.antenna_distance_m * frequency_hz / 299_792_458.0)
        a, b = network.heard_beaconer, network.heard_witness
        strong = network.heard_loss_db < free_db - self.antenna_margin_db
        strong &= (network.heard_n >= self.antenna_observations) & (network.distance_m(a, b) > self.antenna_apart_m)
        n = len(network)
        keys, reverse = a[strong] * n + b[strong], b[strong] * n + a[strong]
        count = np.bincount(a[strong][np.isin(keys, reverse)], minlength=n)
        return count > 0, count, "hears and is heard by {} hotspots asserted over 600 m away as if within 30 m"

    def _insensitivity(self, network: Network) -> tuple[Array, Array, str]:
        """Jaccard similarity of witness sets that does not fall with distance (2023-08, flagged above 50 %).

        Our reading: some hotspot asserted farther away than the median link of the network shares more than half of the
        witness set, and more of it than any hotspot asserted nearer does. Honest neighbours of a liar can be caught
        too, as they were ("good antennas near fraudsters").
        """
        n = len(network)
        n_witnesses = np.bincount(network.heard_beaconer, minlength=n)
        ones = np.ones(len(network.heard_beaconer))
        from scipy.sparse import csr_array  # slow to import

        heard_by = csr_array((ones, (network.heard_beaconer, network.heard_witness)), shape=(n, n))
        shared = (heard_by @ heard_by.T).tocoo()
        a, b, common = shared.row.astype(np.int64), shared.col.astype(np.int64), shared.data
        similarity = common / (n_witnesses[a] + n_witnesses[b] - common)
        links_m = network.distance_m(network.heard_beaconer, network.heard_witness)
        typical_m = max(float(np.median(links_m)) if len(links_m) else 0.0, self.antenna_apart_m)
        judged = (a != b) & (np.minimum(n_witnesses[a], n_witnesses[b]) >= self.fewest_links)
        far = network.distance_m(a, b) > typical_m
        nearest, strongest = np.zeros(n), np.zeros(n)
        np.maximum.at(nearest, a[judged & ~far], similarity[judged & ~far])
        np.maximum.at(strongest, a[judged & far], similarity[judged & far])
        fires = (strongest > self.insensitivity_above) & (strongest > nearest)
        return fires, 100.0 * strongest, "a hotspot asserted far away shares {:.0f} % of its witness set"

    def _reciprocity(self, network: Network) -> tuple[Array, Array, str]:
        """Witness reciprocity of zero: hears others, beacons, and is heard by none of them."""
        n = len(network)
        outgoing = np.bincount(network.heard_witness, minlength=n)
        incoming = np.bincount(network.heard_beaconer, minlength=n)
        fires = (outgoing >= self.fewest_links) & (incoming == 0) & (network.n_beacons > 0)
        return fires, outgoing, "hears {} hotspots and is heard by none"

    def _latency(self, network: Network, receptions: Table) -> tuple[Array, Array, str]:
        """Ingest latency (2024-01): an edge none of whose witness reports arrives within 4,000 ms of the beacon report
        is a rebroadcast. Our reading: a hotspot goes with more than half of its edges."""
        n = len(network)
        a = np.searchsorted(network.hotspot, receptions["beaconer"])
        b = np.searchsorted(network.hotspot, receptions["witness"])
        known = np.isin(receptions["beaconer"], network.hotspot) & np.isin(receptions["witness"], network.hotspot)
        lag_ms = (receptions["received_ns"] - receptions["beacon_received_ns"])[known] / 1e6
        edge, group = np.unique(a[known] * n + b[known], return_inverse=True)
        prompt = np.zeros(len(edge), np.bool_)
        prompt[group[lag_ms <= self.latest_ms]] = True
        ends = np.concatenate([edge // n, edge % n]) if n else edge
        edges = np.bincount(ends, minlength=n)
        late = np.bincount(ends, np.tile(~prompt, 2), n)
        fires = (edges >= self.fewest_links) & (late > self.edge_share * edges)
        return fires, 100.0 * late / np.maximum(edges, 1), "{:.0f} % of its edges only ever report over 4 s late"
