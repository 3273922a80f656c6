import numpy as np
import pytest

from poc.ordering import order_of


@pytest.mark.parametrize("largest", [0, 3, 2**40, 2**62])
@pytest.mark.parametrize("n", [0, 1, 1000])
def test_the_order_is_that_of_a_stable_sort_however_large_the_numbers(largest, n):
    rank = np.random.default_rng(n).integers(0, largest, n, endpoint=True)
    assert order_of(rank).tolist() == np.argsort(rank, kind="stable").tolist()
