"""The compiled draws behind the plain function's shape: arrays that grow when they are full."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np

from poc.table import Array
from poc.world.witnessing.hearing import Calls, Receptions, hear_in_numpy
from poc.world.witnessing.links import Links
from poc.world.witnessing.receptions_compiled import (
    BLOCK,
    ROOM,
    Draws,
    Found,
    draws,
    expected,
    found_of,
    receptions,
)
from poc.world.witnessing.sites import Sites
from poc.world.witnessing.tables import Tables

SPREAD = 4.0  # standard deviations of their number that there is room for at once
_threads = threading.local()


class FlatLinks(NamedTuple):
    """The arrays of `Links` as a compiled loop takes them."""

    start: Array
    witness: Array
    received_cdbm: Array


def receptions_compiled(
    calls: Calls, links: Links, sites: Sites, down: tuple[Array, Array], tables: Tables
) -> Receptions:
    """Who heard which beacon, bit for bit as `hearing.hear_in_numpy` says."""
    flat = flat_links(links)
    most = int(np.diff(links.start).max(initial=0))
    if most >= ROOM:
        return hear_in_numpy(calls, links, sites, down, tables)
    (work, found), done, n_calls = _work(most), 0, len(calls.sender)
    likely = expected(calls, flat, tables.least)
    n_free = max(0, int(likely + SPREAD * np.sqrt(likely))) + most
    some_down = bool(down[1].any())
    parts: list[list[Array]] = []
    counts: list[Array] = [np.zeros(1, np.int64)]
    while done < n_calls or not parts:
        start = np.zeros(n_calls - done + 1, np.int64)
        out = Receptions(
            start, np.empty(n_free, np.int32), np.empty(n_free, np.int64), np.empty(n_free, np.float32),
            np.empty(n_free, np.float32),
        )  # fmt: skip
        n_done = receptions(calls, done, flat, sites, down, tables, some_down, work, found, start, out)
        n_out = int(start[n_done])
        parts.append([column[:n_out] for column in out[1:]])
        counts.append(np.diff(start[: n_done + 1]))
        done += n_done
        n_free = max(n_free // 8, most)
    columns = [np.concatenate(column) if len(parts) > 1 else column[0] for column in zip(*parts, strict=True)]
    return Receptions(np.cumsum(np.concatenate(counts)), *columns)


def flat_links(links: Links) -> FlatLinks:
    """The arrays of links."""
    return FlatLinks(links.start, links.witness, links.received_cdbm)


def _work(n: int) -> tuple[Draws, Found]:
    work: tuple[Draws, Found] | None = getattr(_threads, "draws", None)
    if work is None or len(work[0].id_word) < n + 64:
        n = int(n * 1.25)
        _threads.draws = work = draws(n), found_of(BLOCK + n)
    return work
