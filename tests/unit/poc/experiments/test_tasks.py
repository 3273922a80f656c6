"""Finished tasks are kept and not run again; failed, damaged and changed ones are."""

from dataclasses import dataclass, field

from poc.experiments.executors import Failure, Serial
from poc.experiments.tasks import n_kept, run_tasks


@dataclass
class Counting:
    """The serial executor, remembering what it was asked to do."""

    seen: list = field(default_factory=list)

    def map_unordered(self, function, specs):
        self.seen.extend(specs)
        yield from Serial().map_unordered(function, specs)


def half(spec):
    if spec["n"] % 2:
        raise ValueError("odd")
    return {"half": spec["n"] / 2, "pair": (1, 2)}


def test_results_come_in_the_order_of_the_specs_and_as_a_resumed_run_would_read_them(tmp_path):
    specs = [{"n": 4}, {"n": 2}]
    first = run_tasks(half, specs, Serial(), tmp_path)
    assert first == [{"half": 2.0, "pair": [1, 2]}, {"half": 1.0, "pair": [1, 2]}]
    assert run_tasks(half, specs, Serial(), tmp_path) == first


def test_only_what_is_missing_is_run_again(tmp_path):
    executor, seen = Counting(), []
    run_tasks(half, [{"n": 2}], executor, tmp_path)
    run_tasks(half, [{"n": 4}, {"n": 2}], executor, tmp_path, lambda done, of: seen.append((done, of)))
    assert executor.seen == [{"n": 2}, {"n": 4}]
    assert seen == [(1, 2), (2, 2)]


def test_a_failure_is_returned_and_tried_again_by_the_next_run(tmp_path):
    executor = Counting()
    for _ in range(2):
        assert run_tasks(half, [{"n": 1}, {"n": 2}], executor, tmp_path)[0] == Failure("ValueError: odd")
    assert executor.seen == [{"n": 1}, {"n": 2}, {"n": 1}]
    assert n_kept(tmp_path) == 1


def test_a_shard_cut_short_is_run_again(tmp_path):
    run_tasks(half, [{"n": 2}], Serial(), tmp_path)
    (shard,) = tmp_path.glob("*.json")
    shard.write_text(shard.read_text()[:-3])
    executor = Counting()
    assert run_tasks(half, [{"n": 2}], executor, tmp_path)[0]["half"] == 1.0
    assert executor.seen == [{"n": 2}]


def test_a_changed_input_file_is_a_new_task(tmp_path):
    data = tmp_path / "hotspots.csv"
    executor = Counting()
    for text in ("a", "a", "b"):
        data.write_text(text)
        run_tasks(half, [{"n": 2, "placement": {"path": str(data)}}], executor, tmp_path / "shards")
    assert len(executor.seen) == 2
