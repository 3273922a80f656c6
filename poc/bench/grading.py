"""Grades of one entry on one cell: hotspots of all worlds ranked together, beside the references on the same worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from maps.geodesy import great_circle_m
from poc.bench.entry_files import Scores
from poc.experiments.intervals import mean_over
from poc.metrics.columns import Columns
from poc.metrics.detection import MIN_HONEST_FOR_0_1_PERCENT, final_scores
from poc.metrics.effects import HARMLESS, HONEST, LIE
from poc.metrics.enforcement import enforcement, leakage_at
from poc.metrics.labels import Labels
from poc.metrics.ranking import (
    area_under,
    average_precision,
    equal_mass_calibration_error,
    log_loss_skill,
    n_found_at,
    roc,
    sensitivity_index,
    wilson_interval,
)
from poc.metrics.references.paired import paired_rates, rate_intervals
from poc.table import Array

INFORMED, CLAIRVOYANT = "informed", "clairvoyant"


@dataclass(frozen=True, slots=True)
class Answers:
    """The labels of a world, ascending by id: columns of labels.parquet."""

    hotspot: Array
    label: Array
    has_radio: Array
    latitude_deg: Array
    longitude_deg: Array
    pay_bones: Array
    near_liar: Array
    group: Array

    @property
    def lies(self) -> Array:
        return np.asarray(self.label == LIE)

    @property
    def counted(self) -> Array:
        """Lies that matter and honest hotspots; harmless lies count neither way."""
        return np.asarray(self.label != HARMLESS)


def pooled_ranks(scores: Sequence[Scores]) -> list[Array]:
    """Ranks on one scale over all worlds: by probability, then by likelihood ratio; 0 for hotspots without a score."""
    sizes = [len(part.probability) for part in scores]
    probability = np.concatenate([part.probability for part in scores])
    ratio = np.concatenate([part.log_likelihood_ratio for part in scores])
    rows = np.flatnonzero(np.isfinite(probability))
    found: Columns = {
        "epoch": np.zeros(len(rows), np.int32), "hotspot": rows.astype(np.uint64),
        "probability": probability[rows], "log_likelihood_ratio": ratio[rows],
    }  # fmt: skip
    everybody = Labels(np.arange(len(probability), dtype=np.uint64), np.zeros(len(probability), "U1"))
    return list(np.split(final_scores(found, everybody)[1], np.cumsum(sizes)[:-1]))


def graded(
    answers: Sequence[Answers],
    rank: Sequence[Array],
    references: dict[str, Sequence[Array]],
    scores: Sequence[Scores] | None = None,
    n_draws: int = 400,
) -> dict[str, Any]:
    """Grades of ranks (one array a world); with `scores` also those of probabilities, verdicts and places.

    n_draws: of the bootstrap behind the paired intervals; 0 leaves them out and gives Wilson's, threshold held fixed.
    """
    keep = [part.counted for part in answers]
    lies = [part.lies[kept] for part, kept in zip(answers, keep, strict=True)]
    ranked = [values[kept] for values, kept in zip(rank, keep, strict=True)]
    curve = roc(np.concatenate(ranked), np.concatenate(lies))
    n_liars, n_honest = curve.n_liars, curve.n_honest
    both = n_liars > 0 and n_honest > 0
    areas = mean_over([area_under(roc(one, lie)) for one, lie in zip(ranked, lies, strict=True)])
    n_found = n_found_at(curve, 0.01)
    area = area_under(curve)
    interval = wilson_interval(n_found, n_liars) if both else None
    enough = both and n_honest >= MIN_HONEST_FOR_0_1_PERCENT
    grades: dict[str, Any] = {
        "n_worlds": len(answers), "n_liars": n_liars, "n_honest": n_honest,
        "n_harmless": int(sum((part.label == HARMLESS).sum() for part in answers)),
        "auc": area,
        "auc_low": None if areas.low is None else max(areas.low, 0.0),
        "auc_high": None if areas.high is None else min(areas.high, 1.0),
        "average_precision_at_5_percent_liars": average_precision(curve, 0.05) if both else None,
        "tpr_at_1_percent_fpr": n_found / n_liars if both else None,
        "tpr_low": interval[0] if interval else None, "tpr_high": interval[1] if interval else None,
        "tpr_at_0_1_percent_fpr": n_found_at(curve, 0.001) / n_liars if enough else None,
        "tpr_at_0_1_low": None, "tpr_at_0_1_high": None,
        "sensitivity_index": sensitivity_index(area, n_liars, n_honest),
    }  # fmt: skip
    if n_draws and both:
        alone = [(one.astype(float), lie) for one, lie in zip(ranked, lies, strict=True)]
        intervals = rate_intervals(alone, (0.01, 0.001), n_draws)
        grades["tpr_low"], grades["tpr_high"] = intervals[0]
        if enough:
            grades["tpr_at_0_1_low"], grades["tpr_at_0_1_high"] = intervals[1]
    for name, reference in references.items():
        looked_at = [kept & ~np.isnan(values) for kept, values in zip(keep, reference, strict=True)]
        triples = [
            (one[row].astype(float), other[row], part.lies[row])
            for one, other, part, row in zip(rank, reference, answers, looked_at, strict=True)
        ]
        grades |= _beside(name, triples, n_draws if both else 0)
        own, theirs = grades.pop("sensitivity_index_looked_at"), grades[f"sensitivity_index_{name}"]
        grades[f"efficiency_{name}"] = None if own is None or not theirs or theirs <= 0.0 else own / theirs
    pay = np.concatenate([part.pay_bones for part in answers])
    label = np.concatenate([part.label for part in answers])
    grades["leakage_at_half_percent_collateral"] = leakage_at(pay, label == LIE, label == HONEST, np.concatenate(rank))
    grades["leakage_unguarded"] = enforcement(
        pay, label == LIE, label == HONEST, np.zeros(len(pay), bool), np.zeros(len(pay), bool)
    )["leakage"]
    return grades | (_said(answers, scores) if scores is not None else {})


def _beside(name: str, worlds: Sequence[tuple[Array, Array, Array]], n_draws: int) -> dict[str, Any]:
    """The reference's own figures and the ratio of rates with its paired interval, on the hotspots that it looked at.

    worlds: (rank, reference's score, is a lie) of each.
    """
    own, theirs, lies = (np.concatenate([world[k] for world in worlds]) for k in range(3))
    curves = roc(own, lies), roc(theirs, lies)
    n_liars, n_honest = curves[0].n_liars, curves[0].n_honest
    index = [sensitivity_index(area_under(curve), n_liars, n_honest) for curve in curves]
    found: dict[str, Any] = {
        f"tpr_{name}": n_found_at(curves[1], 0.01) / n_liars if n_liars and n_honest else None,
        "sensitivity_index_looked_at": index[0], f"sensitivity_index_{name}": index[1],
        f"ratio_{name}": None, f"ratio_{name}_low": None, f"ratio_{name}_high": None,
    }  # fmt: skip
    if n_draws and n_liars and n_honest:
        paired = paired_rates(worlds, n_draws=n_draws)
        if paired.ratio is not None and paired.ratio_interval is not None:
            found[f"ratio_{name}"] = paired.ratio
            found[f"ratio_{name}_low"], found[f"ratio_{name}_high"] = paired.ratio_interval
    return found


def _said(answers: Sequence[Answers], scores: Sequence[Scores]) -> dict[str, Any]:
    """Grades of what was said beyond the order: probabilities, verdicts, places."""
    label = np.concatenate([part.label for part in answers])
    pay = np.concatenate([part.pay_bones for part in answers])
    near = np.concatenate([part.near_liar for part in answers])
    probability = np.concatenate([part.probability for part in scores])
    verdict = np.concatenate([part.verdict for part in scores])
    counted = label != HARMLESS
    stated = np.nan_to_num(probability, nan=0.0)[counted]
    lie, honest = label == LIE, label == HONEST
    suspect, undecided = verdict == "suspect", (verdict == "undecided") | (verdict == "")
    acted = enforcement(pay, lie, honest, near, suspect)
    withheld = enforcement(pay, lie, honest, near, suspect | undecided)
    errors = [_errors_m(part, said) for part, said in zip(answers, scores, strict=True)]
    error_m = np.concatenate(errors)
    n_accused = int((suspect & counted).sum())
    has_verdicts = bool((verdict != "").any())
    return {
        "calibration_error": equal_mass_calibration_error(stated, lie[counted]),
        "log_loss_skill": log_loss_skill(stated, lie[counted]),
        "n_missing": int(np.isnan(probability).sum()),
        "n_unusable": sum(part.counts.n_rejected for part in scores),
        "location_error_median_m": float(np.median(error_m)) if len(error_m) else None,
        "location_error_90_percent_m": float(np.quantile(error_m, 0.9)) if len(error_m) else None,
        "honest_share_of_accused": int((suspect & honest).sum()) / n_accused if n_accused else None,
        "undecided_share": float(undecided[counted].mean()) if has_verdicts and counted.any() else None,
        **({key: acted[key] for key in acted} if has_verdicts else dict.fromkeys(acted)),
        "collateral_undecided_unpaid": withheld["collateral"] if has_verdicts else None,
    }


def _errors_m(answers: Answers, scores: Scores) -> Array:
    """Distance of the estimated from the true place of liars with a radio [m]."""
    rows = answers.lies & answers.has_radio & np.isfinite(scores.latitude_deg) & np.isfinite(scores.longitude_deg)
    return np.asarray(
        great_circle_m(
            answers.latitude_deg[rows],
            answers.longitude_deg[rows],
            scores.latitude_deg[rows],
            scores.longitude_deg[rows],
        )
    )
