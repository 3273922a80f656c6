"""spoof-bench on small worlds: made, hidden, scored; what entries may get wrong, and what must not leak."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from poc.bench.contest import contest_of, read_answers, run_contest
from poc.bench.definition import load_definition, seed_of, version, version_with, world_seed
from poc.bench.entry_files import read_scores, world_path
from poc.bench.making import INDEX, LABELS, LABELS_CARD, make, order_of
from poc.bench.world_files import FILES, read_world, sha256_of
from poc.errors import DataError, ScenarioError
from poc.experiments.executors import Serial
from poc.metrics.effects import HARMLESS, LIE

LONE, REMOTE = "lone-2km/median-13/sigma-8", "remote-clique/median-13/sigma-8"
FOLDER = "lone-2km.median-13.sigma-8"
SIZE = {"n_honest": 300, "n_worlds": 2}


def _made(folder, cells=(LONE, REMOTE), **size):
    order = order_of("core", "a rehearsal", cells=cells, rehearsal=True, **{**SIZE, **size})
    assert make(order, folder / "worlds", folder / "labels", Serial()) == []
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return _made(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def result(made):
    contest = contest_of(made / "worlds", made / "labels", detectors=["fusion", "live-checks"])
    return run_contest(contest, made / "first", Serial())


def _digests(folder):
    return {str(path.relative_to(folder)): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _perfect(made, folder, change=lambda table, rng: table):
    """An entry that knows the labels, spoilt by `change`."""
    rng = np.random.default_rng(0)
    for path in sorted((made / "labels").glob(f"*/*/{LABELS}")):
        answers = read_answers(path)
        table = pa.table({"hotspot": answers.hotspot.tolist(), "probability": np.where(answers.lies, 0.9, 0.1)})
        target = world_path(folder, path.parent.parent.name, int(path.parent.name.split("-")[1]))
        target.parent.mkdir(parents=True)
        pq.write_table(change(table, rng), target)
    return folder


def test_the_definition_is_frozen_and_its_digest_is_published():
    definition = load_definition()
    page = (Path(__file__).parents[4] / "docs" / "spoof-bench.md").read_text("utf-8")
    assert definition.sha256 in page
    assert definition.document["test_seed_sha256"] in page
    core = definition.cells("core")
    assert len(set(core)) == 24
    for cell in core:
        assert f"`{cell.name}`" in page
    assert {cell.density for cell in core} == {"median-5", "median-13", "median-20", "median-90"}
    assert {cell.channel for cell in core} == {"sigma-6", "sigma-8", "sigma-11"}
    left_out = set(definition.document["left_out"])
    assert left_out
    assert left_out <= {cell.attack for cell in core}
    assert not left_out & {cell.attack for cell in definition.cells("training")}


def test_earlier_versions_stay_as_they_were_and_can_be_made(tmp_path):
    page = (Path(__file__).parents[4] / "docs" / "spoof-bench.md").read_text("utf-8")
    first = version("spoof-bench-1")
    assert first.sha256 == "64807e3286a8bf34ded6712d2a84b37f052f9e2f31eca65c102bf8e59e49692e"
    assert first.sha256 in page
    assert seed_of(first, "core", re.search(r"seed of version 1 is `(\w+)`", page).group(1))  # opened by version 2
    assert version_with(first.sha256).name == "spoof-bench-1"
    assert version_with("0" * 64) is None
    with pytest.raises(ScenarioError, match="did you mean 'spoof-bench-2'"):
        version("spoof-bench-22")
    order = order_of("training", None, cells=[LONE], n_worlds=1, n_honest=100, definition=first)
    assert make(order, tmp_path / "worlds", tmp_path / "labels", Serial()) == []
    assert contest_of(tmp_path / "worlds", tmp_path / "labels").index["benchmark"] == "spoof-bench-1"


def test_only_the_seed_whose_hash_is_published_opens_the_test_worlds():
    definition = load_definition()
    with pytest.raises(ScenarioError, match="as published"):
        seed_of(definition, "core", "guessed")
    with pytest.raises(ScenarioError, match="secret seed"):
        seed_of(definition, "core", None)
    with pytest.raises(ScenarioError, match="public seed"):
        seed_of(definition, "training", "guessed")
    assert seed_of(definition, "core", " guessed\n", rehearsal=True) == "guessed"


def test_no_two_worlds_share_a_seed_or_a_place_with_training():
    definition = load_definition()
    cells = [*definition.cells("full"), *definition.cells("training")]
    seeds = {world_seed(seed, cell, n) for cell in cells for n in (1, 2, 3) for seed in ("a", "b")}
    assert len(seeds) == 2 * 3 * len({cell.name for cell in cells})


def test_the_public_folder_holds_reports_and_nothing_of_the_labels(made):
    names = {path.name for path in (made / "worlds").rglob("*") if path.is_file()}
    assert names == {*FILES, "world.json", INDEX}
    columns = {name for path in (made / "worlds").rglob("*.parquet") for name in pq.read_schema(path).names}
    assert not columns & {"attack", "label", "nuisance", "group", "owner", "latitude_deg", "longitude_deg", "offset_m"}
    text = (made / "worlds" / INDEX).read_text()
    assert "a rehearsal" not in text
    assert hashlib.sha256(b"a rehearsal").hexdigest() in text
    for word in ("labels", "n_liars", LIE):
        assert f'"{word}"' not in text


def test_labels_beside_or_inside_the_worlds_are_refused(tmp_path):
    order = order_of("training", None, n_worlds=1, n_honest=100)
    for private in (tmp_path, tmp_path / "labels"):
        with pytest.raises(ScenarioError, match="keep them apart"):
            make(order, tmp_path, private, Serial())


def test_the_same_order_gives_the_same_bytes_and_another_is_refused(made, tmp_path):
    again = _made(tmp_path, cells=(LONE,), n_worlds=1)
    for side in ("worlds", "labels"):
        one, two = (folder / side / FOLDER / "world-1" for folder in (made, again))
        assert _digests(one) == _digests(two)
    with pytest.raises(ScenarioError, match="holds worlds with another n_honest"):
        _made(again, cells=(LONE,), n_worlds=1, n_honest=200)


def test_worlds_of_two_programs_are_never_mixed(made, monkeypatch):
    monkeypatch.setattr("poc.bench.making.program_digest", lambda: "another")
    with pytest.raises(ScenarioError, match="another program_sha256"):
        _made(made)


def test_a_world_that_is_missing_is_made_again_as_it_was(made, tmp_path):
    shutil.copytree(made / "worlds", tmp_path / "worlds")
    shutil.copytree(made / "labels", tmp_path / "labels")
    before = _digests(tmp_path)
    shutil.rmtree(tmp_path / "labels" / FOLDER / "world-2")
    (tmp_path / "worlds" / FOLDER / "world-1" / "world.json").unlink()
    _made(tmp_path)
    assert _digests(tmp_path) == before


def test_only_lies_that_matter_are_labelled(made):
    table = pq.read_table(made / "labels" / FOLDER / "world-1" / LABELS)
    label, attack = np.array(table["label"].to_pylist()), np.array(table["attack"].to_pylist())
    offset_m, change = table["offset_m"].to_numpy(), table["effective_reward_bones"].to_numpy()
    assert (attack[label == LIE] != "").all()
    assert (offset_m[label == LIE] >= 400.0).all()
    assert (change[label == LIE] != 0).all()
    assert (attack[label == HARMLESS] != "").all()
    assert (label == LIE).sum() > (label == HARMLESS).sum() > 0


def test_a_world_reads_back_and_an_altered_one_is_refused(made, tmp_path):
    folder = made / "worlds" / FOLDER / "world-1"
    world = read_world(folder)
    assert len(world.names) == 333
    assert np.bincount(np.searchsorted(world.names, world.names)).max() == 1
    assert len(world.evidence.links) > 1000
    shutil.copytree(folder, tmp_path / "world")
    with (tmp_path / "world" / FILES[0]).open("ab") as file:
        file.write(b"x")
    with pytest.raises(DataError, match="SHA-256 differs"):
        read_world(tmp_path / "world")


def test_poc_detect_and_poc_verify_read_a_public_world(made, tmp_path):
    from cli.main import status_of

    folder = made / "worlds" / FOLDER / "world-1"
    files = [word for name, file in zip(("hotspots", "beacons", "witnesses"), FILES, strict=True)
             for word in (f"--{name}", str(folder / file))]  # fmt: skip
    assert status_of(["detect", *files, "--out", str(tmp_path / "found"), "--quiet", "--format", "json"]) == 0
    scores = read_scores(tmp_path / "found" / "scores.parquet", read_world(folder).names)
    assert scores.counts.n_rejected == 0
    assert np.isfinite(scores.probability).all()


def test_the_table_has_entries_trivial_numbers_and_references(result):
    kinds = {row["kind"] for row in result.rows}
    assert kinds == {"detector", "reference", "trivial"}
    fusion = {row["cell"]: row for row in result.rows if row["entry"] == "fusion"}
    assert set(fusion) == {LONE, REMOTE}
    assert fusion[LONE]["tpr_at_1_percent_fpr"] > 0.5
    assert fusion[LONE]["tpr_informed"] > 0.5
    assert fusion[LONE]["ratio_informed_low"] <= fusion[LONE]["ratio_informed"] <= fusion[LONE]["ratio_informed_high"]
    assert fusion[LONE]["location_error_median_m"] < 1500.0
    assert fusion[LONE]["tpr_at_0_1_percent_fpr"] is None
    assert fusion[LONE]["leakage"] < fusion[LONE]["leakage_unguarded"]


def test_the_tables_of_the_page_follow_from_the_results_by_one_command(made, result):
    from docs.spoof_bench import results

    text = results(made / "first")
    assert "2 of 24 cells, 2 worlds each, 300 honest hotspots a world" in text
    assert "Not graded: `lone-500m/median-13/sigma-8`" in text
    assert f"| {LONE} |" in text
    assert f"~~{REMOTE}~~" in text  # nobody wins there, so no trivial number is beaten


def test_nobody_wins_the_remote_clique(result):
    rows = [row for row in result.rows if row["cell"] == REMOTE]
    assert max(row["tpr_at_1_percent_fpr"] for row in rows) < 0.3


def test_bookkeeping_tells_nothing_and_no_count_or_time_solves_a_cell(result):
    assert [row for row in result.probes if row["outcome"] == "leak"] == []
    assert {row["probe"] for row in result.probes} >= {"row order", "id as a number", "all bookkeeping", "all timing"}
    assert max(row["tpr_at_1_percent_fpr"] for row in result.probes) < 0.3


def test_a_planted_leak_is_found():
    from poc.bench.leaks import probe_rows
    from poc.bench.trivial import GROUPS

    rng = np.random.default_rng(3)
    lies = [rng.random(600) < 0.1 for _ in range(2)]
    worlds = [{name: rng.random(600) for name in GROUPS} for _ in lies]
    alone = [np.arange(600).astype(str)] * 2
    assert {row["outcome"] for row in probe_rows(worlds, lies, alone)} == {"chance"}
    for world, lie in zip(worlds, lies, strict=True):
        world["row order"] = world["row order"] + 0.4 * lie
    outcome = {row["probe"]: row["outcome"] for row in probe_rows(worlds, lies, alone)}
    assert outcome["row order"] == outcome["all bookkeeping"] == "leak"


def test_colluders_of_one_receiver_are_one_witness_against_chance():
    from poc.bench.trivial import chance_band

    rng = np.random.default_rng(5)
    party = np.repeat(np.arange(6), 20)
    shared, honest = rng.random(6)[party], rng.random(1200)
    assert chance_band(shared, honest, party, 31) > 2.5 * chance_band(shared, honest, np.arange(120), 31)


def _graded(made, entry, out):
    contest = contest_of(made / "worlds", made / "labels", entries=[str(entry)])
    return {row["cell"]: row for row in run_contest(contest, out, Serial()).rows if row["kind"] == "entry"}


def test_an_entry_is_graded_whatever_the_order_of_its_rows(made, tmp_path):
    plain = _graded(made, _perfect(made, tmp_path / "a" / "mine"), tmp_path / "one")
    shuffled = _perfect(made, tmp_path / "b" / "mine", lambda t, rng: t.take(rng.permutation(t.num_rows)))
    assert _graded(made, shuffled, tmp_path / "two") == plain
    assert plain[LONE]["tpr_at_1_percent_fpr"] == plain[LONE]["auc"] == 1.0
    assert plain[LONE]["n_missing"] == plain[LONE]["n_unusable"] == 0


def test_missing_strange_and_repeated_rows_are_counted(made, tmp_path):
    def spoil(table, rng):
        hotspot, probability = table["hotspot"].to_pylist(), table["probability"].to_pylist()
        probability[:4] = [float("nan"), None, 1.5, float("inf")]
        return pa.table({
            "hotspot": [*hotspot[:-10], "nobody", "", hotspot[20], hotspot[20]],
            "probability": [*probability[:-10], 0.5, 0.5, 0.9, 0.9],
        })  # fmt: skip

    row = _graded(made, _perfect(made, tmp_path / "mine", spoil), tmp_path / "out")[LONE]
    assert row["n_missing"] == 2 * (10 + 4)
    assert row["n_unusable"] == 2 * (4 + 2 + 2)
    assert row["n_liars"] > 0


@pytest.mark.parametrize(("table", "sentence"), [
    ({"hotspots": ["a"], "probability": [0.5]}, "no column 'hotspot'"),
    ({"hotspot": ["a"], "score": [0.5]}, "no column 'probability'"),
    ({"hotspot": [7], "probability": [0.5]}, "hotspots of type int64"),
    ({"hotspot": ["a"], "probability": ["high"]}, "'probability' of type string"),
    ({"hotspot": ["a"], "probability": [0.5], "verdict": [1]}, "'verdict' of type int64"),
])  # fmt: skip
def test_a_file_that_is_no_entry_is_refused_in_one_sentence(table, sentence, tmp_path):
    pq.write_table(pa.table(table), tmp_path / "scores.parquet")
    with pytest.raises(DataError, match=sentence) as error:
        read_scores(tmp_path / "scores.parquet", np.array(["a"]))
    assert len(str(error.value).splitlines()) == 1


def test_unreadable_files_and_unknown_verdicts_are_refused(tmp_path):
    path = tmp_path / "scores.parquet"
    with pytest.raises(DataError, match="cannot be read"):
        read_scores(path, np.array(["a"]))
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(DataError, match="no readable Parquet"):
        read_scores(path, np.array(["a"]))
    pq.write_table(pa.table({"hotspot": ["a"], "probability": [0.5], "verdict": ["guilty"]}), path)
    with pytest.raises(DataError, match="verdict 'guilty'"):
        read_scores(path, np.array(["a"]))


def test_a_contest_that_cannot_be_is_refused(made, tmp_path):
    worlds, labels = made / "worlds", made / "labels"
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no scores of these worlds"):
        contest_of(worlds, labels, entries=[str(tmp_path / "empty")])
    with pytest.raises(DataError, match="is no folder"):
        contest_of(worlds, labels, entries=[str(tmp_path / "absent")])
    with pytest.raises(ScenarioError, match="did you mean 'fusion'"):
        contest_of(worlds, labels, detectors=["fusoin"])
    with pytest.raises(ScenarioError, match="one of our own"):
        contest_of(worlds, labels, entries=[f"fusion={_perfect(made, tmp_path / 'mine')}"])
    other = _made(tmp_path / "other", cells=(LONE,), n_worlds=1, n_honest=150)
    with pytest.raises(DataError, match="of other worlds"):
        contest_of(worlds, other / "labels")
    with pytest.raises(DataError, match="expected a world of spoof-bench"):
        contest_of(tmp_path / "empty", labels)


def test_labels_that_were_altered_are_refused(made, tmp_path):
    shutil.copytree(made / "labels", tmp_path / "labels")
    with (tmp_path / "labels" / FOLDER / "world-1" / LABELS).open("ab") as file:
        file.write(b"x")
    with pytest.raises(DataError, match="SHA-256 differs"):
        run_contest(contest_of(made / "worlds", tmp_path / "labels"), tmp_path / "out", Serial())
    card = tmp_path / "labels" / FOLDER / "world-1" / LABELS_CARD
    assert json.loads(card.read_text())["public"]


def test_a_killed_contest_goes_on_and_ends_with_the_same_bytes(made, result, tmp_path):
    words = ["fraud", "bench", "--worlds", made / "worlds", "--labels", made / "labels", "--detector", "fusion",
             "--detector", "live-checks", "--out", tmp_path / "out", "--quiet", "--format", "json"]  # fmt: skip
    command = [sys.executable, "-m", "cli.main", *map(str, words)]
    shards = tmp_path / "out.partial" / "shards"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None and not list(shards.glob("*.json")):
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert list(shards.glob("*.json")) or (tmp_path / "out").exists()
    subprocess.run([*command, "--force"], check=True, stdout=subprocess.DEVNULL)
    first, second = _digests(made / "first"), _digests(tmp_path / "out")
    timed = {"manifest.json"}
    assert {k: v for k, v in first.items() if k not in timed} == {k: v for k, v in second.items() if k not in timed}


def test_a_reference_that_looks_at_some_says_of_them_what_it_says_among_all(made):
    from benchmarks.detection_worlds import FAMILIES, world
    from poc.metrics.references import references
    from poc.metrics.references.law import law_of

    evidence, truth, setting = world(9, 15, FAMILIES["lone 2 km"], n_hotspots=120)
    law = law_of(setting.radio, setting.scenario.fleet, setting.plan)
    everybody = references(evidence, truth, law)
    chosen = np.sort(truth["hotspot"])[::7]
    some = references(evidence, truth, law, chosen=chosen)
    assert len(some) == 2 * len(chosen)
    assert everybody.take(np.isin(everybody["hotspot"], chosen)).equals(some)


def test_an_entry_that_leaves_out_worlds_is_told(made, tmp_path):
    entry = _perfect(made, tmp_path / "mine")
    (entry / FOLDER / "world-2" / "scores.parquet").unlink()
    result = run_contest(contest_of(made / "worlds", made / "labels", entries=[str(entry)]), tmp_path / "out", Serial())
    assert {row["cell"] for row in result.rows if row["kind"] == "entry"} == {REMOTE}
    assert result.notes == (
        "the entry 'mine' has all worlds of 1 of 2 cells; it is graded on these.",
        f"the entry 'mine' has 1 of 2 worlds of {LONE}; write the others as well.",
    )
