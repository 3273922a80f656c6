"""A fraud experiment runs every attack alone and grades every detector."""

import pyarrow.parquet as pq
import pytest

from poc.errors import DomainError, ScenarioError
from poc.experiments.executors import Serial
from poc.experiments.fraud import experiment_of, readable, run_experiment
from poc.metrics.ranking import area_under
from poc.metrics.withholding import curves
from poc.running import run_in_memory


@pytest.fixture
def two_attacks(tiny):
    far = {"name": "location-spoof", "share": 0.6, "min_km": 3.0, "max_km": 6.0}
    return tiny.with_settings(
        {"attacks": [*tiny.attacks, far], "detectors.also": ["relocation"], "fleet.n_hotspots": 16}
    )


def test_every_attack_has_the_fleet_to_itself(two_attacks):
    experiment = experiment_of(two_attacks, 3)
    assert experiment.labels == ("location-spoof", "location-spoof#2")
    assert experiment.seeds == (5, 6, 7)


def test_rows_and_pools_agree_with_the_runs_they_are_made_of(two_attacks, tmp_path):
    experiment = experiment_of(two_attacks, 1)
    result = run_experiment(experiment, tmp_path / "out", Serial())
    rows = pq.read_table(tmp_path / "out" / "fraud.parquet").to_pylist()
    assert [(row["attack"], row["detector"]) for row in rows] == [
        ("location-spoof", "relocation"), ("location-spoof#2", "relocation"),
    ]  # fmt: skip
    run = run_in_memory(experiment.base.with_settings({"attacks": [two_attacks.attacks[1]]}))
    graded = run.metrics["detection"]["relocation"]
    assert rows[1]["auc"] == graded["auc"]
    assert (rows[1]["tpr_low"], rows[1]["tpr_high"]) == pytest.approx(graded["tpr_at_1_percent_fpr_interval"])
    assert rows[1]["leakage.share"] == run.metrics["leakage"]["share"]
    assert area_under(result.pooled["location-spoof#2", "relocation"].roc) == graded["auc"]
    assert [row["liars"] for row in readable(result)] == [4, 10]
    assert (tmp_path / "out" / "roc.png").stat().st_size > 10_000


def test_reference_tests_and_leakage_stand_beside_the_detectors(two_attacks, tmp_path):
    law = {"name": "log-distance", "exponent": 3.5, "reference_distance_m": 1000.0, "reference_loss_db": 133.0}
    far = two_attacks.with_settings({"attacks": [two_attacks.attacks[1]], "radio.path_loss": law})
    result = run_experiment(experiment_of(far, 1, references=True), tmp_path / "out", Serial())
    by_name = {row["detector"]: row for row in result.summary()}
    assert set(by_name) == {"relocation", "informed", "clairvoyant", "receive-side"}
    assert by_name["informed"]["efficiency_informed"] == by_name["clairvoyant"]["efficiency_clairvoyant"] == 1.0
    assert by_name["informed"]["auc"] > 0.5
    assert by_name["relocation"]["efficiency_informed"] is not None
    curve = curves(run_in_memory(far))["relocation"]
    assert by_name["relocation"]["leakage_at_half_percent_collateral"] == curve.leakage_at(0.005)
    assert by_name["informed"]["leakage_at_half_percent_collateral"] is None
    assert "efficiency, informed" in readable(result)[0]
    assert "efficiency, informed" not in readable(run_experiment(experiment_of(far, 1), tmp_path / "no", Serial()))[0]
    with pytest.raises(DomainError, match="without terrain"):
        experiment_of(
            far.with_settings({"map.city": "tennessee-ridges", "radio.path_loss": {"name": "itm"}}), 1, references=True
        )


def test_a_world_that_fails_is_recorded(two_attacks, tmp_path):
    broken = two_attacks.with_settings({"fleet.placement": {"name": "file", "path": str(tmp_path / "missing.csv")}})
    result = run_experiment(experiment_of(broken, 1), tmp_path / "out", Serial())
    assert result.n_failed == 2
    assert "missing.csv" in result.rows[0]["error"]
    assert result.summary() == []


@pytest.mark.parametrize(
    ("settings", "detectors", "sentence"),
    [
        ({"attacks": []}, [], r"has no \[\[attacks\]\]"),
        ({"attacks": [{"name": "location-spoof"}]}, [], "share is None"),
        ({"attacks": [{"name": "location-spof", "share": 0.1}]}, [], "did you mean 'location-spoof'"),
        ({}, ["relocaton"], "did you mean 'relocation'"),
    ],
)
def test_what_cannot_be_an_experiment_is_one_sentence(tiny, settings, detectors, sentence):
    with pytest.raises(ScenarioError, match=sentence):
        experiment_of(tiny.with_settings(settings), 1, detectors)
