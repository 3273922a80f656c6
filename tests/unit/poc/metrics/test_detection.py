from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from poc.metrics.detection import detection, detector_roc
from poc.metrics.labels import labels_from
from poc.schema import TABLES
from poc.store import with_epoch

HONEST, LIARS = [1, 2, 3, 4], [8, 9]


def scores(epoch: int, detector: str, said: dict[int, tuple[float, float, str]], place: float = np.nan) -> pa.Table:
    n = len(said)
    return with_epoch(epoch, TABLES["scores"].table(
        detector=[detector] * n, hotspot=list(said), probability=[p for p, _, _ in said.values()],
        log_likelihood_ratio=[r for _, r, _ in said.values()], verdict=[v for _, _, v in said.values()],
        estimated_latitude_deg=place, estimated_longitude_deg=place, credible_radius_m=1_000.0, family="", evidence="",
    ))  # fmt: skip


def graded(*parts: pa.Table, first_epoch: int = 0) -> dict[str, Any]:
    ids = HONEST + LIARS
    truth = TABLES["truth"].table(
        hotspot=ids, attack=["", "", "", "", "attic-farm", "location-spoof"], latitude_deg=0.0, longitude_deg=0.01,
        height_m=0, gain_dbi=0, power_dbm=0, rssi_bias_db=0, latency_s=0, clock_offset_s=0, outage_share=0,
        nuisance="", group=0,
    )  # fmt: skip
    tables = {"truth": with_epoch(0, truth), "scores": pa.concat_tables(parts)}
    labels = labels_from(tables)
    assert labels is not None
    return detection(tables, labels, first_epoch)


HALF = {
    1: (0.1, 0.0, "honest"), 2: (0.2, 0.0, "honest"), 3: (0.9, 0.0, "suspect"), 4: (0.3, 0.0, "undecided"),
    8: (0.95, 0.0, "suspect"), 9: (0.5, 0.0, "honest"),
}  # fmt: skip


def test_by_hand() -> None:
    grades = graded(scores(0, "toy", HALF))["toy"]
    # 8 beats all four, 9 beats 1, 2 and 4 but not 3
    assert grades["auc"] == 7 / 8
    assert grades["tpr_at_1_percent_fpr"] == 1 / 2
    assert grades["suspect_share_of_liars"] == 1 / 2
    assert grades["suspect_share_of_honest"] == 1 / 4
    assert grades["undecided_share"] == 1 / 6
    assert grades["precision_of_suspects"] == 1 / 2
    assert grades["by_attack"]["attic-farm"]["auc"] == 1.0
    assert grades["by_attack"]["location-spoof"]["auc"] == 3 / 4
    assert grades["fpr_step"] == 1 / 4
    assert grades["tpr_at_0_1_percent_fpr"] is None  # four honest hotspots cannot show it


def test_the_likelihood_ratio_breaks_ties_of_saturated_probabilities() -> None:
    tied = dict.fromkeys(HONEST, (1.0, 0.0, "suspect")) | dict.fromkeys(LIARS, (1.0, 5.0, "suspect"))
    assert graded(scores(0, "toy", tied))["toy"]["auc"] == 1.0
    flat = dict.fromkeys(HONEST + LIARS, (1.0, 0.0, "suspect"))
    assert graded(scores(0, "toy", flat))["toy"]["auc"] == 0.5


def test_a_hotspot_without_a_score_ranks_last() -> None:
    grades = graded(scores(0, "toy", {8: (0.4, 0.0, "honest"), 1: (0.2, 0.0, "honest")}))["toy"]
    assert grades["n_unscored"] == 4
    # 8 beats everybody; 9 is below 1 and ties with 2, 3, 4
    assert grades["auc"] == pytest.approx((4 + 1.5) / 8)


def test_only_the_last_epoch_is_graded_and_detectors_stay_apart() -> None:
    wrong = {hotspot: (1.0 - p, r, v) for hotspot, (p, r, v) in HALF.items()}
    grades = graded(scores(0, "toy", wrong), scores(2, "toy", HALF), scores(1, "other", wrong))
    assert grades["toy"]["auc"] == 7 / 8 and grades["toy"]["epoch"] == 2
    assert grades["other"]["auc"] == 1 / 8


def test_delay_counts_from_the_first_measured_score() -> None:
    blind = dict.fromkeys(HALF, (0.1, 0.0, "honest"))
    grades = graded(*(scores(epoch, "toy", blind) for epoch in (0, 1, 2)), scores(3, "toy", HALF), first_epoch=1)
    assert grades["toy"]["delay_median_epochs"] == 2.0
    assert graded(scores(0, "toy", blind))["toy"]["delay_median_epochs"] is None


def test_location_error_is_the_great_circle_to_the_true_place() -> None:
    # the estimate lies at (0, 0), the truth 0.01° east: 111.195 m per 0.001° of the earth's mean circle
    grades = graded(scores(0, "toy", HALF, place=0.0))["toy"]
    assert grades["location_error_liars_median_m"] == pytest.approx(1111.95, abs=0.01)
    assert grades["true_place_inside_credible_radius_share"] == 0.0
    assert graded(scores(0, "toy", HALF))["toy"]["location_error_liars_median_m"] is None


def test_no_scores_no_grades() -> None:
    empty = scores(0, "toy", HALF).slice(0, 0)
    assert graded(empty) == {}


def test_the_curve_behind_the_grade_ends_at_all_hotspots() -> None:
    tables = {"scores": scores(0, "toy", HALF)}
    labels = labels_from(
        {"truth": pa.table({"epoch": [0, 0], "hotspot": np.array([1, 8], np.uint64), "attack": ["", "x"]})}
    )
    assert labels is not None
    curve = detector_roc(tables, "toy", labels, 0)
    assert curve is not None
    assert (curve.n_liars, curve.n_honest) == (1, 1)
    assert detector_roc({}, "toy", labels, 0) is None
