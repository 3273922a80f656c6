"""The two-quantile selection without allocation, against a full sort."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pytest

from radio_models.itm.irregularity import MAX_SAMPLES, N_BUCKETS, spread_between
from radio_models.itm.shapes import Scratch


@numba.njit(error_model="numpy")
def select(values: Any, rank: Any, scratch: Any) -> Any:
    return spread_between(values, values.size, rank, values.min(), values.max(), scratch)


def scratch() -> Scratch:
    none = np.zeros(1)
    buckets, counts = np.empty(MAX_SAMPLES, np.int32), np.empty(N_BUCKETS, np.int32)
    return Scratch(none, none, none, none, none, none, none, buckets, counts, np.empty(MAX_SAMPLES))


def shapes_of_ground() -> dict[str, npt.NDArray[np.float64]]:
    rng = np.random.default_rng(5)
    return {
        "uniform": rng.uniform(-50.0, 50.0, (40, MAX_SAMPLES)),
        "heavy tails": rng.standard_cauchy((40, MAX_SAMPLES)),
        "ties": np.round(rng.normal(0.0, 2.0, (40, MAX_SAMPLES))),
        "one spike": np.where(np.arange(MAX_SAMPLES) == 100, 1e5, rng.normal(size=(40, MAX_SAMPLES))),
        "short": rng.normal(size=(40, 35)),
        "flat": np.full((2, MAX_SAMPLES), 3.7),
        "rounding noise": 100.0 + 1e-13 * rng.normal(size=(40, MAX_SAMPLES)),
    }


@pytest.mark.parametrize("name", shapes_of_ground())
def test_spread_is_that_of_a_sorted_list(name: str) -> None:
    for values in shapes_of_ground()[name]:
        for rank in {3, (values.size + 5) // 10 - 1}:
            in_order = np.sort(values)
            assert select(values.copy(), rank, scratch()) == in_order[-1 - rank] - in_order[rank]
