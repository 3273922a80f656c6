import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from poc.errors import DataError
from poc.explain import explain
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.store import RunData

MakeRun = Callable[..., RunData]
LIAR, HONEST = 1044, 1003


def kinds(run: RunData, hotspot: int) -> dict[str, Any]:
    return {finding.kind: finding for finding in explain(run, hotspot).findings}


def test_a_liar_is_told_by_strongest_evidence_first(hand_run: RunData) -> None:
    story = explain(hand_run, LIAR)
    assert story.verdict == "suspect"
    assert story.findings[0].kind == "suspicion"
    assert "18 dB above expectation" in story.findings[0].sentence
    assert "km west of the asserted one" in story.findings[0].sentence
    weights = [finding.weight for finding in story.findings]
    assert weights == sorted(weights, reverse=True)
    assert "attack location-spoof and stands 3.0 km west" in story.truth


def test_failed_reports_show_both_sides_of_the_rule(hand_run: RunData) -> None:
    reason = kinds(hand_run, LIAR)["reason"]
    assert reason.numbers["reason"] == "bad_rssi"
    assert "RSSI −55 dBm above the −" in reason.sentence and "bad_rssi of made-up" in reason.sentence


def test_claims_that_scores_set_aside_are_counted(hand_run: RunData) -> None:
    claims = kinds(hand_run, LIAR)["claims"]
    assert claims.numbers["n"] == claims.numbers["n_of"] > 0
    lost_with_liars = [kinds(hand_run, hotspot).get("claims") for hotspot in range(1001, 1041)]
    assert any(finding and finding.numbers["n"] < finding.numbers["n_of"] for finding in lost_with_liars)


def test_earnings_by_epoch_add_up_to_the_payment(hand_run: RunData) -> None:
    story = explain(hand_run, HONEST)
    assert set(story.earnings_bones) == {1, 2}
    assert sum(story.earnings_bones.values()) == kinds(hand_run, HONEST)["payment"].numbers["n_bones"] > 0
    one = explain(hand_run, HONEST, epoch=2)
    assert one.earnings_bones == {2: story.earnings_bones[2]} and one.epochs == (2, 2)


def test_text_and_json_carry_the_same_story(hand_run: RunData) -> None:
    story = explain(hand_run, LIAR)
    text = story.text()
    assert text.startswith("SUSPECT: hotspot 1044 under made-up, epochs 1 to 2")
    assert all(finding.sentence in text for finding in story.findings)
    assert "The judges never see this" in text
    assert "The argument, strongest first" in text and "Rules in force 2026-01-01" in text
    assert max(map(len, story.text(80).splitlines())) <= 80
    assert " ".join(story.text(80).split()) == " ".join(text.split())
    assert json.loads(json.dumps(story.as_dict(), allow_nan=False))["hotspot"] == "1044"
    assert [row["finding"] for row in story.rows()] == [finding.sentence for finding in story.findings]


def test_an_unknown_hotspot_gets_the_nearest_ids(hand_run: RunData, make_run: MakeRun) -> None:
    with pytest.raises(DataError, match=r"no hotspot 1404 among the 46 .* 1046"):
        explain(hand_run, 1404)
    with pytest.raises(DataError, match="has no hotspots"):
        explain(make_run(n_honest=0, n_liars=0), 1)
    with pytest.raises(DataError, match="epochs 0 to 2; choose one"):
        explain(hand_run, HONEST, epoch=3)


def test_who_was_paid_nothing_hears_it_early(make_run: MakeRun) -> None:
    run = make_run()
    rewards = run.tables["rewards"]
    others = rewards.filter([hotspot != HONEST for hotspot in rewards.column("hotspot").to_pylist()])
    story = explain(RunData(run.manifest, run.metrics, {**run.tables, "rewards": others}), HONEST)
    assert story.findings[0].sentence.startswith("It was paid nothing, while the median hotspot got")
    assert story.earnings_bones == {1: 0, 2: 0}


@pytest.mark.parametrize(
    "leave_out",
    [
        ("scores",),
        ("truth",),
        ("rewards", "claims"),
        ("beacon_verdicts",),
        ("receptions", "witness_verdicts", "link_statistics", "activity"),
        (
            "scores",
            "truth",
            "rewards",
            "claims",
            "beacon_verdicts",
            "receptions",
            "witness_verdicts",
            "link_statistics",
        ),
    ],
)
def test_a_run_that_kept_less_tells_less(make_run: MakeRun, leave_out: tuple[str, ...]) -> None:
    story = explain(make_run(leave_out=leave_out), LIAR)
    assert story.text()
    assert story.verdict == ("unscored" if "scores" in leave_out else "suspect")
    assert (story.truth == "") == ("truth" in leave_out)
    if len(leave_out) > 5:
        assert "kept nothing about this hotspot" in story.text()


def test_a_detector_without_an_estimate_names_no_place(hand_run: RunData) -> None:
    scores = hand_run.tables["scores"]
    at = scores.column_names.index("credible_radius_m")
    everywhere = scores.set_column(at, "credible_radius_m", pa.array([2.0e7] * scores.num_rows))
    run = RunData(hand_run.manifest, hand_run.metrics, {**hand_run.tables, "scores": everywhere})
    assert "most likely place" in kinds(hand_run, LIAR)["suspicion"].sentence
    assert "most likely place" not in kinds(run, LIAR)["suspicion"].sentence


def test_the_clip_of_the_density_scale_is_recounted_from_the_beacons() -> None:
    settings = {"seed": 3, "map": {"city": "liechtenstein"}, "fleet": {"n_hotspots": 120}}
    time = {"n_epochs": 2, "warm_up_epochs": 1}
    run = run_in_memory(scenario_from({**settings, "time": time, "profile": {"base": "helium-iot"}}, "the test"))
    verdicts = [row for row in run.tables["beacon_verdicts"].to_pylist() if row["epoch"] == 1 and row["reason"] == 0]
    clipped = min(verdicts, key=lambda row: (row["hex_scale_e4"], row["received_ns"]))
    found = kinds(run, clipped["hotspot"])["density"]
    product = np.prod([min(each["n"], each["limit"]) / each["n"] for each in found.numbers["factors"]])
    newest = max((row for row in verdicts if row["hotspot"] == clipped["hotspot"]), key=lambda row: row["received_ns"])
    assert product == pytest.approx(newest["hex_scale_e4"] / 1e4, abs=1e-4)
    assert "clipped at resolution" in found.sentence
