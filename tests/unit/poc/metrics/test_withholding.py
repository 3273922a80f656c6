"""Leakage against collateral: the claims made anew are those of the run, and accusing falls where it should."""

import numpy as np
import pytest

from poc.errors import DataError
from poc.metrics.labels import labels_from
from poc.metrics.withholding import Curve, Point, curves, payday_of
from poc.report.figures import FIGURES
from poc.running import run_in_memory
from poc.scenario import scenario_from

ONE_DAY = {
    "seed": 3, "map": {"synthetic": {"kind": "grid", "width_km": 12.0, "height_km": 12.0}},
    "fleet": {"n_hotspots": 60}, "time": {"n_epochs": 1}, "profile": {"base": "guarded"},
    "attacks": [{"name": "location-spoof", "share": 0.2, "min_km": 4.0, "max_km": 6.0}],
}  # fmt: skip


@pytest.fixture(scope="module")
def run():
    return run_in_memory(scenario_from(ONE_DAY, "a test"))


@pytest.fixture(scope="module")
def payday(run):
    return payday_of(run, labels_from(run.tables))


def test_claims_made_anew_pay_what_the_run_paid(run, payday):
    scores = run.table("scores")
    guilty = scores["hotspot"][(scores["detector"] == "fusion") & (scores["verdict"] == "suspect")]
    assert len(guilty) > 3
    paid, rewards = payday.paid(np.isin(payday.hotspot, guilty)), run.table("rewards")
    expected = np.zeros(len(paid))
    expected[np.searchsorted(payday.hotspot, rewards["hotspot"])] = rewards["amount_bones"]
    assert np.array_equal(paid, expected)


def test_accusing_the_liars_alone_costs_nobody_anything(payday):
    found = payday.point(payday.is_liar)
    assert (found.leakage, found.collateral, found.n_honest_accused) == (0.0, 0.0, 0)
    nobody = payday.point(np.zeros(len(payday.hotspot), bool))
    assert nobody.leakage > 0.05 and nobody.collateral == 0.0


def test_an_honest_hotspot_accused_loses_its_pay_and_its_peers_some(payday):
    fair = payday.paid(payday.is_liar)
    best = np.argmax(np.where(payday.is_liar, 0.0, fair))
    point = payday.point(payday.is_liar | (np.arange(len(fair)) == best))
    assert point.n_honest_accused == 1
    assert fair[best] / fair.sum() <= point.collateral < 0.5


def test_curves_run_from_nobody_wrongly_accused_to_many(run):
    found = curves(run)
    assert set(found) == {"fusion", "relocation"}
    for curve in found.values():
        counts = [point.n_honest_accused for point in curve.points]
        assert counts[0] == 0 and counts == sorted(counts) and curve.points[0].collateral == 0.0
        assert curve.leakage_at(0.0) >= curve.leakage_at(0.005) >= curve.leakage_at(1.0)


def test_no_point_within_the_bound_leaves_what_nothing_leaves():
    assert Curve((Point(0.01, 0.2, 0.0, 3, 9),), Point(0.0, 1.0, 0.0, 9, 9), 0.1).leakage_at(0.005) == 0.1


def test_a_run_without_scores_says_so_in_words_and_in_its_figure(run):
    bare = {name: table for name, table in run.tables.items() if name != "scores"}
    silent = type(run)(run.manifest, run.metrics, bare, run.city)
    with pytest.raises(DataError, match="kept no table 'scores'"):
        curves(silent)
    assert "kept no table" in "".join(text.get_text() for text in FIGURES["leakage"](silent).axes[0].texts)
    assert len(FIGURES["leakage"](run).axes[0].lines) == 5
