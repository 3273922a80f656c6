"""Where the tasks of an experiment are worked off: here, in processes of this machine, or on a Dask cluster.

A task is a module-level function and a JSON-able spec; its result depends on the spec alone, so every executor and any
number of workers gives the same results, only in another order.
"""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any, Protocol

from poc.errors import PocError, ScenarioError, did_you_mean

Function = Callable[[Any], Any]
Task = tuple[int, Any]  # place in the list of specs, spec

_CONNECT_S = 10


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no result, in one sentence."""

    sentence: str


class Executor(Protocol):
    """`map_unordered(function, specs)` yields (place of the spec, result or Failure) as tasks finish.

    Closing the iterator stops the work.
    """

    def map_unordered(self, function: Function, specs: Sequence[Any]) -> Iterator[tuple[int, Any]]: ...


def attempt(function: Function, spec: Any) -> Any:
    """The result of the task, or a Failure; exceptions stay on this side, not all of them survive pickling.

    >>> attempt(int, "7"), attempt(int, "seven").sentence
    (7, "ValueError: invalid literal for int() with base 10: 'seven'")
    """
    try:
        return function(spec)
    except PocError as error:
        return Failure(str(error))
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Serial:
    """One task after another in this process.

    >>> list(Serial().map_unordered(abs, [-1, -2]))
    [(0, 1), (1, 2)]
    """

    def map_unordered(self, function: Function, specs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for index, spec in enumerate(specs):
            yield index, attempt(function, spec)


@dataclass(frozen=True, slots=True)
class Processes:
    """`jobs` fresh processes of this machine, one thread each. A process that dies takes only its own task along."""

    jobs: int = 2

    def map_unordered(self, function: Function, specs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        waiting: deque[Task] = deque(enumerate(specs))
        while waiting:
            for task in (yield from _until_broken(function, waiting, self.jobs)):
                # A pool that lost a process does not say over which task: each candidate gets a pool of its own.
                if (yield from _until_broken(function, deque([task]), 1)):
                    yield (
                        task[0],
                        Failure("the worker process died (killed, or out of memory); lower --jobs or the task."),
                    )


@dataclass(frozen=True, slots=True)
class Dask:
    """A Dask cluster: the one at `scheduler` (an address, or a scheduler file), else `jobs` local worker processes."""

    jobs: int = 2
    scheduler: str = ""

    def __post_init__(self) -> None:
        if find_spec("distributed") is None:
            raise ScenarioError(
                "the executor 'dask' needs the package 'distributed', which is not installed; "
                "run pip install 'poc-emulator[cluster]', or use --jobs without a scheduler."
            )
        if self.scheduler and "://" not in self.scheduler and not Path(self.scheduler).is_file():
            raise ScenarioError(
                f"the scheduler is '{self.scheduler}', expected an address like tcp://host:8786 or a scheduler file; "
                "correct it."
            )

    def map_unordered(self, function: Function, specs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        with ExitStack() as stack:
            client = self._client(stack)
            futures = {client.submit(attempt, function, spec, pure=False): index for index, spec in enumerate(specs)}
            stack.callback(client.cancel, list(futures))
            for future in _distributed().as_completed(futures, loop=client.loop):
                error = future.exception()
                yield futures[future], Failure(f"{type(error).__name__}: {error}") if error else future.result()

    def _client(self, stack: ExitStack) -> Any:
        target: dict[str, Any] = {"address": self.scheduler}
        if not self.scheduler:
            cluster = _distributed().LocalCluster(
                n_workers=self.jobs, threads_per_worker=1, processes=True, dashboard_address=None,
                silence_logs=logging.ERROR, env={"OMP_NUM_THREADS": "1"},
            )  # fmt: skip
            target = {"address": stack.enter_context(cluster)}
        elif "://" not in self.scheduler:
            target = {"scheduler_file": self.scheduler}
        try:
            return stack.enter_context(_distributed().Client(**target, timeout=_CONNECT_S, set_as_default=False))
        except (OSError, ValueError) as error:
            raise ScenarioError(
                f"the Dask scheduler '{self.scheduler}' does not answer ({error}); start it, or correct --scheduler."
            ) from error


EXECUTORS: dict[str, type] = {"serial": Serial, "process": Processes, "dask": Dask}


def executor_of(name: str = "", jobs: int = 1, scheduler: str = "") -> Executor:
    """The executor of that name; without one: dask for a scheduler, process for several jobs, else serial.

    Raises ScenarioError for an unknown name or a scheduler that the executor has no use for.

    >>> executor_of(jobs=3)
    Processes(jobs=3)
    """
    name = name or ("dask" if scheduler else "process" if jobs > 1 else "serial")
    if name not in EXECUTORS:
        raise ScenarioError(f"there is no executor '{name}'; {did_you_mean(name, EXECUTORS)}")
    if jobs < 1:
        raise ScenarioError(f"jobs is {jobs}, expected at least 1; correct it.")
    if scheduler and name != "dask":
        raise ScenarioError(f"the executor '{name}' takes no scheduler, '{scheduler}' was given; use dask or drop it.")
    if name == "serial":
        return Serial()
    return Processes(jobs) if name == "process" else Dask(jobs, scheduler)


def _distributed() -> Any:
    """The package, imported late: it is an extra, and slow to import."""
    return import_module("distributed")


def _until_broken(
    function: Function, waiting: deque[Task], jobs: int
) -> Generator[tuple[int, Any], None, Sequence[Task]]:
    """Work off the queue in one pool; returns the tasks that were under way when the pool lost a process."""
    others = set(active_children())
    pool = ProcessPoolExecutor(min(jobs, len(waiting)), mp_context=get_context("spawn"), initializer=_ignore_interrupts)
    running: dict[Future[Any], Task] = {}
    finished_well = False
    try:
        while waiting or running:
            lost: list[Task] = []
            while waiting and len(running) <= jobs:  # one more than can run, so that no process waits for us
                try:
                    with _one_thread_each():
                        future = pool.submit(attempt, function, waiting[0][1])
                except BrokenProcessPool:
                    return [*running.values()]
                running[future] = waiting.popleft()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    lost.append(task)
                else:
                    yield task[0], Failure(f"{type(error).__name__}: {error}") if error else future.result()
            if lost:
                return [*lost, *running.values()]
        finished_well = True
        return []
    finally:
        pool.shutdown(wait=finished_well, cancel_futures=True)
        for child in () if finished_well else set(active_children()) - others:
            child.terminate()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started inside get one OpenMP thread; they read the variable when numpy is imported."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _ignore_interrupts() -> None:
    """Ctrl-C reaches the whole terminal group; the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
