"""Metric names are checked before anything runs."""

import pytest

from poc.errors import ScenarioError
from poc.experiments.metric_names import check_names, known_names, metric


def test_a_number_is_found_by_its_dotted_name():
    metrics = {"n_hotspots": 3, "detection": {"relocation": {"auc": None, "interval": [0, 1]}}, "leakage": None}
    assert metric(metrics, "n_hotspots") == 3
    assert metric(metrics, "detection.relocation.auc") is None
    assert metric(metrics, "detection.relocation.interval") is None
    assert metric(metrics, "leakage.share") is None


def test_names_of_detectors_follow_the_detectors_of_the_run():
    check_names(["detection.relocation.auc", "leakage.share"], ["relocation"])
    with pytest.raises(ScenarioError, match=r"no metric 'detection\.relocation\.auc'"):
        check_names(["detection.relocation.auc"], [])


def test_names_that_depend_on_the_run_are_let_through():
    check_names(["leakage.by_attack.attic-farm.share", "reasons.witness_reports.bad_rssi"], [])


@pytest.mark.parametrize(
    "name", ["witness_graph.in_degree_quantiles", "detection.relocation.tpr_at_1_percent_fpr_interval"]
)
def test_what_is_not_one_number_is_no_metric(name):
    assert name not in known_names(("relocation",))
