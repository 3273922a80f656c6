"""Every executor gives the same results, and a task that fails or kills its process takes only itself along.

Tasks are functions of the standard library: worker processes cannot import a test module.
"""

import math
import os
import signal

import pytest

from poc.errors import ScenarioError
from poc.experiments import executors
from poc.experiments.executors import EXECUTORS, Dask, Failure, Processes, Serial, executor_of

SPECS = [5, -1, 3, 20]
KILL = signal.SIGKILL.value


@pytest.mark.parametrize("executor", [Serial(), Processes(2), Dask(2)], ids=["serial", "process", "dask"])
def test_every_executor_gives_the_same_results_and_goes_on_after_a_failure(executor):
    results = dict(executor.map_unordered(math.factorial, SPECS))
    assert results.pop(1) == Failure("ValueError: factorial() not defined for negative values")
    assert results == {0: 120, 2: 6, 3: math.factorial(20)}


def test_a_worker_that_dies_takes_only_its_own_task_along():
    results = dict(Processes(2).map_unordered(signal.raise_signal, [0, KILL, 0, 0, 0]))
    died = results.pop(1)
    assert "died" in died.sentence
    assert results == {0: None, 2: None, 3: None, 4: None}


def test_worker_processes_have_one_thread_each_and_the_parent_keeps_its_own_setting(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert dict(Processes(1).map_unordered(os.getenv, ["OMP_NUM_THREADS"])) == {0: "1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_closing_the_iterator_stops_the_work():
    results = Serial().map_unordered(math.factorial, SPECS)
    next(results)
    results.close()
    assert list(results) == []


def test_no_specs_start_nothing():
    assert list(Processes(2).map_unordered(math.factorial, [])) == []


@pytest.mark.parametrize(
    ("options", "made"),
    [
        ({}, Serial()),
        ({"jobs": 3}, Processes(3)),
        ({"name": "process", "jobs": 1}, Processes(1)),
        ({"scheduler": "tcp://host:8786"}, Dask(1, "tcp://host:8786")),
    ],
)
def test_the_executor_follows_from_what_is_given(options, made):
    assert executor_of(**options) == made


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "proces"}, "did you mean 'process'?"),
        ({"jobs": 0}, "expected at least 1"),
        ({"name": "process", "scheduler": "tcp://host:8786"}, "takes no scheduler"),
        ({"scheduler": "host"}, "expected an address like tcp://host:8786"),
    ],
)
def test_options_that_make_no_executor_are_one_sentence(options, sentence):
    with pytest.raises(ScenarioError, match=sentence.replace("?", r"\?")):
        executor_of(**options)


def test_without_the_extra_dask_says_what_to_install(monkeypatch):
    monkeypatch.setattr(executors, "find_spec", lambda name: None)
    with pytest.raises(ScenarioError, match=r"poc-emulator\[cluster\]"):
        executor_of("dask")


def test_a_scheduler_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(executors, "_CONNECT_S", 0.5)
    with pytest.raises(ScenarioError, match="does not answer"):
        list(Dask(1, "tcp://127.0.0.1:9").map_unordered(math.factorial, [1]))


def test_every_executor_is_named_once():
    assert list(EXECUTORS) == ["serial", "process", "dask"]
