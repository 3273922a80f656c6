"""Source: helium/oracles-iot at 5b063b7^ `iot_verifier/src/hex_density.rs` `simple_scale_check`; HIP-17; helium/
blockchain-core `blockchain_reward_hip17_SUITE.erl`; restated in `spec/helium-iot-vectors.md` §10. Cells as u64, scales
without unit. Columns marked derived there are an independent re-implementation's.
"""

from decimal import Decimal

import numpy as np
import pytest

from maps.grid import parents
from poc.rewards.density import HIP_17, HIP_104, Level, _rounded_products_e4, density_grid, limits_of, scales_e4

# cell, hotspots in it, scale by HIP-104 (upstream), scale by the older table (derived)
SIMPLE = """
631210990515536895 3 0.0060 0.0065
631210990515537919 3 0.0060 0.0065
631210990515538431 1 0.0060 0.0065
631210990515564031 1 0.0417 0.0455
631210990515589631 1 0.0104 0.0114
631210990515600383 1 0.0104 0.0114
631210990515601919 1 0.0104 0.0114
631210990515606527 1 0.0104 0.0114
631210990515722239 2 0.0083 0.0091
631210990515727359 1 0.0083 0.0091
631210990515728895 1 0.0083 0.0091
631210990515739647 1 0.0083 0.0091
631210990515874303 1 0.0556 0.0606
631210990515924479 1 0.0556 0.0606
631210990515987455 1 0.0556 0.0606
631210990516363775 1 0.1667 0.0909
631210990516590079 1 0.0556 0.0606
631210990516612607 1 0.0278 0.0303
631210990516613631 1 0.0278 0.0303
631210990516640767 1 0.0556 0.0606
631210990516876799 1 0.0139 0.0152
631210990516885503 1 0.0139 0.0152
631210990516888063 1 0.0139 0.0152
631210990516907007 1 0.0208 0.0227
631210990516912639 1 0.0208 0.0227
631210990516955647 1 0.0417 0.0455
631210990516996607 1 0.0139 0.0152
631210990517011455 1 0.0139 0.0152
631210990517016575 1 0.0139 0.0152
631210990517144063 1 0.0833 0.0909
631210990517264895 1 0.0833 0.0909
"""
# id, cell, legacy, HIP-104 (both derived)
STATIC_NETWORK = """
a 631210990529337343 0.3333 0.2500
b 631210990515609087 0.4167 0.2500
c 631210990528546815 0.3333 0.1250
d 631210990528385535 0.3333 0.1250
e 631210990515645439 0.4167 0.2500
f 631210990525267455 0.5556 0.3333
g 631210990524024831 0.5556 0.3333
h 631210990524753919 0.5556 0.3333
i 631210990529462783 0.3333 0.2500
j 631210990528935935 0.3333 0.2500
k 631210990516667903 0.8333 0.5000
"""
ALONE = 631174330694238719
CHILDREN = [ALONE, 631174330694500863, 631174330694763007, 631174330695025151, 631174330695287295]
RING = [
    ALONE, 631174330629227007, 631174330633421311, 631174330687947263, 631174330690044415, 631174330692141567,
    631174330731987455,
]  # fmt: skip


def _e4(text):
    return int(Decimal(text) * 10_000)


def _scales(cells, table):
    return scales_e4(np.array(cells, np.uint64), table).tolist()


def _rows(text):
    return [line.split() for line in text.split("\n") if line]


@pytest.mark.parametrize(("table", "column"), [(HIP_104, 2), (HIP_17, 3)])
def test_simple_scale_check(table, column):
    rows = [row for row in _rows(SIMPLE) for _ in range(int(row[1]))]
    assert len(rows) == 36
    assert _scales([int(row[0]) for row in rows], table) == [_e4(row[column]) for row in rows]


def test_simple_scale_check_counts_at_res_9():
    cells = np.array([int(row[0]) for row in _rows(SIMPLE)], np.uint64)
    # clipped counts reach res 9 as the number of distinct res-10 parents
    tens = np.unique(parents(cells, 10))
    nines, counts = np.unique(parents(tens, 9), return_counts=True)
    assert {hex(cell)[2:]: n for cell, n in zip(nines.tolist(), counts.tolist(), strict=True)} == {
        "892830d3403ffff": 4, "892830d3407ffff": 3, "892830d340fffff": 1, "892830d3413ffff": 3, "892830d3417ffff": 4,
        "892830d341bffff": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("table", "column"), [(HIP_17, 2), (HIP_104, 3)])
def test_static_network(table, column):
    rows = _rows(STATIC_NETWORK)
    assert _scales([int(row[1]) for row in rows], table) == [_e4(row[column]) for row in rows]


@pytest.mark.parametrize(
    ("cells", "hip_104", "hip_17"),
    [
        ([ALONE], 10_000, 10_000),
        ([ALONE] * 2, 5000, 5000),
        ([ALONE] * 3, 3333, 3333),
        (CHILDREN[:2], 5000, 5000),
        (CHILDREN, 2000, 2000),
        (RING, 10_000, None),
    ],
)
def test_small_cases(cells, hip_104, hip_17):
    assert set(_scales(cells, HIP_104)) == {hip_104}
    if hip_17:
        assert set(_scales(cells, HIP_17)) == {hip_17}


def test_limit_function_of_hip_17():
    assert limits_of(Level(2, 1, 4), np.arange(8)).tolist() == [1, 1, 1, 2, 3, 4, 4, 4]


def test_cells_without_an_active_hotspot_are_not_in_the_map():
    cells = np.array([ALONE, RING[1], 0, parents(np.uint64(ALONE), 9)], np.uint64)
    grid = density_grid(cells, HIP_104)
    active = np.array([True, False, True, True])
    assert np.append(grid.scales_e4(active), -1)[grid.place].tolist() == [10_000, -1, -1, -1]


def test_ties_are_rounded_as_decimals_round_them():
    """1/5 × 1/5 × 5/32 is 62.5e-4 exactly; binary fractions land a little above, 28 decimals half to even on 62."""
    ratios = np.array([[[1, 1], [5, 3]], [[1, 1], [5, 1]], [[5, 1], [32, 1]]])
    assert _rounded_products_e4(ratios).tolist() == [62, 3333]
    assert round(float(np.prod(ratios[:, 0, 0] / ratios[:, 1, 0])) * 10_000) == 63
