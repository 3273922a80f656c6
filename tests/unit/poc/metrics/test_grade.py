import json
from collections.abc import Callable
from typing import Any

import pytest

from poc.metrics import grade
from poc.store import RunData

MakeRun = Callable[..., RunData]


def test_the_order_of_rows_changes_no_bit(make_run: MakeRun, hand_run: RunData) -> None:
    shuffled = make_run(shuffle_seed=5)
    assert json.dumps(shuffled.metrics, sort_keys=True) == json.dumps(hand_run.metrics, sort_keys=True)


def test_metrics_are_plain_json_without_nan(hand_run: RunData) -> None:
    assert json.loads(json.dumps(hand_run.metrics, allow_nan=False)) == hand_run.metrics


def test_warm_up_is_not_measured(make_run: MakeRun) -> None:
    assert make_run(n_epochs=3, warm_up_epochs=2).metrics["n_beacons"] == 46
    assert make_run(n_epochs=3, warm_up_epochs=0).metrics["n_beacons"] == 3 * 46


def test_counts(hand_run: RunData) -> None:
    metrics = hand_run.metrics
    assert (metrics["n_hotspots"], metrics["n_liars"], metrics["n_epochs_measured"]) == (46, 6, 2)
    assert metrics["n_witness_reports"] == sum(metrics["reasons"]["witness_reports"].values())


@pytest.mark.parametrize(
    "case",
    [
        {"n_honest": 0, "n_liars": 0},
        {"n_honest": 1, "n_liars": 0},
        {"n_honest": 0, "n_liars": 3},
        {"n_liars": 0},
        {"n_epochs": 1, "warm_up_epochs": 0},
        {"leave_out": ("receptions", "witness_verdicts", "claims", "link_statistics", "activity")},
        {"leave_out": ("truth",)},
        {"leave_out": ("scores", "rewards", "beacon_verdicts")},
    ],
)
def test_awkward_runs_are_graded(make_run: MakeRun, case: dict[str, Any]) -> None:
    metrics = make_run(**case).metrics
    assert json.dumps(metrics, allow_nan=False)
    assert metrics["n_hotspots"] == case.get("n_honest", 40) + case.get("n_liars", 6)
    if not case.get("n_liars", 6) or "truth" in case.get("leave_out", ()):
        assert all(entry["auc"] is None for entry in metrics["detection"].values())


def test_selected_reports_alone_do_not_stand_for_all(hand_run: RunData) -> None:
    manifest = {**hand_run.manifest, "scenario": {"reports": ["selected"]}}
    metrics = grade(hand_run.tables, manifest)
    assert metrics["n_witness_reports"] is None
    assert metrics["collateral"]["witness_reports_denied_share"] is None
    assert metrics["coverage"]["n_cells_res8"] == hand_run.metrics["coverage"]["n_cells_res8"]
