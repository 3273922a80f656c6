"""Amounts of many hotspots at once are those of one decimal multiplication each."""

from decimal import Decimal

import numpy as np
import pytest

from poc.rewards.amounts import price_of_share, whole_amounts


@pytest.mark.parametrize("bones", [Decimal(1_000_000), Decimal("5342465753424.66"), Decimal(3)])
@pytest.mark.parametrize("unit", [Decimal("1e-8"), Decimal(1)])
def test_each_is_cut_like_its_decimal(bones, unit):
    counts = np.random.default_rng(4).integers(0, 10**12, 3000)
    counts[:3] = 0, 1, 2**62
    price = price_of_share(bones, int(counts[3:].sum()) * unit)
    expected = [int(price * (count * unit)) for count in counts.tolist()]
    assert whole_amounts(price, counts, unit).tolist() == expected


def test_amounts_on_the_edge_of_a_bone_are_exact():
    counts = np.arange(1, 4001, dtype=np.int64)
    price = Decimal("0.001")
    assert whole_amounts(price, counts, Decimal(1)).tolist() == [count // 1000 for count in counts.tolist()]
