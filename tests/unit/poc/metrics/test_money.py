from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poc.metrics.labels import labels_from
from poc.metrics.money import collateral, earnings, gini, leakage, spread_of
from poc.reasons import Reason, Side
from poc.schema import TABLES
from poc.store import with_epoch
from poc.table import Table

IDS = [1, 2, 3, 4, 5]
ATTACKS = ["", "", "location-spoof", "location-spoof#2", "none"]


def filled(name: str, **values: Any) -> Table:
    n_rows = len(next(iter(values.values())))
    blank = {c.name: [""] * n_rows if c.dtype == "text" else np.zeros(n_rows, c.dtype) for c in TABLES[name].columns}
    return TABLES[name].table(**{**blank, **values})


def world(**tables: Table) -> dict[str, pa.Table]:
    there = {
        "hotspots": filled("hotspots", hotspot=IDS),
        "truth": filled("truth", hotspot=IDS, attack=ATTACKS),
        **tables,
    }
    return {name: with_epoch(1, table) for name, table in there.items()}


def rewards(epoch: list[int], hotspot: list[int], amount: list[int]) -> Table:
    return filled("rewards", epoch=epoch, hotspot=hotspot, amount_bones=amount, pool=["witnesses"] * len(epoch))


def test_earnings_sum_pools_and_leave_the_warm_up_out() -> None:
    tables = world(rewards=rewards([0, 1, 1, 1], [1, 1, 1, 3], [1000, 30, 20, 50]))
    hotspot, amount = earnings(tables, first_epoch=1) or (None, None)
    assert hotspot.tolist() == IDS and amount.tolist() == [50, 0, 50, 0, 0]
    assert earnings({}, 1) is None


def test_leakage_counts_both_campaigns_and_spares_the_attack_none() -> None:
    tables = world(rewards=rewards([1] * 4, [1, 3, 4, 5], [40, 30, 10, 20]))
    labels = labels_from(tables)
    assert labels is not None
    grades = leakage(earnings(tables, 1), labels)
    assert grades["share"] == 0.4
    assert grades["liar_share_of_hotspots"] == 0.4
    assert grades["by_attack"] == {"location-spoof": {"n_hotspots": 2, "n_bones": 40, "share": 0.4}}


def test_leakage_without_pay_is_undefined() -> None:
    tables = world(rewards=rewards([1], [1], [0]))
    labels = labels_from(tables)
    assert labels is not None
    assert leakage(earnings(tables, 1), labels)["share"] is None
    assert spread_of(earnings(tables, 1), labels)["gini"] is None
    assert leakage(None, labels)["share"] is None


def test_gini_by_hand() -> None:
    # ranks 1..4 of 1, 2, 3, 4: (2·30 − 5·10) / (4·10)
    assert gini(np.array([4, 1, 3, 2])) == 0.25
    assert gini(np.array([0, 0])) is None
    assert gini(np.array([10**18, 10**18])) == 0.0


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=12).filter(any))
def test_gini_is_half_the_mean_difference_over_the_mean(amounts: list[int]) -> None:
    n = len(amounts)
    differences = sum(abs(a - b) for a in amounts for b in amounts)
    assert gini(np.array(amounts)) == pytest.approx(differences / (2 * n * sum(amounts)), abs=1e-12)


def test_collateral_counts_losses_among_the_honest_only() -> None:
    # beacons: 1 paid, 2 denied although honest, 3 a liar's
    beacons = filled(
        "beacon_verdicts", beacon=[11, 12, 13], hotspot=[1, 2, 3], reason=[0, Reason.denied, 0], n_selected=[2, 0, 1]
    )
    # reports: of beacon 11 by 5 (claimed) and by 2 (removed), of 12 by 1 (falls with 2), of 13 (a liar) by 5 (removed)
    reports = filled(
        "witness_verdicts", report=[101, 102, 103, 104], beacon=[11, 11, 12, 13], beaconer=[1, 1, 2, 3],
        witness=[5, 2, 1, 5], reason=[0, 0, Reason.denied, 0], side=[0, 0, Side.beaconer, 0],
        selected=[True, True, False, True],
    )  # fmt: skip
    claims = filled("claims", evidence=[11, 101, 101], hotspot=[1, 5, 1], role=["beaconer", "witness", "reach"])
    tables = world(
        beacon_verdicts=beacons, witness_verdicts=reports, claims=claims, rewards=rewards([1, 1], [1, 3], [10, 10])
    )
    labels = labels_from(tables)
    assert labels is not None
    grades = collateral(tables, earnings(tables, 1), labels, 1)
    assert grades["n_honest"] == 3
    assert grades["beacons_denied_share"] == 1 / 2
    assert grades["witness_reports_denied_share"] == 0.0
    assert grades["witness_reports_denied_by_peer_share"] == 1 / 3
    assert grades["claims_removed_share"] == 1 / 3  # of beacon 11, reports 101 and 102
    assert grades["claims_lost_with_liars_share"] == 1 / 4
    assert grades["unpaid_share"] == 2 / 3
    assert grades["harmed_share"] == 2 / 3  # 1 and 2, not 5
    assert grades["harmed_share_near_liars"] == 0.0  # 5 alone heard a liar
    assert grades["harmed_share_elsewhere"] == 1.0


def test_collateral_of_a_run_that_kept_nothing_is_undefined() -> None:
    labels = labels_from(world())
    assert labels is not None
    grades = collateral(world(), None, labels, 1)
    assert grades["beacons_denied_share"] is grades["claims_removed_share"] is grades["unpaid_share"] is None
