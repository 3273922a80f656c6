"""A study file crosses worlds, attacks, profiles, detectors and seeds."""

import hashlib

import pyarrow.parquet as pq
import pytest

from poc.errors import ScenarioError
from poc.experiments.executors import Serial
from poc.experiments.fraud import experiment_of, run_experiment
from poc.experiments.fraud_study import is_study, load_study, run_study
from poc.scenario import load_scenario

WORLD = """
seed = {seed}
[fleet]
n_hotspots = 12
[detectors]
also = []
[[attacks]]
name = "location-spoof"
share = 0.2
"""
STUDY = """
worlds = ["one.toml", "two.toml"]
profiles = ["minimal", "helium-iot"]
detectors = ["live-checks"]
seeds = 2
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.toml").write_text(WORLD.format(seed=1))
    (tmp_path / "two.toml").write_text(WORLD.format(seed=8))
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def test_everything_is_crossed_and_each_crossing_is_what_it_is_alone(folder):
    assert is_study(folder / "study.toml")
    assert not is_study(folder / "one.toml")
    study = load_study(folder / "study.toml")
    assert study.n_runs == 8
    assert study.seeds == (1, 2, 8, 9)
    result = run_study(study, folder / "out", Serial())
    rows = pq.read_table(folder / "out" / "fraud.parquet").to_pylist()
    assert {(row["world"], row["profile"]) for row in rows} == {
        (world, profile) for world in ("one", "two") for profile in ("minimal", "helium-iot")
    }
    alone = load_scenario(folder / "two.toml", ['profile.base="minimal"'])
    same = run_experiment(experiment_of(alone, 2, ["live-checks"]), folder / "alone", Serial())
    crossed = [row for row in result.rows if (row["world"], row["profile"]) == ("two", "minimal")]
    assert [{k: v for k, v in row.items() if k not in ("world", "profile")} for row in crossed] == same.rows
    assert (folder / "out" / "roc-two-minimal.png").exists()


def test_a_study_gives_the_same_bytes_again(folder):
    study = load_study(folder / "study.toml", n_seeds=1)
    digests = []
    for name in ("first", "second"):
        run_study(study, folder / name, Serial())
        digests.append(hashlib.sha256((folder / name / "fraud.parquet").read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_attacks_and_seeds_of_the_file_stand_for_the_scenarios_own(folder):
    text = STUDY.replace("seeds = 2", "seeds = [5, 7]") + '[[attacks]]\nname = "relay"\nshare = 0.3\n'
    (folder / "study.toml").write_text(text)
    study = load_study(folder / "study.toml", ["fleet.n_hotspots=10"], detectors=["residual"])
    for each in study.crossings:
        assert each.experiment.labels == ("relay",)
        assert each.experiment.seeds == (5, 7)
        assert each.experiment.base.fleet.n_hotspots == 10
        assert each.experiment.base.detectors.also == ["live-checks", "residual"]
    assert load_study(folder / "study.toml", n_seeds=1).n_runs == 4


@pytest.mark.parametrize(("change", "sentence"), [
    (("worlds = [", "wolrds = ["), "did you mean 'worlds'"),
    (("one.toml", "oen.toml"), "no scenario 'oen.toml'.*one.toml"),
    (('"minimal", ', '"minimul", '), "did you mean 'minimal'"),
    (("seeds = 2", "seeds = 0"), "seeds"),
    (("two.toml", "one.toml"), "named twice"),
    (('["live-checks"]', '["live-check"]'), "did you mean 'live-checks'"),
])  # fmt: skip
def test_what_cannot_be_a_study_is_one_sentence(folder, change, sentence):
    (folder / "study.toml").write_text(STUDY.replace(*change))
    with pytest.raises(ScenarioError, match=sentence) as error:
        load_study(folder / "study.toml")
    assert len(str(error.value).splitlines()) == 1
