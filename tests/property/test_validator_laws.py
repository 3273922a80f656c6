"""Laws of judging: order of rows, stricter rules, splitting into epochs, unaffected strangers."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poc.profiles import PROFILES
from poc.profiles.helium_iot_2026 import RULES
from poc.reasons import Reason, Side
from poc.validator.checks.check import Check
from poc.validator.judge import judge
from poc.validator.state import ValidatorState
from tests.oracle.events import HOUR, NOON, random_world

LIMITS = PROFILES["helium-iot-2026"].limits


def _world(seed, hours=24):
    hotspots, beacons, reports = random_world(seed, n_hotspots=60, n_beacons=300, n_reports_each=5, hours=hours)
    return hotspots, {"beacons": beacons, "witness_reports": reports}


def _judge(hotspots, reports, rules=RULES, state=None, limits=LIMITS):
    return judge(rules, hotspots, reports, state or ValidatorState(), limits)


def _by_id(judgement):
    beacons, reports = judgement.verdicts.values()
    return beacons.sort("beacon"), reports.sort("report")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_permuted_rows_give_the_same_verdicts(seed, shuffle):
    hotspots, reports = _world(seed)
    rng = np.random.default_rng(shuffle)
    mixed = {name: table.take(rng.permutation(len(table))) for name, table in reports.items()}
    plain, permuted = _judge(hotspots, reports), _judge(hotspots.take(rng.permutation(len(hotspots))), mixed)
    for a, b in zip(plain.verdicts.values(), permuted.verdicts.values(), strict=True):
        assert a.equals(b)
    assert plain.state.last_times.equals(permuted.state.last_times)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["beacon", "witness"]), st.integers(2, 7))
def test_another_failing_check_never_makes_a_report_valid(seed, stage, modulus):
    hotspots, reports = _world(seed)
    key = {"beacon": "beacon", "witness": "report"}[stage]
    extra = Check(Reason.unknown_error, Side.witness, lambda rows, limits, memory: rows[key] % np.uint64(modulus) == 0)
    stricter = replace(RULES, **{stage: (*getattr(RULES, stage), extra)})
    (beacons, witnesses), (beacons_after, witnesses_after) = (
        _by_id(_judge(hotspots, reports, rules)) for rules in (RULES, stricter)
    )
    assert (beacons_after["reason"] == Reason.unknown_error).any() or stage == "witness"
    assert not ((beacons["reason"] > 0) & (beacons_after["reason"] == 0)).any()
    assert not ((witnesses["reason"] > 0) & (witnesses_after["reason"] == 0)).any()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 23))
@example(324, 10)  # somebody beacons between the last density map and the cut
def test_two_epochs_judge_like_one(seed, hour):
    hotspots, reports = _world(seed)
    # without twins: a payload that comes again in the second epoch would find its reports there
    beacons = reports["beacons"].take(np.unique(reports["beacons"]["payload"], return_index=True)[1])
    early = beacons["received_ns"] < NOON + hour * HOUR
    payloads = beacons["payload"][early]
    first_half = np.isin(reports["witness_reports"]["payload"], payloads)
    whole = _judge(hotspots, {**reports, "beacons": beacons})
    state, parts = ValidatorState(), []
    for of_beacons, of_reports in ((early, first_half), (~early, ~first_half)):
        part = {"beacons": beacons.take(of_beacons), "witness_reports": reports["witness_reports"].take(of_reports)}
        parts.append(_judge(hotspots, part, state=state))
        state = parts[-1].state
    assert state.last_times.equals(whole.state.last_times)
    for name in ("beacon_verdicts", "witness_verdicts"):
        assert whole.verdicts[name].equals(parts[0].verdicts[name].concat([part.verdicts[name] for part in parts]))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_verdicts_are_consistent(seed):
    judgement = _judge(*_world(seed))
    beacons, reports = judgement.verdicts.values()
    row = beacons.rows_of(reports["beacon"])
    valid = reports["reason"] == 0
    assert (reports["fired"][~valid] >> reports["reason"][~valid] & 1).all()
    assert not (reports["fired"][valid] > 0).any()
    assert not (reports["selected"] & ~valid).any()
    assert (np.bincount(row[valid], minlength=len(beacons)) == beacons["n_valid"]).all()
    assert (np.bincount(row[reports["selected"]], minlength=len(beacons)) == beacons["n_selected"]).all()
    assert (beacons["n_selected"] == np.minimum(beacons["n_valid"], LIMITS.max_witnesses)).all()
    spoiled = beacons["reason"][row] > 0
    assert (reports["reason"][spoiled] == beacons["reason"][row][spoiled]).all()
    assert (reports["side"][spoiled] == Side.beaconer).all()
    assert ((reports["side"] == 0) == valid).all()


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"helium-iot-retired"}))  # that one judges nothing
def test_every_profile_judges_whatever_comes(name):
    profile = PROFILES[name]
    hotspots, reports = _world(4)
    judgement = profile.evidence_kinds[0].judge(hotspots, reports, ValidatorState(), profile.limits)
    assert 0 < (judgement.verdicts["witness_verdicts"]["reason"] == 0).mean() < 1
    assert isinstance(profile.evidence_kinds[0].judge, partial)
