import numpy as np

from maps.clutter import DEFAULT_HEIGHT_M, Clutter, built_up, default_heights_m


def test_default_heights_are_those_of_p2108_table_3():
    table = {"WATER": 10, "OPEN": 10, "SUBURBAN": 10, "FOREST": 15, "URBAN": 15, "DENSE_URBAN": 20}
    assert {clutter.name: height for clutter, height in DEFAULT_HEIGHT_M.items()} == table
    assert default_heights_m(np.arange(6, dtype=np.uint8)).tolist() == [DEFAULT_HEIGHT_M[c] for c in Clutter]


def test_numbers_of_the_classes_never_change():
    names = ["WATER", "OPEN", "SUBURBAN", "FOREST", "URBAN", "DENSE_URBAN"]
    assert [Clutter(i).name for i in range(6)] == names


def test_roofs_height_and_streets_raise_the_class():
    mapped = [Clutter.OPEN] * 6
    share, height, streets = [0.0, 0.03, 0.2, 0.35, 0.35, 0.0], [0, 5, 5, 14.9, 15, 0], [7.9, 0, 0, 0, 0, 8.0]
    assert built_up(mapped, share, height, streets).tolist() == [1, 2, 4, 4, 5, 2]


def test_nothing_built_leaves_the_class():
    every = np.arange(6, dtype=np.uint8)
    assert built_up(every, np.zeros(6), np.zeros(6)).tolist() == every.tolist()
