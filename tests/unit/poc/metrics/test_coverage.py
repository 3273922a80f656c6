from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from maps.grid import children, parents
from poc.metrics.coverage import coverage
from poc.metrics.labels import Labels

A, B, C = 0x881F8E776BFFFFF, 0x881F8E7769FFFFF, 0x881F8E7761FFFFF
LABELS = Labels(np.array([1, 2, 3], np.uint64), np.array(["", "", "location-spoof"]))


def inside(cell: int, number: int = 0) -> int:
    return int(children(cell, 12)[number])


def tables(reason: list[int]) -> dict[str, pa.Table]:
    """1 in A and 2 in B are honest, 3 says C; verdicts 1 → 2 and 1 → 3."""
    return {
        "hotspots": pa.table({
            "epoch": [0, 0, 0], "hotspot": np.array([1, 2, 3], np.uint64),
            "cell": np.array([inside(A), inside(B), inside(C)], np.uint64),
        }),
        "witness_verdicts": pa.table({
            "epoch": [0, 0], "beaconer": np.array([1, 1], np.uint64), "witness": np.array([2, 3], np.uint64),
            "reason": np.array(reason, np.uint8),
        }),
    }  # fmt: skip


def test_cells_on_the_word_of_liars_are_phantoms() -> None:
    assert len(set(map(int, parents(np.array([inside(c) for c in (A, B, C)], np.uint64), 8)))) == 3
    grades = coverage(tables([0, 0]), LABELS, 0, None)
    assert grades["n_cells_res8"] == 3 and grades["n_phantom_cells_res8"] == 1
    assert grades["n_cells_res9"] == 3 and grades["populated_cells_share_res8"] is None


def test_invalid_reports_cover_nothing() -> None:
    assert coverage(tables([0, 11]), LABELS, 0, None)["n_cells_res8"] == 2
    assert coverage(tables([11, 11]), LABELS, 0, None)["n_cells_res8"] == 0


def test_the_cell_is_the_one_asserted_in_that_epoch() -> None:
    moved = tables([0, 11])
    later = pa.table({
        "epoch": [1], "hotspot": np.array([2], np.uint64), "cell": np.array([inside(C)], np.uint64)
    })  # fmt: skip
    moved["hotspots"] = pa.concat_tables([moved["hotspots"], later])
    assert coverage(moved, LABELS, 0, None)["n_cells_res8"] == 2
    # from epoch 1 on there is no report
    assert coverage(moved, LABELS, 1, None)["n_cells_res8"] == 0


def test_share_of_the_populated_cells_and_of_the_people() -> None:
    cells = np.sort(np.array([children(A, 9)[0], children(B, 9)[0], children(C, 9)[0]], np.uint64))
    people = np.where(parents(cells, 8) == A, 60.0, np.where(parents(cells, 8) == B, 40.0, 0.0))
    city: Any = SimpleNamespace(resolution=9, cells=cells, population=people)
    grades = coverage(tables([11, 0]), LABELS, 0, city)  # 1 in A and 3 in C
    assert grades["populated_cells_share_res8"] == 0.5
    assert grades["population_share_res8"] == 0.6
    coarse: Any = SimpleNamespace(resolution=7, cells=cells, population=people)
    assert coverage(tables([11, 0]), LABELS, 0, coarse)["population_share_res8"] is None


def test_without_verdicts_coverage_is_unknown() -> None:
    assert coverage({}, LABELS, 0, None)["n_cells_res8"] is None
