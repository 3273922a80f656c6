"""Comparing profiles on the same worlds."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from poc.errors import ScenarioError
from poc.experiments import compare as comparing
from poc.experiments.compare import compare
from poc.experiments.compare_figure import compare_figure
from poc.experiments.executors import Serial
from poc.profiles import PROFILES
from poc.running import run_in_memory


def test_a_comparison_agrees_with_the_runs_it_is_made_of(tiny, tmp_path):
    result = compare(tiny, ["minimal", "guarded"], 2, tmp_path / "out", Serial())
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    tables = ["compare.json", "compare.parquet", "manifest.json", "network.parquet"]
    assert names == ["card.md", "card.png", "card.svg", *tables]
    assert "](card.png)" in (tmp_path / "out" / "card.md").read_text()
    assert result.reports_identical is True
    rows = pq.read_table(tmp_path / "out" / "compare.parquet").to_pylist()
    assert rows == result.rows
    for profile in ("minimal", "guarded"):
        run = run_in_memory(tiny.with_settings({"seed": 6, "profile.base": profile}))
        row = next(r for r in rows if (r["seed"], r["profile"], r["group"]) == (6, profile, "everybody"))
        assert (row["n_bones"], row["n_hotspots"]) == (run.metrics["rewards"]["n_bones_paid"], 24)
        liars = next(r for r in rows if (r["seed"], r["profile"], r["group"]) == (6, profile, "liars"))
        assert liars["n_bones"] == run.metrics["leakage"]["n_bones_to_liars"]


def test_a_profile_compared_with_a_copy_of_itself_changes_nothing(tiny, tmp_path, monkeypatch):
    from poc import setup

    monkeypatch.setitem(setup.ALIASES, "twin", "minimal")
    result = compare(tiny, ["minimal", "twin"], 1, tmp_path / "out", Serial())
    assert all(row["difference"] in (0.0, None) for row in [*result.group_changes(), *result.network_changes()])
    assert all(row["winners_share"] == row["losers_share"] == 0 for row in result.group_changes())


def test_reports_that_differ_without_anybody_acting_are_an_error_and_nothing_is_written(tiny, tmp_path, monkeypatch):
    honest = comparing._report_digests
    monkeypatch.setattr(
        comparing, "_report_digests", lambda run: {**honest(run), "beacons": run.manifest["profile"]["name"]}
    )
    with pytest.raises(RuntimeError, match="'beacons' differs between profiles"):
        compare(tiny, ["minimal", "guarded"], 1, tmp_path / "out", Serial())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("profiles", [["minimal"], ["minimal", "minimal"], ["minimal", "guardd"]])
def test_profiles_that_cannot_be_compared_are_one_sentence_and_nothing_is_written(tiny, tmp_path, profiles):
    with pytest.raises(ScenarioError):
        compare(tiny, profiles, 1, tmp_path / "out", Serial())
    assert list(tmp_path.iterdir()) == []


def test_the_picture_of_the_card_shows_every_paid_group_with_its_change(tiny, tmp_path):
    result = compare(tiny, ["minimal", "guarded"], 2, tmp_path / "out", Serial())
    axes = compare_figure(result, "guarded").axes[0]
    paid = [row for row in result.group_changes() if row["before_hnt"]]
    assert [label.get_text().rsplit(" (", 1)[0] for label in axes.get_yticklabels()][::-1] == [r["group"] for r in paid]
    shown = [line.get_xdata()[0] for line in axes.get_lines() if line.get_marker() in ("o", "<", ">")][::-1]
    changes = [row["difference"] / row["before_hnt"] for row in paid]
    assert shown == pytest.approx(np.clip(changes, -2, 2))


def test_the_comparison_is_plain_json(tiny, tmp_path):
    compare(tiny, ["minimal", "guarded"], 1, tmp_path / "out", Serial())
    document = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert document["profiles"] == ["minimal", "guarded"]
    assert {row["group"] for row in document["sites"]} >= {"everybody", "liars", "honest"}


def test_every_profile_can_be_compared(tiny, tmp_path):
    comparison = compare(tiny, list(PROFILES), 1, tmp_path / "all", Serial())
    assert comparison.reports_identical and set(comparison.profiles) == set(PROFILES)
    paid = dict.fromkeys(PROFILES, 0)
    for row in comparison.rows:
        paid[row["profile"]] += row["n_bones"]
    assert {profile for profile, n_bones in paid.items() if not n_bones} == {"helium-iot-retired"}
