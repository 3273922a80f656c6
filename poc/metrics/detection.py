"""How well each detector finds the liars, graded in the last epoch in which it spoke."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.geodesy import great_circle_m
from poc.metrics.columns import Columns, columns, newest_rows, rows_in
from poc.metrics.labels import Labels, family_of
from poc.metrics.ranking import Roc, area_under, average_precision, calibration, n_found_at, roc, wilson_interval
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

MIN_HONEST_FOR_0_1_PERCENT = 10_000
_SCORE_COLUMNS = (
    "detector", "hotspot", "probability", "log_likelihood_ratio", "verdict",
    "estimated_latitude_deg", "estimated_longitude_deg", "credible_radius_m",
)  # fmt: skip


def detection(tables: Mapping[str, pa.Table], labels: Labels, first_epoch: int) -> dict[str, Any]:
    """Grades by detector; empty where the run has no scores.

    A hotspot without a score ranks below all others and is counted as `n_unscored`. Rates of verdicts are shares of
    all hotspots of that kind, undecided ones included.
    """
    scores = columns(tables, "scores", *_SCORE_COLUMNS, first_epoch=first_epoch)
    if scores is None:
        return {}
    detectors = np.unique(scores["detector"]).tolist()
    return {str(name): _grade(_only(scores, scores["detector"] == name), tables, labels) for name in detectors}


def final_scores(scores: Columns, labels: Labels) -> tuple[Columns, Array]:
    """The last epoch's row of each hotspot of one detector, and a whole-number rank for every hotspot of the labels.

    The probability ranks; the likelihood ratio only breaks ties, since probabilities saturate at 0 and 1.
    """
    scores = _only(scores, scores["epoch"] == scores["epoch"].max()) if len(scores["epoch"]) else scores
    scores = _only(scores, newest_rows(scores, "hotspot"))
    row = rows_in(scores["hotspot"], labels.hotspot)
    probability = np.nan_to_num(scores["probability"], nan=0.0)
    ratio = np.nan_to_num(scores["log_likelihood_ratio"], nan=-np.inf)
    order = np.lexsort([ratio, probability])
    step = np.append(True, (np.diff(probability[order]) != 0) | (ratio[order][1:] != ratio[order][:-1]))[: len(order)]
    rank = np.empty(len(order) + 1, np.int64)
    rank[order] = np.cumsum(step)
    rank[-1] = 0
    return scores, rank[row]


def detector_roc(tables: Mapping[str, pa.Table], detector: str, labels: Labels, first_epoch: int) -> Roc | None:
    """The curve behind the grades of one detector; None where it gave no scores."""
    scores = columns(tables, "scores", *_SCORE_COLUMNS, first_epoch=first_epoch)
    if scores is None:
        return None
    return roc(final_scores(_only(scores, scores["detector"] == detector), labels)[1], labels.is_liar)


def _grade(scores: Columns, tables: Mapping[str, pa.Table], labels: Labels) -> dict[str, Any]:
    final, rank = final_scores(scores, labels)
    is_liar = labels.is_liar
    curve = roc(rank, is_liar)
    graded = np.isfinite(final["probability"]) & (rows_in(labels.hotspot, final["hotspot"]) >= 0)
    verdict = np.append(final["verdict"], np.array([""]))[rows_in(final["hotspot"], labels.hotspot)]
    suspect = verdict == "suspect"
    n_found = n_found_at(curve, 0.01)
    both = curve.n_liars > 0 and curve.n_honest > 0
    return {
        "epoch": int(final["epoch"].max()) if len(final["epoch"]) else None,
        "n_honest": curve.n_honest,
        "n_liars": curve.n_liars,
        "n_unscored": int((rank == 0).sum()),
        "auc": area_under(curve),
        "tpr_at_1_percent_fpr": n_found / curve.n_liars if both else None,
        "tpr_at_1_percent_fpr_interval": wilson_interval(n_found, curve.n_liars) if both else None,
        "interval_kind": "Wilson 95 %, threshold held fixed",
        "fpr_step": 1.0 / curve.n_honest if curve.n_honest else None,
        "tpr_at_0_1_percent_fpr": (
            n_found_at(curve, 0.001) / curve.n_liars if both and curve.n_honest >= MIN_HONEST_FOR_0_1_PERCENT else None
        ),
        "average_precision": average_precision(curve),
        "average_precision_at_5_percent_liars": average_precision(curve, 0.05),
        "calibration": calibration(final["probability"][graded], labels.liars(final["hotspot"][graded])),
        "suspect_share_of_liars": _share(suspect & is_liar, is_liar),
        "suspect_share_of_honest": _share(suspect & ~is_liar, ~is_liar),
        "undecided_share": _share(verdict == "undecided", np.ones(len(verdict), bool)),
        "precision_of_suspects": _share(suspect & is_liar, suspect),
        "by_attack": _by_attack(labels, rank, suspect),
        "delay_median_epochs": _delay(scores, labels),
        **_location(final, tables, labels),
    }


def _by_attack(labels: Labels, rank: Array, suspect: Array) -> dict[str, Any]:
    family = np.asarray([family_of(attack) for attack in labels.attack.tolist()], np.str_)
    grades = {}
    for name in np.unique(family[family != ""]).tolist():
        those = (family == name) | (family == "")
        curve = roc(rank[those], family[those] == name)
        n_found = n_found_at(curve, 0.01)
        grades[str(name)] = {
            "n_liars": curve.n_liars,
            "auc": area_under(curve),
            "tpr_at_1_percent_fpr": n_found / curve.n_liars if curve.n_honest else None,
            "tpr_at_1_percent_fpr_interval": wilson_interval(n_found, curve.n_liars) if curve.n_honest else None,
            "suspect_share": _share(suspect & (family == name), family == name),
        }
    return grades


def _delay(scores: Columns, labels: Labels) -> float | None:
    """Median number of measured epochs until a liar that is ever suspected is suspected for the first time."""
    suspected = _only(scores, (scores["verdict"] == "suspect") & labels.liars(scores["hotspot"]))
    if not len(suspected["hotspot"]):
        return None
    everybody, first_scored = _first_epochs(scores)
    hotspot, first_suspected = _first_epochs(suspected)
    return float(np.median(first_suspected - first_scored[rows_in(everybody, hotspot)]))


def _first_epochs(scores: Columns) -> tuple[Array, Array]:
    order = np.lexsort([scores["epoch"], scores["hotspot"]])
    hotspot, first = np.unique(scores["hotspot"][order], return_index=True)
    return hotspot, scores["epoch"][order][first]


def _location(final: Columns, tables: Mapping[str, pa.Table], labels: Labels) -> dict[str, float | None]:
    """Distance of the estimated from the true place, for liars and for honest hotspots."""
    truth = columns(tables, "truth", "hotspot", "latitude_deg", "longitude_deg")
    error_m = np.zeros(0)
    is_liar = inside = np.zeros(0, bool)
    if truth is not None:
        truth = _only(truth, newest_rows(truth, "hotspot"))
        row = rows_in(truth["hotspot"], final["hotspot"])
        known = (
            (row >= 0) & np.isfinite(final["estimated_latitude_deg"]) & np.isfinite(final["estimated_longitude_deg"])
        )
        final, row = _only(final, known), row[known]
        error_m = great_circle_m(
            truth["latitude_deg"][row], truth["longitude_deg"][row],
            final["estimated_latitude_deg"], final["estimated_longitude_deg"],
        )  # fmt: skip
        is_liar = labels.liars(final["hotspot"])
        inside = error_m <= final["credible_radius_m"]
    return {
        "location_error_liars_median_m": _quantile(error_m[is_liar], 0.5),
        "location_error_liars_90_percent_m": _quantile(error_m[is_liar], 0.9),
        "location_error_honest_median_m": _quantile(error_m[~is_liar], 0.5),
        "location_error_honest_90_percent_m": _quantile(error_m[~is_liar], 0.9),
        "true_place_inside_credible_radius_share": _share(inside, np.ones(len(inside), bool)),
    }


def _only(found: Columns, rows: Array) -> Columns:
    return {name: array[rows] for name, array in found.items()}


def _quantile(values: Array, share: float) -> float | None:
    return float(np.quantile(values, share)) if len(values) else None


def _share(hits: Array, of: Array) -> float | None:
    n = int(np.count_nonzero(of))
    return int(np.count_nonzero(hits)) / n if n else None
