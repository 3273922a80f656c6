"""What the radio did: who heard whom, how far, and why reports failed; beside the live network's figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.cliques import largest_clique
from poc.metrics.columns import Columns, RowsById, among, columns, distinct, parts, rows_in, thinned, with_rows
from poc.reasons import Reason
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

QUANTILES_PERCENT = (5, 25, 50, 75, 95, 99)
LIVE_IN_DEGREE = (1, 6, 13, 24, 52, 89)
"""In-degree of 1,999 hotspots of the live network at QUANTILES_PERCENT (hotspot-filters repository, fraud.md §4)."""
LIVE_CLUSTERING_MEAN = 0.41
"""Mean clustering coefficient of the same sample."""
MAX_HOTSPOTS_FOR_CLIQUES = 2_000
MAX_STEPS = 5_000


def links(tables: Mapping[str, pa.Table], first_epoch: int) -> tuple[Array, Array] | None:
    """Directed links beaconer → witness with at least one report in the measured epochs, each once, in ascending order.

    From the link statistics where the run kept them, else from the witness verdicts; None where it kept neither.
    """
    for name in ("link_statistics", "witness_verdicts"):
        found = columns(tables, name, "beaconer", "witness", first_epoch=first_epoch)
        if found is not None:
            return _each_once(found)
    return None


def some_links(tables: Mapping[str, pa.Table], first_epoch: int, by: str) -> tuple[tuple[Array, Array], int] | None:
    """(links, k): in a run with very many links those of one in k hotspots as `by`, "beaconer" or "witness"."""
    for name in ("link_statistics", "witness_verdicts"):
        ends = ("beaconer", "witness") if by == "beaconer" else ("witness", "beaconer")
        found = thinned(tables, name, *ends, first_epoch=first_epoch, most=20_000_000)
        if found is not None:
            return _each_once(found[0]), found[1]
    return None


def _each_once(found: Columns) -> tuple[Array, Array]:
    heard = found["beaconer"] != found["witness"]
    pairs = np.stack([found["beaconer"][heard], found["witness"][heard]])
    ids = distinct(pairs.ravel())
    both = distinct(rows_in(ids, pairs[0]) * max(len(ids), 1) + rows_in(ids, pairs[1]))
    return ids[both // max(len(ids), 1)], ids[both % max(len(ids), 1)]


def in_degrees(edges: tuple[Array, Array]) -> Array:
    """Number of hotspots that each hotspot of the witness graph heard; hotspots without any link are left out.

    >>> in_degrees((np.array([1, 2]), np.array([3, 3]))).tolist()
    [0, 0, 2]
    """
    ids = distinct(np.concatenate(edges))
    return np.bincount(np.searchsorted(ids, edges[1]), minlength=len(ids))


def _degrees(tables: Mapping[str, pa.Table], first_epoch: int) -> Array | None:
    """The degrees of `in_degrees` where one epoch was measured: its link statistics name each link once, so they need
    not be held; None where that is not so.
    """
    hotspots = columns(tables, "hotspots", "hotspot", first_epoch=first_epoch)
    pieces = parts(tables, "link_statistics", "beaconer", "witness", first_epoch=first_epoch)
    if hotspots is None or pieces is None or len(distinct(hotspots["epoch"])) != 1:
        return None
    ids = np.sort(hotspots["hotspot"])
    rows, heard, hearing = RowsById(ids), np.zeros(len(ids) + 1, bool), np.zeros(len(ids) + 1, np.int64)
    for _, (beaconer, witness) in with_rows(pieces, rows, "beaconer", "witness"):
        apart = beaconer != witness
        if not apart.all():
            beaconer, witness = beaconer[apart], witness[apart]
        heard[beaconer] = True
        np.add.at(hearing, witness, 1)
    if heard[-1] or hearing[-1]:  # the spare last place: somebody who is not there
        return None
    return hearing[heard | (hearing > 0)]


def witness_graph_of(tables: Mapping[str, pa.Table], first_epoch: int, n_hotspots: int) -> dict[str, Any]:
    """`witness_graph` of the measured epochs; the links of a large run are counted without being held."""
    degrees = _degrees(tables, first_epoch)
    if degrees is None or len(degrees) <= MAX_HOTSPOTS_FOR_CLIQUES:
        return witness_graph(links(tables, first_epoch), n_hotspots)
    return {**_NOTHING_KNOWN, **_of_degrees(degrees, n_hotspots)}


def witness_graph(edges: tuple[Array, Array] | None, n_hotspots: int) -> dict[str, Any]:
    """Size, in-degree quantiles, clustering and cliques of the witness graph.

    Cliques and clustering take links in either direction as one, and are left out (None) beyond 2,000 hotspots; the
    search for the largest clique stops after 5,000 steps, and then says that what it found is a lower bound.
    """
    grades = dict(_NOTHING_KNOWN)
    if edges is None:
        return grades
    degrees = in_degrees(edges)
    grades |= _of_degrees(degrees, n_hotspots)
    if not 0 < len(degrees) <= MAX_HOTSPOTS_FOR_CLIQUES:
        return grades
    ids = distinct(np.concatenate(edges))
    start, stop = (np.searchsorted(ids, end) for end in edges)
    linked = np.zeros((len(ids), len(ids)), bool)
    linked[start, stop] = linked[stop, start] = True
    grades["clustering_mean"] = _clustering_mean(linked)
    largest, proven = largest_clique(linked, MAX_STEPS)
    grades["largest_clique"], grades["largest_clique_is_lower_bound"] = largest, not proven
    return grades


def _of_degrees(degrees: Array, n_hotspots: int) -> dict[str, Any]:
    grades: dict[str, Any] = {
        "n_links": int(degrees.sum()),
        "n_linked_hotspots": len(degrees),
        "n_isolated_hotspots": max(n_hotspots - len(degrees), 0),
    }
    if len(degrees):
        grades["in_degree_mean"] = int(degrees.sum()) / len(degrees)
        quantiles = np.quantile(degrees, np.array(QUANTILES_PERCENT) / 100).tolist()
        grades["in_degree_quantiles"] = _by_percent(quantiles)
    return grades


def _clustering_mean(linked: Array) -> float:
    """Mean over the nodes of: links among the neighbours over the pairs of neighbours (0 where there is no pair).

    Source: Watts and Strogatz, Nature 393 (1998).
    """
    one = linked.astype(np.float32)  # counts of two thousand are exact in it
    degree = linked.sum(axis=1)
    n_closed = ((one @ one) * one).sum(axis=1, dtype=np.float64)  # each link among neighbours, counted from both ends
    n_pairs = degree * (degree - 1)
    return math.fsum((n_closed / np.maximum(n_pairs, 1)).tolist()) / len(linked)


def witness_distances(tables: Mapping[str, pa.Table], first_epoch: int) -> dict[str, Any]:
    """Asserted distance [m] of valid witness reports; needs the table "receptions"."""
    receptions = columns(tables, "receptions", "report", "distance_m", first_epoch=first_epoch)
    verdicts = columns(tables, "witness_verdicts", "report", "reason", first_epoch=first_epoch)
    grades: dict[str, Any] = {"quantiles_m": None, "longest_m": None, "beyond_50_km_share": None}
    if receptions is None or verdicts is None:
        return grades
    if np.array_equal(receptions["report"], verdicts["report"]):  # as the judge leaves them
        valid = verdicts["reason"] == Reason.none
    else:
        valid = among(receptions["report"], verdicts["report"][verdicts["reason"] == Reason.none])
    distance_m = receptions["distance_m"][valid & (receptions["distance_m"] >= 0)]
    if len(distance_m):
        grades["quantiles_m"] = _by_percent(np.quantile(distance_m, np.array(QUANTILES_PERCENT) / 100).tolist())
        grades["longest_m"] = int(distance_m.max())
        grades["beyond_50_km_share"] = int((distance_m > 50_000).sum()) / len(distance_m)
    return grades


def reasons(tables: Mapping[str, pa.Table], name: str, first_epoch: int) -> dict[str, int] | None:
    """Verdicts by reason, most frequent first; "none" are the valid ones."""
    verdicts = columns(tables, name, "reason", first_epoch=first_epoch)
    if verdicts is None:
        return None
    numbers, counts = np.unique(verdicts["reason"], return_counts=True)
    order = np.lexsort([numbers, -counts])
    return {Reason(int(numbers[row])).name: int(counts[row]) for row in order}


def _by_percent(values: Any) -> dict[str, float]:
    return {str(percent): value for percent, value in zip(QUANTILES_PERCENT, values, strict=True)}


_NOTHING_KNOWN: dict[str, Any] = {
    "n_links": None, "n_linked_hotspots": None, "n_isolated_hotspots": None, "in_degree_mean": None,
    "in_degree_quantiles": None, "live_in_degree_quantiles": _by_percent(LIVE_IN_DEGREE),
    "clustering_mean": None, "live_clustering_mean": LIVE_CLUSTERING_MEAN,
    "largest_clique": None, "largest_clique_is_lower_bound": None,
}  # fmt: skip
