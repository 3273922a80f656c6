"""An experiment's folder is complete or absent; what finished of an unfinished one stays beside it."""

import pytest

from poc.errors import StoreError
from poc.experiments.folder import manifest_of, partial_folder, resumable_folder


def test_a_block_that_ends_well_leaves_the_result_and_nothing_else(tmp_path):
    target = tmp_path / "deep" / "sweep"
    with resumable_folder(target) as place:
        place.shards.mkdir()
        (place.shards / "a.json").write_text("1")
        (place.result / "manifest.json").write_text("{}")
    assert [path.name for path in target.iterdir()] == ["manifest.json"]
    assert [path.name for path in target.parent.iterdir()] == ["sweep"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_unfinished_experiment_keeps_its_shards_and_no_result(tmp_path, error):
    target = tmp_path / "sweep"
    with pytest.raises(error), resumable_folder(target) as place:
        place.shards.mkdir()
        (place.shards / "a.json").write_text("1")
        raise error
    assert not target.exists()
    assert (partial_folder(target) / "shards" / "a.json").exists()


def test_nothing_stays_where_nothing_finished(tmp_path):
    with pytest.raises(ValueError, match="early"), resumable_folder(tmp_path / "sweep"):
        raise ValueError("early")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_replaced_only_by_force(tmp_path):
    target = tmp_path / "sweep"
    target.mkdir()
    (target / "manifest.json").write_text("old")
    with pytest.raises(StoreError, match="already there"), resumable_folder(target):
        pass
    with resumable_folder(target, force=True) as place:
        (place.result / "manifest.json").write_text("new")
    assert (target / "manifest.json").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"]


def test_a_foreign_folder_is_not_replaced_even_by_force(tmp_path):
    (tmp_path / "photo.jpg").write_text("mine")
    with pytest.raises(StoreError, match="not a run folder"), resumable_folder(tmp_path, force=True):
        pass
    assert (tmp_path / "photo.jpg").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be written"), resumable_folder(tmp_path / "file" / "sweep"):
        pass


def test_the_manifest_names_versions_and_seeds():
    manifest = manifest_of("sweep", "density", [1, 2], {"n_failed": 0}, 1.23456)
    assert manifest["seeds"] == [1, 2]
    assert manifest["timings"] == {"wall_s": 1.235}
    assert "numpy" in manifest["versions"]
