"""Kinds of sites and their groups."""

import numpy as np
import pyarrow as pa
import pytest

from poc.errors import DataError
from poc.experiments.sites import DENSE_FROM, HIGH_FROM_M, Sites, groups_of, sites_from


def truth(attack, nuisance, latitude_deg):
    n = len(attack)
    return {"truth": pa.table({
        "epoch": np.zeros(n, np.int32), "hotspot": np.arange(1, n + 1, dtype=np.uint64),
        "latitude_deg": latitude_deg, "longitude_deg": np.full(n, 9.5), "height_m": np.arange(n) * HIGH_FROM_M,
        "attack": attack, "nuisance": nuisance,
    })}  # fmt: skip


def test_kinds_come_from_attack_and_trouble():
    sites = sites_from(truth(["attic-farm#2", "", "", "none"], ["", "tower", "", ""], [47.0, 47.1, 47.2, 47.3]))
    assert sites.kind.tolist() == ["liar: attic-farm", "tower", "plain", "plain"]
    assert set(sites.setting.tolist()) == {"rural"}
    assert sites.is_high.tolist() == [False, True, True, True]


def test_a_cell_is_dense_from_its_fourth_hotspot_on_and_rural_where_nobody_is_near():
    n = DENSE_FROM
    crowded = sites_from(truth([""] * (n + 2), [""] * (n + 2), [47.0] * n + [47.009, 48.0]))
    assert crowded.setting.tolist() == ["dense"] * n + ["suburban", "rural"]
    assert set(sites_from(truth([""] * (n - 1), [""] * (n - 1), [47.0] * (n - 1))).setting.tolist()) == {"suburban"}


def test_density_counts_real_places_and_the_newest_row_of_each_hotspot():
    tables = truth(["", ""], ["", ""], [47.0, 47.1])
    moved = tables["truth"].set_column(0, "epoch", pa.array(np.ones(2, np.int32)))
    moved = moved.set_column(6, "nuisance", pa.array(["tower", "tower"]))
    assert sites_from({"truth": pa.concat_tables([moved, tables["truth"]])}).kind.tolist() == ["tower", "tower"]


def test_groups_overlap_and_empty_ones_are_left_out():
    kinds, settings = np.array(["plain", "tower", "plain"]), np.array(["dense", "rural", "rural"])
    groups = groups_of(Sites(np.arange(3), kinds, settings, np.array([False, True, False])))
    assert {name: rows.tolist() for name, rows in groups.items()} == {
        "everybody": [True] * 3, "honest": [True] * 3, "honest, dense": [True, False, False],
        "honest, rural": [False, True, True], "honest, high antenna": [False, True, False],
        "honest: plain": [True, False, True],
        "honest: tower": [False, True, False],
    }  # fmt: skip


def test_a_run_without_truth_has_no_kinds():
    with pytest.raises(DataError, match="no table 'truth'"):
        sites_from({})
