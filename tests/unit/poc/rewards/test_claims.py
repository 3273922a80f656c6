"""One beacon with two selected witnesses: who claims what."""

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.rewards.claims import claims_without_suspects, strength_over_sensitivity_db
from poc.schema import SCORES
from tests.oracle.events import HOUR, LOC0, LOC1, LOC4, NOON, Scene, rows_of


@pytest.fixture
def claims():
    scene = Scene(profile="guarded").hotspot(1).hotspot(2, cell=LOC4).hotspot(3, cell=LOC1)
    scene.reciprocal(1, 2, 3, at_ns=NOON - HOUR)
    beacon = scene.beacon(1, beacon=70)
    scene.report(2, beacon, report=71)
    scene.report(3, beacon, report=72, rssi_dbm=-118.0, snr_db=-10.0)
    scene.report(2, beacon, report=73)  # a duplicate claims nothing
    scene.beacon(2)  # valid, but nobody heard it
    profile = PROFILES["guarded"]
    return profile.evidence_kinds[0].claims(scene.judge(), profile.limits)


def test_rows(claims):
    found = {
        (row["evidence"], row["hotspot"]): (row["role"], row["peer"], row["cell"], row["reward_unit_e4"])
        for row in rows_of(claims)
    }
    assert found == {
        (70, 1): ("beaconer", 0, 0, 5000),
        (71, 2): ("witness", 1, LOC0, 10_000),
        (72, 3): ("witness", 1, LOC0, 10_000),
        (71, 1): ("reach", 2, LOC4, 0),
        (72, 1): ("reach", 3, LOC1, 0),
    }
    assert len(claims) == 5


def test_strength_is_the_report_s(claims):
    by_report = {(row["evidence"], row["role"]): row["strength_db"] for row in rows_of(claims)}
    assert by_report[71, "witness"] == by_report[71, "reach"]
    # ESP by hand: −118 − 10 − 10 log10(1.1) over −137.03 dBm
    assert by_report[72, "witness"] == pytest.approx(-118 - 10 - 0.41393 + 137.0309, abs=1e-3)


def test_strength_of_nonsense_is_bounded():
    strength = strength_over_sensitivity_db(
        np.array([np.nan, np.inf, -np.inf, 1e308]), np.array([np.nan, -np.inf, np.inf, 0.0]), np.array([0, 255, 9, 12])
    )
    assert ((strength >= -60) & (strength <= 160)).all()


def test_suspects_lose_their_claims_and_those_that_rest_on_them(claims):
    scores = SCORES.table(
        detector=["x", "x"], hotspot=[3, 2], probability=1.0, log_likelihood_ratio=9.0, verdict=["suspect", "honest"],
        estimated_latitude_deg=0.0, estimated_longitude_deg=0.0, credible_radius_m=0.0, family="", evidence="",
    )  # fmt: skip
    left = claims_without_suspects(claims, scores)
    assert {(row["evidence"], row["hotspot"]) for row in rows_of(left)} == {(70, 1), (71, 2), (71, 1)}
    assert len(claims_without_suspects(claims, SCORES.empty())) == 5
