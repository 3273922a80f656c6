import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from poc.metrics.cliques import largest_clique
from poc.metrics.witnessing import in_degrees, links, reasons, witness_distances, witness_graph
from poc.reasons import Reason


def edges(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array(pairs, np.uint64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]


def test_links_are_distinct_measured_and_without_self() -> None:
    table = pa.table({
        "epoch": [0, 1, 2, 2, 2], "beaconer": np.array([9, 1, 1, 2, 3], np.uint64),
        "witness": np.array([1, 2, 2, 1, 3], np.uint64),
    })  # fmt: skip
    found = links({"link_statistics": table}, 1)
    assert found is not None
    assert [end.tolist() for end in found] == [[1, 2], [2, 1]]
    assert links({"witness_verdicts": table}, 1) is not None
    assert links({}, 0) is None


def test_degrees_clustering_and_cliques_by_hand() -> None:
    # a triangle 1-2-3 (both ways between 1 and 2) and a tail 3 → 4
    graph = edges((1, 2), (2, 1), (2, 3), (1, 3), (3, 4))
    assert in_degrees(graph).tolist() == [1, 1, 2, 1]
    grades = witness_graph(graph, n_hotspots=6)
    assert grades["n_links"] == 5 and grades["n_linked_hotspots"] == 4 and grades["n_isolated_hotspots"] == 2
    assert grades["in_degree_mean"] == 5 / 4
    assert grades["in_degree_quantiles"]["50"] == 1.0
    assert grades["largest_clique"] == 3 and grades["largest_clique_is_lower_bound"] is False
    assert grades["clustering_mean"] == pytest.approx((1 + 1 + 1 / 3 + 0) / 4)


def test_clustering_agrees_with_networkx() -> None:
    generator = np.random.default_rng(3)
    ends = generator.integers(0, 40, (2, 300)).astype(np.uint64)
    ends = np.unique(ends[:, ends[0] != ends[1]], axis=1)
    graph = nx.Graph(zip(*ends.tolist(), strict=True))
    grades = witness_graph((ends[0], ends[1]), 40)
    assert grades["clustering_mean"] == pytest.approx(nx.average_clustering(graph), abs=1e-12)
    assert grades["largest_clique"] == max(len(clique) for clique in nx.find_cliques(graph))


@pytest.mark.parametrize(("n", "share"), [(30, 0.9), (60, 0.5), (120, 0.2), (40, 0.02)])
def test_the_largest_clique_agrees_with_networkx(n: int, share: float) -> None:
    graph = nx.gnp_random_graph(n, share, seed=n)
    linked = nx.to_numpy_array(graph, dtype=bool)
    assert largest_clique(linked, 10**6) == (max(len(clique) for clique in nx.find_cliques(graph)), True)


def test_a_search_for_cliques_that_stops_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poc.metrics.witnessing.MAX_STEPS", 1)
    assert witness_graph(edges((1, 2), (3, 4)), 4)["largest_clique_is_lower_bound"] is True
    monkeypatch.setattr("poc.metrics.witnessing.MAX_HOTSPOTS_FOR_CLIQUES", 3)
    grades = witness_graph(edges((1, 2), (3, 4)), 4)
    assert grades["largest_clique"] is None and grades["n_links"] == 2


def test_no_links_no_quantiles() -> None:
    assert witness_graph(edges(), 3)["n_isolated_hotspots"] == 3
    assert witness_graph(edges(), 3)["in_degree_quantiles"] is None
    assert witness_graph(None, 3)["n_links"] is None


def test_distances_of_valid_reports_only() -> None:
    epoch, report = [0] * 4, np.array([1, 2, 3, 4], np.uint64)
    tables = {
        "receptions": pa.table({"epoch": epoch, "report": report, "distance_m": [1_000, 60_000, 99_000, -1]}),
        "witness_verdicts": pa.table({"epoch": epoch, "report": report, "reason": np.array([0, 0, 11, 0], np.uint8)}),
    }
    grades = witness_distances(tables, 0)
    assert grades["longest_m"] == 60_000
    assert grades["beyond_50_km_share"] == 0.5
    assert grades["quantiles_m"]["50"] == 30_500
    assert witness_distances({}, 0)["quantiles_m"] is None


def test_reasons_by_frequency() -> None:
    numbers = np.array([0, Reason.bad_rssi, Reason.bad_rssi, Reason.too_late], np.uint8)
    table = pa.table({"epoch": [0, 1, 1, 1], "reason": numbers})
    assert reasons({"witness_verdicts": table}, "witness_verdicts", 1) == {"bad_rssi": 2, "too_late": 1}
    assert reasons({}, "witness_verdicts", 0) is None
