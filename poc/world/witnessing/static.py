"""The compiled static stage behind the plain function's shape: arrays that grow when they are full."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from poc.table import Array
from poc.world.witnessing.links import Links
from poc.world.witnessing.static_compiled import Scratch, scratch, static_links

if TYPE_CHECKING:
    from poc.world.witnessing.links import Airspace

FIRST_SCRATCH = 4096  # candidates of one group
FIRST_LINKS = 64  # links of a sender
MORE_THAN_LAST = 1.5  # times as many as in the range before there is room for at once
_threads = threading.local()


def links_compiled(airspace: Airspace, begin: int, end: int) -> Links:
    """The links of the sites `begin` to `end`, bit for bit those of `Airspace.links_in_numpy`."""
    ground, shadow = airspace.ground, airspace.shadow
    assert shadow is not None
    counts: list[Array] = [np.zeros(1, np.int64)]
    parts: list[tuple[Array, Array]] = []
    n_senders = end - begin
    n_free = int(getattr(_threads, "usual", FIRST_LINKS) * n_senders) + FIRST_SCRATCH
    while begin < end:
        witness, received_cdbm = np.empty(n_free, np.int32), np.empty(n_free, np.int16)
        start = np.empty(end - begin + 1, np.int64)
        work = _scratch(len(shadow.words))
        n_done, needed = static_links(
            ground.sites, ground.bins, airspace.law, shadow, airspace.least_cdbm,
            np.int32(airspace.floor_cdbm), begin, end, work, witness, received_cdbm, start,
        )  # fmt: skip
        n_links = int(start[n_done])
        parts.append((witness[:n_links], received_cdbm[:n_links]))
        counts.append(np.diff(start[: n_done + 1]))
        if needed:
            _threads.scratch = scratch(int(needed * 1.25), len(shadow.words))
        elif begin + n_done < end:
            n_free = max(2 * n_free, len(work.place))
        begin += n_done
    columns = [np.concatenate(column) if len(parts) > 1 else column[0] for column in zip(*parts, strict=True)]
    _threads.usual = MORE_THAN_LAST * len(columns[0]) / max(n_senders, 1)
    return Links(np.cumsum(np.concatenate(counts)), columns[0], columns[1], 0)


def _scratch(n_tilings: int) -> Scratch:
    work: Scratch | None = getattr(_threads, "scratch", None)
    if work is None or len(work.words) != n_tilings:
        _threads.scratch = work = scratch(FIRST_SCRATCH, n_tilings)
    return work
