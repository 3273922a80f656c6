"""Ranks sought from a guess are those of a sorted list, however far off the guess is."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from radio_models.itm.nearby_rank import ranked_near


@numba.njit(error_model="numpy")
def find(keys: Any, rank: Any, guess: Any, spacing: Any) -> Any:
    return ranked_near(keys, rank, guess, spacing)


@pytest.mark.parametrize("spread", [0.0, 3.0, 1e4, 2.0**27])
def test_the_guess_does_not_show(spread: float) -> None:
    random = np.random.default_rng(1)
    for n in (1, 35, 245):
        keys = np.rint(random.normal(0.0, spread, n)).astype(np.int32)
        in_order = np.sort(keys)
        for rank in {0, n // 10, n - 1 - n // 10, n - 1}:
            for guess in (0, int(in_order[rank]), int(in_order[0]) - 1, int(in_order[-1]) + 1, -(2**30), 2**30):
                for spacing in (1, 1000, 2**20):
                    assert find(keys, rank, guess, spacing) == in_order[rank]
